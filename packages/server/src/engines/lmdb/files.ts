import { access, constants, mkdir, open } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { StorageRefused } from './storage-refused.js';

/** What lies where in a data directory. */
export const dataFileIn = (dir: string): string => join(dir, 'data.mdb');
export const lockFileIn = (dir: string): string => join(dir, 'lock.mdb');
export const cleanMarkIn = (dir: string): string => join(dir, 'stopped-cleanly.json');

/** Makes additions, renames and removals in the directory durable. */
export async function syncDirectory(dir: string): Promise<void> {
  const handle = await open(dir, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/**
 * Data hold secrets and messages: nobody but the server's own user may look inside. What is made is on disk under its name, or a
 * loss of power could take the directory with all that was flushed in it.
 */
export async function makeDirectory(dir: string): Promise<void> {
  const first = await mkdir(dir, { recursive: true, mode: 0o700 });
  if (first === undefined) return;
  const [last, stop] = [resolve(dir), dirname(resolve(first))];
  for (let made = last; made !== stop; made = dirname(made)) await syncDirectory(dirname(made));
}

/** Refuses a directory that the server may not write to, in words for whoever can change that. */
export async function assertWritable(dir: string): Promise<void> {
  for (const path of [dir, dataFileIn(dir), lockFileIn(dir)]) {
    try {
      await access(path, constants.R_OK | constants.W_OK);
    } catch (error) {
      if (isMissing(error)) continue;
      const user = process.getuid ? `the user of the server (${process.getuid()})` : 'the user of the server';
      throw new StorageRefused(
        'read-only',
        `${path} cannot be written to: ${String(error)}. Give ${user} the right to read and write ${dir} and all that is in it, or mount its disk for writing.`,
        { cause: error },
      );
    }
  }
}

export function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
