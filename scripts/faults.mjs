// npm run check:faults [-- options]: builds what is missing, then stages faults on real processes.
import { ensureBuilt } from './lib/build-steps.mjs';
import { ensureInstalled } from './lib/ensure-installed.mjs';
import { inRoot } from './lib/root.mjs';
import { mustRunBin, run } from './lib/run.mjs';

await ensureInstalled();
await ensureBuilt();
await mustRunBin('tsc', ['-p', 'packages/bench']);
process.exitCode = await run(process.execPath, [
  inRoot('packages/bench/dist/faults/main.js'),
  ...process.argv.slice(2),
]);
