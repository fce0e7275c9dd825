// npm run check:package: what would be published is sound, small enough and has the API that was reviewed.
import { ensureBuilt } from './lib/build-steps.mjs';
import { ensureInstalled } from './lib/ensure-installed.mjs';
import { fail, inRoot } from './lib/root.mjs';
import { mustRunBin, run, runBin } from './lib/run.mjs';

await ensureInstalled();
await ensureBuilt();

for (const name of ['protocol', 'sdk', 'react', 'server']) {
  await mustRunBin('publint', ['run', `packages/${name}`, '--strict']);
}
await mustRunBin('attw', ['--pack', 'packages/sdk', '--exclude-entrypoints', './dist/ArRTM.umd.js']);
for (const name of ['protocol', 'react', 'server']) {
  await mustRunBin('attw', ['--pack', `packages/${name}`, '--profile', 'esm-only']);
}
const cwd = inRoot('packages', 'sdk');
await mustRunBin('sizeLimit', [], { cwd });
const report = await runBin('apiExtractor', ['run', '--config', 'api-extractor.report.json'], { cwd, quiet: true });
if (report !== 0)
  fail('The public API differs from packages/sdk/etc/ar-rtm-sdk.api.md. If that is meant: npm run api:update', report);
const licenses = await run(process.execPath, [inRoot('scripts/licenses.mjs'), '--check']);
if (licenses !== 0) process.exit(licenses);
