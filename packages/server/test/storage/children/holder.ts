/** Holds a data directory until its input ends: `holder.js <dir> <lockWaitMs>`. */
import { openLmdbRecords, StorageRefused } from '../../../src/engines/lmdb/index.js';
import { argument, optionsFor, say } from './common.js';

try {
  const records = await openLmdbRecords(optionsFor(argument(0), Number(argument(1))));
  say('open');
  process.stdin.resume();
  process.stdin.once('end', () => {
    void records.close().then(() => say('closed'));
  });
} catch (error) {
  if (!(error instanceof StorageRefused)) throw error;
  say(`refused ${error.kind}: ${error.message}`);
}
