import { expect, test } from 'vitest';
import { positionOf, StreamPosition } from './stream-position.js';

const at = (offset: number, epoch = 1) => ({ epoch, offset });

/** A position that has followed the given entries. */
function followed(start: { epoch: number; offset: number } | undefined, ...entries: ReturnType<typeof at>[]) {
  const position = new StreamPosition();
  position.start(start);
  return { position, isNew: entries.map((entry) => position.advance(entry)) };
}

test('a run without a hole is complete at its end, and nowhere else', () => {
  const { position, isNew } = followed(at(4), at(5), at(6));
  expect(isNew).toEqual([true, true]);
  expect([position.isComplete(at(5)), position.isComplete(at(6)), position.isComplete(at(7))]).toEqual([
    false,
    true,
    false,
  ]);
});

test('what is not behind the last entry was seen before', () => {
  expect(followed(at(4), at(4), at(5), at(5), at(3)).isNew).toEqual([false, true, false, false]);
});

test('a hole stays a hole', () => {
  const { position, isNew } = followed(at(4), at(6), at(7));
  expect(isNew).toEqual([true, true]);
  expect(position.isComplete(at(7))).toBe(false);
});

test('another epoch is behind, and a hole', () => {
  const { position, isNew } = followed(at(4), at(1, 2), at(9, 1));
  expect(isNew).toEqual([true, false]);
  expect(position.isComplete(at(1, 2))).toBe(false);
});

test('without positions everything is new and nothing complete', () => {
  const { position } = followed(undefined);
  expect(position.advance(undefined)).toBe(true);
  expect(position.isComplete(undefined)).toBe(false);
  expect(positionOf({ Epoch: 1 })).toBeUndefined();
  expect(positionOf({ Epoch: 1, Offset: 2 })).toEqual(at(2));
});
