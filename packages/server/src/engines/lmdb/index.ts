/** Durable records on LMDB, and what keeps them: lock, check, backup. */
export { backup, type MaintenanceOptions, restore } from './backup.js';
export type { FileReport } from './file-check.js';
export { LmdbRecords } from './lmdb-records.js';
export { type LmdbRecordsOptions, openLmdbRecords } from './open-records.js';
export { StorageRefused } from './storage-refused.js';
export type { StoredRecords } from './stored-records.js';
export { repair, verify } from './verify.js';
