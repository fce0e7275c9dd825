/** Answers requests as the server does, and keeps a file, for a trace of system calls: `request.js <dir>`. */
import { NodeTime } from '../../../src/edge/node-time.js';
import { FileMediaBytes } from '../../../src/engines/files/file-media-bytes.js';
import { openLmdbRecords } from '../../../src/engines/lmdb/index.js';
import { argument, optionsFor, say } from './common.js';

const records = await openLmdbRecords(optionsFor(argument(0)));
for (let n = 1; n <= 5; n += 1) {
  say(`REQUEST-${n}`);
  await records.write([{ key: `record/${n}`, value: { n } }]);
  say(`ANSWER-${n}`);
}
const files = new FileMediaBytes({ dir: `${argument(0)}/media`, time: new NodeTime() });
const file = { appId: 'app', mediaId: 'ab'.repeat(16), timeoutMs: 10_000 };
await files.create(file);
await files.seal({ ...file, size: 0 });
say('SEALED');
await records.close();
