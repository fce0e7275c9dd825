import { mkdir, open } from 'node:fs/promises';
import { join } from 'node:path';

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

/** Data hold secrets and messages: nobody but the server's own user may look inside. */
export async function makeDirectory(dir: string): Promise<void> {
  await mkdir(dir, { recursive: true, mode: 0o700 });
}

export function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
