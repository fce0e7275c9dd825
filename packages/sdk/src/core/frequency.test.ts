import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { SlidingWindow } from './frequency.js';

/** Calls at the given times; answers the times at which they were allowed. */
function allowed(frequency: { calls: number; windowMs: number }, times: readonly number[]): number[] {
  const window = new SlidingWindow(frequency);
  return times.filter((now) => {
    if (window.waitMs(now) > 0) return false;
    window.count(now);
    return true;
  });
}

describe('SlidingWindow', () => {
  test('a call counts for exactly the window', () => {
    expect(allowed({ calls: 2, windowMs: 1000 }, [0, 0, 0, 999, 1000, 1000, 1000])).toEqual([0, 0, 1000, 1000]);
  });

  // B35 of api.md: the fixed windows of 1.0.15 let double bursts pass.
  test('no double burst at the border of two windows', () => {
    expect(allowed({ calls: 2, windowMs: 1000 }, [990, 995, 1000, 1005])).toEqual([990, 995]);
  });

  test('says when the next call fits', () => {
    const window = new SlidingWindow({ calls: 2, windowMs: 1000 });
    window.count(0);
    window.count(400);
    expect(window.waitMs(500)).toBe(500);
    expect(window.waitMs(1000)).toBe(0);
  });

  test('is idle when nothing counts any more', () => {
    const window = new SlidingWindow({ calls: 2, windowMs: 1000 });
    window.count(0);
    expect([window.isIdle(999), window.isIdle(1000)]).toEqual([false, true]);
  });

  test('allows what fits, and only that', () => {
    const frequencies = fc.record({ calls: fc.integer({ min: 1, max: 5 }), windowMs: fc.integer({ min: 1, max: 50 }) });
    const steps = fc.array(fc.integer({ min: 0, max: 20 }), { maxLength: 80 });
    fc.assert(
      fc.property(frequencies, steps, (frequency, gaps) => {
        const times = gaps.map((_, i) => gaps.slice(0, i + 1).reduce((sum, gap) => sum + gap, 0));
        const passed: number[] = [];
        const window = new SlidingWindow(frequency);
        for (const now of times) {
          const counted = passed.filter((time) => time > now - frequency.windowMs).length;
          expect(window.waitMs(now) === 0).toBe(counted < frequency.calls);
          if (counted < frequency.calls) {
            window.count(now);
            passed.push(now);
          }
        }
      }),
    );
  });
});
