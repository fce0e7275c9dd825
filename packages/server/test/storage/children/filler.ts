/** Writes until writing fails, and says what came of it: `filler.js <dir>`. */
import { openLmdbRecords } from '../../../src/engines/lmdb/index.js';
import { argument, optionsFor, say } from './common.js';

const failures: Error[] = [];
const records = await openLmdbRecords({ ...optionsFor(argument(0)), onFailure: (error) => failures.push(error) });
const written: number[] = [];
try {
  for (let n = 0; n < 10_000; n += 1) {
    await records.write([{ key: `record/${n}`, value: { text: 'x'.repeat(10_000) } }]);
    written.push(n);
  }
} catch (error) {
  say(`failed ${error instanceof Error ? error.name : error}`);
}
const later = await records.write([{ key: 'later', value: {} }]).then(
  () => 'written',
  () => 'refused',
);
await records.close();
say(`written ${written.length}, later ${later}, told ${failures.length}`);
