import { MEDIA_PATH } from 'ar-rtm-protocol';
import { type Bytes, blobOf } from '../platform.js';
import type { HttpAnswer } from '../ports.js';
import type { Transfer } from './transfer.js';

/** Types that are known by how a file begins. */
const SIGNATURES: readonly (readonly [begin: string, type: string])[] = [
  ['\x89PNG', 'image/png'],
  ['GIF8', 'image/gif'],
  ['\xff\xd8\xff', 'image/jpeg'],
  ['%PDF', 'application/pdf'],
  ['PK\x03\x04', 'application/zip'],
];

/** Fetches a file; behind a cut connection it goes on where it was. */
export async function download(transfer: Transfer, mediaId: string): Promise<Bytes> {
  let pieces: Uint8Array[] = [];
  let at = 0;
  /** The answer that the last bytes belong to. */
  let seen: HttpAnswer | undefined;
  let isOdd = false;
  const onBytes = (bytes: Uint8Array, answer: HttpAnswer) => {
    if (answer.status >= 300 || isOdd) return;
    if (seen !== answer) {
      seen = answer;
      const [, from = 0, all = answer.header('Content-Length')] =
        /(\d+)-\d+\/(\d+)/.exec(answer.header('Content-Range') ?? '') ?? [];
      transfer.total = Number(all ?? NaN);
      isOdd = Number(from) !== 0 && Number(from) !== at;
      // Who takes no ranges sends all of it anew.
      if (Number(from) === 0) {
        pieces = [];
        at = 0;
      }
    }
    pieces.push(bytes);
    at += bytes.length;
    isOdd ||= at > transfer.total;
    transfer.arrived(at);
  };
  for (let isWhole = false; !isWhole; ) {
    const before = at;
    const range = { headers: { Range: `bytes=${at}-` }, onBytes };
    const answer = await transfer.ask('GET', `${MEDIA_PATH}/${mediaId}`, range);
    if (isOdd || (answer && !seen)) throw new Error('No such range');
    // Without a length, what came to its end is the whole. With one, the end of the answer need not come.
    isWhole = !!seen && (at === transfer.total || (!!answer && Number.isNaN(transfer.total)));
    if (!isWhole && answer && at === before) await transfer.pause();
  }
  transfer.total = at;
  const file = blobOf(pieces, '');
  const begin = String.fromCharCode(...new Uint8Array(await file.slice(0, 4).arrayBuffer()));
  const type = SIGNATURES.find(([signature]) => begin.startsWith(signature))?.[1];
  return file.slice(0, at, type ?? seen?.header('Media-Type') ?? '');
}
