import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';
import { root } from './root.mjs';

/** Command-line programs of the installed tools, run by this Node without a shell. */
export const bins = {
  tsc: 'node_modules/@typescript/native/bin/tsc',
  rolldown: 'node_modules/rolldown/bin/cli.mjs',
  apiExtractor: 'node_modules/@microsoft/api-extractor/bin/api-extractor',
  vite: 'node_modules/vite/bin/vite.js',
  vitest: 'node_modules/vitest/vitest.mjs',
  depcruise: 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs',
  publint: 'node_modules/publint/src/cli.js',
  attw: 'node_modules/@arethetypeswrong/cli/dist/index.js',
  sizeLimit: 'node_modules/size-limit/bin.js',
  // Those of the site.
  typedoc: 'node_modules/typedoc/bin/typedoc',
  vitepress: 'node_modules/vitepress/bin/vitepress.js',
};

/**
 * Runs a program until it ends and resolves with its exit code (128 + signal number when killed).
 * SIGINT and SIGTERM are passed on. `quiet` keeps the output and shows it only when the program fails.
 */
export function run(command, args, { cwd = root, env = process.env, quiet = false } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, env, stdio: quiet ? ['ignore', 'pipe', 'pipe'] : 'inherit' });
    const kept = [];
    child.stdout?.on('data', (data) => kept.push(data));
    child.stderr?.on('data', (data) => kept.push(data));
    const passOn = (signal) => child.kill(signal);
    process.on('SIGINT', passOn);
    process.on('SIGTERM', passOn);
    const done = () => {
      process.off('SIGINT', passOn);
      process.off('SIGTERM', passOn);
    };
    child.on('error', (error) => {
      done();
      reject(error);
    });
    child.on('close', (code, signal) => {
      done();
      const result = code ?? 128 + (constants.signals[signal] ?? 0);
      if (quiet && result !== 0) process.stderr.write(Buffer.concat(kept));
      resolve(result);
    });
  });
}

/** Runs one of `bins` with this Node; a version that the package in `cwd` has for itself goes first. */
export function runBin(name, args, options = {}) {
  const folder = [options.cwd ?? root, root].find((candidate) => existsSync(join(candidate, bins[name])));
  if (!folder) throw new Error(`${bins[name]} is not installed`);
  return run(process.execPath, [join(folder, bins[name]), ...args], options);
}

/** Runs `runBin` and ends the process with its exit code when it fails. */
export async function mustRunBin(name, args, options) {
  const code = await runBin(name, args, options);
  if (code !== 0) {
    process.stderr.write(`failed with exit code ${code}: ${name} ${args.join(' ')}\n`);
    process.exit(code);
  }
}

/** Runs npm: the one that started us, or the one on the PATH. */
export function runNpm(args, options) {
  const npm = process.env.npm_execpath;
  return npm?.endsWith('.js') ? run(process.execPath, [npm, ...args], options) : run('npm', args, options);
}
