import type { FileHandle } from 'node:fs/promises';

/**
 * How every file begins: what it is, and a number of bytes of content. Of an upload (`part`) so many were on disk when the head was
 * written. A file with sums (`summed`) has exactly so many, and then a CRC-32 of each block of them. Releases before these sums
 * have left files without, whose head is still that of an upload.
 */
export type HeadKind = 'part' | 'summed';

export interface Head {
  readonly kind: HeadKind;
  readonly bytes: number;
}

export const HEAD_BYTES = 24;

const MAGIC: Readonly<Record<HeadKind, Buffer>> = {
  part: Buffer.from('ArRTM\0m1'),
  summed: Buffer.from('ArRTM\0m2'),
};

export function headOf({ kind, bytes }: Head): Buffer {
  const head = Buffer.alloc(HEAD_BYTES);
  MAGIC[kind].copy(head);
  // Twice, so that half a write is no head.
  head.writeBigUInt64LE(BigInt(bytes), 8);
  head.writeBigUInt64LE(~BigInt(bytes) & 0xffff_ffff_ffff_ffffn, 16);
  return head;
}

/** Absent: what lies there was not written as a head. */
export async function readHead(file: FileHandle): Promise<Head | undefined> {
  const found = Buffer.alloc(HEAD_BYTES);
  await file.read(found, 0, HEAD_BYTES, 0);
  const bytes = Number(found.readBigUInt64LE(8));
  if (!Number.isSafeInteger(bytes)) return undefined;
  const kinds: readonly HeadKind[] = ['part', 'summed'];
  return kinds.map((kind) => ({ kind, bytes })).find((head) => headOf(head).equals(found));
}

/** Writes all of it: one call may write less. */
export async function writeAll(file: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    const { bytesWritten } = await file.write(bytes, done, bytes.length - done, position + done);
    done += bytesWritten;
  }
}
