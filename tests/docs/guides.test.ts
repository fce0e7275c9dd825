/** The guides: the same ones in both languages, with examples that the tests run. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { guides, withExamples } from '../../scripts/lib/guide-examples.mjs';
import { inRoot } from '../../scripts/lib/root.mjs';

const read = (file: string) => readFileSync(inRoot(file), 'utf8');
const english: readonly string[] = guides().filter((file: string) => file.startsWith('docs/guide/'));
const chineseOf = (file: string) => file.replace('docs/', 'docs/zh/');

test('each guide is there in English and in Chinese', () => {
  expect(english.length).toBeGreaterThan(8);
  expect([...english, ...english.map(chineseOf)].sort()).toEqual(guides());
});

test.each(guides())('the examples in %s are those that run', (file) => {
  // `npm run docs` writes them.
  expect(read(file)).toBe(withExamples(read(file)));
});

test.each(english)('%s shows the same in both languages', (file) => {
  const code = (text: string) => [...text.matchAll(/<!-- example: (\S+) -->/g)].map(([, name]) => name);
  const sections = (text: string) => text.match(/^## /gm)?.length;
  const [one, other] = [read(file), read(chineseOf(file))];
  expect(code(other)).toEqual(code(one));
  expect(sections(other)).toBe(sections(one));
});
