import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { comparePositions, isAppId, isId, MAX_EPOCH, MAX_OFFSET, messageIdOf, positionOfMessageId } from './ids.js';

describe('ids (api.md, ID rule)', () => {
  const signs = '!#$%&()+-:;<=.>?@[]^_{}|~, ';
  test.each([['a'], ['A9'], [' padded '], [signs], ['x'.repeat(64)], ['nullable'], ['NULL']])('%j is one', (id) => {
    expect(isId(id)).toBe(true);
  });
  test.each([
    [''],
    ['x'.repeat(65)],
    ['null'],
    ['a/b'],
    ['a*b'],
    ["it's"],
    ['"q"'],
    ['a\\b'],
    ['`'],
    ['é'],
    ['你好'],
    ['a\n'],
    [7],
    [null],
    [undefined],
    [['a']],
  ])('%j is none', (id) => {
    expect(isId(id)).toBe(false);
  });
  test('an App ID has 32 letters and digits', () => {
    expect(isAppId('0123456789abcdefABCDEF0123456789')).toBe(true);
    expect(isAppId('0123456789abcdefABCDEF012345678')).toBe(false);
    expect(isAppId('0123456789abcdefABCDEF012345678-')).toBe(false);
  });
});

const position = fc.record({ epoch: fc.nat(MAX_EPOCH - 1), offset: fc.integer({ min: 0, max: MAX_OFFSET - 1 }) });

test('a message id is one safe integer and leads back to its position', () => {
  fc.assert(
    fc.property(position, (at) => {
      const id = messageIdOf(at);
      expect(Number.isSafeInteger(id)).toBe(true);
      expect(positionOfMessageId(id)).toEqual(at);
    }),
  );
});

test('message ids are in the order of the positions', () => {
  fc.assert(
    fc.property(position, position, (a, b) => {
      expect(Math.sign(comparePositions(a, b))).toBe(Math.sign(messageIdOf(a) - messageIdOf(b)));
    }),
  );
});

test.each([[-1], [1.5], [2 ** 53], [Number.NaN]])('%d is no message id', (id) => {
  expect(positionOfMessageId(id)).toBeUndefined();
});
