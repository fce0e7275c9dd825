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
