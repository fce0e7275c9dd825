/** A client of uploads and downloads that can do everything wrong. */
import { type IncomingHttpHeaders, request } from 'node:http';
import { RawClient } from 'ar-rtm-testkit/raw-client';
import { ticketOf } from './tickets.js';

export const UPLOADS = '/arapi/v1/artmgw/uploadMedia';
export const MEDIA = '/arapi/v1/artmgw/media';
export const TUS = { 'Tus-Resumable': '1.0.0' };
const OFFSET_TYPE = { 'Content-Type': 'application/offset+octet-stream' };

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  /** The word of a refusal. */
  readonly reason: string | undefined;
}

type Headers = Readonly<Record<string, string | number>>;

export class MediaClient {
  private constructor(
    private readonly url: string,
    readonly ticket: string,
    private readonly session: RawClient,
  ) {}

  static async login(url: string, appId: string, uid: string): Promise<MediaClient> {
    const ticket = await ticketOf(url, uid, appId);
    const session = await RawClient.login(url, { appId, uid, sessionId: ticket }, { fetch: false });
    return new MediaClient(url, ticket, session);
  }

  logout(): Promise<unknown> {
    return this.session.logout();
  }

  /** Any request, with the ticket and the version of tus unless other headers are given for them. */
  send(method: string, path: string, headers: Headers = {}, body?: Uint8Array): Promise<Answer> {
    return send(this.url + path, method, { ...TUS, Authorization: `Bearer ${this.ticket}`, ...headers }, body);
  }

  create(size: number | string, name = 'a.txt', type = 'text/plain', headers: Headers = {}): Promise<Answer> {
    const encoded = (text: string) => Buffer.from(text).toString('base64');
    const metadata = `filename ${encoded(name)},filetype ${encoded(type)}`;
    return this.send('POST', UPLOADS, { 'Upload-Length': size, 'Upload-Metadata': metadata, ...headers });
  }

  /** Creates an upload and answers its id. */
  async begin(size: number, name?: string, type?: string): Promise<string> {
    const { status, headers, reason } = await this.create(size, name, type);
    if (status !== 201) throw new Error(`${status} ${reason}`);
    return (headers.location ?? '').slice(UPLOADS.length + 1);
  }

  patch(mediaId: string, offset: number | string, bytes: Uint8Array, headers: Headers = {}): Promise<Answer> {
    return this.send('PATCH', `${UPLOADS}/${mediaId}`, { ...OFFSET_TYPE, 'Upload-Offset': offset, ...headers }, bytes);
  }

  /** Uploads it all and answers its id. */
  async upload(bytes: Uint8Array, name?: string, type?: string): Promise<string> {
    const mediaId = await this.begin(bytes.length, name, type);
    const { status, reason } = await this.patch(mediaId, 0, bytes);
    if (status !== 204) throw new Error(`${status} ${reason}`);
    return mediaId;
  }

  async offset(mediaId: string): Promise<number> {
    const { status, headers } = await this.send('HEAD', `${UPLOADS}/${mediaId}`);
    return status === 200 ? Number(headers['upload-offset']) : -status;
  }

  download(mediaId: string, headers: Headers = {}): Promise<Answer> {
    return this.send('GET', `${MEDIA}/${mediaId}`, headers);
  }
}

/** One request on a connection of its own. */
export function send(url: string, method: string, headers: Headers, body?: Uint8Array): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const length = body === undefined ? {} : { 'Content-Length': body.length };
    const call = request(url, { method, agent: false, headers: { ...length, ...headers } }, (response) => {
      const pieces: Buffer[] = [];
      response.on('data', (piece: Buffer) => pieces.push(piece));
      response.on('error', reject);
      response.on('end', () => {
        const text = Buffer.concat(pieces);
        const isJson = response.headers['content-type']?.startsWith('application/json');
        const reason = isJson ? (JSON.parse(text.toString() || '{}') as { reason?: string }).reason : undefined;
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text, reason });
      });
    });
    call.on('error', reject);
    call.end(body);
  });
}

/** Bytes that are alike nowhere within 251. */
export const bytesOf = (size: number, first = 0): Uint8Array =>
  new Uint8Array(size).map((_, index) => (first + index) % 251);
