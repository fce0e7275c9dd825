import { expect, test } from 'vitest';
import { literal, nameFor, quoted } from './literal.js';

const evaluated = (source: string) => new Function(`return ${source}`)() as unknown;

test('what is written is the value again', () => {
  const values = [
    'plain',
    'it’s \'quoted\' and "quoted"',
    'a\nb\t\\ \u2028 \u0000 👋 </script>',
    42,
    true,
    null,
    undefined,
    [1, ['two']],
    { uid: 'amy', 'with space': { nested: [] }, $ok_1: {} },
    { messageType: 'RAW', rawMessage: new Uint8Array([0, 255]) },
  ];
  for (const value of values) expect(evaluated(literal(value))).toEqual(value);
});

test('what cannot be written stands for something of its kind', () => {
  expect(literal(new Blob(['x'], { type: 'image/png' }))).toBe("new Blob(['content'], { type: 'image/png' })");
  expect(literal(new File(['x'], "it's.txt"))).toBe("new Blob(['content of it_s.txt'])");
  expect(literal({ onProgress: () => undefined, left: undefined, kept: 1 })).toBe('{ kept: 1 }');
});

test('quotes are those of the house', () => {
  expect(quoted('say "hi"')).toBe('\'say "hi"\'');
});

test('names remind of what they stand for, are never taken twice and never words of the language', () => {
  const used = new Set<string>();
  const names = ['amy', 'amy', 'class', 'tea room-1', '42', '日本語', '日本語', 'x'.repeat(60)];
  const given = names.map((name) => nameFor(name, 'user', used));
  expect(given.slice(0, 6)).toEqual(['amy', 'amy2', 'user', 'teaRoom1', 'user42', 'user2']);
  expect(new Set(given).size).toBe(names.length);
  for (const name of given) expect(() => new Function(`const ${name} = 1;`)).not.toThrow();
});
