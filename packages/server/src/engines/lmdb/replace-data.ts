import { link, open, rename, rm } from 'node:fs/promises';
import type { Time } from '../../ports/index.js';
import { removeCleanMark } from './clean-mark.js';
import { DirectoryLock } from './directory-lock.js';
import { dataFileIn, isMissing, makeDirectory, syncDirectory } from './files.js';

/** Makes the bytes of a file durable. */
export async function syncFile(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/**
 * Gives `dir` another data file: `fill` makes it under the name it is given, then one rename puts it in place. Until
 * then the old data are untouched; afterwards they are kept under the name that is returned, which ends as `fill` is told.
 * Rejects with StorageRefused while a server uses the directory.
 */
export async function replaceData(
  dir: string,
  time: Time,
  fill: (path: string, ending: string) => Promise<void>,
): Promise<string | undefined> {
  await makeDirectory(dir);
  const lock = await DirectoryLock.acquire(dir, time, 0);
  const path = dataFileIn(dir);
  const made = `${path}.new`;
  const ending = `before-${new Date(time.wallMs()).toISOString().replace(/[:.]/g, '-')}`;
  try {
    await removeWithLock(made);
    await fill(made, ending);
    await syncFile(made);
    const keptAs = await keepAside(path, `${path}.${ending}`);
    await removeCleanMark(dir);
    await rename(made, path);
    await syncDirectory(dir);
    return keptAs;
  } finally {
    await removeWithLock(made);
    await lock.release();
  }
}

async function keepAside(path: string, keptAs: string): Promise<string | undefined> {
  try {
    await link(path, keptAs);
    return keptAs;
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

/** The file and the one that LMDB makes beside every file that it opens. */
async function removeWithLock(path: string): Promise<void> {
  await rm(path, { force: true });
  await rm(`${path}-lock`, { force: true });
}
