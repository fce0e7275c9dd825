import { expect, test } from 'vitest';
import { NodeChance } from './node-time.js';

test('secrets have the asked length and never come twice, across all the random bytes fetched at once', () => {
  const chance = new NodeChance();
  // 12 does not divide the page; some are longer than it.
  const lengths = Array.from({ length: 2000 }, (_, at) => (at % 500 === 499 ? 5000 : at % 3 === 0 ? 32 : 12));
  const secrets = lengths.map((bytes) => chance.secretHex(bytes));
  expect(secrets.map((secret) => secret.length)).toEqual(lengths.map((bytes) => 2 * bytes));
  expect(secrets.every((secret) => /^[0-9a-f]+$/.test(secret))).toBe(true);
  expect(new Set(secrets).size).toBe(secrets.length);
  expect(secrets.filter((secret) => /0000000000/.test(secret))).toEqual([]);
});
