import { statSync } from 'node:fs';
import { describeRecords } from 'ar-rtm-testkit/engine';
import { expect, test } from 'vitest';
import { DataFile } from '../../src/engines/lmdb/data-file.js';
import type { LmdbRecords } from '../../src/engines/lmdb/index.js';
import { content, crashImage, newDirectory, openRecords } from './support/storage.js';

describeRecords('LMDB', async () => {
  let dir = newDirectory();
  let records = await openRecords(dir);
  return {
    get records() {
      return records;
    },
    async reopen() {
      await records.close();
      records = await openRecords(dir);
      return records;
    },
    async crash() {
      dir = crashImage(dir);
      records = await openRecords(dir);
      expect(records.wasStoppedCleanly).toBe(false);
      return records;
    },
    dispose: () => records.close(),
  };
});

const transactionsIn = (dir: string): number => {
  const file = new DataFile(`${dir}/data.mdb`);
  const { transaction } = file.currentMeta();
  file.close();
  return transaction;
};

async function opened(): Promise<{ dir: string; records: LmdbRecords }> {
  const dir = newDirectory();
  return { dir, records: await openRecords(dir) };
}

test('calls of one turn share a transaction; those made during a flush share the next', async () => {
  const { dir, records } = await opened();
  const before = transactionsIn(dir);
  const first = Array.from({ length: 100 }, (_, n) => records.write([{ key: `a/${n}`, value: { n } }]));
  await new Promise<void>((resolve) => {
    setImmediate(() => setImmediate(resolve));
  });
  const second = Array.from({ length: 100 }, (_, n) => records.write([{ key: `b/${n}`, value: { n } }]));
  await Promise.all([...first, ...second]);
  expect(transactionsIn(dir) - before).toBe(2);
});

test('the event loop turns while a commit is under way', async () => {
  const { records } = await opened();
  let turns = 0;
  let isDone = false;
  const count = (): void => {
    turns += 1;
    if (!isDone) setImmediate(count);
  };
  setImmediate(count);
  await records.write(Array.from({ length: 2000 }, (_, n) => ({ key: `a/${n}`, value: { text: 'x'.repeat(1000) } })));
  isDone = true;
  expect(turns).toBeGreaterThan(3);
});

test('a scan mixes what is on disk with what is on its way, in the order of bytes', async () => {
  const { records } = await opened();
  await records.write(['k/b', 'k/d', 'k/f', 'k/\uffee'].map((key) => ({ key, value: { at: 'disk' } })));
  const late = records.write([
    { key: 'k/a', value: { at: 'way' } },
    { key: 'k/d', value: { at: 'way' } },
    { key: 'k/f' },
    { key: 'k/\u{1f600}', value: { at: 'way' } },
  ]);
  const expected = { 'k/a': 'way', 'k/b': 'disk', 'k/d': 'way', 'k/\uffee': 'disk', 'k/\u{1f600}': 'way' };
  const found = () => [...records.scan('k/')].map(({ key, value }) => [key, value.at]);
  expect(found()).toEqual(Object.entries(expected));
  await late;
  expect(found()).toEqual(Object.entries(expected));
});

test('a scan does not see what is written while it runs, even over turns of the event loop', async () => {
  const { records } = await opened();
  await records.write(Array.from({ length: 10 }, (_, n) => ({ key: `k/${n}`, value: { n } })));
  const seen: string[] = [];
  for (const { key } of records.scan('k/')) {
    await records.write([{ key }, { key: `${key}+`, value: {} }]);
    seen.push(key);
  }
  expect(seen).toEqual(Array.from({ length: 10 }, (_, n) => `k/${n}`));
  expect([...records.scan('k/')].map(({ key }) => key)).toEqual(seen.map((key) => `${key}+`));
});

test('a call that cannot be stored changes nothing', async () => {
  const { records } = await opened();
  const good = { key: 'good', value: {} };
  await expect(records.write([good, { key: 'x'.repeat(2000), value: {} }])).rejects.toThrow(RangeError);
  await expect(records.write([good, { key: 'half \ud800', value: {} }])).rejects.toThrow(RangeError);
  await expect(records.write([good, { key: 'big', value: { n: 1n } }])).rejects.toThrow(TypeError);
  expect(content(records)).toEqual({});
});

test('closing waits for writes; afterwards nothing is taken', async () => {
  const { dir, records } = await opened();
  const last = records.write([{ key: 'last', value: { n: 1 } }]);
  await records.close();
  await last;
  await expect(records.write([{ key: 'late', value: {} }])).rejects.toMatchObject({ name: 'EngineUnavailable' });
  expect(() => records.get('last')).toThrow(/closed/);
  const again = await openRecords(dir);
  expect(again.wasStoppedCleanly).toBe(true);
  expect(content(again)).toEqual({ last: { n: 1 } });
});

test('nobody else may read the data', async () => {
  const { dir } = await opened();
  expect(statSync(`${dir}/data.mdb`).mode & 0o077).toBe(0);
});
