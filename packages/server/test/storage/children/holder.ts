/** Holds a data directory until its input ends, and collects garbage at every line of it: `holder.js <dir> <lockWaitMs>`. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { openLmdbRecords, StorageRefused } from '../../../src/engines/lmdb/index.js';
import { argument, optionsFor, say } from './common.js';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

try {
  const records = await openLmdbRecords(optionsFor(argument(0), Number(argument(1))));
  say('open');
  process.stdin.on('data', () => {
    collectGarbage();
    // Finalizers of native objects run in a later turn.
    setTimeout(() => say('collected'), 0);
  });
  process.stdin.once('end', () => {
    void records.close().then(() => say('closed'));
  });
} catch (error) {
  if (!(error instanceof StorageRefused)) throw error;
  say(`refused ${error.kind}: ${error.message}`);
}
