import { cpSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { DataFile } from '../../src/engines/lmdb/data-file.js';
import { checkFile } from '../../src/engines/lmdb/file-check.js';
import { openDataFile, openLmdb, type RootStore } from '../../src/engines/lmdb/lmdb-file.js';
import { encodeRecord } from '../../src/engines/lmdb/record-format.js';
import { recordKey } from '../../src/engines/lmdb/record-key.js';
import { migrate, putSchemaVersion, readSchemaVersion, SCHEMA_VERSION } from '../../src/engines/lmdb/schema.js';
import { content, newDirectory, openRecords } from './support/storage.js';

/** What the release with schema 1 stored; made once by that release, as a backup, and never made again. */
const FIXTURE_1 = fileURLToPath(new URL('./fixtures/schema-1', import.meta.url));
const CONTENT_1 = {
  'counter/0123456789abcdef0123456789abcdef': { next: 42 },
  'offline/0123456789abcdef0123456789abcdef/ann/0001': { from: 'bob', text: 'ä €😀', list: [1, null, { deep: true }] },
  'offline/0123456789abcdef0123456789abcdef/ann/0002': { from: 'bob', text: 'x'.repeat(9000) },
  'session/0123456789abcdef0123456789abcdef/zoe': { channels: ['a', 'b'], seen: -1.5 },
};

test('a data directory of every released schema opens', async () => {
  const dir = newDirectory();
  cpSync(FIXTURE_1, dir, { recursive: true });
  expect(statSync(`${dir}/data.mdb`).size).toBeLessThan(65_536);
  const records = await openRecords(dir);
  expect(content(records)).toEqual(CONTENT_1);
  await records.write([{ key: 'new', value: {} }]);
  await records.close();
  expect(content(await openRecords(dir))).toEqual({ ...CONTENT_1, new: {} });
});

test('data of a newer release are refused', async () => {
  const dir = newDirectory();
  await (await openRecords(dir)).close();
  const database = openDataFile(dir);
  putSchemaVersion(database, SCHEMA_VERSION + 1);
  await database.close();
  await expect(openRecords(dir)).rejects.toMatchObject({
    kind: 'newer',
    message: expect.stringMatching(/newer release \(schema 2; this one knows 1\)/),
  });
});

test('older data are migrated step by step, in one transaction', async () => {
  const dir = newDirectory();
  const records = await openRecords(dir);
  await records.write([{ key: 'old/1', value: { n: 1 } }]);
  await records.close();
  const put = (database: RootStore, key: string, value: Record<string, unknown>): void => {
    const bytes = recordKey(key);
    database.putSync(bytes, encodeRecord(bytes, value));
  };
  const steps = new Map([
    [1, (database: RootStore) => put(database, 'two', { step: 1 })],
    [2, (database: RootStore) => put(database, 'three', { step: 2 })],
  ]);
  const broken = new Map(steps).set(2, () => {
    throw new Error('cannot');
  });
  const database = openDataFile(dir);
  expect(() => migrate(database, 1, broken, 3)).toThrow('cannot');
  expect(readSchemaVersion(database)).toBe(1);
  expect(database.getBinary(recordKey('two'))).toBeUndefined();
  migrate(database, 1, steps, 3);
  expect(readSchemaVersion(database)).toBe(3);
  await database.close();
  // The digest counts what the steps made.
  expect(checkFile(`${dir}/data.mdb`)).toMatchObject({ records: 3, structureCount: 0, damagedCount: 0 });
});

test('the layout that is read without LMDB is that of the LMDB in use', async () => {
  const path = `${newDirectory()}/plain.mdb`;
  const database = openLmdb(path, { mapSizeBytes: 2 ** 30 });
  for (let round = 0; round < 30; round += 1) {
    await database.batch(() => {
      for (let n = 0; n < 40; n += 1) void database.put(Buffer.from(`${round % 7}/${n}`), Buffer.alloc(round * 200, n));
    });
  }
  const stats = database.getStats() as Record<string, unknown> & {
    root: Record<string, number>;
    free: Record<string, number>;
  };
  const file = new DataFile(path);
  const meta = file.currentMeta();
  const shape = (tree: Record<string, number>) => [
    tree.treeDepth,
    tree.treeBranchPageCount,
    tree.treeLeafPageCount,
    tree.overflowPages,
    tree.entryCount,
  ];
  const own = (tree: typeof meta.main) => [
    tree.depth,
    tree.branchPages,
    tree.leafPages,
    tree.overflowPages,
    tree.entries,
  ];
  expect(own(meta.main)).toEqual(shape(stats.root));
  expect(own(meta.free)).toEqual(shape(stats.free));
  expect([meta.pageBytes, meta.mapBytes, meta.lastPage, meta.transaction]).toEqual([
    stats.pageSize,
    stats.mapSize,
    stats.lastPageNumber,
    stats.lastTxnId,
  ]);
  file.close();
  await database.close();
});

test('the check finds nothing in a file after thousands of transactions, restarts and readers', async () => {
  const dir = newDirectory();
  let state = 1;
  const pick = (below: number): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state % below;
  };
  for (let restart = 0; restart < 4; restart += 1) {
    const records = await openRecords(dir);
    for (let round = 0; round < 300; round += 1) {
      const scan = records.scan('k');
      if (round % 10 === 0) scan.next();
      await records.write(
        Array.from({ length: 1 + pick(30) }, () => {
          const key = `k${pick(2000)}`;
          return pick(3) === 0 ? { key } : { key, value: { text: 'x'.repeat(pick(pick(6) === 0 ? 20_000 : 300)) } };
        }),
      );
      scan.return();
    }
    await records.close();
    const report = checkFile(`${dir}/data.mdb`);
    expect(report.structure).toEqual([]);
    expect(report.damaged).toEqual([]);
    expect(report.lostPages).toBe(0);
  }
});
