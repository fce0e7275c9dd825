import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { LIMITS } from './limits.js';
import { legacyTextSize, textFits, utf8Bytes } from './text-size.js';

test('bytes are those of an encoder', () => {
  const encode = (text: string): number => encodeURIComponent(text).replace(/%[0-9A-F]{2}/g, 'x').length;
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (text) => {
      expect(utf8Bytes(text)).toBe(encode(text));
    }),
  );
});

test('a lone surrogate counts as its replacement character', () => {
  expect(utf8Bytes('\ud800')).toBe(3);
  expect(utf8Bytes('\udc00a')).toBe(4);
});

describe('32 KB by either count (api.md 5.3, D5)', () => {
  const limit = LIMITS.MESSAGE_BYTES;
  test.each([
    ['32,768 ASCII characters', 'a'.repeat(limit), true],
    ['one more', 'a'.repeat(limit + 1), false],
    ['16,384 Chinese characters: 49,152 bytes, but 32,768 by the old count', '中'.repeat(limit / 2), true],
    ['one more', '中'.repeat(limit / 2 + 1), false],
    ['32,768 Cyrillic letters: 65,536 bytes, but 32,768 by the old count', 'ж'.repeat(limit), true],
    ['16,384 emoji', '😀'.repeat(limit / 2), true],
    ['one more', '😀'.repeat(limit / 2 + 1), false],
  ])('%s', (_what, text, fits) => {
    expect(textFits(text, limit)).toBe(fits);
  });
});

test('the old count takes Chinese characters twice and nothing else', () => {
  expect(legacyTextSize('a中ж😀')).toBe(1 + 2 + 1 + 2);
});
