import { open, type RootDatabase } from 'lmdb';
import { dataFileIn } from './files.js';

/**
 * How the data file is opened. `overlappingSync` is off: a transaction is then committed when its pages and after them
 * its meta page are on the device, so that the promise of a write means what our port promises, and a cut of power
 * leaves the last committed transaction. lmdb-js's overlapping flushes reach more transactions per second; grouping
 * gives us that without a third meta page and without reading the kernel's boot id. Values are binary: checksum and
 * format are ours. `noMemInit` stays off, so that no memory of the process gets into the file.
 *
 * The map is address space, not memory or room on disk: it is large from the start so that it never has to be moved.
 */
export const DEFAULT_MAP_BYTES = 64 * 1024 ** 3;

/** Files for the server's own user only; lmdb-js takes this option, its types do not name it. */
const FILE_MODE = { permissionsMode: 0o600 };

export type RootStore = RootDatabase<Buffer, Buffer>;

export function openLmdb(path: string, options: { mapSizeBytes?: number; readOnly?: boolean } = {}): RootStore {
  return open<Buffer, Buffer>({
    path,
    noSubdir: true,
    encoding: 'binary',
    keyEncoding: 'binary',
    overlappingSync: false,
    cache: false,
    mapSize: options.mapSizeBytes ?? DEFAULT_MAP_BYTES,
    readOnly: options.readOnly ?? false,
    ...FILE_MODE,
  });
}

export const openDataFile = (dir: string, options: { mapSizeBytes?: number; readOnly?: boolean } = {}): RootStore =>
  openLmdb(dataFileIn(dir), options);
