// npm run typecheck: the packages with their own libraries, then everything together with the tests.
import { ensureInstalled } from './lib/ensure-installed.mjs';
import { mustRunBin } from './lib/run.mjs';

await ensureInstalled();
await mustRunBin('tsc', ['-b']);
for (const project of [
  'packages/sdk/tsconfig.core.json', // neither browser nor Node types
  'packages/server/tsconfig.pure.json', // no Node types
  'packages/testkit',
  'packages/console', // no Node types
  'tsconfig.check.json',
]) {
  await mustRunBin('tsc', ['-p', project]);
}
