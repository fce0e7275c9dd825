import type { IncomingMessage } from 'node:http';
import Fastify, { type FastifyInstance, type FastifyServerOptions } from 'fastify';
import { limitBody } from './body-deadline.js';
import { paceCrowds } from './crowd.js';

export interface ListenerOptions {
  readonly bodyBytes: number;
  /** Requests must be complete within this time, so that half-open ones do not pile up. */
  readonly requestTimeoutMs: number;
  readonly frameworkErrors?: FastifyServerOptions['frameworkErrors'];
  /** Requests whose body has a deadline of its own. */
  isUpload?(request: IncomingMessage): boolean;
}

/** An HTTP server without paths: bounds in size and time, and bodies as texts. */
export function newListener({ bodyBytes, requestTimeoutMs, frameworkErrors, isUpload }: ListenerOptions) {
  const app: FastifyInstance = Fastify({
    logger: false,
    bodyLimit: bodyBytes,
    ...(frameworkErrors && { frameworkErrors }),
    // Uploads may take longer: see limitBody.
    requestTimeout: 0,
    // An answer that nobody reads; WebSockets are taken out of this by their handshake.
    connectionTimeout: 2 * requestTimeoutMs,
    keepAliveTimeout: 10_000,
    forceCloseConnections: true,
    http: { headersTimeout: requestTimeoutMs, connectionsCheckingInterval: 1000 },
  });
  // Fastify does this only for servers that it made listen itself. Behind the close of the listener nothing looks after
  // connections that stay silent, and one of them would keep the process from ending.
  app.addHook('preClose', async () => {
    setImmediate(() => app.server.closeAllConnections());
  });
  app.server.prependListener('request', (request: IncomingMessage) => {
    if (!isUpload?.(request)) limitBody(app.server, request, requestTimeoutMs);
  });
  // Node's own answer to what it does not know leaves the body time without end: such a request never gets here.
  app.server.on('checkExpectation', (_request, response) => response.writeHead(417, { Connection: 'close' }).end());
  paceCrowds(app.server, setImmediate);
  // Clients send JSON as text/plain; every body is text here, and checked by its route.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => done(null, body));
  return app;
}
