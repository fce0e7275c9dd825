import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { backup, type LmdbRecords, restore, verify } from '../../src/engines/lmdb/index.js';
import { LocalEngine } from '../../src/engines/local/index.js';
import { Child } from './support/child.js';
import { childFile } from './support/compiled.js';
import { content, maintenance, newDirectory, openRecords, Seen, time } from './support/storage.js';

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

test('archived messages of a running server are in its backup, and go on where it is restored', async () => {
  const dir = newDirectory();
  const seen = new Seen();
  const run = async (records: LmdbRecords) => {
    const engine = new LocalEngine({ records, time, logger: seen, counters: seen });
    await engine.open();
    const { history } = engine.connect();
    const ref = { appId: 'a'.repeat(32), conversation: { kind: 'peers', uids: ['u', 'v'] }, timeoutMs: 5000 } as const;
    const append = async (body: string, msgId: number) => {
      const message = { from: 'u', type: 1, body, description: '' };
      return history.append({ ...ref, message, request: { session: 1, msgId } });
    };
    const read = async () => {
      const page = await history.read({ ...ref, query: { order: 'asc', limit: 100, maxBytes: 10 ** 6 } });
      return page.entries.map(({ offset, message }) => [message.body, offset] as const);
    };
    return { engine, append, read };
  };
  const before = await run(await openRecords(dir));
  for (let n = 1; n <= 5; n += 1) await before.append(`${n}`, n);
  const copy = `${newDirectory()}/copy`;
  await backup(dir, copy, maintenance());
  const kept = await before.read();
  // Lost with the machine, and the offset that it had is not given to another message.
  await before.append('behind the backup', 6);
  const lost = (await before.read()).at(-1)?.[1] ?? 0;
  await before.engine.close({ graceful: false });

  const target = `${newDirectory()}/new`;
  await restore(copy, target, maintenance());
  const after = await run(await openRecords(target));
  expect(await after.read()).toEqual(kept);
  expect(await after.append('5 again', 5)).toEqual({ outcome: 'kept', offset: kept[4]?.[1] });
  await after.append('7', 7);
  expect((await after.read()).at(-1)?.[1]).toBeGreaterThan(lost);
  await after.engine.close({ graceful: true });
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

test('a copy that is not sound is made anew, twice at most', async () => {
  const { dir, written } = await withData();
  const { checker: sound, ...rest } = maintenance();
  const count = `${newDirectory()}/made`;
  const checker = `${newDirectory()}/unlucky.mjs`;
  const unlucky = (times: number) =>
    writeFileSync(
      checker,
      `import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
      appendFileSync('${count}', 'x');
      const report = { structure: ['pages of two moments'], structureCount: 1 };
      if (readFileSync('${count}').length > ${times}) await import('${sound}');
      else {
        writeFileSync(process.argv[3], 'mixed');
        process.stdout.write(JSON.stringify(report));
      }`,
    );
  unlucky(2);
  const copy = `${newDirectory()}/copy`;
  await backup(dir, copy, { ...rest, checker });
  expect(readFileSync(count, 'utf8')).toBe('xxx');
  expect(content(await openRecords(copy))).toEqual(written);
  unlucky(99);
  const none = `${newDirectory()}/none`;
  await expect(backup(dir, none, { ...rest, checker })).rejects.toThrow('pages of two moments');
  expect(readFileSync(count, 'utf8')).toHaveLength(6);
  expect(existsSync(none)).toBe(false);
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
