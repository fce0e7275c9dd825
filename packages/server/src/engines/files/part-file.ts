import { type FileHandle, open } from 'node:fs/promises';

/**
 * The file of an upload: 24 bytes of head, then the content. The head has a mark: so many bytes of content were on disk when
 * it was written. After a crash of the machine what lies behind the mark may be anything, so an upload goes on at the mark.
 */
export const HEAD_BYTES = 24;
const MAGIC = Buffer.from('ArRTM\0m1');

/** Content between two marks: what a crash costs at most, and how often an upload waits for the disk. */
export const MARK_EVERY_BYTES = 4 * 1024 * 1024;

function headOf(mark: number): Buffer {
  const head = Buffer.alloc(HEAD_BYTES);
  MAGIC.copy(head);
  // Twice, so that half a write is no mark.
  head.writeBigUInt64LE(BigInt(mark), 8);
  head.writeBigUInt64LE(~BigInt(mark) & 0xffff_ffff_ffff_ffffn, 16);
  return head;
}

/** Writes what `mark` says of the content before it is said. */
export async function writeMark(file: FileHandle, mark: number): Promise<void> {
  await file.datasync();
  await writeAll(file, headOf(mark), 0);
}

/** Makes an empty file unless it is there. */
export async function createPart(path: string): Promise<void> {
  const file = await open(path, 'a', 0o600);
  try {
    const { size } = await file.stat();
    if (size === 0) await file.appendFile(headOf(0));
  } finally {
    await file.close();
  }
}

/** Cuts off what a crash may have damaged, and answers the size of the content that is left. */
export async function recoverPart(path: string): Promise<number> {
  const file = await open(path, 'r+');
  try {
    const head = Buffer.alloc(HEAD_BYTES);
    await file.read(head, 0, HEAD_BYTES, 0);
    const mark = Number(head.readBigUInt64LE(8));
    const { size } = await file.stat();
    const isSound = head.equals(headOf(Number.isSafeInteger(mark) ? mark : 0)) && mark <= size - HEAD_BYTES;
    if (!isSound) await writeAll(file, headOf(0), 0);
    const kept = isSound ? mark : 0;
    await file.truncate(HEAD_BYTES + kept);
    return kept;
  } finally {
    await file.close();
  }
}

/** Writes all of it: one call may write less. */
export async function writeAll(file: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    const { bytesWritten } = await file.write(bytes, done, bytes.length - done, position + done);
    done += bytesWritten;
  }
}
