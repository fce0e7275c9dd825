import { describe, expect, test } from 'vitest';
import { areAttributeKeys, attributesCode } from './attributes.js';

const many = (count: number) => Array.from({ length: count }, (_, i) => [`k${i}`, 'v'] as const);

describe('keys', () => {
  test.each(['a', 'first name', '__proto__', '键'.repeat(10), 'x'.repeat(32), '😀', '"', '/'])('%j is one', (key) => {
    expect(areAttributeKeys([key], 32)).toBe(true);
  });

  test.each(['', ' ', '\u00a0', 'a\nb', '\0', '\u007f', '\u0085', 'x'.repeat(33), '键'.repeat(11), 7, null, undefined])(
    '%j is none',
    (key) => {
      expect(areAttributeKeys(['a', key], 32)).toBe(false);
    },
  );
});

test.each([
  [[], 0],
  [[['a', '1']], 0],
  [many(32), 0],
  [many(33), 4],
  [[['a', '']], 3],
  [[['a', 7]], 3],
  [[['a', null]], 3],
  [[['', 'v']], 3],
  [[['a', 'x'.repeat(8192)]], 0],
  [[['a', 'x'.repeat(8193)]], 4],
  [[['a', '键'.repeat(2731)]], 4],
  // What is not valid at all is said first, wherever it stands.
  [
    [
      ['a', 'x'.repeat(8193)],
      ['b', ''],
    ],
    3,
  ],
  [
    [
      ['a', 'x'.repeat(8191)],
      ['b', 'x'.repeat(8191)],
    ],
    0,
  ],
  [
    [
      ['a', 'x'.repeat(8192)],
      ['b', 'x'.repeat(8191)],
    ],
    4,
  ],
] as const)('the code of %#', (entries, code) => {
  expect(attributesCode(entries as readonly (readonly [string, unknown])[], 16_384)).toBe(code);
});
