import { comparePositions, type Position } from 'ar-rtm-protocol';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { placeOf, positionOf, StreamPosition } from './stream-position.js';

const at = (offset: number, epoch = 1): Position => ({ epoch, offset });

/** A position that has been given the entries, and what it said of each. */
function followed(start: Position | undefined, ...entries: Position[]) {
  const position = new StreamPosition();
  position.start(start);
  return { position, steps: entries.map((entry) => position.advance(entry)) };
}

test('entries that follow each other are new, and move the end', () => {
  const { position, steps } = followed(at(4), at(5), at(6));
  expect([steps, position.end]).toEqual([['new', 'new'], at(6)]);
});

test('what is not behind the end was seen before', () => {
  const { position, steps } = followed(at(4), at(4), at(5), at(5), at(3));
  expect([steps, position.end]).toEqual([['seen', 'new', 'seen', 'seen'], at(5)]);
});

test('the end stays before a hole, until what is missing comes', () => {
  const { position, steps } = followed(at(4), at(6), at(7), at(5), at(6));
  expect([steps, position.end]).toEqual([['hole', 'hole', 'new', 'new'], at(6)]);
});

test('a newer epoch is a hole, an older one was seen', () => {
  const { position, steps } = followed(at(4), at(5, 2), at(1, 2), at(9, 0));
  expect([steps, position.end]).toEqual([['hole', 'hole', 'seen'], at(4)]);
});

test('the server moves the end forward, never back', () => {
  const { position } = followed(at(4));
  const ends = [at(6), at(5), at(1, 2), undefined, at(9)].map((reached) => {
    position.reach(reached);
    return position.end;
  });
  expect(ends).toEqual([at(6), at(6), at(1, 2), at(1, 2), at(1, 2)]);
});

test('the position is given up at the second hole at one place, and only then', () => {
  const { position } = followed(at(4));
  position.miss();
  expect(position.end).toEqual(at(4));
  position.advance(at(5));
  position.miss();
  position.advance(at(5));
  position.reach(at(5));
  expect(position.end).toEqual(at(5));
  position.miss();
  expect(position.end).toBeUndefined();
  position.start(at(8));
  position.miss();
  expect(position.end).toEqual(at(8));
});

test('without positions everything is new', () => {
  const { position } = followed(undefined);
  expect([position.advance(undefined), position.end]).toEqual(['new', undefined]);
  expect([position.advance(at(3)), position.end]).toEqual(['new', at(3)]);
  expect(position.advance(undefined)).toBe('new');
});

test('places on the wire', () => {
  expect([positionOf({ Epoch: 1 }), positionOf({ Offset: 1 })]).toEqual([undefined, undefined]);
  expect(positionOf({ Epoch: 1, Offset: 2 })).toEqual(at(2));
  expect(placeOf(at(2))).toEqual({ Epoch: 1, Offset: 2 });
  expect(JSON.stringify(placeOf(undefined))).toBe('{}');
});

/** An entry that arrives, or a position that the server says it has reached. */
const arrival = fc.record({
  isReached: fc.boolean(),
  position: fc.record({ epoch: fc.integer({ min: 1, max: 2 }), offset: fc.integer({ min: 0, max: 8 }) }),
});

test('whatever arrives: each entry is new at most once, in order, and none is passed over', () => {
  fc.assert(
    fc.property(fc.array(arrival, { maxLength: 60 }), (arrivals) => {
      const { position } = followed(at(0));
      // The model: all that has been accounted for, one after the other.
      const accounted = [at(0)];
      for (const { isReached, position: next } of arrivals) {
        const last = accounted.at(-1) as Position;
        const isBehind = comparePositions(next, last) > 0;
        const isNext = next.epoch === last.epoch && next.offset === last.offset + 1;
        if (isReached) position.reach(next);
        else expect(position.advance(next)).toBe(isNext ? 'new' : isBehind ? 'hole' : 'seen');
        if (isReached ? isBehind : isNext) accounted.push(next);
        expect(position.end).toEqual(accounted.at(-1));
      }
    }),
  );
});

test('a log sent from the end on, as often as it breaks off, is taken entry by entry', () => {
  const run = fc.record({ length: fc.nat(12), lost: fc.option(fc.nat(11), { nil: undefined }), overlap: fc.nat(3) });
  fc.assert(
    fc.property(fc.array(run, { maxLength: 20 }), (runs) => {
      const { position } = followed(at(0));
      const taken: number[] = [];
      for (const { length, lost, overlap } of runs) {
        const end = position.end as Position;
        for (let offset = Math.max(1, end.offset + 1 - overlap); offset <= end.offset + length; offset++) {
          if (lost !== undefined && offset === end.offset + lost) continue;
          const step = position.advance(at(offset));
          if (step === 'hole') break;
          if (step === 'new') taken.push(offset);
        }
      }
      expect(taken).toEqual(taken.map((_, i) => i + 1));
      expect(position.end?.offset).toBe(taken.length);
    }),
  );
});
