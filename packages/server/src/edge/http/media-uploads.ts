import type { IncomingMessage, Server } from 'node:http';
import { isMediaId, MEDIA_UPLOAD_PATH } from 'ar-rtm-protocol';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { MediaUser } from '../../app/media/media-access.js';
import type { MediaDesk } from '../../app/media/media-desk.js';
import { endLate, limitBody } from './body-deadline.js';
import { exposeHeaders, type MediaProblem, orUnavailable, refuseMedia, userOf } from './media-answers.js';
import { parseCount, parseUploadMetadata } from './media-headers.js';
import { receiveBody } from './upload-body.js';

export const TUS_VERSION = '1.0.0';
/** What the server can do, for `OPTIONS`. */
export const TUS_ABILITIES = { 'Tus-Version': TUS_VERSION, 'Tus-Extension': 'creation,expiration,termination' };

/** Of our own: 128 bits that the client has thrown for one upload. */
const UPLOAD_KEY = /^[0-9a-f]{32}$/;

const UPLOAD_TYPE = 'application/offset+octet-stream';

type WithId = FastifyRequest<{ Params: { mediaId: string } }>;

export interface UploadOptions {
  readonly desk: MediaDesk;
  readonly server: Server;
  /** Within twice this time an upload must bring some bytes, and within this time what is refused must have ended. */
  readonly requestTimeoutMs: number;
}

/** Whether a request brings bytes of a file, and may take its time. */
export function isUpload({ method, url, headers }: Pick<IncomingMessage, 'method' | 'url' | 'headers'>): boolean {
  const isPatch = method === 'PATCH' || (method === 'POST' && isOverridden(headers));
  const [path = ''] = (url ?? '').split('?');
  // Nothing but what comes to the routes below, which bound it.
  return isPatch && path.startsWith(`${MEDIA_UPLOAD_PATH}/`) && isMediaId(path.slice(MEDIA_UPLOAD_PATH.length + 1));
}

/** From clients that know no `PATCH`, such as mini-programs; as tus wants it. */
function isOverridden(headers: IncomingMessage['headers']): boolean {
  return headers['x-http-method-override'] === 'PATCH';
}

/**
 * Uploads by the tus protocol 1.0.0 (https://tus.io): core, creation, expiration, termination. The server is our own:
 * four requests, with rules for slow and lying senders and for cut connections that belong to this server's connections.
 */
export function mediaUploads(app: FastifyInstance, options: UploadOptions): void {
  app.register((scope, _options, registered) => {
    scope.removeAllContentTypeParsers();
    // The stream itself: its bytes are read by the handler, one piece after the other.
    scope.addContentTypeParser('*', (_request, _payload, done) => done(null));
    scope.addHook('onRequest', async (request, reply) => {
      // A file that is being sealed has nothing to say, and bodies have a rule of their own.
      request.raw.socket.setTimeout(0);
      reply.header('Tus-Resumable', TUS_VERSION).header('Cache-Control', 'no-store');
      exposeHeaders(reply);
      if (request.headers['tus-resumable'] === TUS_VERSION) return undefined;
      reply.header('Tus-Version', TUS_VERSION);
      return refuseMedia(reply, 'wrong-version');
    });
    scope.addHook('onSend', async ({ raw }) => {
      raw.socket.setTimeout(2 * options.requestTimeoutMs);
      // Of the body of what is refused some may still come: not for long.
      limitBody(options.server, raw, options.requestTimeoutMs);
    });
    const withUser = (handle: (user: MediaUser, request: WithId, reply: FastifyReply) => Promise<FastifyReply>) => {
      return (request: FastifyRequest, reply: FastifyReply) =>
        orUnavailable(options.desk, reply, async () => {
          const user = await userOf(options.desk, request);
          return user ? handle(user, request as WithId, reply) : refuseMedia(reply, 'no-session');
        });
    };
    const { desk } = options;
    scope.post(
      MEDIA_UPLOAD_PATH,
      withUser((user, request, reply) => create(options, user, request, reply)),
    );
    scope.head(
      `${MEDIA_UPLOAD_PATH}/:mediaId`,
      withUser(async (user, request, reply) => {
        const state = await desk.uploads.state(user, request.params.mediaId);
        if (!state) return refuseMedia(reply, 'not-exist');
        const { file, offset } = state;
        // A browser repeats by itself what was cut on a connection that had been used before: from the old offset, so that
        // all of it is for nothing. On a connection of its own it does not.
        reply.header('Connection', 'close');
        return reply.headers(progress(offset, file)).header('Upload-Length', file.size).code(200).send();
      }),
    );
    const patch = withUser((user, request, reply) => receive(options, user, request, reply));
    scope.patch(`${MEDIA_UPLOAD_PATH}/:mediaId`, patch);
    scope.post(`${MEDIA_UPLOAD_PATH}/:mediaId`, (request, reply) =>
      isOverridden(request.headers) ? patch(request, reply) : refuseMedia(reply, 'bad-request'),
    );
    scope.delete(
      `${MEDIA_UPLOAD_PATH}/:mediaId`,
      withUser(async (user, request, reply) => {
        const wasThere = await desk.uploads.discard(user, request.params.mediaId);
        return wasThere ? reply.code(204).send() : refuseMedia(reply, 'not-exist');
      }),
    );
    registered();
  });
}

async function create(
  options: UploadOptions,
  user: MediaUser,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const { headers } = request;
  const size = parseCount(headers['upload-length']);
  const metadata = parseUploadMetadata(textOf(headers['upload-metadata']));
  const key = textOf(headers['upload-key']);
  if (key !== undefined && !UPLOAD_KEY.test(key)) return refuseMedia(reply, 'bad-request');
  if (size === undefined || !metadata) return refuseMedia(reply, 'bad-request');
  // Bytes come with PATCH only.
  if ((parseCount(headers['content-length']) ?? 0) > 0 || headers['transfer-encoding'] !== undefined) {
    return refuseMedia(reply, 'bad-request');
  }
  const begun = await options.desk.files.begin(user, { size, key, ...metadata });
  if (typeof begun === 'string') return refuseMedia(reply, begun);
  const { file, offset } = begun;
  return reply
    .headers(progress(offset, file))
    .header('Location', `${MEDIA_UPLOAD_PATH}/${file.mediaId}`)
    .code(201)
    .send();
}

async function receive(
  options: UploadOptions,
  user: MediaUser,
  request: WithId,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const { headers, raw } = request;
  const offset = parseCount(headers['upload-offset']);
  if (headers['content-type'] !== UPLOAD_TYPE) return refuseMedia(reply, 'wrong-type');
  if (offset === undefined) return refuseMedia(reply, 'bad-request');
  const { uploads } = options.desk;
  const { mediaId } = request.params;
  const begun = await uploads.receive(user, mediaId, offset, () => raw.destroy());
  if ('refused' in begun) return refuseUpload(reply, begun);
  const { upload, file } = begun;
  try {
    const announced = parseCount(headers['content-length']) ?? 0;
    if (announced > file.size - offset) return refuseMedia(reply, 'more-than-declared');
    const { engineTimeoutMs: timeoutMs } = options.desk.context.settings;
    const outcome = await receiveBody(raw, file.size - offset, {
      write: (bytes) => upload.write(bytes, timeoutMs),
      slowestMs: 2 * options.requestTimeoutMs,
      giveUp: () => endLate(options.server, raw),
    });
    if (typeof outcome === 'object') return refuseUpload(reply, outcome);
    // The connection has gone already: nobody reads this.
    if (outcome === 'cut') return refuseMedia(reply, 'taken-over');
    if (outcome === 'more-than-declared') {
      await options.desk.files.remove({ appId: user.appId, mediaId });
      return refuseMedia(reply, outcome);
    }
    const complete = upload.offset === file.size ? await upload.finish(file) : file;
    if (!complete) return refuseMedia(reply, 'not-exist');
    return reply.headers(progress(upload.offset, complete)).code(204).send();
  } finally {
    upload.end();
  }
}

function refuseUpload(
  reply: FastifyReply,
  refusal: { readonly refused: string; readonly offset?: number },
): FastifyReply {
  if (refusal.offset !== undefined) reply.header('Upload-Offset', refusal.offset);
  const reason = refusal.refused === 'missing' ? 'not-exist' : (refusal.refused as MediaProblem);
  return refuseMedia(reply, reason);
}

function progress(offset: number, { expiresMs }: { readonly expiresMs: number }): Record<string, string> {
  return { 'Upload-Offset': String(offset), 'Upload-Expires': new Date(expiresMs).toUTCString() };
}

function textOf(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header.join(',') : header;
}
