import { mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import type { Time } from '../../ports/index.js';
import { type CheckOptions, checkInChild } from './check-in-child.js';
import type { FileReport } from './file-check.js';
import { dataFileIn, isMissing, makeDirectory, syncDirectory } from './files.js';
import { replaceData, syncFile } from './replace-data.js';
import { StorageRefused } from './storage-refused.js';
import { type Alongside, type StoredRecords, withStoredRecords } from './stored-records.js';

export interface MaintenanceOptions {
  readonly time: Time;
  readonly checker?: CheckOptions['checker'];
  readonly alongside?: Alongside | undefined;
}

async function fileNames(dir: string): Promise<readonly string[]> {
  try {
    return await readdir(dir);
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}

export async function assertDataFile(dir: string): Promise<void> {
  const name = basename(dataFileIn(dir));
  if (!(await fileNames(dir)).includes(name)) throw new StorageRefused('missing', `There is no ${name} in ${dir}`);
}

function assertSound(report: FileReport, what: string): void {
  if (report.structureCount === 0) return;
  throw new StorageRefused('damaged', [`${what} is damaged:`, ...report.structure.slice(0, 10)].join('\n  - '));
}

/** A copy that a busy server has come in the way of is made anew; one of damaged data is damaged each time. */
const COPIES = 3;

/**
 * Copies until the copy is sound. Once, beside a server that wrote without a pause on a busy machine, a copy had pages of two
 * moments, which its digest told; why LMDB's snapshot did not hold is not known.
 */
async function copySound(from: string, copy: string, checker: string | undefined): Promise<FileReport> {
  for (let left = COPIES - 1; ; left--) {
    const report = await checkInChild(from, { checker, copyTo: copy });
    if (report.structureCount === 0 || left === 0) return report;
    for (const path of [copy, `${copy}-lock`]) await rm(path, { force: true });
  }
}

/**
 * Makes a compact copy of the data, as of one moment, in the new directory `toDir`, and checks it. Works while a server
 * runs on `dir`: LMDB copies a snapshot. The copy appears under its name only when it is whole and on disk, with what
 * `alongside` has added.
 */
export async function backup(
  dir: string,
  toDir: string,
  { checker, alongside }: MaintenanceOptions,
): Promise<FileReport> {
  await assertDataFile(dir);
  if ((await fileNames(toDir)).length > 0) throw new StorageRefused('not-empty', `${toDir} is not empty`);
  const target = resolve(toDir);
  const parent = dirname(target);
  await makeDirectory(parent);
  const working = await mkdtemp(join(parent, `.${basename(target)}-`));
  const copy = dataFileIn(working);
  try {
    const report = await copySound(dataFileIn(dir), copy, checker);
    assertSound(report, `The copy, and so the data in ${dir},`);
    if (alongside) await withStoredRecords(copy, (records) => alongside(records, working));
    await rm(`${copy}-lock`, { force: true });
    await syncFile(copy);
    await syncDirectory(working);
    await rename(working, target);
    await syncDirectory(parent);
    return report;
  } catch (error) {
    await rm(working, { recursive: true, force: true });
    throw error;
  }
}

export interface Restored {
  readonly report: FileReport;
  /** Where the data are that were there before. */
  readonly keptAs: string | undefined;
}

export interface RestoreOptions extends Omit<MaintenanceOptions, 'alongside'> {
  readonly force?: boolean;
  /** As for the others, before the old records are replaced; `ending` is that of the names that old data are kept under. */
  readonly alongside?: ((records: StoredRecords, dir: string, ending: string) => Promise<void>) | undefined;
}

/**
 * Puts the data of a backup into `dir`, at once or not at all. Refuses while a server uses `dir`, and, without `force`,
 * if anything is there; with it, the old data are kept under another name.
 */
export async function restore(
  fromDir: string,
  dir: string,
  { time, checker, alongside, force = false }: RestoreOptions,
): Promise<Restored> {
  await assertDataFile(fromDir);
  if (!force && (await fileNames(dir)).length > 0) {
    throw new StorageRefused(
      'not-empty',
      `${dir} is not empty. With --force its data are replaced, and kept beside it.`,
    );
  }
  const reports: FileReport[] = [];
  const keptAs = await replaceData(dir, time, async (path, ending) => {
    const report = await checkInChild(dataFileIn(fromDir), { checker, copyTo: path });
    assertSound(report, `The backup in ${fromDir}`);
    if (alongside) await withStoredRecords(path, (records) => alongside(records, dir, ending));
    reports.push(report);
  });
  return { report: reports[0] as FileReport, keptAs };
}
