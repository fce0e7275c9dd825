/** Who is the operator: the key, the cookie that is given for it, the CSRF token; and who is not (docs/admin.md). */
import { gateway, RawClient } from 'ar-rtm-testkit/raw-client';
import { afterEach, describe, expect, test } from 'vitest';
import { PromCounters } from '../../src/edge/observability/index.js';
import { hashSecret } from '../../src/edge/secret-hash.js';
import { MemoryRecords, startTestServer, type TestServer, type TestServerOptions } from '../../src/testing.js';
import { AdminBrowser, ask, byKey, keyOf, loginWith } from './support/admin-client.js';
import { make006 } from './token-maker.js';

const APP = '4c1f0a9be27d43d58f60b7a2c93e5d18';
const CERTIFICATE = 'b7e35d9042ac4f118d6e0f5a71c2984d';
const PATHS = [
  '/admin/overview',
  '/admin/metrics',
  '/admin/apps',
  `/admin/apps/${APP}/users`,
  `/admin/apps/${APP}/users/ann`,
  `/admin/apps/${APP}/channels`,
  `/admin/apps/${APP}/channels/room`,
];
const KICK = `/admin/apps/${APP}/users/ann/kick`;

let server: TestServer;
const clients: RawClient[] = [];
const start = async (options: TestServerOptions = {}) => {
  server = await startTestServer({ metrics: new PromCounters(), ...options });
};
afterEach(async () => {
  for (const client of clients.splice(0)) client.terminate();
  await server.stop();
  expect(server.complaints).toEqual([]);
});

async function ann(): Promise<RawClient> {
  const client = await RawClient.login(server.url, { appId: APP, uid: 'ann' });
  clients.push(client);
  await client.request('JoinChannel', { ChanId: 'room' });
  return client;
}

describe('the operator key', () => {
  test('opens every path, without cookie and CSRF token', async () => {
    await start();
    await ann();
    for (const path of PATHS) expect((await byKey(server, path)).status, path).toBe(200);
    expect((await byKey(server, KICK, { method: 'POST' })).json).toEqual({ wasOnline: true });
    expect((await byKey(server, '/admin/session')).json).toEqual({ loggedIn: true, hasOwnAddress: false });
    expect((await byKey(server, '/admin/overview', { method: 'HEAD' })).status).toBe(200);
  });

  test('nothing else does, and who is not the operator does not learn what there is', async () => {
    await start();
    await ann();
    const key = keyOf(server);
    for (const authorization of [undefined, '', key, 'Bearer', 'Bearer ', `Bearer ${key}0`, `Basic ${key}`]) {
      for (const path of [...PATHS, '/admin', '/admin/', '/admin/nothing', '/admin/apps/x/users']) {
        const headers = authorization === undefined ? {} : { authorization };
        const reply = await ask(server, path, { headers });
        const statuses = authorization?.startsWith('Bearer') ? [401, 429] : [401];
        expect(statuses, `${authorization} ${path}`).toContain(reply.status);
        expect(Object.keys(reply.json).sort()).toEqual(['code', 'message']);
      }
    }
    expect((await ask(server, KICK, { method: 'POST' })).status).toBe(401);
    expect(clients[0]?.socket.readyState).toBe(1);
  });

  test('of an app opens nothing: tickets, tokens and API keys, wherever they are put', async () => {
    const secret = 'the-secret-of-a-back-end';
    await start({
      apps: [
        { appId: APP, enabled: true, certificates: [CERTIFICATE], allowEmptyToken: false, allowWildcardUid: false },
      ],
      apiKeys: [{ id: 'key_1', secretHash: hashSecret(secret), apps: [APP] }],
    });
    const ts = Math.floor(Date.now() / 1000) + 60;
    const token = make006({ appId: APP, certificate: CERTIFICATE, account: 'ann', ts, privilege: 0 });
    const { body } = await gateway(server.url, { appid: APP, uid: 'ann', token, wss: false });
    const client = await RawClient.login(server.url, { appId: APP, uid: 'ann', token });
    clients.push(client);
    const basic = `Basic ${Buffer.from(`key_1:${secret}`).toString('base64')}`;
    for (const mine of [token, String(body['sessionid']), client.sessionId, client.userSId, secret]) {
      for (const headers of [
        { authorization: `Bearer ${mine}` },
        { cookie: `arrtm_operator=${mine}` },
        { 'x-ar-token': mine, 'x-ar-uid': 'ann' },
        { 'x-csrf-token': mine },
      ]) {
        expect([401, 429]).toContain((await ask(server, '/admin/overview', { headers })).status);
      }
      expect([401, 429]).toContain((await ask(server, '/admin/session', loginWith(mine))).status);
    }
    expect((await ask(server, '/admin/overview', { headers: { authorization: basic } })).status).toBe(401);
    expect((await ask(server, `/admin/overview?token=${keyOf(server)}`)).status).toBe(401);
  });

  test('guessing it is slow: 429 with Retry-After for that address, and for no other', async () => {
    await start();
    const wrong = (localAddress: string) =>
      ask(server, '/admin/overview', { headers: { authorization: 'Bearer op_wrong' }, localAddress });
    const browser = await AdminBrowser.login(server);
    for (let i = 0; i < 5; i += 1) {
      expect((await wrong('127.0.0.1')).json).toMatchObject({ code: 'wrong_key' });
      expect((await ask(server, '/admin/session', loginWith('guess'))).json).toMatchObject({ code: 'wrong_key' });
    }
    for (const reply of [
      await wrong('127.0.0.1'),
      await ask(server, '/admin/session', loginWith('guess')),
      // Also the right one: an answer would tell.
      await byKey(server, '/admin/overview'),
      await ask(server, '/admin/session', loginWith(keyOf(server))),
    ]) {
      expect([reply.status, reply.json.code]).toEqual([429, 'too_many_attempts']);
      const retryAfterS = Number(reply.headers['retry-after']);
      expect(retryAfterS).toBeGreaterThanOrEqual(1);
      expect(retryAfterS).toBeLessThanOrEqual(60);
      expect(reply.json.message).toContain(`${retryAfterS} s`);
    }
    expect((await wrong('127.0.0.2')).status).toBe(401);
    expect((await byKey(server, '/admin/overview', { localAddress: '127.0.0.3' })).status).toBe(200);
    expect((await browser.ask('/admin/overview')).status).toBe(200);
    expect(server.count('operator_refused')).toBe(11);
  });

  test('behind a trusted proxy the address is that of the client', async () => {
    await start({ trustProxy: true });
    const from = (address: string, key: string) =>
      ask(server, '/admin/session', loginWith(key, { 'x-forwarded-for': address }));
    for (let i = 0; i < 10; i += 1) await from('203.0.113.7', 'guess');
    expect((await from('203.0.113.7', keyOf(server))).status).toBe(429);
    expect((await from('203.0.113.8', keyOf(server))).status).toBe(200);
  });
});

describe('a browser', () => {
  test('logs in with the key, and out again', async () => {
    await start();
    expect((await ask(server, '/admin/session')).json).toEqual({ loggedIn: false, hasOwnAddress: false });
    const browser = await AdminBrowser.login(server);
    expect(browser.reply.json).toEqual({
      loggedIn: true,
      hasOwnAddress: false,
      csrfToken: expect.stringMatching(/^[\w-]{43}$/),
      expiresInS: 12 * 3600,
    });
    expect((await browser.ask('/admin/session')).json).toMatchObject({ loggedIn: true, csrfToken: browser.csrfToken });
    await ann();
    for (const path of PATHS) expect((await browser.ask(path)).status, path).toBe(200);
    const out = await browser.change('/admin/session', { method: 'DELETE' });
    expect(out.json).toEqual({ loggedIn: false, hasOwnAddress: false });
    expect(out.headers['set-cookie']).toEqual(['arrtm_operator=; Path=/admin; Max-Age=0; HttpOnly; SameSite=Strict']);
    // Also for whoever has kept the cookie.
    expect((await browser.ask('/admin/overview')).status).toBe(401);
    expect((await browser.ask('/admin/session')).json).toEqual({ loggedIn: false, hasOwnAddress: false });
  });

  test('gets a cookie that no script reads and no other site sends; over TLS it is sent over TLS alone', async () => {
    await start({ trustProxy: true });
    const flags = async (headers: Readonly<Record<string, string>>) => {
      const { reply } = await AdminBrowser.login(server, { headers });
      expect(reply.headers['set-cookie']).toHaveLength(1);
      const [pair, ...rest] = (reply.headers['set-cookie']?.[0] ?? '').split('; ');
      expect(pair).toMatch(/^arrtm_operator=[0-9a-f]{64}$/);
      return rest;
    };
    const usual = ['Path=/admin', 'Max-Age=43200', 'HttpOnly', 'SameSite=Strict'];
    expect(await flags({})).toEqual(usual);
    expect(await flags({ 'x-forwarded-proto': 'https' })).toEqual([...usual, 'Secure']);
    // What the client says itself stands before what the proxy adds.
    expect(await flags({ 'x-forwarded-proto': 'https, http' })).toEqual(usual);
    await server.stop();
    await start();
    expect(await flags({ 'x-forwarded-proto': 'https' })).toEqual(usual);
  });

  test('needs its CSRF token for whatever changes something', async () => {
    await start();
    await ann();
    const browser = await AdminBrowser.login(server);
    const other = await AdminBrowser.login(server);
    for (const wrong of [undefined, '', 'x', browser.csrfToken.slice(1), `${browser.csrfToken}a`, other.csrfToken]) {
      const headers = wrong === undefined ? {} : { 'x-csrf-token': wrong };
      for (const [path, method] of [
        [KICK, 'POST'],
        ['/admin/session', 'DELETE'],
      ] as const) {
        const reply = await browser.ask(path, { method, headers });
        expect([reply.status, reply.json.code], `${method} ${wrong}`).toEqual([403, 'csrf_token']);
      }
    }
    expect(clients[0]?.socket.readyState).toBe(1);
    expect((await browser.change(KICK)).json).toEqual({ wasOnline: true });
    // A token without its cookie is nothing.
    const headers = { 'x-csrf-token': browser.csrfToken };
    expect((await ask(server, KICK, { method: 'POST', headers })).status).toBe(401);
  });

  test('logs in with JSON alone, as no form of another site can send it', async () => {
    await start();
    const body = JSON.stringify({ key: keyOf(server) });
    for (const type of [undefined, 'text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data']) {
      const headers = type === undefined ? {} : { 'content-type': type };
      const reply = await ask(server, '/admin/session', { method: 'POST', headers, body });
      expect([reply.status, reply.json.code]).toEqual([415, 'unsupported_media_type']);
    }
    for (const wrong of ['', 'null', '[]', '{}', '{"key":1}', '{"key":null}', '{', keyOf(server)]) {
      const reply = await ask(server, '/admin/session', { ...loginWith(''), body: wrong });
      expect([reply.status, reply.json.code], wrong).toEqual([400, 'invalid_parameter']);
    }
    const long = await ask(server, '/admin/session', loginWith('x'.repeat(70_000)));
    expect([long.status, long.json.code]).toEqual([413, 'body_too_large']);
    expect((await ask(server, '/admin/session', loginWith(keyOf(server)))).status).toBe(200);
  });

  test('that logs in once more has a new cookie, and the one before is over', async () => {
    await start();
    const first = await AdminBrowser.login(server);
    const second = await AdminBrowser.login(server, { headers: { cookie: first.cookie } });
    expect(second.cookie).not.toBe(first.cookie);
    expect((await first.ask('/admin/overview')).status).toBe(401);
    // A cookie that was planted beside the right one does not shut the operator out.
    const both = `${first.cookie}; other=1; ${second.cookie}`;
    expect((await ask(server, '/admin/overview', { headers: { cookie: both } })).status).toBe(200);
  });

  test('is logged out when its time is over, though it is used', async () => {
    await start({ settings: { adminSessionMs: 1000, adminIdleMs: 60_000 } });
    const busy = await AdminBrowser.login(server);
    await expect.poll(async () => (await busy.ask('/admin/overview')).status).toBe(401);
  });

  test('is logged out by a restart, as by a new operator key', async () => {
    const content = new Map<string, string>();
    await start({ records: new MemoryRecords({ content }) });
    const [key, { cookie }] = [keyOf(server), await AdminBrowser.login(server)];
    expect([...content].join()).not.toContain(cookie.split('=')[1]);
    await server.stop();
    await start({ records: new MemoryRecords({ content }) });
    expect((await ask(server, '/admin/overview', { headers: { cookie } })).status).toBe(401);
    expect((await ask(server, '/admin/session', loginWith(key))).status).toBe(200);
  });

  test('more of them than there is room for: the one that was used longest ago gives way', async () => {
    await start();
    const browsers = [];
    for (let i = 0; i < 32; i += 1) browsers.push(await AdminBrowser.login(server));
    const [first, second] = browsers as [AdminBrowser, AdminBrowser];
    expect((await first.ask('/admin/overview')).status).toBe(200);
    await AdminBrowser.login(server);
    expect((await second.ask('/admin/overview')).status).toBe(401);
    expect((await first.ask('/admin/overview')).status).toBe(200);
  });
});

test('paths and methods that there are not', async () => {
  await start();
  const codeOf = async (path: string, method = 'GET') => {
    const { status, json, headers } = await byKey(server, path, { method });
    return [status, json.code, headers.allow];
  };
  for (const path of ['/admin', '/admin/', '/admin/x', '/admin/overview/x', `/admin/apps/${APP}`]) {
    expect(await codeOf(path), path).toEqual([404, 'not_found', undefined]);
  }
  for (const path of [
    'short/users',
    `${APP}/nothing`,
    `${APP}/users/ann/x`,
    `${APP}/channels/c/kick`,
    `${APP}/users/`,
  ]) {
    expect(await codeOf(`/admin/apps/${path}`), path).toEqual([404, 'not_found', undefined]);
  }
  expect(await codeOf('/admin/apps/%ff/users')).toEqual([400, 'invalid_parameter', undefined]);
  expect(await codeOf('/admin/overview', 'POST')).toEqual([405, 'method_not_allowed', 'GET, HEAD']);
  expect(await codeOf('/admin/session', 'PUT')).toEqual([405, 'method_not_allowed', 'GET, HEAD, POST, DELETE']);
  expect(await codeOf(KICK)).toEqual([405, 'method_not_allowed', 'POST']);
  expect(await codeOf('/admin/overview', 'OPTIONS')).toEqual([405, 'method_not_allowed', 'GET, HEAD']);
});

test('odd paths lead to the same guard, or nowhere', async () => {
  await start();
  for (const path of [
    '/%61dmin/overview',
    '/admin%2Foverview',
    '//admin/overview',
    '/admin//overview',
    '/./admin/overview',
  ]) {
    expect([401, 404], path).toContain((await ask(server, path)).status);
  }
  expect((await byKey(server, '/%61dmin/overview')).status).toBe(200);
});
