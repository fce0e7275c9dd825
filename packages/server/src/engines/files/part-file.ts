import { type FileHandle, open } from 'node:fs/promises';
import { HEAD_BYTES, headOf, readHead, writeAll } from './file-head.js';

/**
 * The file of an upload: a head, then the content. The head is a mark: so many bytes of content were on disk when it was
 * written. After a crash of the machine what lies behind the mark may be anything, so an upload goes on at the mark.
 */

/** Content between two marks: what a crash costs at most, and how often an upload waits for the disk. */
export const MARK_EVERY_BYTES = 4 * 1024 * 1024;

const markOf = (bytes: number): Buffer => headOf({ kind: 'part', bytes });

/** Writes what `mark` says of the content before it is said. */
export async function writeMark(file: FileHandle, mark: number): Promise<void> {
  await file.datasync();
  await writeAll(file, markOf(mark), 0);
}

/** Makes an empty file unless it is there. */
export async function createPart(path: string): Promise<void> {
  const file = await open(path, 'a', 0o600);
  try {
    const { size } = await file.stat();
    if (size === 0) await file.appendFile(markOf(0));
  } finally {
    await file.close();
  }
}

/** Cuts off what a crash may have damaged, and answers the size of the content that is left. */
export async function recoverPart(path: string): Promise<number> {
  const file = await open(path, 'r+');
  try {
    // That of a file with sums, too, is written when its content is on disk: only the rename was missing.
    const head = await readHead(file);
    const { size } = await file.stat();
    const isSound = head !== undefined && head.bytes <= size - HEAD_BYTES;
    const kept = isSound ? head.bytes : 0;
    if (!isSound || head.kind !== 'part') await writeAll(file, markOf(kept), 0);
    await file.truncate(HEAD_BYTES + kept);
    return kept;
  } finally {
    await file.close();
  }
}
