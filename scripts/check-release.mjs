// npm run check:release [-- names of steps]: what is too slow for every change. Ends with a table of what ran.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { ensureBuilt } from './lib/build-steps.mjs';
import { ensureChromium, ensureFirefox, ensureWebKit } from './lib/ensure-browsers.mjs';
import { ensureInstalled } from './lib/ensure-installed.mjs';
import { ensureNode24 } from './lib/node-24.mjs';
import { fail, inRoot } from './lib/root.mjs';
import { bins, run } from './lib/run.mjs';

const EVERY_BROWSER = ['--project', 'e2e', 'tests/e2e/every-browser'];

/** `find` answers the program that the step is about; `args` are for vitest. */
const STEPS = {
  chromium: { find: ensureChromium, args: EVERY_BROWSER, env: { E2E_BROWSER: 'chromium' } },
  firefox: { find: ensureFirefox, args: EVERY_BROWSER, env: { E2E_BROWSER: 'firefox' } },
  webkit: { find: ensureWebKit, args: EVERY_BROWSER, env: { E2E_BROWSER: 'webkit' } },
  packages: { args: ['--project', 'package'] },
  bundlers: { args: ['--config', 'tests/release/vitest.config.ts'] },
  'node-24': { find: ensureNode24, args: [], isNode: true },
};

/** What a program says of itself; WebKit's driver does not, and Debian says it. */
function versionOf(program) {
  const firstLine = (command, ...args) => {
    const { status, stdout } = spawnSync(command, args, { encoding: 'utf8' });
    return status === 0 ? stdout.trim().split('\n')[0].replaceAll('\t', ' ') : undefined;
  };
  const owner = () => firstLine('dpkg-query', '--search', program)?.split(':')[0];
  return firstLine(program, '--version') ?? firstLine('dpkg-query', '--show', owner() ?? '') ?? program;
}

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !STEPS[name]);
if (unknown.length > 0) fail(`There is no step ${unknown.join(', ')}; there are ${Object.keys(STEPS).join(', ')}.`);

await ensureInstalled();
await ensureBuilt();
const env = { ...process.env, CHROMIUM_PATH: await ensureChromium() };
const rows = [];
for (const [name, step] of Object.entries(STEPS)) {
  if (asked.length > 0 && !asked.includes(name)) continue;
  const program = (await step.find?.()) ?? process.execPath;
  const version = versionOf(program);
  const report = inRoot('.cache', `release-${name}.json`);
  rmSync(report, { force: true });
  process.stdout.write(`\n=== ${name}: ${version}\n`);
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  const began = performance.now();
  const node = step.isNode ? program : process.execPath;
  const code = await run(node, [inRoot(bins.vitest), 'run', ...step.args, ...reporters], {
    env: { ...env, ...step.env },
  });
  const seconds = ((performance.now() - began) / 1000).toFixed(0);
  const counts = existsSync(report) ? JSON.parse(readFileSync(report, 'utf8')) : {};
  const { numPassedTests: passed = 0, numFailedTests: failed = 0, numPendingTests: skipped = 0 } = counts;
  const isGood = code === 0 && passed > 0;
  rows.push([
    name,
    version,
    isGood ? 'good' : 'FAILED',
    `${passed} passed, ${failed} failed, ${skipped} skipped`,
    `${seconds} s`,
  ]);
  if (!isGood) process.exitCode = 1;
}

const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
const line = (row) =>
  row
    .map((cell, column) => cell.padEnd(widths[column]))
    .join('  ')
    .trimEnd();
process.stdout.write(`\n${rows.map(line).join('\n')}\n`);
