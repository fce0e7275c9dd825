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
  let seen: HttpAnswer | undefined;
  const onBytes = (bytes: Uint8Array, answer: HttpAnswer) => {
    if (answer.status >= 300) return;
    if (seen !== answer) {
      seen = answer;
      const [, from = 0, all = answer.header('Content-Length')] =
        /(\d+)-\d+\/(\d+)/.exec(answer.header('Content-Range') ?? '') ?? [];
      transfer.total = Number(all ?? NaN);
      // Something on the way has sent all of it anew.
      if (Number(from) !== at) {
        pieces = [];
        at = 0;
      }
    }
    pieces.push(bytes);
    at += bytes.length;
    transfer.moved(at);
    transfer.arrived(at);
  };
  let answer: HttpAnswer | undefined;
  // Without a length, what came to its end is the whole.
  while (!answer || at < transfer.total) {
    answer = await transfer.ask('GET', `${MEDIA_PATH}/${mediaId}`, { headers: { Range: `bytes=${at}-` }, onBytes });
  }
  transfer.total = at;
  const begin = String.fromCharCode(...new Uint8Array(await blobOf(pieces, '').slice(0, 4).arrayBuffer()));
  const type = SIGNATURES.find(([signature]) => begin.startsWith(signature))?.[1];
  return blobOf(pieces, type ?? answer.header('Media-Type') ?? '');
}
