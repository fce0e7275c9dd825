import { MEDIA_PATH, MEDIA_UPLOAD_PATH } from 'ar-rtm-protocol';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { noteFailure } from '../../app/engine-failure.js';
import type { MediaUser } from '../../app/media/media-access.js';
import type { MediaDesk } from '../../app/media/media-desk.js';
import { bearerOf } from './media-headers.js';

/** What web pages may send and read. Credentials of browsers are never used. */
export const MEDIA_CORS = {
  'Access-Control-Allow-Methods': 'GET, HEAD, POST, PATCH, DELETE',
  'Access-Control-Allow-Headers':
    'authorization, content-type, tus-resumable, upload-length, upload-offset, upload-metadata, upload-key, ' +
    'x-http-method-override, range, if-range, if-match, if-none-match',
};

const EXPOSED =
  'Location, Tus-Resumable, Tus-Version, Tus-Extension, Tus-Max-Size, Upload-Offset, Upload-Length, Upload-Expires, ' +
  'ETag, Accept-Ranges, Content-Range, Content-Length, Content-Disposition, Media-Type, Media-Refusal';

/** Whether a path is one of uploads or downloads. */
export function isForMedia(url: string): boolean {
  return [MEDIA_UPLOAD_PATH, MEDIA_PATH].some(
    (path) => url === path || (/^[/?]/.test(url.slice(path.length)) && url.startsWith(path)),
  );
}

/** Every refusal: its status, a word for programs, a text for people. */
const REFUSALS = {
  'bad-request': [400, 'a header is missing or cannot be read'],
  'no-session': [401, 'sessId is not valid'],
  'not-exist': [404, 'there is no such file'],
  'wrong-offset': [409, 'the upload is at another offset'],
  'other-upload': [400, 'the key belongs to another upload, or to one that is over'],
  'taken-over': [409, 'another request goes on with this upload'],
  damaged: [410, 'the disk of the server has damaged the file'],
  'wrong-version': [412, 'only version 1.0.0 of tus is spoken here'],
  changed: [412, 'the file is another one'],
  empty: [400, 'a file has at least one byte'],
  'too-large': [413, 'the file is too large'],
  'more-than-declared': [413, 'more bytes came than were declared'],
  'wrong-type': [415, 'the body must be application/offset+octet-stream'],
  'no-range': [416, 'the file ends before this range'],
  'too-often': [429, 'too many uploads were begun'],
  'too-many': [429, 'too many transfers at a time'],
  unavailable: [503, 'not now, try again'],
  'user-full': [507, 'the files of this user take all the room that they may'],
  'app-full': [507, 'the files of this app take all the room that they may'],
  'disk-full': [507, 'the server has no room for more files'],
} as const satisfies Record<string, readonly [status: number, message: string]>;

export type MediaProblem = keyof typeof REFUSALS;

export function refuseMedia(reply: FastifyReply, reason: MediaProblem): FastifyReply {
  const [code, message] = REFUSALS[reason];
  // In a header too: an answer to HEAD has no body, and clients that stream bytes need not read one.
  reply.header('Cache-Control', 'no-store').header('Media-Refusal', reason);
  if (code === 401) reply.header('WWW-Authenticate', 'Bearer');
  if (code === 429 || code === 503) reply.header('Retry-After', '1');
  return reply.code(code).type('application/json; charset=utf-8').send(JSON.stringify({ code, reason, message }));
}

export function exposeHeaders(reply: FastifyReply): void {
  reply.header('Access-Control-Expose-Headers', EXPOSED);
}

export function userOf(desk: MediaDesk, request: FastifyRequest): Promise<MediaUser | undefined> {
  const ticket = bearerOf(request.headers.authorization);
  return ticket === undefined ? Promise.resolve(undefined) : desk.access.bySession(ticket);
}

/** Runs a handler whose failures are those of the engine or the disk: the client may try again. */
export async function orUnavailable(
  desk: MediaDesk,
  reply: FastifyReply,
  handle: () => Promise<FastifyReply>,
): Promise<FastifyReply> {
  try {
    return await handle();
  } catch (error) {
    noteFailure(desk.context, 'a transfer of a file', error);
    return refuseMedia(reply, 'unavailable');
  }
}
