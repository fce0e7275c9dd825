import { createServer, type Server } from 'node:http';
import type { FastifyInstance } from 'fastify';
import type { OperatorKey } from '../operator-key.js';

/** The page of metrics; `edge/observability` makes it. */
export interface Metrics {
  readonly contentType: string;
  render(): Promise<string>;
}

/**
 * `GET /metrics` beside everything else, for whoever has the operator key: `Authorization: Bearer <key>`. Where a request
 * comes from opens nothing, since a proxy on this machine speaks for everybody.
 */
export function metricsForOperator(app: FastifyInstance, metrics: Metrics, operatorKey: OperatorKey): void {
  app.get('/metrics', async (request, reply) => {
    const [scheme = '', key = ''] = (request.headers.authorization ?? '').split(' ');
    if (scheme.toLowerCase() !== 'bearer' || !operatorKey.isKey(key)) {
      const body = { code: 401, message: 'the operator key is needed: Authorization: Bearer <key>' };
      return reply.code(401).header('WWW-Authenticate', 'Bearer').send(body);
    }
    return reply
      .header('Cache-Control', 'no-store')
      .type(metrics.contentType)
      .send(await metrics.render());
  });
}

/** A server of its own for the metrics, without a key, at an address that the operator keeps from others. */
export function metricsServer(metrics: Metrics): Server {
  const server = createServer((request, response) => {
    const isMetrics = request.method === 'GET' && request.url?.split('?', 1)[0] === '/metrics';
    if (!isMetrics) {
      response.writeHead(404, { 'Content-Type': 'text/plain' }).end('only GET /metrics\n');
      return;
    }
    metrics.render().then(
      (text) => response.writeHead(200, { 'Content-Type': metrics.contentType }).end(text),
      () => response.writeHead(500).end(),
    );
  });
  server.requestTimeout = 10_000;
  return server;
}
