import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { msUntilReport } from './count-cadence.js';
import { ReadClock } from './read-clock.js';
import { SlidingWindow } from './sliding-window.js';
import { TokenBucket } from './token-bucket.js';

describe('token bucket', () => {
  const rule = { perSecond: 60, burst: 360 };

  test('takes the burst at once, then says how long to wait', () => {
    const bucket = new TokenBucket(rule, 0);
    for (let i = 0; i < 360; i++) expect(bucket.take(rule, 0)).toBe(0);
    expect(bucket.take(rule, 0)).toBeCloseTo(1000 / 60);
    expect(bucket.take(rule, 1000 / 60 + 0.001)).toBe(0);
  });

  test('never admits more than burst + rate x time', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(500), { maxLength: 800 }), (gaps) => {
        const bucket = new TokenBucket(rule, 0);
        let now = 0;
        let admitted = 0;
        for (const gap of gaps) {
          now += gap / 10;
          if (bucket.take(rule, now) === 0) admitted++;
        }
        expect(admitted).toBeLessThanOrEqual(360 + (now * 60) / 1000 + 1e-6);
      }),
    );
  });
});

describe('sliding window', () => {
  test('in no window of its length are there more calls than allowed', () => {
    const rule = { calls: 5, windowMs: 100 };
    fc.assert(
      fc.property(fc.array(fc.nat(60), { maxLength: 200 }), (gaps) => {
        const window = new SlidingWindow();
        const admitted: number[] = [];
        let now = 0;
        for (const gap of gaps) {
          now += gap;
          if (window.admit(rule, now)) admitted.push(now);
        }
        for (const end of admitted) {
          expect(admitted.filter((at) => at > end - 100 && at <= end).length).toBeLessThanOrEqual(5);
        }
      }),
    );
  });

  test('a refused call is not counted', () => {
    const window = new SlidingWindow();
    const rule = { calls: 1, windowMs: 100 };
    expect(window.admit(rule, 0)).toBe(true);
    expect(window.admit(rule, 99)).toBe(false);
    expect(window.admit(rule, 101)).toBe(true);
  });
});

test('the clock of silence does not count a pause of the server (design 4)', () => {
  const clock = new ReadClock(100, 0);
  clock.tick(100);
  clock.tick(210);
  expect(clock.nowMs).toBe(210);
  clock.tick(60_210);
  expect(clock.nowMs).toBe(410);
});

test('count reports: the first at once, then once per second, above the threshold once per three', () => {
  const rule = { threshold: 512, smallMs: 1000, largeMs: 3000 };
  expect(msUntilReport(rule, 5, undefined, 7)).toBe(0);
  expect(msUntilReport(rule, 512, 1000, 1400)).toBe(600);
  expect(msUntilReport(rule, 513, 1000, 1400)).toBe(2600);
  expect(msUntilReport(rule, 5, 1000, 9000)).toBe(0);
});
