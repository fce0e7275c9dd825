import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { AdminApi } from '../../app/admin/admin-api.js';
import { AdminProblem } from '../../app/admin/admin-problem.js';
import type { AdminAnswer, AdminCredentials } from '../../app/admin/admin-request.js';
import { isOverTls, sourceOf } from './address.js';
import type { AdminGuard } from './admin-guard.js';

const PREFIX = '/admin';
const COOKIE = 'arrtm_operator';
/** Cookies of that name that are looked at: another path or domain may have planted some. */
const MOST_COOKIES = 4;

/** On every answer, refusals included. None of them lets another site read it. */
const HEADERS = {
  'Cache-Control': 'no-store',
  'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'",
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
};

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const;

export interface AdminRoutes {
  readonly api: AdminApi;
  readonly guard: AdminGuard;
  readonly trustProxy: boolean;
}

/** Whether a request is for the operator's part, however its path is written. */
export function isForOperator({ routeOptions, url }: FastifyRequest): boolean {
  return isBelow(routeOptions.url ?? '') || isBelow(url.split('?', 1)[0] as string);
}

const isBelow = (path: string): boolean => path === PREFIX || path.startsWith(`${PREFIX}/`);

/** HTTP for the operator (docs/admin.md). What there is, is decided in `app/admin`. */
export function adminRoutes(app: FastifyInstance, { api, guard, trustProxy }: AdminRoutes): void {
  // A scope of its own: its hook holds for whatever its routes match, and for nothing else.
  app.register((scope, _options, done) => {
    scope.addHook('onRequest', async (request, reply) => {
      const problem = guard.refusal(request.headers, isOverTls(request.raw, trustProxy));
      return problem ? send(reply, api.refuse(problem), false) : undefined;
    });
    scope.setErrorHandler((error: { statusCode?: number }, _request, reply) => {
      return send(reply, api.refuse(unread(error.statusCode ?? 500)), false);
    });
    const handle = async (request: FastifyRequest, reply: FastifyReply) => {
      const [path = '', query = ''] = splitOnce(request.raw.url ?? '', '?');
      const answer = await api.handle({
        method: request.method === 'HEAD' ? 'GET' : request.method,
        path: partsOf(path),
        query: new Map(new URLSearchParams(query)),
        credentials: credentialsOf(request),
        isJson: /^application\/json\s*(;|$)/i.test(request.headers['content-type'] ?? ''),
        body: typeof request.body === 'string' ? request.body : '',
        from: sourceOf(request.raw, trustProxy),
      });
      return send(reply, answer, isOverTls(request.raw, trustProxy));
    };
    for (const url of [PREFIX, `${PREFIX}/*`]) {
      scope.route({ method: [...METHODS], url, handler: handle, exposeHeadRoute: false });
    }
    done();
  });
}

/** The answer to a path that cannot be decoded, and so finds no route. */
export function refusePath(reply: FastifyReply, api: AdminApi): FastifyReply {
  return send(reply, api.refuse(unread(400)), false);
}

/** The same paths where the operator's part is elsewhere: nothing, for nobody. */
export function noAdminRoutes(app: FastifyInstance): void {
  const handler = async (_request: FastifyRequest, reply: FastifyReply) =>
    reply.headers(HEADERS).code(404).send({ code: 'not_found', message: 'there is no such path' });
  for (const url of [PREFIX, `${PREFIX}/*`]) {
    app.route({ method: [...METHODS], url, handler, exposeHeadRoute: false });
  }
}

function send(reply: FastifyReply, { status, headers, cookie, body }: AdminAnswer, isTls: boolean): FastifyReply {
  reply.code(status).headers({ ...HEADERS, ...headers });
  if (cookie !== undefined) {
    const [value, maxAgeS] = cookie === 'remove' ? ['', 0] : [cookie.set, cookie.maxAgeS];
    const secure = isTls ? '; Secure' : '';
    reply.header(
      'Set-Cookie',
      `${COOKIE}=${value}; Path=${PREFIX}; Max-Age=${maxAgeS}; HttpOnly; SameSite=Strict${secure}`,
    );
  }
  const { text, type } = body as { readonly text?: unknown; readonly type?: unknown };
  if (typeof text === 'string' && typeof type === 'string') return reply.type(type).send(text);
  return reply.type('application/json; charset=utf-8').send(JSON.stringify(body));
}

/** A body that is too large, or was cut off. */
function unread(status: number): AdminProblem {
  if (status === 413) return new AdminProblem('body_too_large', 'the body is too large');
  if (status < 500) return new AdminProblem('invalid_parameter', 'the request cannot be read');
  return new AdminProblem('internal_error', 'internal error');
}

function credentialsOf({ headers }: FastifyRequest): AdminCredentials {
  const { authorization, cookie } = headers;
  const csrfToken = headers['x-csrf-token'];
  const [scheme = '', bearer = ''] = splitOnce((authorization ?? '').trim(), ' ');
  const isBearer = scheme.toLowerCase() === 'bearer';
  return {
    ...(isBearer && { bearer: bearer.trim() }),
    isOther: authorization !== undefined && !isBearer,
    cookies: cookiesOf(cookie ?? ''),
    ...(typeof csrfToken === 'string' && { csrfToken }),
  };
}

function cookiesOf(header: string): string[] {
  return header
    .split(';')
    .map((pair) => splitOnce(pair.trim(), '='))
    .flatMap(([name, value]) => (name === COOKIE && value ? [value] : []))
    .slice(0, MOST_COOKIES);
}

/** The parts of a path behind the prefix. One that cannot be decoded has found no route. */
function partsOf(path: string): string[] {
  return path.split('/').slice(2).map(decodeURIComponent);
}

function splitOnce(text: string, by: string): [string, string?] {
  const at = text.indexOf(by);
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + by.length)];
}
