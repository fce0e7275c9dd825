import { expect, test } from 'vitest';
import { Child } from './support/child.js';
import { childFile } from './support/compiled.js';
import { content, newDirectory, openRecords } from './support/storage.js';

const acknowledged = (out: string): number[] => [...out.matchAll(/^ack (\d+)$/gm)].map(([, n]) => Number(n));

test('after kill -9 every acknowledged record is there, and each write is there whole or not at all', async () => {
  const dir = newDirectory();
  let first = 1000;
  for (let round = 0; round < 5; round += 1) {
    const child = Child.node(childFile('writer'), dir, String(first));
    await child.says(new RegExp(`^ack ${first + 60 + 97 * round}$`, 'm'));
    const { out } = await child.kill('SIGKILL');
    const acks = acknowledged(out);

    const records = await openRecords(dir);
    expect(records.wasStoppedCleanly).toBe(false);
    const all = content(records) as Record<string, { n: number; text: string }>;
    const highest = Math.max(...Object.keys(all).map((key) => Number(key.split('/')[1])));
    const written = new Set(acks);
    let checked = 0;
    for (const n of acks) {
      // Write n + 50 removes it again; whether that one was acknowledged or not, it may have happened.
      if (n + 50 <= highest || written.has(n + 50)) continue;
      checked += 1;
      expect(all[`pair/${n}/a`], `record ${n}, acknowledged in round ${round}`).toEqual({
        n,
        text: 'x'.repeat((n * 37) % 3000),
      });
    }
    expect(checked).toBeGreaterThan(30);
    for (const key of Object.keys(all)) {
      const other = key.endsWith('a') ? key.replace(/a$/, 'b') : key.replace(/b$/, 'a');
      expect(all[other], `the other half of ${key}`).toEqual(all[key]);
    }
    await records.close();
    first = highest + 100;
  }
}, 120_000);
