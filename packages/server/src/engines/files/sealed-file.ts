import { createHash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import { MediaDamaged, type MediaRef } from '../../ports/index.js';
import { HEAD_BYTES, headOf, readHead, writeAll } from './file-head.js';
import { ignoreMissing, pathIn, SEALED, withFile } from './media-folder.js';

/**
 * A sealed file: head, content, and behind it a CRC-32 (little endian) of each block of the content. Whatever is read is read in
 * whole blocks and compared with their sums, so that no damage of the disk is served. Not CRC-32C as for records: this one Node
 * has in native code, at gigabytes a second.
 */
const BLOCK_BYTES = 64 * 1024;
const SUM_BYTES = 4;
const READ_BYTES = 4 * BLOCK_BYTES;

const blocksOf = (size: number): number => Math.ceil(size / BLOCK_BYTES);
/** Bytes of a file with so much content and its sums. */
const wholeSize = (size: number): number => HEAD_BYTES + size + blocksOf(size) * SUM_BYTES;

interface Layout {
  readonly size: number;
  readonly isSummed: boolean;
}

/** Bytes of content; absent without a file. Of a damaged file: what it comes to. */
export async function sizeOf(path: string): Promise<number | undefined> {
  return withFile(path, 'r', async (file) => {
    const [head, { size }] = [await readHead(file), await file.stat()];
    const isWhole = head?.kind === 'summed' && size === wholeSize(head.bytes);
    return isWhole ? head.bytes : size - HEAD_BYTES;
  }).catch(ignoreMissing);
}

/**
 * Lower-case hex of the SHA-256 of the content, read piece by piece; `onPiece` is called behind each. Rejects with MediaDamaged when
 * a sum is wrong.
 */
export function digestOf(path: string, onPiece?: () => void): Promise<string> {
  return withFile(path, 'r', async (file) => {
    const layout = await layoutOf(file);
    const hash = createHash('sha256');
    await pieces(layout.size, async (from, length) => {
      hash.update(await readWhole(file, layout, from, length));
      onPiece?.();
    });
    return hash.digest('hex');
  });
}

/**
 * Ends the file of an upload of so many bytes: the sums come behind the content, and the head that speaks of them when both are on
 * disk. Answers the SHA-256. It is still to be renamed.
 */
export function addSums(path: string, size: number, onPiece?: () => void): Promise<string> {
  return withFile(path, 'r+', async (file) => {
    // What a failed write has left behind the end is no content.
    await file.truncate(HEAD_BYTES + size);
    const hash = createHash('sha256');
    const sums = Buffer.alloc(blocksOf(size) * SUM_BYTES);
    await pieces(size, async (from, length) => {
      const piece = await readWhole(file, { size, isSummed: false }, from, length);
      hash.update(piece);
      for (const [block, bytes] of blocks(piece, from)) sums.writeUInt32LE(crc32(bytes), block * SUM_BYTES);
      onPiece?.();
    });
    await writeAll(file, sums, HEAD_BYTES + size);
    await file.datasync();
    await writeAll(file, headOf({ kind: 'summed', bytes: size }), 0);
    await file.sync();
    return hash.digest('hex');
  });
}

/** Whether nothing but its SHA-256 tells that the file is whole. */
export function isWithoutSums(path: string): Promise<boolean> {
  return withFile(path, 'r', async (file) => !(await layoutOf(file)).isSummed);
}

/** `length` bytes of content from `from` on, fewer at its end. Rejects with MediaDamaged when a sum is wrong. */
export function readContent(path: string, from: number, length: number): Promise<Uint8Array> {
  return withFile(path, 'r', async (file) => {
    const layout = await layoutOf(file);
    const to = Math.min(from + length, layout.size);
    if (from >= to) return new Uint8Array();
    const first = from - (from % BLOCK_BYTES);
    const last = Math.min(blocksOf(to) * BLOCK_BYTES, layout.size);
    const bytes = await readWhole(file, layout, first, last - first);
    return bytes.subarray(from - first, to - first);
  });
}

/** What is wrong with a file that should have this content, in words; absent: nothing. */
export async function faultOf(
  folder: string,
  ref: MediaRef,
  { size, sha256 }: { readonly size: number; readonly sha256: string },
): Promise<string | undefined> {
  const path = pathIn(folder, ref) + SEALED;
  const found = await sizeOf(path);
  if (found === undefined) return 'missing';
  if (found !== size) return `damaged, ${Math.max(0, found)} bytes of content instead of ${size}`;
  try {
    return (await digestOf(path)) === sha256 ? undefined : 'damaged, the SHA-256 is another one';
  } catch (error) {
    if (error instanceof MediaDamaged) return `damaged, ${error.message}`;
    // The disk itself tells of the damage.
    return `cannot be read: ${String(error)}`;
  }
}

async function layoutOf(file: FileHandle): Promise<Layout> {
  const [head, { size: fileBytes }] = [await readHead(file), await file.stat()];
  if (!head) throw new MediaDamaged('its head cannot be read');
  if (head.kind === 'part') return { size: fileBytes - HEAD_BYTES, isSummed: false };
  const whole = wholeSize(head.bytes);
  if (fileBytes !== whole) throw new MediaDamaged(`the file has ${fileBytes} bytes instead of ${whole}`);
  return { size: head.bytes, isSummed: true };
}

/** Content that begins with a block, compared with its sums. */
async function readWhole(file: FileHandle, { size, isSummed }: Layout, from: number, length: number): Promise<Buffer> {
  const bytes = await readExactly(file, HEAD_BYTES + from, length);
  if (!isSummed) return bytes;
  const first = from / BLOCK_BYTES;
  const sums = await readExactly(file, HEAD_BYTES + size + first * SUM_BYTES, blocksOf(length) * SUM_BYTES);
  for (const [block, content] of blocks(bytes, from)) {
    const sum = sums.readUInt32LE((block - first) * SUM_BYTES);
    if (crc32(content) !== sum) throw new MediaDamaged(`the checksum of block ${block} is wrong`);
  }
  return bytes;
}

async function readExactly(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const bytes = Buffer.alloc(length);
  for (let done = 0; done < length; ) {
    const { bytesRead } = await file.read(bytes, done, length - done, position + done);
    if (bytesRead === 0) throw new MediaDamaged('it became shorter');
    done += bytesRead;
  }
  return bytes;
}

async function pieces(size: number, take: (from: number, length: number) => Promise<void>): Promise<void> {
  for (let from = 0; from < size; from += READ_BYTES) await take(from, Math.min(READ_BYTES, size - from));
}

/** The blocks of content that begins with one, by number. */
function* blocks(bytes: Buffer, from: number): Generator<readonly [block: number, bytes: Buffer]> {
  for (let at = 0; at < bytes.length; at += BLOCK_BYTES) {
    yield [(from + at) / BLOCK_BYTES, bytes.subarray(at, at + BLOCK_BYTES)];
  }
}
