// npm run conformance: runs the scenarios with both SDKs, and writes docs/conformance.md from what they showed.
import { ensureInstalled } from './lib/ensure-installed.mjs';
import { runBin } from './lib/run.mjs';

await ensureInstalled();
const env = { ...process.env, CONFORMANCE: 'write' };
process.exitCode = await runBin('vitest', ['run', '--project', 'side-by-side'], { env });
