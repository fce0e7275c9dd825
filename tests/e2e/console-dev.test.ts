/** The page in development, served by Vite with the server behind it: closed to foreign sites and names all the same. */
import { request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { startTestServer, type TestServer } from 'ar-rtm-server/testing';
import { createServer, type ViteDevServer } from 'vite';
import { afterAll, beforeAll, expect, test } from 'vitest';

const ROOT = fileURLToPath(new URL('../../packages/console', import.meta.url));
const OVERVIEW = '/admin/overview';

let server: TestServer;
let vite: ViteDevServer;
let port: number;

beforeAll(async () => {
  server = await startTestServer();
  process.env.ARRTM_SERVER = server.url;
  vite = await createServer({
    root: ROOT,
    configFile: `${ROOT}/vite.config.ts`,
    server: { port: 0, host: '127.0.0.1' },
    logLevel: 'silent',
    optimizeDeps: { noDiscovery: true, include: [] },
  });
  await vite.listen();
  port = ((vite.httpServer as Server).address() as AddressInfo).port;
});
afterAll(async () => {
  delete process.env.ARRTM_SERVER;
  await vite.close();
  await server.stop();
});

interface Reply {
  readonly status: number;
  readonly text: string;
  readonly cors: readonly string[];
}

/** A request with the operator's key, as the page sends it unless other headers are given. */
function ask(path: string, headers: Readonly<Record<string, string>> = {}, method = 'GET'): Promise<Reply> {
  const authorization = `Bearer ${server.newOperatorKey}`;
  return new Promise((resolve, reject) => {
    request(
      { host: '127.0.0.1', port, path, method, headers: { authorization, ...headers }, agent: false },
      (reply) => {
        let text = '';
        reply.on('data', (chunk: Buffer) => {
          text += chunk.toString();
        });
        const cors = Object.keys(reply.headers).filter((name) => name.startsWith('access-control-'));
        reply.on('end', () => resolve({ status: reply.statusCode ?? 0, text, cors }));
      },
    )
      .once('error', reject)
      .end();
  });
}

test('the page and what is behind it are there, for the page itself', async () => {
  expect((await ask('/', { accept: 'text/html' })).text).toContain('<div id="root">');
  const origin = `http://127.0.0.1:${port}`;
  const own = await ask(OVERVIEW, { origin, 'sec-fetch-site': 'same-origin' });
  expect([own.status, JSON.parse(own.text).status, own.cors]).toEqual([200, 'ready', []]);
  expect((await ask(OVERVIEW, { host: `localhost:${port}`, origin: `http://localhost:${port}` })).status).toBe(200);
  expect((await ask(OVERVIEW, { authorization: 'Bearer wrong' })).status).toBe(401);
  const gateway = await ask('/arapi/v1?action=wrtm_gateway', { origin }, 'POST');
  expect([gateway.status, JSON.parse(gateway.text).code]).toEqual([200, expect.any(Number)]);
});

test('a foreign origin is refused, and reads nothing', async () => {
  for (const headers of [
    { origin: 'https://evil.example' },
    { origin: 'null' },
    { origin: `http://127.0.0.1:${port + 1}` },
    { origin: `http://localhost:${port}` },
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site' },
    { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' },
  ]) {
    for (const path of [OVERVIEW, '/admin', '/admin?x', '/src/main.tsx', '/arapi/v1?action=wrtm_gateway']) {
      for (const method of ['GET', 'POST', 'OPTIONS']) {
        const { status, cors } = await ask(path, headers, method);
        expect([status, cors], `${method} ${path} ${JSON.stringify(headers)}`).toEqual([403, []]);
      }
    }
  }
  // Whoever follows a link to the page sees it.
  const followed = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', accept: 'text/html' };
  expect((await ask('/', followed)).status).toBe(200);
});

test('a name that leads here is refused', async () => {
  for (const host of ['evil.example', `evil.example:${port}`, '127.0.0.1.evil.example', 'localhost.evil.example']) {
    for (const path of ['/', OVERVIEW, '/src/main.tsx', '/arapi/v1?action=wrtm_gateway']) {
      const { status, text } = await ask(path, { host, origin: `http://${host}`, 'sec-fetch-site': 'same-origin' });
      expect([403, 421], `${host} ${path}`).toContain(status);
      expect(text).not.toContain('root');
    }
  }
});
