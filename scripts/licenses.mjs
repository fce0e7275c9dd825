// npm run licenses: writes THIRD-PARTY-LICENSES.txt of every public package; with --check, says which are out of date.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { ensureBuilt } from './lib/build-steps.mjs';
import { ensureInstalled } from './lib/ensure-installed.mjs';
import { fail, inRoot } from './lib/root.mjs';

await ensureInstalled();
await ensureBuilt(['protocol', 'sdk']);
const { thirdPartyLicenses } = await import('./lib/licenses.mjs');
const isCheck = process.argv.includes('--check');

const outdated = [];
for (const [name, text] of Object.entries(await thirdPartyLicenses())) {
  const file = inRoot('packages', name, 'THIRD-PARTY-LICENSES.txt');
  if (existsSync(file) && readFileSync(file, 'utf8') === text) continue;
  outdated.push(`packages/${name}/THIRD-PARTY-LICENSES.txt`);
  if (!isCheck) writeFileSync(file, text);
}
if (isCheck && outdated.length > 0) fail(`Out of date: ${outdated.join(', ')}. Write them anew: npm run licenses`);
