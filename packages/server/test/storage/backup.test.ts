import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { backup, restore, verify } from '../../src/engines/lmdb/index.js';
import { Child } from './support/child.js';
import { childFile } from './support/compiled.js';
import { content, maintenance, newDirectory, openRecords } from './support/storage.js';

async function withData(): Promise<{ dir: string; written: Record<string, unknown> }> {
  const dir = newDirectory();
  const records = await openRecords(dir);
  await records.write(Array.from({ length: 200 }, (_, n) => ({ key: `a/${n}`, value: { text: 'x'.repeat(n * 20) } })));
  const written = content(records);
  await records.close();
  return { dir, written };
}

test('what was backed up can be restored', async () => {
  const { dir, written } = await withData();
  const copy = `${newDirectory()}/copies/monday`;
  const report = await backup(dir, copy, maintenance());
  expect(report).toMatchObject({ records: 200, damagedCount: 0 });
  expect(readdirSync(copy)).toEqual(['data.mdb']);
  expect(statSync(`${copy}/data.mdb`).mode & 0o077).toBe(0);

  const target = `${newDirectory()}/new`;
  expect((await restore(copy, target, maintenance())).keptAs).toBeUndefined();
  const records = await openRecords(target);
  expect(content(records)).toEqual(written);
  // What the backup does not have (live entries) is missing after it.
  expect(records.wasStoppedCleanly).toBe(false);
});

test('a backup can be made while a server writes, and is consistent', async () => {
  const dir = newDirectory();
  const server = Child.node(childFile('writer'), dir, '1000');
  await server.says(/^ack 1080$/m);
  for (let round = 0; round < 3; round += 1) {
    const copy = `${newDirectory()}/copy`;
    await backup(dir, copy, maintenance());
    const all = content(await openRecords(copy));
    expect(Object.keys(all).length).toBeGreaterThan(50);
    for (const key of Object.keys(all)) expect(all[key.replace(/\/.$/, '/a')]).toEqual(all[key.replace(/\/.$/, '/b')]);
  }
  await server.kill('SIGKILL');
});

test('restoring over data needs force, and keeps what was there', async () => {
  const { dir, written } = await withData();
  const copy = `${newDirectory()}/copy`;
  await backup(dir, copy, maintenance());
  const records = await openRecords(dir);
  await records.write([{ key: 'later', value: {} }]);
  const now = content(records);

  await expect(restore(copy, dir, maintenance())).rejects.toMatchObject({ kind: 'not-empty' });
  await expect(restore(copy, dir, { ...maintenance(), force: true })).rejects.toMatchObject({ kind: 'locked' });
  await records.close();
  const { keptAs } = await restore(copy, dir, { ...maintenance(), force: true });
  const restored = await openRecords(dir);
  expect(content(restored)).toEqual(written);

  const before = newDirectory();
  writeFileSync(`${before}/data.mdb`, readFileSync(keptAs ?? ''));
  expect(content(await openRecords(before))).toEqual(now);
});

test('a damaged backup is not restored, and what is there stays', async () => {
  const { dir, written } = await withData();
  const copy = `${newDirectory()}/copy`;
  await backup(dir, copy, maintenance());
  const bytes = readFileSync(`${copy}/data.mdb`);
  bytes.fill(0x55, 12_288, 12_300);
  writeFileSync(`${copy}/data.mdb`, bytes);
  await expect(restore(copy, dir, { ...maintenance(), force: true })).rejects.toMatchObject({ name: 'StorageRefused' });
  expect(content(await openRecords(dir))).toEqual(written);
  expect(readdirSync(dir).filter((name) => name.includes('.new'))).toEqual([]);
});

test('a backup needs data and an empty place', async () => {
  const { dir } = await withData();
  const full = newDirectory();
  writeFileSync(`${full}/something`, '');
  await expect(backup(dir, full, maintenance())).rejects.toMatchObject({ kind: 'not-empty' });
  const empty = newDirectory();
  await expect(backup(empty, `${empty}/x`, maintenance())).rejects.toMatchObject({ kind: 'missing' });
  expect(existsSync(`${empty}/x`)).toBe(false);
  await expect(restore(empty, `${empty}/y`, maintenance())).rejects.toMatchObject({ kind: 'missing' });
});

test('verify finds sound data sound, and leaves a running server alone', async () => {
  const { dir } = await withData();
  expect(await verify(dir, maintenance())).toMatchObject({ records: 200, structureCount: 0, damagedCount: 0 });
  const server = Child.node(childFile('holder'), dir);
  await server.says(/open/);
  await expect(verify(dir, maintenance())).rejects.toMatchObject({ kind: 'locked' });
  await server.kill('SIGKILL');
  mkdirSync(`${dir}/x`);
  await expect(verify(`${dir}/x`, maintenance())).rejects.toMatchObject({ kind: 'missing' });
});
