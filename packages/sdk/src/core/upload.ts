import { MEDIA_UPLOAD_PATH } from 'ar-rtm-protocol';
import { type Bytes, toBase64, utf8Of } from '../platform.js';
import type { HttpAnswer, Random } from '../ports.js';
import { mediaType } from './media-type.js';
import type { Transfer } from './transfer.js';

/** Of the file name, for who opens a link: the message has all of it. */
const NAME_LENGTH = 200;
/** A server that has lost an upload is given it anew, so often. */
const BEGINNINGS = 3;

/**
 * Brings a file to the server by the tus protocol (core and creation): `POST` makes an upload, `PATCH` brings bytes from an
 * offset on, and after a failure `HEAD` tells from where. Resolves with the media id.
 */
export async function upload(transfer: Transfer, random: Random, payload: Bytes, fileName: string): Promise<string> {
  const { size, type } = payload;
  transfer.total = size;
  const encode = (text: string) => toBase64(utf8Of(text));
  const metadata = `filename ${encode(fileName.slice(0, NAME_LENGTH))},filetype ${encode(mediaType(type))}`;
  for (let beginning = 0; beginning < BEGINNINGS; beginning++) {
    // With the key, a creation that is repeated because its answer was lost is the same one.
    const headers = { 'Upload-Length': `${size}`, 'Upload-Metadata': metadata, 'Upload-Key': random.hex(32) };
    let begun: HttpAnswer | undefined;
    while (!begun) begun = await transfer.ask('POST', MEDIA_UPLOAD_PATH, { headers }, true);
    const mediaId = /\w+$/.exec(begun.header('Location') ?? '')?.[0];
    if (!mediaId) break;
    if (await bring(transfer, payload, `${MEDIA_UPLOAD_PATH}/${mediaId}`)) return mediaId;
  }
  throw new Error('The server does not keep the upload');
}

/** All bytes; false when the server does not know the upload any more. */
async function bring(transfer: Transfer, payload: Bytes, path: string): Promise<boolean> {
  const { size } = payload;
  transfer.onFailure(() => transfer.discard(path));
  let at = 0;
  // Of one that the server has lost nothing is there.
  transfer.arrived(at);
  for (let isKnown = true; at < size; ) {
    const from = at;
    const answer: HttpAnswer | undefined = await (isKnown
      ? transfer.ask('PATCH', path, {
          headers: { 'Upload-Offset': `${from}`, 'Content-Type': 'application/offset+octet-stream' },
          body: payload.slice(from),
          onSent: (bytes) => transfer.moved(from + bytes),
        })
      : transfer.ask('HEAD', path));
    if (answer?.status === 404) return false;
    // A file that has gone or was changed cannot be read, and looks like a bad network: this rejects.
    if (!answer) await payload.slice(from, from + 1).arrayBuffer();
    else {
      at = offsetIn(answer, size);
      // The server says that it took the bytes, and has none of them.
      if (isKnown && at <= from) await transfer.pause();
      transfer.arrived(at);
    }
    isKnown = !!answer;
  }
  return true;
}

function offsetIn(answer: HttpAnswer, size: number): number {
  const text = answer.header('Upload-Offset') ?? '';
  const offset = Number(text);
  if (!/^\d+$/.test(text) || offset > size) throw new Error('No Upload-Offset');
  return offset;
}
