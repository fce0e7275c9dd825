import { readFileSync } from 'node:fs';
import { withLock } from './lock.mjs';
import { fail, inRoot, say } from './root.mjs';
import { runNpm } from './run.mjs';

const [MIN_MAJOR, MIN_MINOR] = [20, 19];

function checkNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major > MIN_MAJOR || (major === MIN_MAJOR && minor >= MIN_MINOR)) return;
  fail(`ArRTM needs Node ${MIN_MAJOR}.${MIN_MINOR} or newer; this is ${process.versions.node}.`);
}

const readPackages = (...path) => JSON.parse(readFileSync(inRoot(...path), 'utf8')).packages;

/** Whether node_modules holds what package-lock.json asks for, by npm's own record of its last install. */
function isInstalled(folder) {
  let installed;
  try {
    installed = readPackages(folder, 'node_modules', '.package-lock.json');
  } catch {
    return false; // Never installed, or an install was interrupted.
  }
  return Object.entries(readPackages(folder, 'package-lock.json')).every(([path, wanted]) => {
    if (!path.startsWith('node_modules/') && !path.includes('/node_modules/')) return true;
    const found = installed[path];
    // Optional packages of other platforms are not installed.
    if (!found) return wanted.optional === true || wanted.devOptional === true || wanted.peer === true;
    return found.version === wanted.version && found.integrity === wanted.integrity && found.link === wanted.link;
  });
}

/** Installs the locked packages of the repository, or of a folder that has its own, with `npm ci` unless they are there. */
export async function ensureInstalled(folder = '.') {
  checkNode();
  if (isInstalled(folder)) return;
  await withLock('install', async () => {
    if (isInstalled(folder)) return;
    const began = Date.now();
    say('Installing packages (npm ci); this is needed once and takes up to a minute or two ...');
    const options = { cwd: inRoot(folder), quiet: true };
    const code = await runNpm(['ci', '--loglevel=error', '--no-progress'], options);
    if (code !== 0) {
      fail('npm ci failed: see above. Is the package registry reachable, and does package-lock.json match?', code);
    }
    say(`Packages installed in ${((Date.now() - began) / 1000).toFixed(0)} s.`);
  });
}
