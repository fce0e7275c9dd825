import { statSync } from 'node:fs';
import { stat, statfs } from 'node:fs/promises';
import type { Counters, Logger, Time } from '../../ports/index.js';
import { checkInChild } from './check-in-child.js';
import { hasCleanMark, removeCleanMark, writeCleanMark } from './clean-mark.js';
import { DataFile, FileDamage } from './data-file.js';
import { Digest } from './digest.js';
import { DirectoryLock } from './directory-lock.js';
import type { FileReport } from './file-check.js';
import { assertWritable, dataFileIn, makeDirectory, syncDirectory } from './files.js';
import { openDataFile, type RootStore } from './lmdb-file.js';
import { LmdbRecords } from './lmdb-records.js';
import { decodeRecord } from './record-format.js';
import { DIGEST_KEY } from './record-key.js';
import { migrate, putDigest, putSchemaVersion, readSchemaVersion, SCHEMA_VERSION } from './schema.js';
import { StorageRefused } from './storage-refused.js';

export interface LmdbRecordsOptions {
  /** The data directory; made if it is not there. */
  readonly dir: string;
  readonly logger: Logger;
  readonly counters: Counters;
  readonly time: Time;
  /** How long to wait for another process that holds the directory. */
  readonly lockWaitMs: number;
  /** Upper bound of the data file. Address space, not room on disk. Default: 64 GB. */
  readonly mapSizeBytes?: number;
  /** Nothing can be stored any more (disk full, device error): stop the server. */
  readonly onFailure?: (error: Error) => void;
  /** The program of the checking process; tests that run from TypeScript sources name a compiled one. */
  readonly checker?: string;
}

/** A file up to this size (about a second) is checked at every start, a larger one only after an unclean stop. */
const ALWAYS_CHECKED_BYTES = 256 * 1024 ** 2;

/** More than two groups of writes take, with the pages that they copy. */
const LEAST_FREE_BYTES = 16 * 1024 ** 2;

/**
 * Opens the records of a data directory. Rejects with StorageRefused if another process holds it, if the file is
 * damaged as a whole, or if a newer release wrote it; nothing was changed then. Single damaged records are reported,
 * and left out when they are read.
 */
export async function openLmdbRecords(options: LmdbRecordsOptions): Promise<LmdbRecords> {
  const { dir, time, lockWaitMs } = options;
  await makeDirectory(dir);
  await assertWritable(dir);
  const lock = await DirectoryLock.acquire(dir, time, lockWaitMs);
  try {
    return await openLocked(options, lock);
  } catch (error) {
    await lock.release();
    throw error;
  }
}

async function openLocked(options: LmdbRecordsOptions, lock: DirectoryLock): Promise<LmdbRecords> {
  const { dir, logger, counters, time, mapSizeBytes, onFailure } = options;
  // LMDB fills a new file with one write; a file without bytes is one that it had just made.
  const isNew = !statSync(dataFileIn(dir), { throwIfNoEntry: false })?.size;
  const before = isNew ? undefined : examine(dir);
  const wasStoppedCleanly = before === undefined || (await hasCleanMark(dir, before));
  let report: FileReport | undefined;
  if (before && (!wasStoppedCleanly || before.isShort || before.bytes <= ALWAYS_CHECKED_BYTES)) {
    report = await check(options, wasStoppedCleanly);
  }
  const database = openDataFile(dir, mapSizeBytes === undefined ? {} : { mapSizeBytes });
  try {
    const digest = prepare(database, report);
    await removeCleanMark(dir);
    if (isNew) await syncDirectory(dir);
    logger.info({ dir, records: digest.count, wasStoppedCleanly }, 'Records opened');
    const onClosed = async ({ isComplete }: { isComplete: boolean }): Promise<void> => {
      try {
        if (isComplete) await writeCleanMark(dir, examine(dir));
      } finally {
        await lock.release();
      }
    };
    const assertInPlace = await inPlace(dataFileIn(dir));
    const file = { database, digest, wasStoppedCleanly, assertRoom: () => assertRoom(dir), assertInPlace, onClosed };
    return new LmdbRecords(file, { logger, counters, time, onFailure });
  } catch (error) {
    await database.close();
    throw error;
  }
}

/**
 * Behind a write that found the disk full, lmdb-js 3.5 was seen to corrupt its heap ("corrupted size vs. prev_size", SIGABRT) in
 * one of seven runs. So the disk counts as full before it is.
 */
async function assertRoom(dir: string): Promise<void> {
  const { bavail, bsize } = await statfs(dir).catch(() => ({ bavail: Number.POSITIVE_INFINITY, bsize: 1 }));
  if (bavail * bsize < LEAST_FREE_BYTES)
    throw new Error(`no space left on the disk of ${dir}: ${bavail * bsize} bytes`);
}

/** Remembers which file this is, for a look later: one that was removed takes writes as ever, and a restart would not find them. */
async function inPlace(path: string): Promise<() => Promise<void>> {
  const opened = await stat(path, { bigint: true });
  return async () => {
    const now = await stat(path, { bigint: true }).catch(() => undefined);
    if (now?.ino === opened.ino && now.dev === opened.dev) return;
    throw new Error(`${path} was ${now ? 'replaced' : 'removed'} while the server runs`);
  };
}

/** The state of a data file that nobody writes to, by its meta pages. */
function examine(dir: string): { transaction: number; bytes: number; isShort: boolean } {
  const file = new DataFile(dataFileIn(dir));
  try {
    const { transaction, lastPage, pageBytes } = file.currentMeta();
    return { transaction, bytes: file.bytes, isShort: file.bytes < (lastPage + 1) * pageBytes };
  } catch (error) {
    if (error instanceof FileDamage) throw damaged(dir, [error.message]);
    throw error;
  } finally {
    file.close();
  }
}

async function check(options: LmdbRecordsOptions, wasStoppedCleanly: boolean): Promise<FileReport> {
  const { dir, logger, counters, checker } = options;
  if (!wasStoppedCleanly) logger.warn({ dir }, 'The last run did not stop cleanly; checking all records');
  const report = await checkInChild(dataFileIn(dir), { checker }).catch((error: unknown) => {
    throw error instanceof StorageRefused ? damaged(dir, [error.message]) : error;
  });
  if (report.structureCount > 0) throw damaged(dir, report.structure);
  for (const { key, reason } of report.damaged)
    logger.error({ key, reason }, 'A stored record is damaged and is left out');
  if (report.damagedCount > 0) {
    counters.add('records_damaged', report.damagedCount);
    logger.error({ count: report.damagedCount, of: report.records }, 'Stored records are damaged');
  }
  return report;
}

function damaged(dir: string, problems: readonly string[]): StorageRefused {
  const shown = problems.slice(0, 10).map((problem) => `  - ${problem}`);
  return new StorageRefused(
    'damaged',
    [
      `The data file ${dataFileIn(dir)} is damaged:`,
      ...shown,
      'The server does not start on it, since it might serve wrong data or end at any time. Restore a backup:',
      `  ar-rtm-server restore <backup> --data-dir ${dir} --force`,
      'or keep what can still be read (the damaged file stays beside it):',
      `  ar-rtm-server verify --data-dir ${dir} --repair`,
    ].join('\n'),
  );
}

/** Makes a new file ready, or migrates an old one. Gives the digest of all records. */
function prepare(database: RootStore, report: FileReport | undefined): Digest {
  const version = readSchemaVersion(database);
  if (version === undefined) {
    const digest = Digest.of(0, 0);
    database.transactionSync(() => {
      putSchemaVersion(database, SCHEMA_VERSION);
      putDigest(database, digest);
    });
    return digest;
  }
  migrate(database, version);
  // With damaged records the sum of what is stored differs from the sum of what was written: go on from what is there.
  if (report && report.damagedCount > 0) return Digest.of(report.digest.count, report.digest.sum);
  const stored = database.getBinary(DIGEST_KEY);
  const decoded = stored && decodeRecord(DIGEST_KEY, stored);
  const digest = decoded?.ok ? Digest.from(decoded.value) : undefined;
  if (!digest) throw new StorageRefused('damaged', 'The digest of all records is damaged');
  return digest;
}
