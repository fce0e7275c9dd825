/** Backup, restore and verify with the files that belong to the records. */
import {
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { runMaintenance } from '../../src/cli/index.js';
import type { MaintenanceOptions } from '../../src/engines/lmdb/index.js';
import { Child } from './support/child.js';
import { checkerFile, childFile } from './support/compiled.js';
import { APP, contentOf, idOf, MediaStore } from './support/media-store.js';
import { maintenance, newDirectory } from './support/storage.js';

const flags = { set: [] };
const [ONE, TWO, THREE, FOUR] = [1, 2, 3, 4].map(idOf) as [string, string, string, string];
/** The time of a file that is kept so long is over at once. */
const OVER = -1;

const backUp = (dir: string, toDir: string, options: MaintenanceOptions = maintenance()) =>
  runMaintenance({ kind: 'backup', flags, toDir }, dir, options);
const restoreTo = (dir: string, fromDir: string, force = false) =>
  runMaintenance({ kind: 'restore', flags, fromDir, force }, dir, maintenance());
const check = (dir: string) => runMaintenance({ kind: 'verify', flags, repair: false }, dir, maintenance());

const fileIn = (dir: string, mediaId: string) => join(dir, 'media', APP, mediaId.slice(0, 2), `${mediaId}.media`);
const filesIn = (dir: string) =>
  (existsSync(dir) ? (readdirSync(dir, { recursive: true }) as string[]) : []).filter((name) => name.includes('.'));

/** Two files, an unfinished upload, and one of which the last step is missing. */
async function withFiles(): Promise<string> {
  const dir = newDirectory();
  const store = await MediaStore.open(dir);
  await store.upload(ONE);
  await store.upload(TWO, 5_000_000);
  await store.begin(THREE, 1000, 400);
  await store.begin(FOUR);
  await store.seal(FOUR);
  await store.close();
  return dir;
}

test('files are in the backup of a running server, unfinished uploads are not, and all of it comes back', async () => {
  const dir = newDirectory();
  const store = await MediaStore.open(dir);
  await store.upload(ONE);
  await store.upload(TWO, 5_000_000);
  await store.begin(THREE, 1000, 400);
  const copy = `${newDirectory()}/copy`;
  const outcome = await backUp(dir, copy);
  expect(outcome.exitCode).toBe(0);
  expect(outcome.text).toMatch(/^Copied to .*; 2 files of 5001000 bytes\.\n$/);
  expect(filesIn(join(copy, 'media'))).toHaveLength(2);
  expect(readdirSync(copy).sort()).toEqual(['data.mdb', 'media']);
  // One file system: the same bytes under a second name, for nobody else to read.
  expect(statSync(fileIn(copy, TWO)).ino).toBe(statSync(fileIn(dir, TWO)).ino);
  for (const path of [fileIn(copy, TWO), join(copy, 'media'), join(copy, 'media', APP)]) {
    expect(statSync(path).mode & 0o077).toBe(0);
  }
  // What happens to the original is no matter of the backup.
  await store.remove(ONE);
  await store.close();

  expect((await check(copy)).text).toMatch(/is sound: .*; 2 files of 5001000 bytes\.\n$/);
  const target = `${newDirectory()}/new`;
  const restored = await restoreTo(target, copy);
  expect([restored.exitCode, restored.text]).toEqual([
    0,
    expect.stringMatching(/^Restored .*; 2 files of 5001000 bytes\.\n$/),
  ]);
  const after = await MediaStore.open(target);
  expect((await after.read(ONE))?.equals(contentOf(ONE))).toBe(true);
  expect((await after.read(TWO))?.equals(contentOf(TWO, 5_000_000))).toBe(true);
  expect(await after.bytes.size({ appId: APP, mediaId: THREE, timeoutMs: 1000 })).toBeUndefined();
  await after.close();
  expect(filesIn(join(target, 'media')).every((name) => name.endsWith('.media'))).toBe(true);
});

test('a file that is sealed and not yet complete in the records can be finished where it is restored', async () => {
  const dir = await withFiles();
  const [copy, target] = [`${newDirectory()}/copy`, `${newDirectory()}/new`];
  expect((await backUp(dir, copy)).text).toMatch(/; 3 files of 5002000 bytes\.\n$/);
  await restoreTo(target, copy);
  const store = await MediaStore.open(target);
  expect(await store.read(FOUR)).toBeUndefined();
  expect(await store.seal(FOUR)).toMatch(/^[0-9a-f]{64}$/);
  await store.close();
});

// Memory is another file system where tests run on a disk.
const OTHER_DISK = '/dev/shm';
const hasOtherDisk = existsSync(OTHER_DISK) && statSync(OTHER_DISK).dev !== statSync(newDirectory()).dev;

test.skipIf(!hasOtherDisk)(
  'on another file system it is a copy, and so are the files that come back from there',
  async () => {
    const dir = await withFiles();
    const elsewhere = mkdtempSync(join(OTHER_DISK, 'arrtm-backup-'));
    try {
      const copy = join(elsewhere, 'copy');
      expect((await backUp(dir, copy)).text).toMatch(/; 3 files of 5002000 bytes\.\n$/);
      expect(readFileSync(fileIn(copy, TWO)).equals(readFileSync(fileIn(dir, TWO)))).toBe(true);
      expect(statSync(fileIn(copy, TWO)).mode & 0o077).toBe(0);
      expect(filesIn(join(copy, 'media'))).toHaveLength(3);
      const target = `${newDirectory()}/new`;
      expect((await restoreTo(target, copy)).exitCode).toBe(0);
      expect(filesIn(join(target, 'media'))).toHaveLength(3);
      expect((await check(target)).exitCode).toBe(0);
    } finally {
      rmSync(elsewhere, { recursive: true });
    }
  },
);

test('what comes and goes while a backup is made is no error; what is missing before its time is told', async () => {
  const dir = newDirectory();
  const store = await MediaStore.open(dir);
  await store.upload(ONE);
  await store.upload(TWO, 1000, OVER);
  await store.upload(THREE);
  // As when the sweep takes it between the two steps: its bytes go first.
  rmSync(fileIn(dir, TWO));
  const first = await backUp(dir, `${newDirectory()}/copy`);
  expect([first.exitCode, first.text]).toEqual([0, expect.stringMatching(/; 2 files of 2000 bytes\.\n$/)]);
  // As when its owner removes it, and a new one has come.
  rmSync(fileIn(dir, THREE));
  mkdirSync(join(dir, 'media', APP, 'ff'), { recursive: true });
  writeFileSync(fileIn(dir, 'f'.repeat(32)), Buffer.alloc(100));
  const copy = `${newDirectory()}/copy`;
  const second = await backUp(dir, copy);
  expect(second.exitCode).toBe(0);
  expect(second.text).toMatch(
    new RegExp(`; 1 files of 1000 bytes\\.\nNot in the copy, .*\n {2}- file ${APP}/${THREE}: missing\n$`),
  );
  // Bytes of which the records do not know are not theirs.
  expect(filesIn(join(copy, 'media'))).toHaveLength(1);
  await store.close();
});

test('a server that is busy with files is backed up: what was there before is in the backup, and sound', async () => {
  const dir = newDirectory();
  const store = await MediaStore.open(dir);
  const kept: string[] = [];
  let isEnding = false;
  let made = 0;
  const run = async (): Promise<void> => {
    while (!isEnding) {
      made += 1;
      const [mediaId, isRemoved] = [idOf(made), made % 3 === 0];
      await store.upload(mediaId, 20_000);
      if (isRemoved) await store.remove(mediaId);
      else kept.push(mediaId);
    }
  };
  const runs = Promise.all([run(), run(), run()]);
  try {
    for (let round = 0; round < 3; round += 1) {
      const before = [...kept];
      const copy = `${newDirectory()}/copy`;
      const { exitCode, text } = await backUp(dir, copy);
      expect(exitCode).toBe(0);
      expect(before.filter((mediaId) => !existsSync(fileIn(copy, mediaId)))).toEqual([]);
      const report = await check(copy);
      // At most those that were removed between the records and the files.
      expect(report.text.match(/missing/g)?.length).toBe(text.match(/missing/g)?.length);
      expect(report.text).not.toMatch(/damaged, /);
    }
    expect(kept.length).toBeGreaterThan(50);
  } finally {
    isEnding = true;
    await runs;
    await store.close();
  }
}, 60_000);

test('verify tells which files are missing, of another size, or changed', async () => {
  const dir = await withFiles();
  expect((await check(dir)).text).toMatch(/is sound: .*; 2 files of 5001000 bytes\.\n$/);
  // One byte, far behind the first piece that is read.
  const bytes = readFileSync(fileIn(dir, TWO));
  bytes[4_000_000] = (bytes[4_000_000] ?? 0) ^ 1;
  writeFileSync(fileIn(dir, TWO), bytes);
  const changed = await check(dir);
  expect([changed.exitCode, changed.text]).toEqual([
    2,
    expect.stringContaining(`  - file ${APP}/${TWO}: damaged, the checksum of block 61 is wrong\n`),
  ]);
  expect(changed.text).toMatch(/is damaged: .*; 1 files of 1000 bytes are sound\.\n/);
  truncateSync(fileIn(dir, TWO), 1024);
  expect((await check(dir)).text).toContain(`${TWO}: damaged, 1000 bytes of content instead of 5000000\n`);
  rmSync(fileIn(dir, ONE));
  rmSync(fileIn(dir, TWO));
  const gone = await check(dir);
  expect(gone.text.match(/: missing\n/g)).toHaveLength(2);
  expect(gone.text).not.toContain(THREE);
  expect(gone.text).not.toContain(FOUR);
});

test('a file whose time is over may be missing', async () => {
  const dir = newDirectory();
  const store = await MediaStore.open(dir);
  await store.upload(ONE, 1000, OVER);
  await store.close();
  rmSync(fileIn(dir, ONE));
  expect((await check(dir)).exitCode).toBe(0);
});

test('old backups without files are restored, with a word on what is missing', async () => {
  const dir = await withFiles();
  const copy = `${newDirectory()}/copy`;
  await backUp(dir, copy);
  rmSync(join(copy, 'media'), { recursive: true });
  const target = `${newDirectory()}/new`;
  const { exitCode, text } = await restoreTo(target, copy);
  expect(exitCode).toBe(0);
  expect(text).toMatch(/; 0 files of 0 bytes\.\nKnown to the records, and not in the backup:\n/);
  expect(text.match(/: missing\n/g)).toHaveLength(2);
  // Over the data that they belong to: the files are there still.
  const over = await restoreTo(dir, copy, true);
  expect(over.text).not.toContain('missing');
  expect((await check(dir)).exitCode).toBe(0);
});

test('restoring over data keeps their files, and mends the ones that are damaged', async () => {
  const dir = await withFiles();
  const copy = `${newDirectory()}/copy`;
  await backUp(dir, copy);
  // A copy of its own, as from another disk: damage of the one is no damage of the other.
  const saved = readFileSync(fileIn(copy, TWO));
  rmSync(fileIn(copy, TWO));
  writeFileSync(fileIn(copy, TWO), saved, { mode: 0o600 });
  const store = await MediaStore.open(dir);
  const later = idOf(5);
  await store.upload(later);
  await store.remove(ONE);
  await store.close();
  const bytes = readFileSync(fileIn(dir, TWO));
  bytes[100] = (bytes[100] ?? 0) ^ 1;
  rmSync(fileIn(dir, TWO));
  writeFileSync(fileIn(dir, TWO), bytes);

  const { exitCode, text } = await restoreTo(dir, copy, true);
  expect(exitCode).toBe(0);
  const [, keptData = '', keptFiles = ''] = /are now (\S+) and (\S+)\.\n/.exec(text) ?? [];
  expect((await check(dir)).text).toMatch(/is sound: .*; 2 files of 5001000 bytes/);
  // The old data, put together again, are as they were.
  const before = newDirectory();
  linkSync(keptData, join(before, 'data.mdb'));
  const old = await MediaStore.open(before);
  await old.close();
  expect(filesIn(keptFiles).length).toBe(3);
  expect(readFileSync(join(keptFiles, APP, TWO.slice(0, 2), `${TWO}.media`)).equals(bytes)).toBe(true);
  expect(existsSync(join(keptFiles, APP, later.slice(0, 2), `${later}.media`))).toBe(true);
});

test('a restore that fails at the files leaves records and files as they were', async () => {
  const dir = await withFiles();
  const copy = `${newDirectory()}/copy`;
  await backUp(dir, copy);
  const store = await MediaStore.open(dir);
  await store.upload(idOf(5));
  await store.remove(ONE);
  await store.close();
  // In the way of one of the folders.
  const shard = join(dir, 'media', APP, ONE.slice(0, 2));
  rmSync(shard, { recursive: true });
  writeFileSync(shard, '');
  await expect(restoreTo(dir, copy, true)).rejects.toThrow();
  rmSync(shard);
  expect(readdirSync(dir).filter((name) => /before|new/.test(name))).toEqual([]);
  expect((await check(dir)).text).toMatch(/is sound: .*; 2 files of 5001000 bytes/);
  const after = await MediaStore.open(dir);
  expect(await after.read(ONE)).toBeUndefined();
  expect((await after.read(idOf(5)))?.equals(contentOf(idOf(5)))).toBe(true);
  await after.close();
});

test('a restore that is killed leaves the data before or those of the backup, with their files', async () => {
  const backups = [`${newDirectory()}/a`, `${newDirectory()}/b`] as const;
  for (const [index, toDir] of backups.entries()) {
    const dir = newDirectory();
    const store = await MediaStore.open(dir);
    await Promise.all(Array.from({ length: 50 }, (_, n) => store.upload(idOf(1000 * index + n), 2000)));
    await store.close();
    await backUp(dir, toDir);
  }
  const dir = newDirectory();
  let old = 0;
  for (let round = 0; round < 9; round += 1) {
    const child = Child.node(childFile('restorer'), ...backups, dir, checkerFile());
    await child.says(/^restored 0$/m);
    const began = performance.now();
    await child.says(/^restored 1$/m);
    // Somewhere in the third one, or shortly behind it.
    const part = (round / 8) * 1.3;
    await new Promise((resume) => setTimeout(resume, part * (performance.now() - began)));
    await child.kill('SIGKILL');
    const { exitCode, text } = await check(dir);
    expect([exitCode, text]).toEqual([0, expect.stringMatching(/; 50 files of 100000 bytes\.\n$/)]);
    // Unless it was killed between two restores, both have their files there.
    const store = await MediaStore.open(dir);
    const [a, b] = [await store.read(idOf(0)), await store.read(idOf(1000))];
    expect([a, b].filter((found) => found !== undefined)).toHaveLength(1);
    if (a !== undefined) old += 1;
    await store.close();
  }
  expect(old).toBeGreaterThan(0);
}, 300_000);
