/** The REST API for back ends over HTTP: who may call, what is refused and how, limits (rest-api.md 2, 3, 10, 12). */
import { request } from 'node:http';
import { RawClient, type RawOptions } from 'ar-rtm-testkit/raw-client';
import fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import type { App } from '../../src/domain/apps.js';
import { hashSecret } from '../../src/edge/secret-hash.js';
import { startTestServer, type TestServer, type TestServerOptions } from '../../src/testing.js';
import { make006, make007, rtm } from './token-maker.js';

const CERTIFICATE = 'b7e35d9042ac4f118d6e0f5a71c2984d';
const app = (appId: string, certificates = [CERTIFICATE]): App => ({
  appId,
  enabled: true,
  certificates,
  allowEmptyToken: false,
  allowWildcardUid: false,
});
const FIRST = '4c1f0a9be27d43d58f60b7a2c93e5d18';
const SECOND = '0123456789abcdef0123456789abcdef';
const NO_TOKENS = '0000000000000000000000000000000b';
const SECRET = 's3cret:with colons';
const API_KEYS = [
  { id: 'key_1', secretHash: hashSecret(SECRET), apps: [FIRST, NO_TOKENS] },
  { id: 'key_2', secretHash: hashSecret('other'), apps: [SECOND] },
];
const basic = (id: string, secret: string) => `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`;
const KEY = { authorization: basic('key_1', SECRET) };
const REST = { requestsPerSecond: 1000, messagesPerSecond: 500, kicksPerSecond: 10, addressRequestsPerSecond: 1000 };

let server: TestServer;
const start = async (options: TestServerOptions = {}) => {
  server = await startTestServer({
    apps: [app(FIRST), app(SECOND), app(NO_TOKENS, [])],
    apiKeys: API_KEYS,
    settings: { acknowledgeMs: 300 },
    ...options,
  });
};
const clients: RawClient[] = [];
afterEach(async () => {
  for (const client of clients.splice(0)) client.terminate();
  await server.stop();
  expect(server.complaints).toEqual([]);
});

const nowS = () => Math.floor(Date.now() / 1000);
const token = (uid: string, appId = FIRST, leftS = 60) =>
  make006({ appId, certificate: CERTIFICATE, account: uid, ts: nowS() + leftS, privilege: 0 });
const token007 = (uid: string, leftS = 60) =>
  make007({
    appId: FIRST,
    certificate: CERTIFICATE,
    services: [rtm(uid, 0)],
    issueTs: nowS() - 60,
    expire: 60 + leftS,
  });

interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Record<string, unknown>;
}

async function call(
  path: string,
  body: unknown,
  headers: Record<string, string> = KEY,
  method = 'POST',
): Promise<Answer> {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const response = await fetch(server.url + path, { method, headers, ...(method !== 'GET' && { body: text }) });
  const answer = (await response.json()) as Record<string, unknown>;
  // What every answer has (rest-api.md 3).
  expect(response.headers.get('content-type')).toBe('application/json; charset=utf-8');
  expect(answer.request_id).toMatch(/^[0-9a-f]{32}$/);
  expect(response.headers.get('x-request-id')).toBe(answer.request_id);
  expect(answer.result).toBe(response.status === 200 ? 'success' : 'failed');
  if (response.status !== 200)
    expect(answer).toMatchObject({ message: expect.any(String), reason: expect.any(String) });
  return { status: response.status, headers: response.headers, body: answer };
}

const at = (uid: string, what = 'peer_messages', appId = FIRST) =>
  `/dev/v2/project/${appId}/rtm/users/${encodeURIComponent(uid)}/${what}`;
const MESSAGE = { destination: 'bob', payload: 'hello' };
const ask = (path: string, body: unknown, headers?: Record<string, string>, method?: string) =>
  call(path, body, headers, method).then(({ status, body: { code } }) => [status, code]);

async function login(uid: string, appId = FIRST, options: RawOptions = {}): Promise<RawClient> {
  const client = await RawClient.login(server.url, { appId, uid, token: token(uid, appId) }, options);
  clients.push(client);
  return client;
}

describe('who may call', () => {
  test('Basic with a key of the app, for any user', async () => {
    await start();
    expect(await ask(at('anybody'), MESSAGE)).toEqual([200, 'message_sent']);
    expect(await ask(at('anybody'), MESSAGE, { authorization: KEY.authorization.replace('Basic', 'bAsIc') })).toEqual([
      200,
      'message_sent',
    ]);
    expect(await ask(at('anybody', 'peer_messages', NO_TOKENS), MESSAGE)).toEqual([200, 'message_sent']);
    expect(await ask(at('anybody', 'peer_messages', SECOND), MESSAGE)).toEqual([403, 'app_forbidden']);
    const other = { authorization: basic('key_2', 'other') };
    expect(await ask(at('anybody', 'peer_messages', SECOND), MESSAGE, other)).toEqual([200, 'message_sent']);
  });

  test.each([
    ['a wrong secret', basic('key_1', 'x')],
    ['the secret of another key', basic('key_1', 'other')],
    ['an unknown key', basic('key_3', SECRET)],
    ['the hash of the secret', basic('key_1', hashSecret(SECRET))],
    ['an empty pair', basic('', '')],
    ['no pair', `Basic ${Buffer.from('key_1').toString('base64')}`],
    ['nothing', 'Basic'],
    ['another scheme', 'Digest x'],
  ])('not %s, and a good token beside it is not looked at', async (_name, authorization) => {
    await start();
    const headers = {
      authorization,
      ...(authorization.startsWith('B') && { 'x-ar-token': token('alice'), 'x-ar-uid': 'alice' }),
    };
    expect(await ask(at('alice'), MESSAGE, headers)).toEqual([401, 'unauthorized']);
  });

  test('a token of the user, by the headers of either vendor', async () => {
    await start();
    const good = [
      { 'x-ar-token': token('alice'), 'x-ar-uid': 'alice' },
      { 'x-agora-token': token('alice'), 'x-agora-uid': 'alice' },
      { 'x-ar-token': token('alice'), 'x-agora-uid': 'alice' },
      { 'x-agora-token': token007('alice'), 'x-agora-uid': 'alice', authorization: '' },
      { authorization: `agora token=${token007('alice')}` },
      { authorization: `Agora token="${token007('alice')}"` },
    ];
    for (const headers of good) expect(await ask(at('alice'), MESSAGE, headers)).toEqual([200, 'message_sent']);
    const both = token007('alice');
    const twice = { authorization: `agora token=${both}`, 'x-agora-token': both, 'x-agora-uid': 'alice' };
    expect(await ask(at('alice'), MESSAGE, twice)).toEqual([200, 'message_sent']);
  });

  test.each([
    ['nothing', {}, 401, 'unauthorized'],
    ['a token without a user', { 'x-ar-token': token('alice') }, 401, 'invalid_token'],
    ['a 006 token in Authorization', { authorization: `agora token=${token('alice')}` }, 401, 'invalid_token'],
    ['a token of another user', { 'x-ar-token': token('bob'), 'x-ar-uid': 'alice' }, 401, 'invalid_token'],
    ['a token of another app', { 'x-ar-token': token('alice', SECOND), 'x-ar-uid': 'alice' }, 401, 'invalid_token'],
    ['an expired token', { 'x-ar-token': token('alice', FIRST, -5), 'x-ar-uid': 'alice' }, 401, 'token_expired'],
    ['an expired 007 token', { authorization: `agora token=${token007('alice', -5)}` }, 401, 'token_expired'],
    ['the token of a user for another', { 'x-ar-token': token('bob'), 'x-ar-uid': 'bob' }, 403, 'uid_mismatch'],
    ['a uid that is encoded', { 'x-ar-token': token('alice'), 'x-ar-uid': '%61lice' }, 401, 'invalid_token'],
    [
      'two tokens',
      { 'x-ar-token': token('alice'), 'x-agora-token': token007('alice'), 'x-ar-uid': 'alice' },
      401,
      'unauthorized',
    ],
    ['two users', { 'x-ar-token': token('alice'), 'x-ar-uid': 'alice', 'x-agora-uid': 'bob' }, 401, 'unauthorized'],
    ['garbage', { 'x-ar-token': 'x'.repeat(3000), 'x-ar-uid': 'alice' }, 401, 'invalid_token'],
  ])('not with %s', async (_name, headers, status, code) => {
    await start();
    expect(await ask(at('alice'), MESSAGE, headers as Record<string, string>)).toEqual([status, code]);
  });

  test('apps: unknown, disabled by another spelling, without certificates', async () => {
    await start();
    for (const appId of ['f'.repeat(32), 'short', FIRST.toUpperCase(), '']) {
      expect(await ask(at('alice', 'peer_messages', appId), MESSAGE)).toEqual([401, 'invalid_appid']);
    }
    const headers = { 'x-ar-token': 'anything', 'x-ar-uid': 'alice' };
    expect(await ask(at('alice', 'peer_messages', NO_TOKENS), MESSAGE, headers)).toEqual([401, 'unauthorized']);
  });

  test('kicks are for keys', async () => {
    await start();
    const headers = { 'x-ar-token': token('alice'), 'x-ar-uid': 'alice' };
    const rule = { uid: 'alice', time: 0 };
    expect(await ask(`/dev/v2/project/${FIRST}/rtm/kicking-rule`, rule, headers)).toEqual([401, 'unauthorized']);
    expect(await ask(`/dev/v2/project/${FIRST}/rtm/vendor/x/users/alice/connection`, '', headers, 'DELETE')).toEqual([
      401,
      'unauthorized',
    ]);
  });
});

describe('what is refused', () => {
  test('paths and methods', async () => {
    await start();
    const base = `/dev/v2/project/${FIRST}/rtm`;
    const unknown = [
      '/dev/',
      '/dev/v2',
      `/dev/v2/project/${FIRST}`,
      base,
      `${base}/`,
      `${base}/users/alice/peer_messages/`,
    ];
    const later = ['/message/history/query', '/message/history/count', '/vendor/user_events', '/vendor/channel_events'];
    for (const path of [...unknown, ...later.map((one) => base + one), `${base}/users/alice/constructor`]) {
      expect(await ask(path, MESSAGE)).toEqual([404, 'not_found']);
      expect(await ask(path, '', KEY, 'GET')).toEqual([404, 'not_found']);
    }
    for (const path of [at('alice'), at('alice', 'channel_messages'), `${base}/kicking-rule`, '/dev/v1/kicking-rule']) {
      for (const method of ['GET', 'PUT', 'DELETE', 'PATCH']) {
        const { status, headers, body } = await call(path, '', KEY, method);
        expect([status, headers.get('allow'), body.code]).toEqual([405, 'POST, OPTIONS', 'method_not_allowed']);
      }
    }
  });

  test('users in the path are decoded once and checked', async () => {
    await start();
    for (const uid of ["o'neill", 'a b', '#?&%+', 'x'.repeat(64), '100%25']) {
      expect(await ask(at(uid), MESSAGE)).toEqual([200, 'message_sent']);
    }
    for (const raw of [
      '',
      'x'.repeat(65),
      '%20alice',
      'alice%20',
      'a%2Fb',
      'a%00b',
      '%ZZ',
      '%C3%A4',
      'null',
      'a%22b',
      '%',
    ]) {
      const [status, code] = await ask(`/dev/v2/project/${FIRST}/rtm/users/${raw}/peer_messages`, MESSAGE);
      expect([raw, status, code]).toEqual([raw, 400, 'invalid_parameter']);
    }
  });

  test('bodies', async () => {
    await start();
    const cases: [unknown, number, string][] = [
      ['', 400, 'invalid_json'],
      ['{', 400, 'invalid_json'],
      ['[]', 400, 'invalid_json'],
      ['"text"', 400, 'invalid_json'],
      ['null', 400, 'invalid_json'],
      [{}, 400, 'invalid_parameter'],
      [{ payload: 'x' }, 400, 'invalid_parameter'],
      [{ destination: 5, payload: 'x' }, 400, 'invalid_parameter'],
      [{ destination: '', payload: 'x' }, 400, 'invalid_parameter'],
      [{ destination: 'al*ce', payload: 'x' }, 400, 'invalid_parameter'],
      [{ destination: 'bob' }, 400, 'invalid_parameter'],
      [{ destination: 'bob', payload: 5 }, 400, 'invalid_parameter'],
      [{ destination: 'bob', payload: '' }, 400, 'payload_empty'],
      [{ destination: 'bob', payload: 'x'.repeat(32_769) }, 400, 'payload_too_large'],
      [{ destination: 'bob', payload: 'ä'.repeat(16_385) }, 400, 'payload_too_large'],
      [{ ...MESSAGE, enable_offline_messaging: 'true' }, 400, 'invalid_parameter'],
      [{ ...MESSAGE, enable_historical_messaging: 1 }, 400, 'invalid_parameter'],
      [{ ...MESSAGE, payload: 'x'.repeat(70_000) }, 413, 'body_too_large'],
      ['{"__proto__":{"destination":"bob","payload":"x"}}', 400, 'invalid_parameter'],
    ];
    for (const [body, status, code] of cases) expect(await ask(at('alice'), body)).toEqual([status, code]);
    for (const good of [
      { ...MESSAGE, payload: 'x'.repeat(32_768) },
      { ...MESSAGE, payload: 'ä'.repeat(16_384) },
      { ...MESSAGE, unknown: [1], enable_offline_messaging: false, enable_historical_messaging: true },
    ]) {
      expect(await ask(at('alice'), good)).toEqual([200, 'message_sent']);
    }
    expect(await ask(`${at('alice')}?wait_for_ack=maybe`, MESSAGE)).toEqual([400, 'invalid_parameter']);
  });

  test('the content type does not matter, except for forms', async () => {
    await start();
    for (const type of ['text/plain', 'application/json;charset=utf-8', 'application/octet-stream']) {
      expect(await ask(at('alice'), MESSAGE, { ...KEY, 'content-type': type })).toEqual([200, 'message_sent']);
    }
    for (const type of ['multipart/form-data; boundary=x', 'application/x-www-form-urlencoded']) {
      expect(await ask(at('alice'), MESSAGE, { ...KEY, 'content-type': type })).toEqual([
        415,
        'unsupported_media_type',
      ]);
    }
  });

  test('random paths, headers and bodies have an answer, and nobody is disturbed', async () => {
    await start({ rest: { ...REST, addressRequestsPerSecond: 100_000, offlineCode: 'message_offline' } });
    const bob = await login('bob');
    const part = fc.oneof(
      fc.constantFrom('rtm', 'users', 'peer_messages', 'kicking-rule', FIRST, 'alice'),
      fc.webSegment(),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(part, { maxLength: 6 }), fc.json(), fc.base64String(), async (parts, body, random) => {
        const authorization =
          fc.sample(fc.constantFrom(KEY.authorization, `Basic ${random}`, `agora token=${random}`), 1)[0] ?? '';
        const status = await new Promise((resolve, reject) => {
          const path = `/dev/v2/project/${parts.join('/')}`;
          const sent = request(`${server.url}${path}`, { method: 'POST', headers: { authorization } }, (response) => {
            response.resume();
            resolve(response.statusCode);
          });
          sent.once('error', reject).end(body);
        });
        expect([200, 400, 401, 403, 404, 405, 429]).toContain(status);
      }),
      { numRuns: 100 },
    );
    await call(at('alice'), MESSAGE);
    expect(await bob.next('RecvMsgFromPeer')).toMatchObject({ MsgBody: 'hello' });
  });

  test('web pages: preflight and exposed header', async () => {
    await start();
    const preflight = await fetch(server.url + at('alice'), {
      method: 'OPTIONS',
      headers: { origin: 'https://a.example' },
    });
    expect(preflight.status).toBe(204);
    expect(preflight.headers.get('access-control-allow-origin')).toBe('*');
    expect(preflight.headers.get('access-control-allow-credentials')).toBeNull();
    expect(preflight.headers.get('access-control-allow-methods')).toBe('GET, POST, PUT, DELETE, OPTIONS');
    expect(preflight.headers.get('access-control-allow-headers')).toBe(
      'authorization, content-type, x-ar-token, x-agora-token, x-ar-uid, x-agora-uid',
    );
    const { headers } = await call(at('alice'), MESSAGE);
    expect(headers.get('access-control-expose-headers')).toBe('X-Request-ID');
  });
});

describe('limits', () => {
  const limited = (more: Partial<typeof REST>) => start({ rest: { ...REST, offlineCode: 'message_offline', ...more } });
  const several = async (count: number, once: () => Promise<unknown[]>) => {
    const answers = [];
    for (let i = 0; i < count; i++) answers.push(await once());
    return answers.map(([status]) => status);
  };

  test('messages of an app; another app has its own', async () => {
    await limited({ messagesPerSecond: 1 });
    expect(await several(2, () => ask(at('alice'), MESSAGE))).toEqual([200, 429]);
    const { headers, body } = await call(at('alice', 'channel_messages'), { channel_name: 'room', payload: 'x' });
    expect([headers.get('retry-after'), body.code]).toEqual(['1', 'too_many_requests']);
    expect(await ask(at('alice', 'peer_messages', NO_TOKENS), MESSAGE)).toEqual([200, 'message_sent']);
  });

  test('requests of an app, kicks of an app, requests of an address', async () => {
    await limited({ requestsPerSecond: 2 });
    expect(await several(3, () => ask(at('alice'), {}))).toEqual([400, 400, 429]);
    await server.stop();
    await limited({ kicksPerSecond: 1 });
    const rule = () => ask(`/dev/v2/project/${FIRST}/rtm/kicking-rule`, { uid: 'alice', time: 0 });
    expect(await several(2, rule)).toEqual([200, 429]);
    await server.stop();
    await limited({ addressRequestsPerSecond: 2 });
    expect(await several(3, () => ask('/dev/nowhere', {}))).toEqual([404, 404, 429]);
  });

  test('50 wrong credentials from an address: no more are looked at for a while', async () => {
    await start();
    const wrong = { authorization: basic('key_1', 'guess') };
    expect(new Set(await several(60, () => ask(at('alice'), MESSAGE, {})))).toEqual(new Set([401]));
    expect(new Set(await several(50, () => ask(at('alice'), MESSAGE, wrong)))).toEqual(new Set([401]));
    expect(await ask(at('alice'), MESSAGE, wrong)).toEqual([429, 'too_many_requests']);
    expect(await ask(at('alice'), MESSAGE)).toEqual([429, 'too_many_requests']);
  });
});

describe('two apps', () => {
  test('a message reaches the user of its app, and nobody of the same name elsewhere', async () => {
    await start();
    const here = await login('bob');
    const there = await login('bob', SECOND);
    await call(at('alice'), { destination: 'bob', payload: 'for the first' });
    const key = { authorization: basic('key_2', 'other') };
    await call(at('alice', 'peer_messages', SECOND), { destination: 'bob', payload: 'for the second' }, key);
    expect(await here.next('RecvMsgFromPeer')).toMatchObject({
      MsgBody: 'for the first',
      FromUId: 'alice',
      MsgType: 1,
    });
    expect(await there.next('RecvMsgFromPeer')).toMatchObject({ MsgBody: 'for the second' });
    const kicked = await call(`/dev/v2/project/${FIRST}/rtm/kicking-rule`, { uid: 'bob', time_in_seconds: 0 });
    expect(kicked.body).toMatchObject({ status: 'success', result: 'success', id: 0 });
    expect(await here.next('ForceOffline')).toEqual({ Reason: 'BANNED' });
    expect(await here.closed).toBe(1000);
    await call(at('alice', 'peer_messages', SECOND), { destination: 'bob', payload: 'still there' }, key);
    expect(await there.next('RecvMsgFromPeer')).toMatchObject({ MsgBody: 'still there' });
  });
});

describe('kicking rules', () => {
  const rule = (body: object, path = `/dev/v2/project/${FIRST}/rtm/kicking-rule`) => ask(path, body);

  test('the duration 0 puts a user off, by either path, once', async () => {
    await start();
    const bob = await login('bob');
    expect(await rule({ uid: 'bob', time: 60, time_in_seconds: 0 })).toEqual([200, undefined]);
    expect(await bob.closed).toBe(1000);
    const again = await login('bob');
    expect(await rule({ appid: FIRST, uid: 'bob', time: 0, cname: '', ip: null }, '/dev/v1/kicking-rule')).toEqual([
      200,
      undefined,
    ]);
    expect(await again.closed).toBe(1000);
    expect(await rule({ uid: 'nobody', time: 0, privileges: ['login'] })).toEqual([200, undefined]);
    expect(await rule({ uid: 17, time: 0 })).toEqual([200, undefined]);
    expect(server.count('sessions_put_off')).toBe(2);
  });

  test('what would have to be kept is refused', async () => {
    await start();
    for (const body of [
      { uid: 'bob' },
      { uid: 'bob', time: 5 },
      { uid: 'bob', time: 0, time_in_seconds: 60 },
      { uid: 'bob', time: 0, cname: 'room' },
      { ip: '10.0.0.1', time: 0 },
      { cname: 'room', time: 0 },
      { uid: 'bob', time: 0, privileges: ['send_message'] },
    ]) {
      expect(await rule(body)).toEqual([403, 'feature_disabled']);
    }
    for (const body of [
      {},
      { time: 0 },
      { uid: 'bob', time: '0' },
      { uid: 'bob', time: 0, privileges: 'login' },
      { uid: {}, time: 0 },
    ]) {
      expect(await rule(body)).toEqual([400, 'invalid_parameter']);
    }
    expect(await rule({ appid: SECOND, uid: 'bob', time: 0 })).toEqual([401, 'invalid_appid']);
    expect(await rule({ uid: 'bob', time: 0 }, '/dev/v1/kicking-rule')).toEqual([401, 'invalid_appid']);
  });

  test('a connection is ended by name, too', async () => {
    await start();
    const bob = await login('bob');
    const path = `/dev/v2/project/${FIRST}/rtm/vendor/x/users/bob/connection`;
    const { status, body } = await call(path, '', KEY, 'DELETE');
    expect([status, body.was_online]).toEqual([200, true]);
    expect(await bob.closed).toBe(1000);
    expect((await call(path, '', KEY, 'DELETE')).body.was_online).toBe(false);
    const { status: wrong, headers } = await call(path, '{}', KEY, 'POST');
    expect([wrong, headers.get('allow')]).toEqual([405, 'DELETE, OPTIONS']);
  });
});

describe('messages', () => {
  const send = (body: object, wait = true) => ask(`${at('alice')}?wait_for_ack=${wait}`, body);
  const WITH_FLAG = { ...MESSAGE, enable_offline_messaging: true };

  test('the receiver is there and acknowledges', async () => {
    await start();
    const bob = await login('bob', FIRST, { acknowledge: false });
    const sent = send(MESSAGE);
    const { MsgId } = await bob.next('RecvMsgFromPeer');
    bob.send('RecvMsgFromPeerAck', { MsgId, FromUId: 'alice' });
    expect(await sent).toEqual([200, 'message_delivered']);
    expect(await send({ ...MESSAGE, payload: 'not waited for' }, false)).toEqual([200, 'message_sent']);
    expect(await bob.next('RecvMsgFromPeer')).toMatchObject({ MsgBody: 'not waited for', FromUId: 'alice' });
  });

  test('nobody is there: told when it is waited for; stored with the flag', async () => {
    await start();
    expect(await send(MESSAGE)).toEqual([200, 'message_offline']);
    expect(await send(MESSAGE, false)).toEqual([200, 'message_sent']);
    expect(await send(WITH_FLAG)).toEqual([200, 'message_offline']);
    expect(await send({ ...WITH_FLAG, payload: 'second' }, false)).toEqual([200, 'message_sent']);
    const bob = await login('bob');
    expect(bob.offline.map(({ msg }) => msg ?? '')).toHaveLength(2);
  });

  test('the older word for offline is a setting', async () => {
    await start({ rest: { ...REST, offlineCode: 'peer_offline' } });
    expect(await send(MESSAGE)).toEqual([200, 'peer_offline']);
  });

  test('the receiver is there and silent: no answer in time, unless it was stored', async () => {
    await start();
    const bob = await login('bob', FIRST, { acknowledge: false });
    expect(await send(MESSAGE)).toEqual([408, 'timeout']);
    expect(await send({ ...WITH_FLAG, payload: 'kept' })).toEqual([200, 'message_offline']);
    expect((await bob.next('RecvMsgFromPeer')).MsgBody).toBe('hello');
    bob.terminate();
  });

  test('to a channel: all members, whoever sends, whether there are any', async () => {
    await start();
    const [bob, cara] = [await login('bob'), await login('cara')];
    for (const client of [bob, cara]) {
      client.send('JoinChannel', { ChanId: 'room' });
      await client.next('JoinChannel');
    }
    const body = { channel_name: 'room', payload: 'to all', enable_historical_messaging: true };
    expect(await ask(at('cara', 'channel_messages'), body)).toEqual([200, 'message_sent']);
    for (const client of [bob, cara]) {
      expect(await client.next('RecvMsgFromChan')).toMatchObject({
        ChanId: 'room',
        FromUId: 'cara',
        MsgBody: 'to all',
      });
    }
    expect(await ask(at('cara', 'channel_messages'), { ...body, channel_name: 'empty' })).toEqual([
      200,
      'message_sent',
    ]);
    expect(server.census().deliveries).toBe(0);
  });
});

test('without keys and certificates nobody can call', async () => {
  await start({ apps: [], apiKeys: [] });
  expect(await ask(at('alice'), MESSAGE)).toEqual([401, 'unauthorized']);
  expect(await ask(at('alice'), MESSAGE, { 'x-ar-token': 'x', 'x-ar-uid': 'alice' })).toEqual([401, 'unauthorized']);
});
