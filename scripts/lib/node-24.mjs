import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { inRoot, say } from './root.mjs';
import { runNpm } from './run.mjs';

/** The release of Node that is recommended; the floor is in package.json. */
export const VERSION = '24.9.0';

/**
 * That Node, from npm: `node` has a script that fetches the package for this platform, which is installed here by its own
 * name instead. Resolves with the path of the program.
 */
export async function ensureNode24() {
  if (process.versions.node.startsWith('24.')) return process.execPath;
  const name = `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`;
  const folder = inRoot('.cache', `node-${VERSION}`);
  const program = `${folder}/node_modules/${name}/bin/node`;
  if (!existsSync(program)) {
    say(`Installing Node ${VERSION} (${name}) ...`);
    mkdirSync(folder, { recursive: true });
    writeFileSync(`${folder}/package.json`, '{ "private": true }\n');
    const args = ['install', '--ignore-scripts', '--no-save', '--no-audit', '--no-fund', '--loglevel=error'];
    const code = await runNpm([...args, `${name}@${VERSION}`], { cwd: folder, quiet: true });
    if (code !== 0) throw new Error(`npm could not install ${name}@${VERSION}`);
  }
  const version = execFileSync(program, ['--version'], { encoding: 'utf8' }).trim();
  if (version !== `v${VERSION}`) throw new Error(`${program} is ${version}`);
  return program;
}
