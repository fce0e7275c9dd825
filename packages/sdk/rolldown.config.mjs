import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'rolldown';
import { hashFiles } from '../../scripts/lib/files.mjs';
import { closures } from './bundling/closures.mjs';
import { compactEnums } from './bundling/compact-enums.mjs';
import { inlineTables } from './bundling/inline-tables.mjs';
import { secondPass } from './bundling/second-pass.mjs';
import { shortNames } from './bundling/short-names.mjs';

const { version } = JSON.parse(readFileSync(new URL('./package.json', import.meta.url), 'utf8'));
const banner = `/*! ar-rtm-sdk ${version} | MIT */`;

/** Compile-time constants; vitest.config.ts gives them to the sources under test. */
export const define = {
  __SDK_VERSION__: JSON.stringify(version),
  __SDK_BUILD__: JSON.stringify(hashFiles(['packages/protocol/src', 'packages/sdk/src']).slice(0, 12)),
};

// Browsers from the spring of 2021 on.
const TARGET = 'es2021';

// Mini-programs: engines of the years before, and nobody lowers what is in a package.
const MINIPROGRAM_TARGET = 'es2017';

// Globals that mini-programs lack.
const globals = fileURLToPath(new URL('./src/adapters/wechat-globals.ts', import.meta.url));
const inject = Object.fromEntries(['Blob', 'TextEncoder', 'atob', 'btoa'].map((name) => [name, [globals, name]]));

// Sibling packages are bundled from their sources, so that they are lowered like the rest.
const common = (...conditions) => ({
  resolve: { conditionNames: ['source', ...conditions, 'import', 'default'] },
  transform: { target: TARGET, define },
  plugins: [compactEnums, inlineTables],
  // No source has getters that do something. So tables of which nothing is used go away although others are spread in them.
  treeshake: { propertyReadSideEffects: false },
});

// Without a target of its own the minifier writes what only newer browsers know, such as Object.hasOwn.
const minify = { compress: { target: TARGET }, mangle: true, mangleProps: shortNames(), codegen: true };

const browser = { ...common(), platform: 'browser' };
browser.plugins = [...browser.plugins, closures];

// The browser builds. The package is free of side effects as a whole, so notes for other bundlers are of no use.
const small = { minify, comments: { legal: true, annotation: false, jsdoc: false }, plugins: [secondPass(2021)] };

const smallForMiniprogram = {
  ...small,
  minify: { compress: { target: MINIPROGRAM_TARGET }, mangle: true, codegen: true },
  plugins: [secondPass(2017)],
};

// require() gives an object with `default` and every named export, and also every member of the namespace, so that
// require('ar-rtm-sdk').createInstance works. A loop over an object without `default` is a loop over nothing.
const footer = `
for (const key of Object.keys(exports.default || {})) {
  if (!(key in exports)) Object.defineProperty(exports, key, { enumerable: true, get: () => exports.default[key] });
}
`;

export default defineConfig([
  {
    ...browser,
    input: 'src/index.ts',
    output: [
      { banner, format: 'esm', file: 'dist/ArRTM.esm.mjs', ...small },
      { banner, footer, format: 'cjs', file: 'dist/ArRTM.cjs.js', exports: 'named' },
    ],
  },
  {
    ...browser,
    input: 'src/global.ts',
    // Default export only: the global ArRTM is the object itself, not a namespace around it.
    output: { banner, format: 'umd', name: 'ArRTM', file: 'dist/ArRTM.umd.js', exports: 'default', ...small },
  },
  {
    ...common(),
    input: 'src/miniprogram.ts',
    platform: 'neutral',
    transform: { target: MINIPROGRAM_TARGET, define, inject },
    output: [
      // Not into the folder: every file of it becomes a part of the mini-program.
      { banner, format: 'esm', file: 'dist/miniprogram.mjs', ...smallForMiniprogram },
      { banner, footer, format: 'cjs', file: 'miniprogram_dist/index.js', exports: 'named', ...smallForMiniprogram },
    ],
  },
  {
    ...common('node'),
    input: 'src/node.ts',
    platform: 'node',
    // Native speed-ups that `ws` uses only when the application has installed them.
    external: ['bufferutil', 'utf-8-validate'],
    output: [
      { banner, format: 'esm', file: 'dist/node.mjs' },
      { banner, footer, format: 'cjs', file: 'dist/node.cjs', exports: 'named' },
    ],
  },
]);
