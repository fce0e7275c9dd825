// npm run check:layers, first half: the import rules of .dependency-cruiser.mjs.
import { spawnSync } from 'node:child_process';
import { ensureInstalled } from './lib/ensure-installed.mjs';
import { listFiles } from './lib/files.mjs';
import { fail, inRoot, root } from './lib/root.mjs';
import { bins } from './lib/run.mjs';

await ensureInstalled();

const folders = ['packages', 'tests'];
const result = spawnSync(
  process.execPath,
  [inRoot(bins.depcruise), '--config', '.dependency-cruiser.mjs', '--output-type', 'json', ...folders],
  { cwd: root, encoding: 'utf8', maxBuffer: 1 << 30 },
);
if (!result.stdout.startsWith('{')) fail(`dependency-cruiser failed:\n${result.stdout}${result.stderr}`);
const { modules, summary } = JSON.parse(result.stdout);

for (const { rule, from, to, cycle } of summary.violations) {
  const { comment } = summary.ruleSetUsed.forbidden.find(({ name }) => name === rule.name) ?? {};
  const target = cycle ? cycle.map(({ name }) => name).join(' -> ') : to;
  process.stdout.write(`${rule.name}: ${from} -> ${target}\n  ${comment ?? ''}\n`);
}
if (summary.violations.length > 0) fail(`${summary.violations.length} imports break the layer rules.`);

// A cruiser that does not understand TypeScript sees nothing and finds nothing wrong.
const seen = new Set(modules.map(({ source }) => source));
const missed = folders
  .flatMap((folder) => listFiles(inRoot(folder)))
  .filter((file) => /\.tsx?$/.test(file) && !file.endsWith('.d.ts') && !seen.has(file));
const MIN_MODULES = 10;
if (missed.length > 0) fail(`dependency-cruiser did not see: ${missed.join(', ')}`);
if (seen.size < MIN_MODULES) fail(`dependency-cruiser saw ${seen.size} modules; at least ${MIN_MODULES} are expected.`);
process.stdout.write(`Layers: ${summary.totalDependenciesCruised} imports of ${seen.size} modules keep the rules.\n`);
