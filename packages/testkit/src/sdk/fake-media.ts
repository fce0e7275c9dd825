import { isMediaId, MEDIA_PATH, MEDIA_UPLOAD_PATH } from 'ar-rtm-protocol';
import type { HttpExchange } from './fake-network.js';

/** Bytes of an upload or a file. */
interface FakeFile {
  readonly size: number;
  readonly metadata: string;
  bytes: Uint8Array;
}

/** What goes wrong with one request. */
export type HttpTrouble =
  /** The connection is cut when so many bytes of its body, or of the answer, have passed. */
  | { readonly cutAfter: number }
  /** It is answered with this status, and nothing is done. */
  | { readonly status: number; readonly reason?: string }
  /** Nothing is heard of it. */
  | 'silence'
  /** It is carried out, and the answer is lost. */
  | 'lost answer'
  /** It is carried out, and answered when {@link FakeMedia.release} is called. */
  | 'held answer'
  /** A body is taken and thrown away, and that looks like success. */
  | 'swallow';

const PIECE = 1000;

/** The files of a {@link FakeServer}: uploads by tus, downloads with ranges, in memory, with troubles as a test wants them. */
export class FakeMedia {
  /** Method, path and the header that matters of every request, in order. */
  readonly requests: string[] = [];
  /** Headers of every request. */
  readonly headers: Readonly<Record<string, string>>[] = [];
  readonly files = new Map<string, FakeFile>();
  /** Troubles of the next requests, one each; `undefined` for none. */
  readonly troubles: (HttpTrouble | undefined)[] = [];
  /** Trouble of all requests for which there is no other. */
  trouble: HttpTrouble | undefined;
  /** Type that downloads claim to have been uploaded with. */
  mediaType = '';
  /** Bytes of a body that are taken at most; the others are left, and the answer says so. */
  takesAtMost = Infinity;
  private isSwallowing = false;
  private readonly held: (() => void)[] = [];
  private lastId = 0;
  private readonly byKey = new Map<string, string>();

  answer(exchange: HttpExchange): void {
    const { method, url, headers } = exchange.request;
    const path = new URL(url).pathname;
    const detail = headers['Upload-Offset'] ?? headers['Upload-Length'] ?? headers.Range ?? '';
    const place = path
      .replace(MEDIA_UPLOAD_PATH, 'uploads')
      .replace(MEDIA_PATH, 'files')
      .replace(/0{20,}/, '');
    this.requests.push(`${method} ${place} ${detail}`.trim());
    this.headers.push(headers);
    const trouble = this.troubles.length > 0 ? this.troubles.shift() : this.trouble;
    if (trouble === 'silence') return;
    if (typeof trouble === 'object' && 'status' in trouble) {
      // As a proxy that takes the body before it says no.
      if (exchange.request.body) exchange.sent(exchange.request.body.size);
      exchange.head(trouble.status, trouble.reason === undefined ? {} : { 'media-refusal': trouble.reason });
      exchange.end();
      return;
    }
    const cutAfter = typeof trouble === 'object' ? trouble.cutAfter : Infinity;
    const end = () => {
      if (trouble === 'lost answer') exchange.fail();
      else if (trouble === 'held answer') this.held.push(() => exchange.end());
      else exchange.end();
    };
    this.isSwallowing = trouble === 'swallow';
    void this.carryOut(exchange, method, path, cutAfter, end);
  }

  /** Answers what was held. */
  release(): void {
    for (const end of this.held.splice(0)) end();
  }

  /** A file that can be downloaded. */
  add(bytes: Uint8Array): string {
    const mediaId = this.nextId();
    this.files.set(mediaId, { size: bytes.length, metadata: '', bytes });
    return mediaId;
  }

  private async carryOut(
    exchange: HttpExchange,
    method: string,
    path: string,
    cutAfter: number,
    end: () => void,
  ): Promise<void> {
    const { headers, body } = exchange.request;
    if (method === 'POST') {
      const key = headers['Upload-Key'] ?? '';
      const mediaId = this.byKey.get(key) ?? this.nextId();
      this.byKey.set(key, mediaId);
      const size = Number(headers['Upload-Length']);
      this.files.set(mediaId, { size, metadata: headers['Upload-Metadata'] ?? '', bytes: new Uint8Array() });
      exchange.head(201, { location: `${MEDIA_UPLOAD_PATH}/${mediaId}` });
      return end();
    }
    const mediaId = path.split('/').at(-1) ?? '';
    const file = isMediaId(mediaId) ? this.files.get(mediaId) : undefined;
    if (!file) {
      exchange.head(404);
      return end();
    }
    if (method === 'DELETE') this.files.delete(mediaId);
    if (method === 'PATCH' && body) {
      const offset = Number(headers['Upload-Offset']);
      if (offset !== file.bytes.length) {
        exchange.head(409);
        return end();
      }
      const isSwallowing = this.isSwallowing;
      const sent = new Uint8Array(await body.arrayBuffer()).subarray(0, Math.min(cutAfter, this.takesAtMost));
      for (let at = PIECE; at < sent.length; at += PIECE) exchange.sent(at);
      exchange.sent(sent.length);
      if (!isSwallowing) file.bytes = new Uint8Array([...file.bytes, ...sent]);
      if (cutAfter < body.size) return exchange.fail();
    }
    if (method === 'GET') return this.send(exchange, file, cutAfter);
    exchange.head(204, { 'upload-offset': String(file.bytes.length) });
    return end();
  }

  private send(exchange: HttpExchange, { bytes }: FakeFile, cutAfter: number): void {
    const from = Number(/^bytes=(\d+)-$/.exec(exchange.request.headers.Range ?? '')?.[1]);
    exchange.head(206, {
      'content-range': `bytes ${from}-${bytes.length - 1}/${bytes.length}`,
      'media-type': this.mediaType,
    });
    const sent = bytes.subarray(from, Math.min(bytes.length, from + cutAfter));
    for (let at = 0; at < sent.length; at += PIECE) exchange.bytes(sent.subarray(at, at + PIECE));
    if (from + sent.length < bytes.length) exchange.fail();
    else exchange.end();
  }

  private nextId(): string {
    this.lastId += 1;
    return this.lastId.toString(16).padStart(32, '0');
  }
}
