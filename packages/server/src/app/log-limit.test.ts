import { FakeTime } from 'ar-rtm-testkit';
import { expect, test } from 'vitest';
import type { Logger } from '../ports/logger.js';
import { AttemptLimit } from './attempt-limit.js';
import { LogLimit } from './log-limit.js';

test('one line a second for each reason, with the number of those left out', async () => {
  const lines: unknown[] = [];
  const note = (fields: object, text: string) => void lines.push([text, fields]);
  const logger = { warn: note, info: note } as unknown as Logger;
  const time = new FakeTime();
  const limited = new LogLimit(logger, time);
  for (let i = 0; i < 10; i++) {
    limited.log('warn', 'one', { i }, 'odd');
    limited.log('info', 'two', { i }, 'bad');
  }
  expect(lines).toEqual([
    ['odd', { i: 0 }],
    ['bad', { i: 0 }],
  ]);
  await time.advance(1000);
  limited.log('warn', 'one', { i: 10 }, 'odd');
  await time.advance(1000);
  limited.log('warn', 'one', { i: 11 }, 'odd');
  expect(lines.slice(2)).toEqual([
    ['odd', { i: 10, leftOut: 9 }],
    ['odd', { i: 11 }],
  ]);
});

test('attempts are counted by key within a window', () => {
  const limit = new AttemptLimit(3, 1000);
  for (let i = 0; i < 3; i++) {
    expect(limit.isReached('a', 10)).toBe(false);
    limit.add('a', 10);
  }
  expect([limit.isReached('a', 1009), limit.isReached('b', 1009), limit.isReached('a', 1010)]).toEqual([
    true,
    false,
    false,
  ]);
  limit.add('b', 1010);
  expect([limit.isReached('a', 1011), limit.size]).toEqual([false, 1]);
});

test('a flood of addresses does not grow the memory', () => {
  const limit = new AttemptLimit(3, 1000);
  for (let i = 0; i < 120_000; i++) limit.add(`address ${i}`, 1);
  expect(limit.size).toBeLessThanOrEqual(50_000);
});
