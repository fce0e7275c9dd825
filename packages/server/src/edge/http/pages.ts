import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

/** The page may load only what this server serves, and talk to servers by WebSocket. */
const PAGE_POLICY =
  "default-src 'self'; connect-src 'self' ws: wss:; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; " +
  "object-src 'none'; base-uri 'none'; frame-ancestors 'none'";

/** What the page finds at its address. */
export interface SiteParts {
  readonly clients: boolean;
  readonly operator: boolean;
}

/** The console, in `<publicDir>/console`. */
export async function consolePage(app: FastifyInstance, publicDir: string, parts: SiteParts): Promise<void> {
  const root = join(publicDir, 'console');
  if (!existsSync(root)) return;
  app.get('/console.json', async (_request, reply) => reply.header('Cache-Control', 'no-store').send(parts));
  await app.register(fastifyStatic, {
    root,
    // The build puts a .gz beside what is worth it.
    preCompressed: true,
    setHeaders: (response) => {
      response.setHeader('Content-Security-Policy', PAGE_POLICY);
      response.setHeader('Referrer-Policy', 'no-referrer');
    },
  });
}

/** The SDK for script tags, in `<publicDir>/sdk`. */
export function sdkFile(app: FastifyInstance, publicDir: string, sdkVersion: string): void {
  const path = join(publicDir, 'sdk', 'ArRTM.umd.js');
  if (!existsSync(path)) return;
  const sdk = readFileSync(path);
  const etag = `"${createHash('sha256').update(sdk).digest('base64url').slice(0, 22)}"`;
  const serve = async (request: FastifyRequest, reply: FastifyReply) => {
    reply
      .header('ETag', etag)
      .header('Cache-Control', 'no-cache')
      .header('Cross-Origin-Resource-Policy', 'cross-origin');
    if (request.headers['if-none-match'] === etag) return reply.code(304).send();
    return reply.type('text/javascript; charset=utf-8').send(sdk);
  };
  app.get('/sdk/web/ArRTM@latest.js', serve);
  app.get(`/sdk/web/ArRTM@${sdkVersion}.js`, serve);
}
