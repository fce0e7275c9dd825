// npm run check:node-24 [-- all | vitest arguments]: tests on Node 24. Without arguments those that every change has time for.
import { ensureBuilt } from './lib/build-steps.mjs';
import { ensureChromium } from './lib/ensure-browsers.mjs';
import { ensureInstalled } from './lib/ensure-installed.mjs';
import { ensureNode24 } from './lib/node-24.mjs';
import { inRoot, say } from './lib/root.mjs';
import { bins, run } from './lib/run.mjs';

/** Where releases of Node differ: its sockets, its crypto, native modules, and all of it together. */
const SHORT = [
  ...['--project', 'unit', '--project', 'compat', '--project', 'storage'],
  ...[
    'packages/server/src',
    'packages/sdk/src/adapters/node',
    'packages/server/test/storage/schema',
    'tests/compat/talk',
  ],
];

await ensureInstalled();
await ensureBuilt();
const node = await ensureNode24();
const args = process.argv.slice(2);
const isShort = args.length === 0;
const env = { ...process.env };
if (!isShort) env.CHROMIUM_PATH = await ensureChromium();
say(`Tests on Node ${node === process.execPath ? process.versions.node : 'of npm'}: ${node}`);
const tests = isShort ? SHORT : args[0] === 'all' ? args.slice(1) : args;
process.exitCode = await run(node, [inRoot(bins.vitest), 'run', ...tests], { env });
