// npm run build [-- protocol sdk react console server]: builds what has changed.
import { ensureBuilt, stepNames } from './lib/build-steps.mjs';
import { ensureInstalled } from './lib/ensure-installed.mjs';
import { fail } from './lib/root.mjs';

const names = process.argv.slice(2);
const unknown = names.filter((name) => !stepNames.includes(name));
if (unknown.length > 0) fail(`Unknown package: ${unknown.join(', ')}. Known: ${stepNames.join(', ')}.`);

await ensureInstalled();
await ensureBuilt(names.length > 0 ? stepNames.filter((name) => names.includes(name)) : stepNames);
