/** Durable records on LMDB, and what keeps them: lock, check, backup. */

export { LmdbRecords } from './lmdb-records.js';
export { type LmdbRecordsOptions, openLmdbRecords } from './open-records.js';
export { StorageRefused } from './storage-refused.js';
