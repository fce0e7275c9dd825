import fc from 'fast-check';
import { expect, test } from 'vitest';
import { DeadlineWheel } from './deadline-wheel.js';

test('everything is called at its deadline or at most one tick later, never before', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(50_000), { minLength: 1, maxLength: 50 }), (delays) => {
      const wheel = new DeadlineWheel(100);
      const called = new Map<number, number>();
      for (const [index, delay] of delays.entries()) {
        wheel.schedule({ due: (now) => void called.set(index, now) }, delay);
      }
      for (let now = 100; now <= 51_200; now += 100) wheel.tick(now);
      for (const [index, delay] of delays.entries()) {
        const at = called.get(index) ?? Number.NaN;
        expect(at).toBeGreaterThanOrEqual(delay);
        expect(at).toBeLessThanOrEqual(Math.max(100, delay + 100));
      }
      expect(wheel.size).toBe(0);
    }),
  );
});

test('whoever asks is called again', () => {
  const wheel = new DeadlineWheel(100);
  const calls: number[] = [];
  wheel.schedule({ due: (now) => (calls.push(now) < 3 ? 200 : undefined) }, 100);
  for (let now = 100; now <= 2000; now += 100) wheel.tick(now);
  expect(calls).toEqual([100, 300, 500]);
});

test('ticks that come late make up for what they missed', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 1, max: 499 }), { minLength: 200, maxLength: 200 }),
      fc.array(fc.integer({ min: 1, max: 9000 }), { minLength: 1, maxLength: 20 }),
      (gaps, delays) => {
        const wheel = new DeadlineWheel(100);
        wheel.tick(0);
        const called = new Map<number, number>();
        for (const [index, delay] of delays.entries()) {
          wheel.schedule({ due: (now) => void called.set(index, now) }, delay);
        }
        let now = 0;
        let before = 0;
        const gapAt = new Map<number, number>();
        for (const gap of gaps) {
          before = now;
          now += gap;
          gapAt.set(now, now - before);
          wheel.tick(now);
        }
        for (const [index, delay] of delays.entries()) {
          const at = called.get(index);
          if (at === undefined) expect(delay).toBeGreaterThan(now - 100);
          else {
            expect(at).toBeGreaterThanOrEqual(delay);
            // The tick before this one came too early for it.
            expect(at).toBeLessThan(delay + 100 + (gapAt.get(at) as number));
          }
        }
      },
    ),
  );
});

test('a loaded loop with a tick every 400 ms does not make a deadline of 3 s four times as long', () => {
  const wheel = new DeadlineWheel(100);
  wheel.tick(0);
  const calls: number[] = [];
  const again = (now: number): number => {
    calls.push(now);
    return 3000;
  };
  wheel.schedule({ due: again }, 3000);
  for (let now = 400; now <= 12_000; now += 400) wheel.tick(now);
  expect(calls).toEqual([3200, 6400, 9600]);
});

test('after a stall not everything is due at once', () => {
  const wheel = new DeadlineWheel(100);
  wheel.tick(0);
  const calls: string[] = [];
  wheel.schedule({ due: () => void calls.push('near') }, 500);
  wheel.schedule({ due: () => void calls.push('far') }, 3000);
  wheel.tick(60_000);
  expect(calls).toEqual(['near']);
  for (let now = 60_100; now < 62_500; now += 100) wheel.tick(now);
  expect(calls).toEqual(['near']);
  wheel.tick(62_500);
  expect(calls).toEqual(['near', 'far']);
});

test('whoever asks again in a late tick is not called twice in it, however long the delay', () => {
  const wheel = new DeadlineWheel(100);
  wheel.tick(0);
  const calls: string[] = [];
  const asksAgain = (name: string, delayMs: number) => ({
    due: () => {
      calls.push(name);
      return delayMs;
    },
  });
  wheel.schedule(asksAgain('short', 100), 100);
  wheel.schedule(asksAgain('long', 1_000_000), 100);
  wheel.tick(500);
  expect(calls).toEqual(['short', 'long']);
  wheel.tick(600);
  expect(calls).toEqual(['short', 'long', 'short']);
});
