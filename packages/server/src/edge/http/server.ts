import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  CHANNEL_HISTORY_PATH,
  decodeGatewayRequest,
  GATEWAY_ACTION,
  GATEWAY_PATH,
  LOG_PATH,
  OFFLINE_PATH,
  PEER_HISTORY_PATH,
} from 'ar-rtm-protocol';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { BackEndApi } from '../../app/back-end/back-end-api.js';
import type { Gateway, GatewayAnswer } from '../../app/gateway.js';
import type { HistoryGateway } from '../../app/history-gateway.js';
import type { LogUploads } from '../../app/log-uploads.js';
import type { MediaDesk } from '../../app/media/media-desk.js';
import type { OperatorKey } from '../operator-key.js';
import { clientAddress, type PublicAddress, reachedHost, sourceOf } from './address.js';
import { type AdminRoutes, adminRoutes, isForOperator, noAdminRoutes, refusePath } from './admin.js';
import { BACK_END_CORS, backEnds, isForBackEnds, refuseUnread } from './back-end.js';
import { newListener } from './listener.js';
import { isForMedia, MEDIA_CORS } from './media-answers.js';
import { mediaDownloads } from './media-downloads.js';
import { isUpload, mediaUploads, TUS_ABILITIES, TUS_VERSION } from './media-uploads.js';
import { type Metrics, metricsForOperator } from './metrics.js';
import type { OriginRule } from './origins.js';
import { consolePage, sdkFile } from './pages.js';

export interface HttpOptions {
  readonly gateway: Gateway;
  readonly logUploads: LogUploads;
  readonly history: HistoryGateway;
  readonly media: MediaDesk;
  readonly origins: OriginRule;
  readonly publicAddress: PublicAddress | undefined;
  readonly bodyBytes: number;
  /** Folder with `console/` and `sdk/`; absent in tests. */
  readonly publicDir: string | undefined;
  readonly sdkVersion: string;
  /** Whether a proxy in front says in `X-Forwarded-For` where a request came from. */
  readonly trustProxy: boolean;
  /** Requests must be complete within this time, so that half-open ones do not pile up. */
  readonly requestTimeoutMs: number;
  readonly backEnds: BackEndApi;
  /** Absent: there is no page of metrics. */
  readonly metrics?: Metrics | undefined;
  readonly operatorKey?: OperatorKey | undefined;
  /** The operator's part; absent: it is elsewhere. */
  readonly admin?: AdminRoutes | undefined;
  /** Whether logins are accepted. */
  readiness(): 'ready' | 'not ready' | 'overloaded';
  /** Nothing but 503 can be answered yet. */
  isStarting(): boolean;
}

/** The process lives, whatever it can do. */
const HEALTH_PATH = '/healthz';
/** Clients of all kinds try again by themselves; this is for the others. */
const RETRY_AFTER_S = '1';

const CLIENT_CORS = { 'Access-Control-Allow-Methods': 'GET, POST', 'Access-Control-Allow-Headers': 'content-type' };

/** Paths of the clients' calls. */
const POSTED: ReadonlySet<string> = new Set([
  GATEWAY_PATH,
  OFFLINE_PATH,
  CHANNEL_HISTORY_PATH,
  PEER_HISTORY_PATH,
  LOG_PATH,
]);

function corsOf(url: string): Record<string, string> {
  if (isForBackEnds(url)) return BACK_END_CORS;
  return isForMedia(url) ? MEDIA_CORS : CLIENT_CORS;
}

/** The HTTP side: gateway, offline messages, health, the page, the SDK file. */
export async function createHttpServer(
  options: HttpOptions,
): Promise<{ readonly app: FastifyInstance; readonly server: Server }> {
  const app = newListener({
    bodyBytes: options.bodyBytes,
    requestTimeoutMs: options.requestTimeoutMs,
    isUpload,
    // A path that cannot be decoded finds no route and no error handler.
    frameworkErrors: (error, request: FastifyRequest, reply: FastifyReply) => {
      if (isForBackEnds(request.url)) return refuseUnread(reply, options.backEnds, error.statusCode ?? 400);
      if (options.admin && isForOperator(request)) return refusePath(reply, options.admin.api);
      return reply.code(error.statusCode ?? 400).send({ code: error.statusCode ?? 400, message: error.message });
    },
  });
  app.addHook('onRequest', async (request, reply) => {
    const { origin } = request.headers;
    reply.header('X-Content-Type-Options', 'nosniff');
    if (options.isStarting() && request.url !== HEALTH_PATH) {
      if (isForBackEnds(request.url)) return refuseUnread(reply, options.backEnds, 503);
      return reply
        .code(503)
        .header('Retry-After', RETRY_AFTER_S)
        .send({ code: 503, message: 'the server is starting' });
    }
    // It has rules of its own, and never lets another origin read.
    if (isForOperator(request)) return undefined;
    if (!options.origins.allows(origin))
      return reply.code(403).send({ code: 403, message: 'this origin is not allowed' });
    reply.header('Access-Control-Allow-Origin', options.origins.header(origin));
    if (options.origins.header(origin) !== '*') reply.header('Vary', 'Origin');
    if (request.method === 'OPTIONS') {
      if (isForMedia(request.url)) {
        reply.headers({ ...TUS_ABILITIES, 'Tus-Resumable': TUS_VERSION });
        reply.header('Tus-Max-Size', options.media.context.settings.mediaBytes);
      }
      return reply.headers(corsOf(request.url)).header('Access-Control-Max-Age', '86400').code(204).send();
    }
    return undefined;
  });
  app.setErrorHandler((error: { statusCode?: number; message: string }, request, reply) => {
    const status = error.statusCode ?? 500;
    if (isForBackEnds(request.url)) return refuseUnread(reply, options.backEnds, status);
    // Clients retry every status but 200, so bad content is answered with 200 and a code (design 8).
    if (status < 500 && request.url.startsWith(GATEWAY_PATH))
      return send(reply, options.gateway.invalid(error.message));
    return reply.code(status).send({ code: status, message: status < 500 ? error.message : 'internal error' });
  });
  app.setNotFoundHandler((request, reply) => {
    if (POSTED.has(request.url.split('?', 1)[0] as string) && request.method !== 'POST') {
      return reply.code(405).header('Allow', 'POST, OPTIONS').send({ code: 405, message: 'only POST is taken here' });
    }
    return reply.code(404).send({ code: 404, message: 'not found' });
  });
  health(app, options);
  clients(app, options);
  const { media, requestTimeoutMs } = options;
  mediaUploads(app, { desk: media, server: app.server, requestTimeoutMs });
  mediaDownloads(app, media);
  backEnds(app, options.backEnds, options.trustProxy);
  if (options.metrics && options.operatorKey) metricsForOperator(app, options.metrics, options.operatorKey);
  if (options.admin) adminRoutes(app, options.admin);
  else noAdminRoutes(app);
  try {
    if (options.publicDir !== undefined) {
      await consolePage(app, options.publicDir, { clients: true, operator: options.admin !== undefined });
      sdkFile(app, options.publicDir, options.sdkVersion);
    }
    await app.ready();
  } catch (error) {
    await app.close();
    throw error;
  }
  return { app, server: app.server };
}

function health(app: FastifyInstance, options: HttpOptions): void {
  app.get(HEALTH_PATH, async () => ({ status: 'ok' }));
  app.get('/readyz', async (_request, reply) => {
    const status = options.readiness();
    return reply.code(status === 'ready' ? 200 : 503).send({ status });
  });
}

function clients(app: FastifyInstance, options: HttpOptions): void {
  const { gateway, history } = options;
  app.post(GATEWAY_PATH, async (request: FastifyRequest<{ Querystring: { action?: string } }>, reply) => {
    if (request.query.action !== GATEWAY_ACTION) return send(reply, gateway.invalid('unknown action'));
    const body = textOf(request);
    const decoded = decodeGatewayRequest(body);
    const address = clientAddress({
      hostHeader: request.headers.host,
      wss: decoded.ok && decoded.value.wss,
      local: () => {
        const { address: host = '127.0.0.1', port = 0 } = request.socket.address() as Partial<AddressInfo>;
        return { host, port };
      },
      publicAddress: options.publicAddress,
    });
    return send(reply, await gateway.login(body, address, sourceOf(request.raw, options.trustProxy)));
  });
  app.post(OFFLINE_PATH, async (request, reply) => {
    const at = reachedHost(request.headers.host, options.publicAddress);
    const { answer, written } = await gateway.offlineMessages(textOf(request), at);
    if (written) reply.raw.once('finish', written);
    return send(reply, answer);
  });
  app.post(LOG_PATH, async (request, reply) => send(reply, await options.logUploads.take(textOf(request))));
  app.post(CHANNEL_HISTORY_PATH, async (request, reply) => send(reply, await history.ofChannel(textOf(request))));
  app.post(PEER_HISTORY_PATH, async (request, reply) => send(reply, await history.ofPeers(textOf(request))));
}

function textOf(request: FastifyRequest): string {
  return typeof request.body === 'string' ? request.body : '';
}

function send(reply: FastifyReply, answer: GatewayAnswer): FastifyReply {
  if (answer.status === 503) reply.header('Retry-After', RETRY_AFTER_S);
  return reply.code(answer.status).type('application/json; charset=utf-8').send(JSON.stringify(answer.body));
}
