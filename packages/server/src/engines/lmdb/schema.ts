import { Digest } from './digest.js';
import type { RootStore } from './lmdb-file.js';
import { decodeRecord, encodeRecord, storedChecksum } from './record-format.js';
import { behindPrefix, DIGEST_KEY, prefixKey, SCHEMA_KEY } from './record-key.js';
import { StorageRefused } from './storage-refused.js';

/** The version of families, keys and values that this release writes. */
export const SCHEMA_VERSION = 1;

/** Takes the records from one version to the next, in one synchronous transaction that the caller opened. */
export type Migration = (database: RootStore) => void;

/** By the version it starts from. A test opens a data directory of every released version. */
export const MIGRATIONS: ReadonlyMap<number, Migration> = new Map();

/** Undefined: the file is new. */
export function readSchemaVersion(database: RootStore): number | undefined {
  const stored = database.getBinary(SCHEMA_KEY);
  if (!stored) return undefined;
  const decoded = decodeRecord(SCHEMA_KEY, stored);
  const version = decoded.ok ? decoded.value.version : undefined;
  if (typeof version === 'number' && Number.isSafeInteger(version)) return version;
  throw new StorageRefused('damaged', 'The record of the schema version is damaged');
}

export function putSchemaVersion(database: RootStore, version: number): void {
  database.putSync(SCHEMA_KEY, encodeRecord(SCHEMA_KEY, { version }));
}

/**
 * Brings the records to `target`, all steps in one transaction. Refuses a file of a newer release: it may hold what
 * this one would misread or drop.
 */
export function migrate(
  database: RootStore,
  from: number,
  migrations: ReadonlyMap<number, Migration> = MIGRATIONS,
  target: number = SCHEMA_VERSION,
): void {
  if (from > target) {
    throw new StorageRefused(
      'newer',
      `The data were written by a newer release (schema ${from}; this one knows ${target}). Start that release, or restore a backup that was made before the update.`,
    );
  }
  if (from === target) return;
  database.transactionSync(() => {
    for (let version = from; version < target; version += 1) {
      const step = migrations.get(version);
      if (!step) throw new StorageRefused('newer', `There is no way from schema ${version} to ${version + 1}`);
      step(database);
    }
    putDigest(database, countRecords(database));
    putSchemaVersion(database, target);
  });
}

export function putDigest(database: RootStore, digest: Digest): void {
  database.putSync(DIGEST_KEY, encodeRecord(DIGEST_KEY, digest.value()));
}

/** The digest of the records as they are. */
export function countRecords(database: RootStore): Digest {
  const digest = Digest.of(0, 0);
  const start = prefixKey('');
  for (const { value } of database.getRange({ start, end: behindPrefix(start) })) digest.add(storedChecksum(value));
  return digest;
}
