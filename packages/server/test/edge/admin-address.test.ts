/** The operator's part at an address of its own (`adminAddress`). */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RawClient } from 'ar-rtm-testkit/raw-client';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startTestServer, type TestServer } from '../../src/testing.js';
import { AdminBrowser, ask, byKey, keyOf, loginWith } from './support/admin-client.js';

const APP = 'a'.repeat(32);
const ADDRESS = { host: '127.0.0.1', port: 0 };

let publicDir: string;
let server: TestServer;
let port: number;
beforeEach(async () => {
  publicDir = mkdtempSync(join(tmpdir(), 'arrtm-admin-'));
  mkdirSync(join(publicDir, 'console'));
  writeFileSync(join(publicDir, 'console', 'index.html'), '<title>console</title>');
  server = await startTestServer({ adminAddress: ADDRESS, publicDir });
  port = server.adminPort ?? 0;
});
afterEach(async () => {
  await server.stop();
  rmSync(publicDir, { recursive: true });
  expect(server.complaints).toEqual([]);
});

test('it is there, with the page, and not found beside everything else', async () => {
  expect(port).not.toBe(server.port);
  const browser = await AdminBrowser.login(server, { port });
  expect(browser.reply.json).toMatchObject({ loggedIn: true, hasOwnAddress: true });
  expect((await browser.ask('/admin/overview', { port })).status).toBe(200);
  const page = await ask(server, '/', { port });
  expect([page.status, page.text]).toEqual([200, '<title>console</title>']);
  expect(page.headers['content-security-policy']).toContain("default-src 'self'");
  for (const path of ['/admin', '/admin/session', '/admin/overview', `/admin/apps/${APP}/users`]) {
    for (const method of ['GET', 'POST', 'OPTIONS'] as const) {
      const reply = await byKey(server, path, { method });
      expect([reply.status, reply.json.code], `${method} ${path}`).toEqual([404, 'not_found']);
      expect(reply.headers['access-control-allow-origin']).toBeUndefined();
    }
    expect((await browser.ask(path)).status).toBe(404);
  }
  expect((await ask(server, '/admin/session', loginWith(keyOf(server)))).status).toBe(404);
  expect((await ask(server, '/')).status).toBe(200);
});

test('it has the same guard', async () => {
  const wrong = [
    [{ host: 'evil.example' }, 421],
    [{ origin: 'https://evil.example' }, 403],
    [{ origin: `http://127.0.0.1:${server.port}` }, 403],
    [{ 'sec-fetch-site': 'same-site' }, 403],
  ] as const;
  for (const [headers, status] of wrong) {
    expect((await byKey(server, '/admin/overview', { port, headers: { ...headers } })).status).toBe(status);
  }
  expect((await ask(server, '/admin/overview', { port })).status).toBe(401);
  expect((await ask(server, '/admin/%ff', { port })).json.code).toBe('invalid_parameter');
});

test('nothing for clients is there', async () => {
  for (const path of ['/metrics', '/readyz', '/arapi/v1?action=wrtm_gateway', `/dev/v2/project/${APP}/x`]) {
    expect((await ask(server, path, { port, method: 'POST', body: '{}' })).status, path).toBe(404);
  }
  await expect(RawClient.open(`http://127.0.0.1:${port}`)).rejects.toThrow();
});

test('a start whose address is taken fails, and leaves nothing open', async () => {
  const taken = createServer().listen(0, '127.0.0.1');
  await new Promise((resume) => taken.once('listening', resume));
  const { port: takenPort } = taken.address() as { port: number };
  await expect(startTestServer({ adminAddress: { host: '127.0.0.1', port: takenPort } })).rejects.toThrow('EADDRINUSE');
  taken.close();
});
