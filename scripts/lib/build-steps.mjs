import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { copyAssets } from '../assets.mjs';
import { hashFiles, pruneOutput } from './files.mjs';
import { withLock } from './lock.mjs';
import { addBrowserTypes } from './miniprogram-types.mjs';
import { exists, inRoot, say } from './root.mjs';
import { mustRunBin } from './run.mjs';

const COMMON = ['tsconfig.base.json', 'package-lock.json', 'scripts/lib/build-steps.mjs', 'scripts/assets.mjs'];
const PROTOCOL = ['packages/protocol/src', 'packages/protocol/package.json', 'packages/protocol/tsconfig.json'];
const SDK = [
  ...PROTOCOL,
  'packages/sdk/src',
  'packages/sdk/package.json',
  'packages/sdk/tsconfig.json',
  'packages/sdk/rolldown.config.mjs',
  'packages/sdk/bundling',
  'packages/sdk/api-extractor.json',
  'packages/sdk/api-extractor.miniprogram.json',
  'scripts/lib/miniprogram-types.mjs',
];
const REACT = [...SDK, 'packages/react/src', 'packages/react/package.json', 'packages/react/tsconfig.json'];
const CONSOLE = [
  ...REACT,
  'packages/console/src',
  'packages/console/public',
  'packages/console/index.html',
  'packages/console/package.json',
  'packages/console/tsconfig.json',
  'packages/console/vite.config.ts',
  'packages/console/own-site.ts',
  'packages/console/precompressed.ts',
];
const SERVER = [...CONSOLE, 'packages/server/src', 'packages/server/package.json', 'packages/server/tsconfig.json'];

const compile = async (name, outDir) => {
  await mustRunBin('tsc', ['-b', `packages/${name}`]);
  pruneOutput(inRoot('packages', name, outDir), inRoot('packages', name, 'src'));
};

/** What is built, in order. A step is done again when the contents of its inputs change or an output is missing. */
const steps = {
  protocol: {
    inputs: PROTOCOL,
    outputs: ['packages/protocol/dist/index.js'],
    work: () => compile('protocol', 'dist'),
  },
  sdk: {
    inputs: SDK,
    outputs: ['esm.mjs', 'cjs.js', 'umd.js', 'd.ts', 'd.mts']
      .map((ending) => `packages/sdk/dist/ArRTM.${ending}`)
      .concat('packages/sdk/dist/node.mjs', 'packages/sdk/dist/node.cjs')

      .concat(['miniprogram.mjs', 'miniprogram.d.mts'].map((name) => `packages/sdk/dist/${name}`))
      .concat(['index.js', 'index.d.ts', 'miniprogram.js'].map((name) => `packages/sdk/miniprogram_dist/${name}`)),
    work: async () => {
      const cwd = inRoot('packages', 'sdk');
      await compile('sdk', 'build/types');
      await mustRunBin('rolldown', ['-c'], { cwd, quiet: true });
      await mustRunBin('apiExtractor', ['run', '--local'], { cwd, quiet: true });
      copyFileSync(inRoot('packages/sdk/dist/ArRTM.d.ts'), inRoot('packages/sdk/dist/ArRTM.d.mts'));
      const config = ['--config', 'api-extractor.miniprogram.json'];
      await mustRunBin('apiExtractor', ['run', '--local', ...config], { cwd, quiet: true });
      addBrowserTypes(inRoot('packages/sdk/miniprogram_dist/index.d.ts'));
      copyFileSync(inRoot('packages/sdk/miniprogram_dist/index.d.ts'), inRoot('packages/sdk/dist/miniprogram.d.mts'));
      // Its tools copy the folder and know no `exports`: there, ar-rtm-sdk/miniprogram is a file of it.
      writeFileSync(
        inRoot('packages/sdk/miniprogram_dist/miniprogram.js'),
        "module.exports = require('./index.js');\n",
      );
    },
  },
  react: {
    inputs: REACT,
    outputs: ['packages/react/dist/index.js', 'packages/react/dist/index.d.ts'],
    work: () => compile('react', 'dist'),
  },
  console: {
    inputs: CONSOLE,
    outputs: ['packages/console/dist/index.html'],
    work: () => mustRunBin('vite', ['build', '--logLevel', 'warn'], { cwd: inRoot('packages', 'console') }),
  },
  server: {
    inputs: SERVER,
    outputs: ['packages/server/dist/main.js', 'packages/server/public/console/index.html'],
    work: async () => {
      await compile('server', 'dist');
      copyAssets();
    },
  },
};

export const stepNames = Object.keys(steps);

const stampOf = (name) => inRoot('.cache', `build-${name}`);

function isBuilt(name, hash) {
  if (!steps[name].outputs.every((output) => exists(output))) return false;
  try {
    return readFileSync(stampOf(name), 'utf8') === hash;
  } catch {
    return false; // Not built in this folder yet.
  }
}

/** Builds the named packages (all by default), leaving out those whose sources have not changed. */
export async function ensureBuilt(names = stepNames) {
  const pending = () =>
    names
      .map((name) => ({ name, hash: hashFiles([...COMMON, ...steps[name].inputs]) }))
      .filter(({ name, hash }) => !isBuilt(name, hash));
  if (pending().length === 0) return;
  await withLock('build', async () => {
    for (const { name, hash } of pending()) {
      const began = Date.now();
      await steps[name].work();
      mkdirSync(inRoot('.cache'), { recursive: true });
      writeFileSync(stampOf(name), hash);
      say(`Built ${name} in ${((Date.now() - began) / 1000).toFixed(1)} s.`);
    }
  });
}
