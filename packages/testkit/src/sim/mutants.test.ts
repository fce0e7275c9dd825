/** A mutant whose text is not in the product any more would never be planted. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { MUTANTS } from './mutants.js';

const ROOT = new URL('../../../../', import.meta.url);

test.each(MUTANTS.map((mutant) => [mutant.name, mutant] as const))('%s can be planted', (_name, { file, find }) => {
  expect(readFileSync(new URL(file, ROOT), 'utf8').split(find)).toHaveLength(2);
});
