import { MEDIA_UPLOAD_PATH } from 'ar-rtm-protocol';
import { type Bytes, toBase64, utf8Of } from '../platform.js';
import type { HttpAnswer } from '../ports.js';
import type { Transfer } from './transfer.js';

/** Of the file name, for who opens a link: the message has all of it. */
const NAME_LENGTH = 200;
/** A server that has lost an upload is given it anew, so often. */
const BEGINNINGS = 3;

/**
 * Brings a file to the server by the tus protocol (core and creation): `POST` makes an upload, `PATCH` brings bytes from an
 * offset on, and after a failure `HEAD` tells from where. Resolves with the media id.
 */
export async function upload(transfer: Transfer, payload: Bytes, fileName: string): Promise<string> {
  const { size, type } = payload;
  transfer.total = size;
  const encode = (text: string) => toBase64(utf8Of(text));
  const headers = {
    'Upload-Length': `${size}`,
    'Upload-Metadata': `filename ${encode(fileName.slice(0, NAME_LENGTH))},filetype ${encode(type)}`,
  };
  for (let beginning = 0; beginning < BEGINNINGS; ) {
    const begun = await transfer.ask('POST', MEDIA_UPLOAD_PATH, { headers });
    if (!begun) continue;
    const mediaId = /\w+$/.exec(begun.header('Location') ?? '')?.[0];
    if (!mediaId) break;
    beginning += 1;
    if (await bring(transfer, payload, `${MEDIA_UPLOAD_PATH}/${mediaId}`)) return mediaId;
  }
  throw new Error('The server does not keep the upload');
}

/** All bytes; false when the server does not know the upload any more. */
async function bring(transfer: Transfer, payload: Bytes, path: string): Promise<boolean> {
  const { size } = payload;
  let at: number | undefined = 0;
  transfer.onFailure = () => transfer.discard(path);
  while (at !== size) {
    const from: number | undefined = at;
    const answer: HttpAnswer | undefined = await (from === undefined
      ? transfer.ask('HEAD', path)
      : transfer.ask('PATCH', path, {
          headers: { 'Upload-Offset': `${from}`, 'Content-Type': 'application/offset+octet-stream' },
          body: payload.slice(from),
          onSent: (bytes) => transfer.moved(from + bytes),
        }));
    if (answer?.status === 404) return false;
    at = answer && offsetIn(answer);
    if (at) transfer.arrived(at);
  }
  return true;
}

function offsetIn(answer: HttpAnswer): number {
  const offset = Number(answer.header('Upload-Offset') || NaN);
  if (!Number.isSafeInteger(offset)) throw new Error('No Upload-Offset');
  return offset;
}
