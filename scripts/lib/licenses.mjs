import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'vite';
import { inRoot } from './root.mjs';

/** Licences that ask for no more than that they are passed on. */
const ALLOWED = new Set(['MIT', 'ISC', 'BSD-2-Clause', 'BSD-3-Clause', 'Apache-2.0', 'BlueOak-1.0.0', '0BSD']);

const readJson = (...path) => JSON.parse(readFileSync(inRoot(...path), 'utf8'));

/** Where `name` is found from a package of the lock file, as Node looks for it. */
function findFrom(packages, from, name) {
  for (let folder = from; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf('/node_modules/')))) {
    const path = `${folder === '' ? '' : `${folder}/`}node_modules/${name}`;
    if (packages[path]) return path;
    if (folder === '') return undefined;
  }
}

/** Packages of others that are installed with one of ours, by the lock file, in order of their names. */
function dependenciesOf(workspace) {
  const { packages } = readJson('package-lock.json');
  const found = new Set();
  const visit = (path) => {
    const { dependencies, optionalDependencies } = packages[path];
    for (const name of Object.keys({ ...dependencies, ...optionalDependencies })) {
      const at = findFrom(packages, path, name);
      // Ours; and binaries for platforms that the lock file leaves out.
      if (at === undefined || packages[at].link || found.has(at)) continue;
      found.add(at);
      visit(at);
    }
  };
  visit(workspace);
  const nameOf = (path) => path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
  return [...found]
    .map((path) => ({ path, name: nameOf(path), ...packages[path] }))
    .sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : a.version < b.version ? -1 : 1));
}

/** Texts of licences in a package: its own, and those of what it has compiled in. */
function textsIn(folder) {
  const texts = [];
  const visit = (at) => {
    for (const entry of readdirSync(at, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1))) {
      const path = join(at, entry.name);
      if (entry.isDirectory() && entry.name !== 'node_modules') visit(path);
      else if (/^(licen[cs]e|copying|notice)(\.(md|txt))?$/i.test(entry.name)) texts.push(readFileSync(path, 'utf8'));
    }
  };
  visit(folder);
  return [...new Set(texts.map((text) => text.replaceAll('\r\n', '\n').trim()))];
}

function sectionOf({ path, name, version, license, cpu }) {
  if (!ALLOWED.has(license)) throw new Error(`${name} ${version}: the licence ${license} has not been looked at`);
  const title = `${name} ${version} (${license})`;
  // Binaries for one platform each, of which only one is installed; built from a package that is listed with its texts.
  if (cpu) return `${title}\n\nA binary for ${path.split('-').slice(-2).join('-')}.`;
  const texts = existsSync(inRoot(path)) ? textsIn(inRoot(path)) : [];
  return [title, ...(texts.length > 0 ? texts : ['The package has no text of its licence.'])].join('\n\n');
}

/** What the console's files contain of others, with their licences, as the bundler saw it. */
async function bundledInConsole() {
  const output = await build({
    root: inRoot('packages/console'),
    configFile: inRoot('packages/console/vite.config.ts'),
    logLevel: 'silent',
    build: { write: false, license: { fileName: 'license.md' } },
  });
  const [{ output: files }] = [output].flat();
  const text = String(files.find(({ fileName }) => fileName === 'license.md')?.source ?? '');
  // Ours is under the licence beside this file.
  const sections = text
    .split(/^## /m)
    .slice(1)
    .filter((section) => !section.startsWith('ar-rtm-'));
  return sections.map((section) => section.trim()).sort();
}

const RULE = `\n\n${'-'.repeat(80)}\n\n`;
const page = (...sections) => `${sections.join(RULE)}\n`;

/** The text of THIRD-PARTY-LICENSES.txt, by public package. */
export async function thirdPartyLicenses() {
  const [ws] = ['node_modules/ws'].map((path) => ({
    path,
    name: 'ws',
    ...readJson('package-lock.json').packages[path],
  }));
  return {
    protocol: page('ar-rtm-protocol contains nothing of others, and nothing is installed with it.'),
    sdk: page(
      'dist/node.mjs and dist/node.cjs contain ws. The builds for browsers and mini-programs contain nothing of others.',
      sectionOf(ws),
    ),
    react: page('ar-rtm-react contains nothing of others. It works with React, which applications bring.'),
    server: page(
      'The files of the console (public/console) contain what follows first; behind it is what npm installs with ar-rtm-server.',
      ...(await bundledInConsole()),
      ...dependenciesOf('packages/server').map(sectionOf),
    ),
  };
}
