import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { inRoot } from './root.mjs';

const FOLDER = ['examples', 'reference'];

/** The code between `// #region <name>` and `// #endregion`, without the indentation that its lines share. */
export function regionsOf(text) {
  const regions = new Map();
  for (const [, name, body] of text.matchAll(/^ *\/\/ #region (\S+)\n([\s\S]*?)^ *\/\/ #endregion$/gm)) {
    if (regions.has(name)) throw new Error(`the region ${name} is there twice`);
    const lines = body.trimEnd().split('\n');
    const indent = Math.min(...lines.filter((line) => line.trim()).map((line) => line.search(/\S/)));
    regions.set(name, lines.map((line) => line.slice(indent)).join('\n'));
  }
  return regions;
}

/** Files of the examples that the reference shows, relative to the repository. */
export function referenceExamples() {
  return readdirSync(inRoot(...FOLDER))
    .filter((name) => name.endsWith('.js') && name !== 'stage.js')
    .map((name) => join(...FOLDER, name));
}

/** `<class or interface>.<member>` to the example of that member, and the file that it is in. */
export function readExamples() {
  const examples = new Map();
  for (const file of referenceExamples()) {
    for (const [name, code] of regionsOf(readFileSync(inRoot(file), 'utf8'))) {
      if (examples.has(name)) throw new Error(`${name} has an example in ${examples.get(name).file} and in ${file}`);
      examples.set(name, { file, code });
    }
  }
  return examples;
}
