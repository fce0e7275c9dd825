import { expect, test } from 'vitest';
import { LoopWatch } from './loop-state.js';

/** Ticks that are due every 100 ms, each this late; the changes that they made, with their times. */
function watch(latenesses: readonly number[], limitMs = 500): string[] {
  const loop = new LoopWatch(limitMs);
  const changes: string[] = [];
  let nowMs = 10_000;
  for (const lateMs of latenesses) {
    nowMs += 100 + lateMs;
    const change = loop.ticked(lateMs, nowMs);
    if (change) changes.push(`${change} ${nowMs - 10_000}`);
  }
  return changes;
}

const times = (count: number, lateMs: number) => Array<number>(count).fill(lateMs);

test('late for 2 s: overloaded, until it has been in time for 1 s', () => {
  // The first late tick is at 800, the fourth 2,100 ms behind it; the tenth in time 1,000 ms behind the first.
  expect(watch([0, ...times(4, 600), ...times(20, 0)])).toEqual(['began 2900', 'ended 4000']);
});

test('in time once in between: not overloaded; late once in between: not over', () => {
  expect(watch([...times(3, 600), 0, ...times(3, 600), 0])).toEqual([]);
  expect(watch([...times(4, 600), ...times(9, 0), 501, ...times(8, 0)])).toEqual(['began 2800']);
});

test('as late as the limit is in time', () => {
  expect(watch(times(50, 500))).toEqual([]);
});

test('one pause, however long, is no overload: the process was suspended', () => {
  expect(watch([0, 60_000, 0, 0, 0])).toEqual([]);
});
