import { expect, test } from 'vitest';
import { Child } from './support/child.js';
import { childFile } from './support/compiled.js';
import { newDirectory, openRecords } from './support/storage.js';

const hold = (dir: string, lockWaitMs = 0): Child => Child.node(childFile('holder'), dir, String(lockWaitMs));

test('a second process is refused, and told who is there', async () => {
  const dir = newDirectory();
  const first = hold(dir);
  await first.says(/open/);
  await expect(openRecords(dir)).rejects.toMatchObject({
    name: 'StorageRefused',
    kind: 'locked',
    message: expect.stringContaining(`process ${first.pid} `),
  });
  const second = hold(dir);
  await second.says(/refused locked: .*two servers cannot share it/i);
  await first.kill('SIGKILL');
});

// lmdb-js holds a read transaction weakly. The lock once had nothing else that kept it: a server lost its directory with
// the first garbage collection, and a second one could open it.
test('a second process is refused, however long the first has run', async () => {
  const dir = newDirectory();
  const first = hold(dir);
  await first.says(/open/);
  first.write('\n');
  await first.says(/collected/);
  await hold(dir).says(/refused locked/);
  await first.kill('SIGKILL');
});

test('a start waits for the other process to end, and takes over', async () => {
  const dir = newDirectory();
  const first = hold(dir);
  await first.says(/open/);
  const second = hold(dir, 20_000);
  await first.kill('SIGTERM');
  await second.says(/open/);
  await second.kill('SIGKILL');
});

test('a lock of a process that was killed is taken over at once', async () => {
  const dir = newDirectory();
  const first = hold(dir);
  await first.says(/open/);
  await first.kill('SIGKILL');
  const records = await openRecords(dir);
  expect(records.wasStoppedCleanly).toBe(false);
});

test('of many that find a dead owner, one takes over', async () => {
  const dir = newDirectory();
  const dead = hold(dir);
  await dead.says(/open/);
  await dead.kill('SIGKILL');
  const starters = Array.from({ length: 6 }, () => hold(dir));
  const results = await Promise.all(starters.map((child) => child.says(/^(open|refused)/m)));
  expect(results.filter(([, word]) => word === 'open')).toHaveLength(1);
  await Promise.all(starters.map((child) => child.kill('SIGKILL')));
});

test('the same process cannot open a directory twice, and can after closing it', async () => {
  const dir = newDirectory();
  const records = await openRecords(dir);
  await expect(openRecords(dir)).rejects.toMatchObject({ kind: 'locked' });
  await records.close();
  expect((await openRecords(dir)).wasStoppedCleanly).toBe(true);
});

test('a damaged lock is refused with instructions', async () => {
  const dir = newDirectory();
  await (await openRecords(dir)).close();
  const { readFileSync, writeFileSync } = await import('node:fs');
  const bytes = readFileSync(`${dir}/lock.mdb`);
  bytes.fill(0xff, 0, 64);
  writeFileSync(`${dir}/lock.mdb`, bytes);
  await expect(openRecords(dir)).rejects.toThrow(/delete lock\.mdb and lock\.mdb-lock/);
});
