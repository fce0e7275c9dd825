import { createHash } from 'node:crypto';
import { type FileHandle, stat } from 'node:fs/promises';
import type { MediaRef } from '../../ports/index.js';
import { ignoreMissing, pathIn, SEALED, withFile } from './media-folder.js';
import { HEAD_BYTES } from './part-file.js';

const READ_BYTES = 256 * 1024;

/** Bytes of content; absent without a file. */
export async function sizeOf(path: string): Promise<number | undefined> {
  const found = await stat(path).catch(ignoreMissing);
  return found && found.size - HEAD_BYTES;
}

/** Lower-case hex of the SHA-256 of the content, read piece by piece. */
export function digestOf(path: string): Promise<string> {
  return withFile(path, 'r', digest);
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
    // The disk itself tells of the damage.
    return `cannot be read: ${String(error)}`;
  }
}

async function digest(file: FileHandle): Promise<string> {
  const hash = createHash('sha256');
  const buffer = Buffer.alloc(READ_BYTES);
  for (let position = HEAD_BYTES; ; ) {
    const { bytesRead } = await file.read(buffer, 0, READ_BYTES, position);
    if (bytesRead === 0) return hash.digest('hex');
    hash.update(buffer.subarray(0, bytesRead));
    position += bytesRead;
  }
}
