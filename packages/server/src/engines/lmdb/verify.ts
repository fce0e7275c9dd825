import type { MaintenanceOptions } from './backup.js';
import { assertDataFile } from './backup.js';
import { checkInChild } from './check-in-child.js';
import { Digest } from './digest.js';
import { DirectoryLock } from './directory-lock.js';
import { checkFile, type FileReport } from './file-check.js';
import { dataFileIn } from './files.js';
import { openLmdb } from './lmdb-file.js';
import type { Entry } from './page-tree.js';
import { storedChecksum } from './record-format.js';
import { replaceData } from './replace-data.js';
import { putDigest, putSchemaVersion, SCHEMA_VERSION } from './schema.js';
import { StorageRefused } from './storage-refused.js';
import { withStoredRecords } from './stored-records.js';

/** Checks every record of a directory that no server uses, and, if they can be read, what lies alongside. Changes nothing. */
export async function verify(dir: string, { time, checker, alongside }: MaintenanceOptions): Promise<FileReport> {
  await assertDataFile(dir);
  const lock = await DirectoryLock.acquire(dir, time, 0);
  try {
    const report = await checkInChild(dataFileIn(dir), { checker });
    if (alongside && report.structureCount === 0) {
      await withStoredRecords(dataFileIn(dir), (records) => alongside(records, dir));
    }
    return report;
  } finally {
    await lock.release();
  }
}

export interface Repaired {
  readonly kept: number;
  /** How many were written according to the digest; undefined if it cannot be read. */
  readonly written: number | undefined;
  /** Everything that was written last is there: only what lay around the records was damaged. */
  readonly isExact: boolean;
  readonly keptAs: string | undefined;
}

/**
 * Builds a new data file from the records that can be read and whose checksums are right; the damaged file is kept. If
 * the result is not exact, records are missing, and some may be older than what was written last.
 */
export async function repair(dir: string, { time }: MaintenanceOptions): Promise<Repaired> {
  await assertDataFile(dir);
  const results: Omit<Repaired, 'keptAs'>[] = [];
  const keptAs = await replaceData(dir, time, async (path) => {
    results.push(await salvage(dataFileIn(dir), path));
  });
  return { ...(results[0] as Omit<Repaired, 'keptAs'>), keptAs };
}

async function salvage(from: string, to: string): Promise<Omit<Repaired, 'keptAs'>> {
  const database = openLmdb(to);
  try {
    const digest = Digest.of(0, 0);
    const report = database.transactionSync(() => {
      const found = checkFile(from, ({ key, value }: Entry) => {
        digest.add(storedChecksum(value));
        database.putSync(key, value);
      });
      putSchemaVersion(database, found.schema ?? 0);
      putDigest(database, digest);
      return found;
    });
    if (report.schema !== SCHEMA_VERSION) {
      throw new StorageRefused(
        'damaged',
        `The data cannot be repaired: their schema version ${report.schema === undefined ? 'cannot be read' : `is ${report.schema}, not ${SCHEMA_VERSION}`}. Restore a backup.`,
      );
    }
    const { written } = report;
    const isExact = written !== undefined && Digest.of(written.count, written.sum).equals(digest);
    return { kept: digest.count, written: written?.count, isExact };
  } finally {
    await database.close();
  }
}
