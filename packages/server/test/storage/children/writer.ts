/** Writes pairs of records without end and says which were acknowledged: `writer.js <dir> <first number>`. */
import { openLmdbRecords } from '../../../src/engines/lmdb/index.js';
import { argument, optionsFor, say } from './common.js';

const records = await openLmdbRecords(optionsFor(argument(0)));
let next = Number(argument(1));

async function writeOn(): Promise<void> {
  for (;;) {
    const n = next;
    next += 1;
    const value = { n, text: 'x'.repeat((n * 37) % 3000) };
    await records.write([
      { key: `pair/${n}/a`, value },
      { key: `pair/${n}/b`, value },
      { key: `pair/${n - 50}/a` },
      { key: `pair/${n - 50}/b` },
    ]);
    say(`ack ${n}`);
  }
}

say('open');
await Promise.all(Array.from({ length: 8 }, writeOn));
