// The simulator as one module for Node, made from the TypeScript sources; with a mutant, one of them is changed on the way.
import { rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { define } from '../packages/sdk/rolldown.config.mjs';
import { inRoot, root } from './lib/root.mjs';

const requireFromSdk = createRequire(inRoot('packages/sdk/package.json'));
let loads = 0;

/** Changes one text of one file, which must occur exactly once. */
function planting({ name, file, find, replace }) {
  return {
    name: 'plant',
    transform(code, id) {
      if (relative(root, id).replaceAll('\\', '/') !== file) return null;
      const parts = code.split(find);
      if (parts.length !== 2) throw new Error(`${name}: found ${parts.length - 1} times in ${file}`);
      return { code: parts.join(replace), map: null };
    },
  };
}

/** Bundles the simulator, with a mutant if there is one, and answers the module. */
export async function loadSimulator(mutant) {
  const { rolldown } = await import(pathToFileURL(requireFromSdk.resolve('rolldown')).href);
  const bundle = await rolldown({
    input: inRoot('scripts/sim-product.mjs'),
    platform: 'node',
    // Packages stay where they are, and those of which nothing is used are not loaded.
    external: (id) => !/^(\.|\/|[A-Za-z]:|ar-rtm-)/.test(id),
    resolve: { conditionNames: ['source', 'import', 'default'], extensionAlias: { '.js': ['.ts', '.js'] } },
    transform: { target: 'es2022', define },
    treeshake: { moduleSideEffects: false },
    plugins: mutant ? [planting(mutant)] : [],
  });
  loads += 1;
  const file = inRoot(`packages/testkit/dist/sim-${process.pid}-${loads}.mjs`);
  await bundle.write({ file, format: 'esm', sourcemap: false });
  await bundle.close();
  try {
    return await import(pathToFileURL(file).href);
  } finally {
    await rm(file);
  }
}
