import fc from 'fast-check';
import { expect, test } from 'vitest';
import { backoffMs, HURRY_MS } from './backoff.js';

const fraction = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

test('the first attempt is immediate', () => {
  fc.assert(fc.property(fc.nat(), fraction, (elapsedMs, random) => backoffMs(0, elapsedMs, random) === 0));
});

test('within the first 5 s, at most 500 ms pass between attempts', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1 }),
      fc.integer({ min: 0, max: HURRY_MS - 1 }),
      fraction,
      (tries, elapsedMs, random) => {
        const delayMs = backoffMs(tries, elapsedMs, random);
        expect(delayMs).toBeGreaterThanOrEqual(100);
        expect(delayMs).toBeLessThanOrEqual(500);
      },
    ),
  );
});

test('later, 1 to 4 s', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1 }), fc.integer({ min: HURRY_MS }), fraction, (tries, elapsedMs, random) => {
      const delayMs = backoffMs(tries, elapsedMs, random);
      expect(delayMs).toBeGreaterThanOrEqual(1000);
      expect(delayMs).toBeLessThanOrEqual(4000);
    }),
  );
});

test('clients do not come back in step', () => {
  expect(backoffMs(3, 0, 0.1)).not.toBe(backoffMs(3, 0, 0.9));
});
