import type { Records } from '../../ports/index.js';
import { openLmdb } from './lmdb-file.js';
import { decodeRecord } from './record-format.js';
import { behindPrefix, keyText, prefixKey } from './record-key.js';

/** Records as they lie in a file. Damaged ones are left out: the check of the file has told of them. */
export type StoredRecords = Pick<Records, 'scan'>;

/**
 * What belongs to records and lies beside their file. Called with the records of `dir` when they are whole, and before anybody
 * else takes them for it; what it rejects with ends the command.
 */
export type Alongside = (records: StoredRecords, dir: string) => Promise<void>;

/** Reads a data file that was checked and that nobody writes to, as long as `use` takes. Leaves a lock file of LMDB beside it. */
export async function withStoredRecords(path: string, use: (records: StoredRecords) => Promise<void>): Promise<void> {
  const database = openLmdb(path, { readOnly: true });
  try {
    await use({
      *scan(prefix) {
        const start = prefixKey(prefix);
        for (const { key, value } of database.getRange({ start, end: behindPrefix(start) })) {
          const decoded = decodeRecord(key, value);
          if (decoded.ok) yield { key: keyText(key), value: decoded.value };
        }
      },
    });
  } finally {
    await database.close();
  }
}
