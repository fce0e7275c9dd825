import { Readable } from 'node:stream';
import { isMediaId, MEDIA_PATH } from 'ar-rtm-protocol';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { noteFailure } from '../../app/engine-failure.js';
import { linkPath } from '../../app/media/media-access.js';
import type { MediaDesk } from '../../app/media/media-desk.js';
import type { CompleteFile } from '../../app/media/media-files.js';
import { MediaDamaged, type MediaRef } from '../../ports/index.js';
import { exposeHeaders, orUnavailable, refuseMedia, userOf } from './media-answers.js';
import { attachment, namesTag, parseCount, parseRange, servedType } from './media-headers.js';

/** Read from storage at a time: what a download costs in memory, besides what waits in the socket. */
const PIECE_BYTES = 256 * 1024;

/** A file must not run as a page or script, nor be taken for one, wherever it is opened. */
const SAFE_HEADERS = {
  'Content-Security-Policy': "default-src 'none'; sandbox; frame-ancestors 'none'",
  'Cross-Origin-Resource-Policy': 'cross-origin',
  'Referrer-Policy': 'no-referrer',
  'Accept-Ranges': 'bytes',
  // Its content never changes, but whether it may be read does.
  'Cache-Control': 'private, no-cache',
};

type WithId = FastifyRequest<{ Params: { mediaId: string }; Querystring: Record<string, unknown> }>;

/** Whoever downloads: `leave` is to be called when the answer has ended. */
interface Reader {
  readonly ref: MediaRef;
  readonly leave: () => void;
}

/** Downloads with ranges and conditions (RFC 9110), and links that open one file for a short time. */
export function mediaDownloads(app: FastifyInstance, desk: MediaDesk): void {
  app.route({
    method: ['GET', 'HEAD'],
    url: `${MEDIA_PATH}/:mediaId`,
    exposeHeadRoute: false,
    handler: (request, reply) => orUnavailable(desk, reply, () => download(desk, request as WithId, reply)),
  });
  app.post(`${MEDIA_PATH}/:mediaId/link`, (request, reply) =>
    orUnavailable(desk, reply, async () => {
      exposeHeaders(reply);
      const user = await userOf(desk, request);
      if (!user) return refuseMedia(reply, 'no-session');
      const { mediaId } = (request as WithId).params;
      if (!isMediaId(mediaId) || !(await desk.files.open({ appId: user.appId, mediaId }))) {
        return refuseMedia(reply, 'not-exist');
      }
      const link = desk.access.link({ appId: user.appId, mediaId }, desk.context.settings.mediaLinkMs);
      return reply.header('Cache-Control', 'no-store').send({ code: 0, path: linkPath(link), untilMs: link.untilMs });
    }),
  );
}

async function download(desk: MediaDesk, request: WithId, reply: FastifyReply): Promise<FastifyReply> {
  exposeHeaders(reply);
  reply.headers(SAFE_HEADERS);
  const reader = await readerOf(desk, request);
  if (typeof reader === 'string') return refuseMedia(reply, reader);
  reply.raw.once('close', reader.leave);
  const file = await desk.files.open(reader.ref);
  if (!file) return refuseMedia(reply, 'not-exist');
  return answer(desk, request, reply, reader.ref, file);
}

/** By session, or by a link. A file of another app is not found, since it is looked for in the user's own. */
async function readerOf(desk: MediaDesk, request: WithId): Promise<Reader | 'no-session' | 'too-many' | 'not-exist'> {
  const { headers, params, query } = request;
  const { mediaId } = params;
  const { app: appId, until, sig: signature } = query;
  if (headers.authorization === undefined && typeof appId === 'string' && typeof signature === 'string') {
    const untilMs = parseCount(typeof until === 'string' ? until : undefined) ?? 0;
    const isGood = desk.access.isGoodLink({ appId, mediaId, untilMs, signature });
    return isGood ? { ref: { appId, mediaId }, leave: () => undefined } : 'no-session';
  }
  const user = await userOf(desk, request);
  if (!user) return 'no-session';
  if (!isMediaId(mediaId)) return 'not-exist';
  const leave = desk.transfers.enter(user);
  return leave ? { ref: { appId: user.appId, mediaId }, leave } : 'too-many';
}

async function answer(
  desk: MediaDesk,
  { method, headers }: WithId,
  reply: FastifyReply,
  ref: MediaRef,
  file: CompleteFile,
): Promise<FastifyReply> {
  const etag = `"${file.sha256}"`;
  reply.header('ETag', etag);
  const { 'if-match': ifMatch, 'if-none-match': ifNoneMatch, 'if-range': ifRange } = headers;
  if (ifMatch !== undefined && !namesTag(ifMatch, etag, false)) return refuseMedia(reply, 'changed');
  if (ifNoneMatch !== undefined && namesTag(ifNoneMatch, etag, true)) return reply.code(304).send();
  const range = ifRange === undefined || ifRange === etag ? parseRange(headers.range, file.size) : 'whole';
  if (range === 'unsatisfiable') {
    reply.header('Content-Range', `bytes */${file.size}`);
    return refuseMedia(reply, 'no-range');
  }
  const { from, length } = range === 'whole' ? { from: 0, length: file.size } : range;
  const content = new Content(desk, ref, file, from, from + length);
  // Before anything is said of it: what is damaged from its beginning, or has gone, can still be refused in words.
  const begun = method === 'GET' ? await unhurried(reply, () => content.begin()) : 'readable';
  if (begun !== 'readable') return refuseMedia(reply, begun);
  if (range !== 'whole') reply.code(206).header('Content-Range', `bytes ${from}-${from + length - 1}/${file.size}`);
  reply
    .header('Content-Type', servedType(file.type))
    .header('Content-Length', length)
    .header('Content-Disposition', attachment(file.name));
  // What the owner says it is: for programs, which do not run it.
  if (file.type !== '') reply.header('Media-Type', file.type);
  if (method === 'HEAD') return reply.send();
  desk.context.counters.add('media_downloads');
  return reply.send(Readable.from(content.pieces(), { objectMode: false }));
}

/** A file of an older release is read as a whole first, and may stand in line for that: its connection has nothing to say. */
async function unhurried<T>({ request, server }: FastifyReply, work: () => Promise<T>): Promise<T> {
  const { socket } = request.raw;
  socket.setTimeout(0);
  try {
    return await work();
  } finally {
    // Not what it was before: another request on this connection may have put it off, too.
    socket.setTimeout(server.server.timeout);
  }
}

/** What is read of a file for one answer. */
class Content {
  private first: Uint8Array | undefined;

  constructor(
    private readonly desk: MediaDesk,
    private readonly ref: MediaRef,
    private readonly file: CompleteFile,
    private readonly from: number,
    private readonly end: number,
  ) {}

  async begin(): Promise<'readable' | 'damaged' | 'not-exist'> {
    try {
      this.first = await this.piece(this.from);
      return this.first ? 'readable' : 'not-exist';
    } catch (error) {
      if (error instanceof MediaDamaged) return 'damaged';
      throw error;
    }
  }

  /** Reads on when what was read before has been taken. */
  async *pieces(): AsyncGenerator<Uint8Array, void> {
    for (let at = this.from; at < this.end; ) {
      const piece = at === this.from ? this.first : await this.piece(at);
      // The connection is cut, so that nobody takes a part for the whole.
      if (!piece || piece.length === 0) throw new Error('the file has been removed');
      yield piece;
      at += piece.length;
    }
  }

  private async piece(at: number): Promise<Uint8Array | undefined> {
    const { desk, ref, file, end } = this;
    try {
      return await desk.files.read(ref, file, at, Math.min(PIECE_BYTES, end - at));
    } catch (error) {
      if (error instanceof MediaDamaged) {
        desk.context.counters.add('media_damaged');
        noteFailure(desk.context, `reading the file ${ref.appId}/${ref.mediaId}`, error);
      }
      throw error;
    }
  }
}
