import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { BackEndApi } from '../../app/back-end/back-end-api.js';
import { Problem } from '../../app/back-end/problem.js';
import type { BackEndAnswer, PresentedCredentials } from '../../app/back-end/request.js';
import { sourceOf } from './address.js';

const PREFIX = '/dev/';
const TOKEN_HEADERS = ['x-ar-token', 'x-agora-token'];
const UID_HEADERS = ['x-ar-uid', 'x-agora-uid'];

/** What web pages may send and read. Credentials of browsers are never allowed, so that `*` stays harmless. */
export const BACK_END_CORS = {
  'Access-Control-Allow-Methods': 'GET, POST, PUT, DELETE, OPTIONS',
  'Access-Control-Allow-Headers': ['authorization', 'content-type', ...TOKEN_HEADERS, ...UID_HEADERS].join(', '),
};

/** Whether a path belongs to the REST API for back ends. */
export function isForBackEnds(url: string): boolean {
  return url.startsWith(PREFIX);
}

/** The REST API for back ends. Which paths there are is decided there, with JSON for those that there are not. */
export function backEnds(app: FastifyInstance, api: BackEndApi, trustProxy: boolean): void {
  const handle = async (request: FastifyRequest, reply: FastifyReply) => {
    reply.header('Access-Control-Expose-Headers', 'X-Request-ID');
    const type = (request.headers['content-type'] ?? '').toLowerCase();
    if (/^(multipart\/|application\/x-www-form-urlencoded)/.test(type)) {
      return sendAnswer(reply, api.refuse(new Problem('unsupported_media_type', 'the body must be JSON')));
    }
    const [path = '', query = ''] = splitOnce(request.raw.url ?? '', '?');
    const answer = await api.handle({
      method: request.method,
      path,
      query: new Map(new URLSearchParams(query)),
      credentials: credentialsOf(request.headers),
      body: typeof request.body === 'string' ? request.body : '',
      from: sourceOf(request.raw, trustProxy),
    });
    return sendAnswer(reply, answer);
  };
  for (const method of ['GET', 'POST', 'PUT', 'DELETE', 'PATCH'] as const) {
    app.route({ method, url: `${PREFIX}*`, handler: handle, exposeHeadRoute: false });
  }
}

/** The answer to a request that could not be read, because its body is too large or was cut off, or that came too early. */
export function refuseUnread(reply: FastifyReply, api: BackEndApi, status: number): FastifyReply {
  if (status === 413) return sendAnswer(reply, api.refuse(new Problem('body_too_large', 'the body is too large')));
  if (status === 503) return sendAnswer(reply, api.refuse(new Problem('unavailable', 'not ready, try again')));
  if (status < 500)
    return sendAnswer(reply, api.refuse(new Problem('invalid_parameter', 'the request cannot be read')));
  return sendAnswer(reply, api.refuse(new Problem('internal_error', 'internal error')));
}

function sendAnswer(reply: FastifyReply, { status, headers, body }: BackEndAnswer): FastifyReply {
  return reply.code(status).headers(headers).type('application/json; charset=utf-8').send(JSON.stringify(body));
}

/** Reads who calls from the headers of both vendors. Header values are taken verbatim. */
export function credentialsOf(headers: Readonly<Record<string, string | string[] | undefined>>): PresentedCredentials {
  const valuesOf = (names: readonly string[]) =>
    names.map((name) => headers[name]).filter((value) => typeof value === 'string');
  const { authorization } = headers;
  const [scheme = '', rest = ''] = splitOnce(typeof authorization === 'string' ? authorization : '', ' ');
  const agoraToken = /^token="?([^"]*)"?$/.exec(rest.trim())?.[1];
  const isAgora = scheme.toLowerCase() === 'agora' && agoraToken !== undefined;
  return {
    ...(scheme.toLowerCase() === 'basic' && { basic: pairOf(rest.trim()) }),
    tokens: [...valuesOf(TOKEN_HEADERS), ...(isAgora ? [agoraToken] : [])],
    uids: valuesOf(UID_HEADERS),
  };
}

function pairOf(base64: string): NonNullable<PresentedCredentials['basic']> {
  const text = Buffer.from(base64, 'base64').toString();
  const [id, secret] = splitOnce(text, ':');
  return id && secret !== undefined ? { id, secret } : 'malformed';
}

function splitOnce(text: string, by: string): [string, string?] {
  const at = text.indexOf(by);
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + by.length)];
}
