/** Files that the disk has changed: what is read of them is what was stored, or nothing. */
import { createHash } from 'node:crypto';
import {
  linkSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { NodeTime } from '../../src/edge/node-time.js';
import { FileMediaBytes } from '../../src/engines/files/index.js';
import { MediaDamaged } from '../../src/ports/index.js';

const TIMEOUT = { timeoutMs: 10_000 } as const;
const REF = { appId: 'a'.repeat(32), mediaId: 'ab'.repeat(16) };
const SIZE = 200_000;
const HEAD_BYTES = 24;
const CONTENT = Buffer.from(Array.from({ length: SIZE }, (_, index) => (index * 31 + (index >> 8)) % 251));
const SHA256 = createHash('sha256').update(CONTENT).digest('hex');

const folders: string[] = [];
afterEach(() => {
  for (const dir of folders.splice(0)) rmSync(dir, { recursive: true, force: true });
});

const filesIn = (dir: string) => new FileMediaBytes({ dir, time: new NodeTime() });

function newFolder(): { readonly dir: string; readonly path: string } {
  const dir = mkdtempSync(join(tmpdir(), 'arrtm-media-'));
  folders.push(dir);
  return { dir, path: join(dir, REF.appId, 'ab', `${REF.mediaId}.media`) };
}

async function withFile() {
  const { dir, path } = newFolder();
  const bytes = filesIn(dir);
  await bytes.create({ ...REF, ...TIMEOUT });
  await bytes.append({ ...REF, offset: 0, bytes: CONTENT, ...TIMEOUT });
  expect(await bytes.seal({ ...REF, size: SIZE, ...TIMEOUT })).toEqual({ outcome: 'sealed', sha256: SHA256 });
  return { dir, path, stored: readFileSync(path) };
}

/** A file as releases before the sums have left it. */
function withOldFile(content = CONTENT) {
  const { dir, path } = newFolder();
  mkdirSync(dirname(path), { recursive: true });
  const head = Buffer.alloc(HEAD_BYTES);
  head.write('ArRTM\0m1');
  head.writeBigUInt64LE(2n ** 64n - 1n, 16);
  writeFileSync(path, Buffer.concat([head, content]));
  return { dir, path };
}

const read = (dir: string, from = 0, length = SIZE, sha256: string | undefined = SHA256) =>
  filesIn(dir).read({ ...REF, from, length, ...(sha256 !== undefined && { sha256 }), ...TIMEOUT });

function flip(path: string, stored: Buffer, at: number, bit: number): void {
  const bytes = Buffer.from(stored);
  bytes[at] = (bytes[at] ?? 0) ^ (1 << bit);
  writeFileSync(path, bytes);
}

describe('a file with sums', () => {
  test('400 flipped bits, each at another place: never served, and the rest can be read', async () => {
    const { dir, path, stored } = await withFile();
    let seen = 0;
    for (let round = 0; round < 400; round += 1) {
      // The head, the sums at the end, and content between them.
      const at = round < 24 ? round : round < 40 ? stored.length - 1 - (round - 24) : (round * 104_729) % stored.length;
      flip(path, stored, at, round % 8);
      await expect(read(dir), `byte ${at}`).rejects.toBeInstanceOf(MediaDamaged);
      // A part of it is given when its own blocks are whole.
      const from = (round * 7919) % (SIZE - 1000);
      const part = await read(dir, from, 1000).catch((error: unknown) => {
        expect(error).toBeInstanceOf(MediaDamaged);
        return undefined;
      });
      if (!part) continue;
      seen += 1;
      expect(CONTENT.subarray(from, from + 1000).equals(part)).toBe(true);
    }
    expect(seen).toBeGreaterThan(100);
  });

  test.each([0, 10, 24, 1000, SIZE, SIZE + 30])('cut to %i bytes: not served', async (length) => {
    const { dir, path } = await withFile();
    truncateSync(path, length);
    await expect(read(dir)).rejects.toBeInstanceOf(MediaDamaged);
  });

  test('damage between sealing and its answer is not taken for the content', async () => {
    const { dir, path, stored } = await withFile();
    flip(path, stored, 5000, 1);
    // Repeated behind a crash, before the records have the SHA-256.
    await expect(filesIn(dir).seal({ ...REF, size: SIZE, ...TIMEOUT })).rejects.toBeInstanceOf(MediaDamaged);
  });

  test('when the process ended just before the rename, nothing is to be uploaded again', async () => {
    const { dir, path } = await withFile();
    renameSync(path, path.replace('.media', '.part'));
    const bytes = filesIn(dir);
    expect(await bytes.size({ ...REF, ...TIMEOUT })).toEqual({ size: SIZE, isSealed: false });
    expect(await bytes.seal({ ...REF, size: SIZE, ...TIMEOUT })).toEqual({ outcome: 'sealed', sha256: SHA256 });
    expect(CONTENT.equals((await read(dir)) ?? Buffer.alloc(0))).toBe(true);
  });
});

describe('a file of an older release, without sums', () => {
  test('gets them when it is first read, and a backup that shares its bytes stays as it is', async () => {
    const { dir, path } = withOldFile();
    const before = readFileSync(path);
    linkSync(path, `${dir}/backup`);
    expect(CONTENT.subarray(70_000, 70_100).equals((await read(dir, 70_000, 100)) ?? Buffer.alloc(0))).toBe(true);
    const stored = readFileSync(path);
    expect(stored.length).toBeGreaterThan(before.length);
    expect(readFileSync(`${dir}/backup`).equals(before)).toBe(true);
    flip(path, stored, 70_000, 3);
    await expect(read(dir)).rejects.toBeInstanceOf(MediaDamaged);
  });

  test('many readers at a time get it whole', async () => {
    const { dir } = withOldFile();
    const bytes = filesIn(dir);
    const reads = Array.from({ length: 20 }, (_, n) =>
      bytes.read({ ...REF, from: n * 10_000, length: 10_000, sha256: SHA256, ...TIMEOUT }),
    );
    expect(Buffer.concat((await Promise.all(reads)).map((piece) => piece ?? Buffer.alloc(0))).equals(CONTENT)).toBe(
      true,
    );
  });

  test('that was damaged before is noticed by its SHA-256, and stays as it is', async () => {
    const damaged = Buffer.from(CONTENT);
    damaged[150_000] = (damaged[150_000] ?? 0) ^ 4;
    const { dir, path } = withOldFile(damaged);
    const before = readFileSync(path);
    // Another part of it, too: nothing else tells which part is whole.
    await expect(read(dir, 0, 10)).rejects.toBeInstanceOf(MediaDamaged);
    expect(readFileSync(path).equals(before)).toBe(true);
  });

  test('is compared once for all who read it meanwhile, and not again in this run when it is damaged', async () => {
    const { dir, path } = withOldFile();
    const whole = readFileSync(path);
    flip(path, whole, 150_000, 1);
    const bytes = filesIn(dir);
    const reading = () => bytes.read({ ...REF, from: 0, length: 10, sha256: SHA256, ...TIMEOUT });
    // More than may wait for their turn.
    const answers = await Promise.allSettled(Array.from({ length: 200 }, reading));
    for (const answer of answers) expect(answer).toMatchObject({ reason: expect.any(MediaDamaged) });
    writeFileSync(path, whole);
    await expect(reading()).rejects.toBeInstanceOf(MediaDamaged);
    expect((await read(dir, 0, 10))?.length).toBe(10);
  });

  test('where nothing can be written it is compared once, and read as it is', async () => {
    const { dir, path } = withOldFile();
    const before = readFileSync(path);
    mkdirSync(path.replace('.media', '.part'));
    expect(CONTENT.equals((await read(dir)) ?? Buffer.alloc(0))).toBe(true);
    expect(readFileSync(path).equals(before)).toBe(true);
  });
});

describe('after a flush that has failed the next one may succeed although the bytes are not on disk', () => {
  /** The next flush of any file is refused by the disk. */
  async function failNextFlush(path: string): Promise<void> {
    const file = await open(path);
    const handles = Object.getPrototypeOf(file) as { datasync(): Promise<void> };
    await file.close();
    vi.spyOn(handles, 'datasync').mockRejectedValueOnce(new Error('EIO, as staged'));
  }
  afterEach(() => vi.restoreAllMocks());

  async function begun() {
    const { dir, path } = newFolder();
    const bytes = filesIn(dir);
    await bytes.create({ ...REF, ...TIMEOUT });
    const send = (offset: number, content: Uint8Array) => bytes.append({ ...REF, offset, bytes: content, ...TIMEOUT });
    expect(await send(0, CONTENT)).toEqual({ outcome: 'appended', size: SIZE });
    await failNextFlush(path.replace('.media', '.part'));
    const seal = () => bytes.seal({ ...REF, size: SIZE, ...TIMEOUT });
    return { send, seal, size: () => bytes.size({ ...REF, ...TIMEOUT }) };
  }

  test('between two marks: what the last one does not speak of has to come again', async () => {
    const { send, size } = await begun();
    await expect(send(SIZE, Buffer.alloc(5 * 1024 * 1024))).rejects.toThrow('EIO');
    expect(await size()).toEqual({ size: 0, isSealed: false });
    expect(await send(0, CONTENT)).toEqual({ outcome: 'appended', size: SIZE });
  });

  test('at the end of an upload, the same', async () => {
    const { send, seal, size } = await begun();
    await expect(seal()).rejects.toThrow('EIO');
    expect(await size()).toEqual({ size: 0, isSealed: false });
    expect(await send(0, CONTENT)).toEqual({ outcome: 'appended', size: SIZE });
    expect(await seal()).toEqual({ outcome: 'sealed', sha256: SHA256 });
  });
});
