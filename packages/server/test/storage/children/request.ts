/** Answers requests as the server does, for a trace of system calls: `request.js <dir>`. */
import { openLmdbRecords } from '../../../src/engines/lmdb/index.js';
import { argument, optionsFor, say } from './common.js';

const records = await openLmdbRecords(optionsFor(argument(0)));
for (let n = 1; n <= 5; n += 1) {
  say(`REQUEST-${n}`);
  await records.write([{ key: `record/${n}`, value: { n } }]);
  say(`ANSWER-${n}`);
}
await records.close();
