import { mkdtemp, open, readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import type { Time } from '../../ports/index.js';
import { checkInChild } from './check-in-child.js';
import { DirectoryLock } from './directory-lock.js';
import type { FileReport } from './file-check.js';
import { dataFileIn, isMissing, makeDirectory, syncDirectory } from './files.js';
import { openDataFile } from './lmdb-file.js';
import { StorageRefused } from './storage-refused.js';

export interface CheckOptions {
  /** The program of the checking process; tests that run from TypeScript sources name a compiled one. */
  readonly checker?: string;
}

async function fileNames(dir: string): Promise<readonly string[]> {
  try {
    return await readdir(dir);
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}

async function assertDataFile(dir: string, what: string): Promise<void> {
  const names = await fileNames(dir);
  if (!names.includes(basename(dataFileIn(dir)))) throw new StorageRefused('missing', `There is no ${what} in ${dir}`);
}

async function syncFile(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/**
 * Makes a compact copy of the data, as of one moment, in the new directory `toDir`, and checks it. Works while a server
 * runs on `dir`: LMDB copies a snapshot. The copy appears under its name only when it is whole and on disk.
 */
export async function backup(dir: string, toDir: string, options: CheckOptions = {}): Promise<FileReport> {
  await assertDataFile(dir, 'data file');
  if ((await fileNames(toDir)).length > 0) throw new StorageRefused('not-empty', `${toDir} is not empty`);
  return inPlace(toDir, async (working) => {
    const database = openDataFile(dir, { readOnly: true });
    try {
      await database.backup(dataFileIn(working), true);
    } finally {
      await database.close();
    }
    const report = await checkInChild(dataFileIn(working), options.checker);
    if (report.structureCount > 0) {
      throw new StorageRefused('damaged', `The copy is damaged, and so are the data in ${dir}: ${report.structure[0]}`);
    }
    return report;
  });
}

export interface RestoreOptions extends CheckOptions {
  /** Replaces the data that are there; they are kept beside it. */
  readonly force?: boolean;
  readonly time: Time;
}

/**
 * Puts a backup in place of the data in `dir`, at once or not at all. Refuses while a server uses `dir`, and, without
 * `force`, if anything is there. Gives the report, and where the data are that were replaced.
 */
export async function restore(
  fromDir: string,
  dir: string,
  options: RestoreOptions,
): Promise<{ readonly report: FileReport; readonly keptAs: string | undefined }> {
  await assertDataFile(fromDir, 'backup');
  const isEmpty = (await fileNames(dir)).length === 0;
  if (!isEmpty && !options.force) {
    throw new StorageRefused('not-empty', `${dir} is not empty. With --force its data are replaced, and kept beside it.`);
  }
  const report = await checkInChild(dataFileIn(fromDir), options.checker);
  if (report.structureCount > 0) {
    throw new StorageRefused('damaged', `The backup in ${fromDir} is damaged: ${report.structure.join('; ')}`);
  }
  return { report, keptAs: await replace(dir, isEmpty, options.time, (working) => copyData(fromDir, working)) };
}

async function copyData(fromDir: string, working: string): Promise<void> {
  const database = openDataFile(fromDir, { readOnly: true });
  try {
    await database.backup(dataFileIn(working), true);
  } finally {
    await database.close();
  }
}

/** Fills a directory beside `dir`, then exchanges the two by renaming. Gives the name of what was there before. */
export async function replace(
  dir: string,
  isEmpty: boolean,
  time: Time,
  fill: (working: string) => Promise<void>,
): Promise<string | undefined> {
  if (isEmpty) {
    await inPlace(dir, fill);
    return undefined;
  }
  const lock = await DirectoryLock.acquire(dir, time, 0);
  try {
    const keptAs = `${resolve(dir)}.before-${new Date(time.wallMs()).toISOString().replace(/[:.]/g, '-')}`;
    await inPlace(dir, fill, keptAs);
    return keptAs;
  } finally {
    await lock.release();
  }
}

/**
 * Has a directory filled beside `dir` and gives it that name when everything in it is on disk. What has the name so far
 * is renamed to `keptAs` first; without `keptAs` it must be empty or missing.
 */
async function inPlace<T>(dir: string, fill: (working: string) => Promise<T>, keptAs?: string): Promise<T> {
  const target = resolve(dir);
  const parent = dirname(target);
  await makeDirectory(parent);
  const working = await mkdtemp(join(parent, `.${basename(target)}-`));
  try {
    const result = await fill(working);
    await rm(`${dataFileIn(working)}-lock`, { force: true });
    await syncFile(dataFileIn(working));
    await syncDirectory(working);
    if (keptAs !== undefined) await rename(target, keptAs);
    await rename(working, target);
    await syncDirectory(parent);
    return result;
  } catch (error) {
    await rm(working, { recursive: true, force: true });
    throw error;
  }
}
