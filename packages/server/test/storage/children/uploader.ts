/** Uploads files without end, several at a time, and says which are sealed: `uploader.js <dir> <name>`. */
import { NodeTime } from '../../../src/edge/node-time.js';
import { FileMediaBytes } from '../../../src/engines/files/file-media-bytes.js';
import { argument, say } from './common.js';

const PIECE = 200_000;
const TIMEOUT = { timeoutMs: 10_000 } as const;
const bytes = new FileMediaBytes({ dir: argument(0), time: new NodeTime() });
let files = 0;
let sealed = 0;

async function uploadOn(): Promise<void> {
  for (;;) {
    files += 1;
    // The id ends with the size, so that the test knows what is whole.
    const size = 1 + ((files * 777_777) % 6_000_000);
    const mediaId = `${argument(1)}${files}`.padStart(24, 'e') + size.toString(16).padStart(8, '0');
    const ref = { appId: 'a'.repeat(32), mediaId };
    await bytes.create({ ...ref, ...TIMEOUT });
    for (let offset = 0; offset < size; offset += PIECE) {
      const piece = new Uint8Array(Math.min(PIECE, size - offset)).map((_, index) => (offset + index) % 251);
      await bytes.append({ ...ref, offset, bytes: piece, ...TIMEOUT });
    }
    await bytes.seal({ ...ref, size, ...TIMEOUT });
    sealed += 1;
    say(`is ${mediaId}`);
    say(`sealed ${sealed}`);
  }
}

await Promise.all(Array.from({ length: 4 }, uploadOn));
