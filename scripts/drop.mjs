// npm run drop [-- options]: builds what is missing, then cuts the networks of many clients and counts what arrives.
import { ensureBuilt } from './lib/build-steps.mjs';
import { ensureInstalled } from './lib/ensure-installed.mjs';
import { inRoot } from './lib/root.mjs';
import { mustRunBin, run } from './lib/run.mjs';

await ensureInstalled();
await ensureBuilt();
await mustRunBin('tsc', ['-p', 'packages/bench']);
process.exitCode = await run(process.execPath, [inRoot('packages/bench/dist/drop/main.js'), ...process.argv.slice(2)]);
