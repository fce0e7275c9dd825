import { FakeTime } from 'ar-rtm-testkit';
import { expect, test } from 'vitest';
import type { PageRequest, Time } from '../../ports/index.js';
import { pageOf } from './page-walk.js';

const request = (more: Partial<PageRequest> = {}): PageRequest => ({
  search: '',
  limit: 10,
  patienceMs: 1000,
  timeoutMs: 3000,
  ...more,
});

/** So many ids, and how many were looked at in each turn. */
function counted(count: number, time: FakeTime) {
  const turns: number[] = [0];
  const counting: Time = {
    monotonicMs: () => time.monotonicMs(),
    wallMs: () => time.wallMs(),
    after: (delayMs, task) => time.after(delayMs, task),
    every: (periodMs, task) => time.every(periodMs, task),
    nextTurn: (task) => {
      turns.push(0);
      time.nextTurn(task);
    },
  };
  function* ids(): Iterable<readonly [string, number]> {
    for (let i = 0; i < count; i += 1) {
      turns[turns.length - 1] = (turns.at(-1) ?? 0) + 1;
      // Not in order.
      const number = (i * 7919) % count;
      yield [`user-${String(number).padStart(6, '0')}`, number];
    }
  }
  return { ids: ids(), turns, time: counting };
}

const walkOf = (ids: Iterable<readonly [string, number]>) => ({ ids, itemOf: (id: string) => id });

test('many ids are looked through in slices, a turn each, and the page is the first in order', async () => {
  const fake = new FakeTime();
  const { ids, turns, time } = counted(20_000, fake);
  const page = pageOf(time, request({ limit: 3, after: 'user-000041' }), walkOf(ids));
  await fake.settle();
  expect(await page).toEqual({
    items: ['user-000042', 'user-000043', 'user-000044'],
    more: true,
    isComplete: true,
  });
  expect(Math.max(...turns)).toBeLessThanOrEqual(1000);
  expect(turns.length).toBeGreaterThanOrEqual(20);
});

test('the walk ends when its time is over, and says so', async () => {
  const fake = new FakeTime();
  const { ids, time } = counted(20_000, fake);
  const page = pageOf(time, request({ search: '9' }), walkOf(ids));
  fake.stall(1000);
  await fake.settle();
  const { items, isComplete } = await page;
  expect(isComplete).toBe(false);
  expect(items.length).toBeGreaterThan(0);
});

test('what comes twice is one, and what is not meant is looked past', async () => {
  const ids = ['b', 'a', 'b', 'c', 'a', 'd'].map((id) => [id, 0] as const);
  const walk = { ids, isMeant: () => true, itemOf: (id: string) => id };
  expect((await pageOf(new FakeTime(), request({ limit: 2 }), walk)).items).toEqual(['a', 'b']);
  expect(await pageOf(new FakeTime(), request(), { ...walk, isMeant: () => false })).toEqual({
    items: [],
    more: false,
    isComplete: true,
  });
});

test('ids that go while the walk waits do no harm', async () => {
  const fake = new FakeTime();
  const ids = new Map(Array.from({ length: 5000 }, (_, i) => [`u${String(i).padStart(4, '0')}` as string, i] as const));
  const page = pageOf(fake, request({ limit: 2 }), walkOf(ids));
  ids.clear();
  ids.set('later', 1);
  await fake.settle();
  expect((await page).isComplete).toBe(true);
});
