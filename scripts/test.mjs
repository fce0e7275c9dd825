// npm test [-- vitest arguments]: sets up what the tests need, then runs them.
import { ensureBuilt } from './lib/build-steps.mjs';
import { ensureChromium } from './lib/ensure-browsers.mjs';
import { ensureInstalled } from './lib/ensure-installed.mjs';
import { ensureNginx } from './lib/ensure-nginx.mjs';
import { runBin } from './lib/run.mjs';

const args = process.argv.slice(2);

/** Names given with --project; a pattern or an exclusion counts as "could be any". */
const projects = args.flatMap((arg, i) =>
  arg.startsWith('--project=') ? [arg.slice('--project='.length)] : args[i - 1] === '--project' ? [arg] : [],
);
const only = (...names) => projects.length > 0 && projects.every((project) => names.includes(project));

await ensureInstalled();
if (!only('unit', 'closures')) await ensureBuilt();
const env = { ...process.env };
if (!only('unit', 'closures', 'server', 'storage', 'docs')) env.CHROMIUM_PATH = await ensureChromium();
if (projects.length === 0 || projects.includes('docs')) await ensureNginx();
process.exitCode = await runBin('vitest', ['run', ...args], { env });
