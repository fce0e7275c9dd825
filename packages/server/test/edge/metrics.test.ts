/** Who gets at the metrics: the operator key, or a second address; never where a request comes from. */
import { request } from 'node:http';
import { afterEach, expect, test } from 'vitest';
import { PromCounters } from '../../src/edge/observability/index.js';
import { MemoryRecords, startTestServer, type TestServer, type TestServerOptions } from '../../src/testing.js';

const counters = new PromCounters();
counters.add('logins', 3);

let server: TestServer;
const start = async (options: TestServerOptions = {}) => {
  server = await startTestServer({ metrics: counters, ...options });
};
afterEach(() => server.stop());

async function get(authorization?: string, more: Record<string, string> = {}) {
  const headers = { ...more, ...(authorization === undefined ? {} : { authorization }) };
  const response = await fetch(`${server.url}/metrics`, { headers });
  return { status: response.status, text: await response.text(), headers: response.headers };
}

test('the operator key, made at the first start, opens the page', async () => {
  await start();
  const key = server.newOperatorKey ?? '';
  expect(key).toMatch(/^op_[0-9a-f]{64}$/);
  const { status, text, headers } = await get(`Bearer ${key}`);
  expect([status, headers.get('content-type'), headers.get('cache-control')]).toEqual([
    200,
    'text/plain; version=0.0.4; charset=utf-8',
    'no-store',
  ]);
  expect(text).toContain('\narrtm_logins_total 3\n');
  expect((await get(`bearer ${key}`)).status).toBe(200);
});

test('nothing else does', async () => {
  await start();
  const key = server.newOperatorKey ?? '';
  for (const wrong of [
    undefined,
    '',
    key,
    'Bearer',
    'Bearer ',
    `Bearer ${key.slice(0, -1)}`,
    `Bearer ${key}0`,
    `Basic ${key}`,
  ]) {
    const { status, text, headers } = await get(wrong);
    expect([status, headers.get('www-authenticate')]).toEqual([401, 'Bearer']);
    expect(JSON.parse(text)).toMatchObject({ code: 401 });
  }
});

test('requests of this machine, or of a proxy on it, are no exception', async () => {
  await start();
  const { port } = server;
  for (const localAddress of ['127.0.0.1', '127.0.0.2']) {
    const status = await new Promise((resolve, reject) => {
      const headers = { 'x-forwarded-for': '127.0.0.1', 'x-real-ip': '127.0.0.1' };
      request({ host: '127.0.0.1', port, path: '/metrics', localAddress, headers }, (response) => {
        response.resume();
        resolve(response.statusCode);
      })
        .once('error', reject)
        .end();
    });
    expect(status).toBe(401);
  }
});

test('the key stays over a restart and is not shown again; only its hash is stored', async () => {
  const content = new Map<string, string>();
  await start({ records: new MemoryRecords({ content }) });
  const key = server.newOperatorKey ?? '';
  await server.stop();
  expect([...content].join()).not.toContain(key.slice(3));
  await start({ records: new MemoryRecords({ content }) });
  expect(server.newOperatorKey).toBeUndefined();
  expect((await get(`Bearer ${key}`)).status).toBe(200);
});

test('a second address needs no key and has nothing else; the first one still asks', async () => {
  await start({ metricsAddress: { host: '127.0.0.1', port: 0 } });
  const at = `http://127.0.0.1:${server.metricsPort}`;
  const page = await fetch(`${at}/metrics`);
  expect([page.status, page.headers.get('content-type')]).toEqual([200, counters.contentType]);
  expect(await page.text()).toContain('arrtm_logins_total 3');
  for (const path of ['/', '/healthz', '/arapi/v1?action=wrtm_gateway', '/metrics/']) {
    expect((await fetch(at + path)).status).toBe(404);
  }
  expect((await fetch(`${at}/metrics`, { method: 'POST' })).status).toBe(404);
  expect((await get()).status).toBe(401);
});

test('a page that cannot be made is an error, and the server goes on', async () => {
  const metrics = { contentType: 'text/plain', render: () => Promise.reject(new Error('no page')) };
  await start({ metrics, metricsAddress: { host: '127.0.0.1', port: 0 } });
  expect((await fetch(`http://127.0.0.1:${server.metricsPort}/metrics`)).status).toBe(500);
  expect((await get(`Bearer ${server.newOperatorKey}`)).status).toBe(500);
  expect((await fetch(`${server.url}/healthz`)).status).toBe(200);
});
