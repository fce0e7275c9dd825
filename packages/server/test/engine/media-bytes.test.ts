import { createHash } from 'node:crypto';
import { closeSync, mkdtempSync, openSync, readdirSync, rmSync, statSync, truncateSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FakeTime } from 'ar-rtm-testkit';
import { describeMediaBytes } from 'ar-rtm-testkit/engine';
import { afterEach, expect, test } from 'vitest';
import { NodeTime } from '../../src/edge/node-time.js';
import { FileMediaBytes } from '../../src/engines/files/index.js';
import { MemoryMediaBytes } from '../../src/engines/memory/memory-media-bytes.js';
import { EngineUnavailable } from '../../src/ports/index.js';
import { BusySeals, LARGE } from '../storage/support/busy-seals.js';
import { Child } from '../storage/support/child.js';
import { childFile } from '../storage/support/compiled.js';

const MB = 1024 * 1024;
const TIMEOUT = { timeoutMs: 10_000 } as const;
const REF = { appId: 'a'.repeat(32), mediaId: 'ab'.repeat(16) };

const folders: string[] = [];
function newFolder(): string {
  const dir = mkdtempSync(join(tmpdir(), 'arrtm-media-'));
  folders.push(dir);
  return dir;
}
afterEach(() => {
  for (const dir of folders.splice(0)) rmSync(dir, { recursive: true, force: true });
});

const filesIn = (dir: string) => new FileMediaBytes({ dir, time: new NodeTime() });
const namesIn = (dir: string) =>
  (readdirSync(dir, { recursive: true }) as string[]).filter((name) => name.includes('.')).sort();

describeMediaBytes('memory', async () => {
  const bytes = new MemoryMediaBytes({ capacityBytes: 64 * MB });
  return { bytes, reopen: async () => bytes, dispose: async () => undefined };
});

describeMediaBytes('files', async () => {
  const dir = newFolder();
  return { bytes: filesIn(dir), reopen: async () => filesIn(dir), dispose: async () => undefined };
});

test('memory that is full takes no more, and has room again when something goes', async () => {
  const bytes = new MemoryMediaBytes({ capacityBytes: 10 });
  await bytes.create(REF);
  expect(await bytes.append({ ...REF, offset: 0, bytes: new Uint8Array(11) })).toEqual({ outcome: 'full' });
  expect(await bytes.append({ ...REF, offset: 0, bytes: new Uint8Array(10) })).toMatchObject({ size: 10 });
  expect(await bytes.create({ ...REF, mediaId: 'c'.repeat(32) })).toBe('full');
  expect(await bytes.room()).toEqual({ freeBytes: 0 });
  await bytes.remove(REF);
  expect(await bytes.room()).toEqual({ freeBytes: 10 });
});

test('files are in folders by app and id, for nobody else to read, and no id leads out of them', async () => {
  const dir = newFolder();
  const bytes = filesIn(dir);
  await bytes.create({ ...REF, ...TIMEOUT });
  expect(namesIn(dir)).toEqual([`${REF.appId}/ab/${REF.mediaId}.part`]);
  await bytes.seal({ ...REF, size: 0, ...TIMEOUT });
  expect(namesIn(dir)).toEqual([`${REF.appId}/ab/${REF.mediaId}.media`]);
  expect(statSync(join(dir, `${REF.appId}/ab/${REF.mediaId}.media`)).mode & 0o077).toBe(0);
  for (const mediaId of ['../../../etc/passwd', '..', '', 'a/b', 'a\0b', 'x'.repeat(65)]) {
    await expect(bytes.create({ ...REF, mediaId, ...TIMEOUT })).rejects.toThrow(TypeError);
    await expect((async () => bytes.read({ ...REF, mediaId, from: 0, length: 1, ...TIMEOUT }))()).rejects.toThrow(
      TypeError,
    );
  }
});

test('after a loss of power what was not flushed is cut off, and a damaged head begins anew', async () => {
  const dir = newFolder();
  const path = join(dir, `${REF.appId}/ab/${REF.mediaId}.part`);
  const first = filesIn(dir);
  await first.create({ ...REF, ...TIMEOUT });
  for (let offset = 0; offset < 5 * MB; offset += MB) {
    await first.append({ ...REF, offset, bytes: new Uint8Array(MB).fill(7), ...TIMEOUT });
  }
  // The file system has made the file longer, the content has not come.
  const file = openSync(path, 'r+');
  writeSync(file, new Uint8Array(100), 0, 100, statSync(path).size - 100);
  closeSync(file);
  expect(await filesIn(dir).size({ ...REF, ...TIMEOUT })).toEqual({ size: 4 * MB, isSealed: false });
  // Shorter than the mark: nothing of it can be trusted.
  truncateSync(path, 3 * MB);
  expect(await filesIn(dir).size({ ...REF, ...TIMEOUT })).toEqual({ size: 0, isSealed: false });
  truncateSync(path, 3);
  expect(await filesIn(dir).size({ ...REF, ...TIMEOUT })).toEqual({ size: 0, isSealed: false });
});

test('after kill -9 at any moment no half file is read, and every upload goes on behind what is left', async () => {
  const dir = newFolder();
  let wholeFiles = 0;
  let unfinished = 0;
  for (let round = 0; round < 6; round += 1) {
    const child = Child.node(childFile('uploader'), dir, String(round));
    await child.says(new RegExp(`^sealed ${3 + 2 * round}$`, 'm'));
    const { out } = await child.kill('SIGKILL');
    const sealed = new Set([...out.matchAll(/^is (\w+)$/gm)].map(([, mediaId]) => mediaId));
    const bytes = filesIn(dir);
    const found = await bytes.list({ limit: 10_000, ...TIMEOUT });
    for (const mediaId of sealed) expect(found).toContainEqual({ appId: REF.appId, mediaId });
    for (const ref of found) {
      const { size, isSealed } = (await bytes.size({ ...ref, ...TIMEOUT })) ?? { size: -1, isSealed: false };
      const whole = Number.parseInt(ref.mediaId.slice(-8), 16);
      if (isSealed) wholeFiles += 1;
      else {
        unfinished += 1;
        expect(await bytes.read({ ...ref, from: 0, length: 10, ...TIMEOUT })).toBeUndefined();
        expect(sealed.has(ref.mediaId)).toBe(false);
        const rest = new Uint8Array(whole - size).map((_, index) => (size + index) % 251);
        await bytes.append({ ...ref, offset: size, bytes: rest, ...TIMEOUT });
        expect(await bytes.seal({ ...ref, size: whole, ...TIMEOUT })).toMatchObject({ outcome: 'sealed' });
      }
      const content = await bytes.read({ ...ref, from: 0, length: whole + 1, ...TIMEOUT });
      expect(content?.length).toBe(whole);
      expect(content?.every((value, index) => value === index % 251)).toBe(true);
      await bytes.remove({ ...ref, ...TIMEOUT });
    }
    expect(namesIn(dir)).toEqual([]);
  }
  expect(wholeFiles).toBeGreaterThan(10);
  expect(unfinished).toBeGreaterThan(0);
}, 120_000);

test('many files that end at once and take longer than a call may: all of them get done', async () => {
  const bytes = filesIn(newFolder());
  const files = Array.from({ length: 24 }, (_, n) => ({
    ref: { ...REF, mediaId: n.toString(16).padStart(32, '0') },
    content: new Uint8Array(8 * MB).fill(n),
  }));
  for (const { ref, content } of files) {
    await bytes.create({ ...ref, ...TIMEOUT });
    await bytes.append({ ...ref, offset: 0, bytes: content, ...TIMEOUT });
  }
  // As a client does that is told to try again. Once the repetitions themselves kept the server busy for ever.
  const sealed = files.map(async ({ ref, content }) => {
    for (;;) {
      const call = bytes.seal({ ...ref, size: content.length, timeoutMs: 40 });
      const result = await call.catch((error: unknown) => error);
      if (!(result instanceof EngineUnavailable)) return result;
    }
  });
  const digests = files.map(({ content }) => createHash('sha256').update(content).digest('hex'));
  expect(await Promise.all(sealed)).toEqual(digests.map((sha256) => ({ outcome: 'sealed', sha256 })));
}, 60_000);

/** A file that waits for its turn to be sealed. */
async function queuedSeal() {
  const time = new FakeTime();
  const others = new BusySeals(time);
  const bytes = new FileMediaBytes({ dir: newFolder(), time, seals: others.seals });
  await bytes.create({ ...REF, ...TIMEOUT });
  await bytes.append({ ...REF, offset: 0, bytes: new Uint8Array(LARGE), ...TIMEOUT });
  return { time, bytes, others, sealed: bytes.seal({ ...REF, size: LARGE, ...TIMEOUT }) };
}

test('calls behind a seal that waits for others wait with it, as long as these get on', async () => {
  const { time, bytes, others, sealed } = await queuedSeal();
  const behind = [bytes.size({ ...REF, timeoutMs: 1000 }), bytes.remove({ ...REF, timeoutMs: 1000 })];
  for (let second = 0; second < 30; second++) {
    others.move();
    await time.advance(1000);
  }
  others.end();
  expect(await sealed).toMatchObject({ outcome: 'sealed' });
  expect(await Promise.all(behind)).toEqual([{ size: LARGE, isSealed: true }, undefined]);
});

test('of a client that asks on and on about a file that is busy not everything is remembered', async () => {
  const { bytes, others, sealed } = await queuedSeal();
  const asked = Array.from({ length: 1000 }, () => bytes.size({ ...REF, ...TIMEOUT }).catch((error: unknown) => error));
  const refused = asked.slice(100);
  for (const answer of refused) expect(await answer).toBeInstanceOf(EngineUnavailable);
  others.end();
  await sealed;
  expect((await Promise.all(asked)).filter((answer) => !(answer instanceof EngineUnavailable))).toHaveLength(63);
  expect(await bytes.size({ ...REF, ...TIMEOUT })).toEqual({ size: LARGE, isSealed: true });
});
