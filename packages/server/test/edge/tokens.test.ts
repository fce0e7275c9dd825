/** Login tokens at the gateway of a whole server (token.md 6 to 8, 10; wire-protocol.md 2.2). Real clock, real HTTP. */
import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { GATEWAY_CODE } from 'ar-rtm-protocol';
import { gateway, RawClient } from 'ar-rtm-testkit/raw-client';
import { afterEach, expect, test } from 'vitest';
import { type ServerOptions, startServer } from '../../src/compose.js';
import type { App } from '../../src/domain/apps.js';
import type { Logger } from '../../src/ports/index.js';
import { MemoryRecords, startTestServer, type TestServer } from '../../src/testing.js';
import { make006, make007, rtm } from './token-maker.js';

const CERTIFICATE = 'b7e35d9042ac4f118d6e0f5a71c2984d';
const SECOND = '11112222333344445555666677778888';
const app = (appId: string, more: Partial<App> = {}): App => ({
  appId,
  enabled: true,
  certificates: [CERTIFICATE],
  allowEmptyToken: false,
  allowWildcardUid: false,
  ...more,
});

const STRICT = '4c1f0a9be27d43d58f60b7a2c93e5d18';
const SISTER = '0000000000000000000000000000000a';
const OPEN = '0000000000000000000000000000000b';
const MIXED = '0000000000000000000000000000000c';
const WILDCARD = '0000000000000000000000000000000d';
const DISABLED = '0000000000000000000000000000000e';
const UNKNOWN = '0000000000000000000000000000000f';
const APPS = [
  app(STRICT, { certificates: [CERTIFICATE, SECOND] }),
  app(SISTER),
  app(OPEN, { certificates: [] }),
  app(MIXED, { allowEmptyToken: true }),
  app(WILDCARD, { allowWildcardUid: true }),
  app(DISABLED, { enabled: false }),
];

const { OK, TOKEN_EXPIRED, INVALID_TOKEN, INVALID_APP_ID, INVALID_ARGUMENT } = GATEWAY_CODE;
const nowS = () => Math.floor(Date.now() / 1000);

/** A token of each format, ending `leftS` from now. */
function made(appId: string, uid: string, leftS: number, certificate = CERTIFICATE): readonly [string, string] {
  const now = nowS();
  const end = now + leftS;
  return [
    make006({ appId, certificate, account: uid, ts: end + 3600, privilege: end }),
    make007({ appId, certificate, services: [rtm(uid, 0)], issueTs: now - 7200, expire: 7200 + leftS }),
  ];
}

/** A server that writes its log into `lines`. */
function optionsFor(lines: string[]): ServerOptions {
  const write = (fields: object, text: string) => lines.push(`${text} ${JSON.stringify(fields)}`);
  const logger: Logger = { error: write, warn: write, info: write, debug: write, child: () => logger };
  return {
    host: '127.0.0.1',
    port: 0,
    records: new MemoryRecords(),
    logger,
    counters: { add: () => undefined, value: () => 0 },
    apps: APPS,
    settings: { drainMs: 50 },
    version: '0.0.0-test',
    httpBodyBytes: 65_536,
    frameCloseBytes: 65_536,
    requestTimeoutMs: 10_000,
  };
}

let server: Pick<TestServer, 'stop' | 'url' | 'count' | 'complaints'>;
const start = async (apps: readonly App[] = APPS) => {
  server = await startTestServer({ apps });
};
afterEach(() => server.stop());

async function codeOf(appid: string, uid: string, token?: string): Promise<unknown> {
  const { status, body } = await gateway(server.url, { appid, uid, token, wss: false });
  expect(status).toBe(200);
  expect('sessionid' in body).toBe(body.code === OK);
  return body.code;
}

/** The codes of several tokens, in order. */
async function codesOf(appId: string, uid: string, tokens: readonly (string | undefined)[]): Promise<unknown[]> {
  return await Promise.all(tokens.map((token) => codeOf(appId, uid, token)));
}

test('a good token logs in: gateway, socket and Login', async () => {
  await start();
  for (const token of [...made(STRICT, 'alice', 600), ...made(STRICT, 'alice', 600, SECOND)]) {
    const alice = await RawClient.login(server.url, { appId: STRICT, uid: 'alice', token });
    await alice.logout();
  }
  expect(server.count('logins')).toBe(4);
  expect(server.count('logins_refused')).toBe(0);
});

test("the ticket is the token's: a Login with another good one is refused", async () => {
  await start();
  const [first, second] = made(STRICT, 'alice', 600);
  const { body } = await gateway(server.url, { appid: STRICT, uid: 'alice', token: first, wss: false });
  const login = { appId: STRICT, uid: 'alice', sessionId: String(body.sessionid) };
  await expect(RawClient.login(server.url, { ...login, token: second })).rejects.toThrow('"Code":4');
  const alice = await RawClient.login(server.url, { ...login, token: first });
  await alice.logout();
});

test('out of date: 109, and only for what was genuine', async () => {
  await start();
  expect(await codesOf(STRICT, 'alice', made(STRICT, 'alice', 0))).toEqual([TOKEN_EXPIRED, TOKEN_EXPIRED]);
  expect(await codesOf(STRICT, 'alice', made(STRICT, 'alice', -3600))).toEqual([TOKEN_EXPIRED, TOKEN_EXPIRED]);
  expect(await codesOf(STRICT, 'bob', made(STRICT, 'alice', 0))).toEqual([INVALID_TOKEN, INVALID_TOKEN]);
  expect(await codesOf(STRICT, 'alice', made(STRICT, 'alice', 0, UNKNOWN))).toEqual([INVALID_TOKEN, INVALID_TOKEN]);
  expect(server.count('logins_refused')).toBe(8);
});

test('of another app, user or issuer, garbage, empty or missing: 110', async () => {
  await start();
  const [good006, good007] = made(STRICT, 'alice', 600);
  const bad = [
    ...made(SISTER, 'alice', 600),
    ...made(STRICT, 'bob', 600),
    ...made(STRICT, 'Alice', 600),
    ...made(STRICT, '', 600),
    ...made(STRICT, 'alice', 600, UNKNOWN),
    good006.slice(0, -1),
    `${good007}A`,
    ` ${good006}`,
    good007.replace('007', '008'),
    'garbage',
    '006',
    '007',
    '\0\u{1f511}',
    'x'.repeat(2049),
    '',
    undefined,
  ];
  expect(await codesOf(STRICT, 'alice', bad)).toEqual(bad.map(() => INVALID_TOKEN));
  expect(await codesOf(STRICT, 'alice', [good006, good007])).toEqual([OK, OK]);
});

test('unknown and disabled apps: 101, bad user IDs: -4, whatever the token is', async () => {
  await start();
  for (const appId of [UNKNOWN, DISABLED, 'short']) {
    expect(await codesOf(appId, 'alice', ['', ...made(appId, 'alice', 600)])).toEqual(Array(3).fill(INVALID_APP_ID));
  }
  for (const uid of ['', 'al*ce', 'null']) {
    expect(await codesOf(STRICT, uid, ['', ...made(STRICT, uid, 600)])).toEqual(Array(3).fill(INVALID_ARGUMENT));
  }
});

test('an app without certificates takes any text, and says so once', async () => {
  await start();
  const tokens = ['', undefined, 'garbage', ...made(SISTER, 'bob', 0), 'x'.repeat(5000)];
  expect(await codesOf(OPEN, 'alice', tokens)).toEqual(tokens.map(() => OK));
  expect(server.complaints).toEqual(['clients send tokens, but the app has no certificate to check them with']);
});

test('without apps any text is taken, silently', async () => {
  await start([]);
  expect(await codesOf(UNKNOWN, 'alice', ['', 'garbage'])).toEqual([OK, OK]);
  expect(server.complaints).toEqual([]);
});

test('mixed mode: no token or a good one', async () => {
  await start();
  const tokens = [
    '',
    undefined,
    ...made(MIXED, 'alice', 600),
    'x',
    ...made(MIXED, 'bob', 600),
    ...made(MIXED, 'alice', 0),
  ];
  expect(await codesOf(MIXED, 'alice', tokens)).toEqual([
    ...[OK, OK, OK, OK],
    ...[INVALID_TOKEN, INVALID_TOKEN, INVALID_TOKEN],
    ...[TOKEN_EXPIRED, TOKEN_EXPIRED],
  ]);
});

test('a token for nobody is good for anybody where the app says so', async () => {
  await start();
  const tokens = [...made(WILDCARD, '', 600), ...made(WILDCARD, 'bob', 600), ...made(WILDCARD, '', 0), ''];
  expect(await codesOf(WILDCARD, 'alice', tokens)).toEqual([
    ...[OK, OK],
    ...[INVALID_TOKEN, INVALID_TOKEN],
    ...[TOKEN_EXPIRED, TOKEN_EXPIRED],
    INVALID_TOKEN,
  ]);
});

test('a token from the future lets in, with a warning', async () => {
  await start();
  const service = [rtm('alice', 0)];
  const token = make007({ appId: STRICT, certificate: SECOND, services: service, issueTs: nowS() + 900, expire: 60 });
  expect(await codeOf(STRICT, 'alice', token)).toBe(OK);
  expect(server.complaints).toEqual(['a token is odd']);
});

test('a fleet with odd tokens does not fill the log', async () => {
  await start();
  const service = [rtm('alice', 0)];
  const token = make007({ appId: STRICT, certificate: SECOND, services: service, issueTs: nowS() + 900, expire: 60 });
  const began = performance.now();
  const codes = await codesOf(STRICT, 'alice', Array(200).fill(token));
  expect(codes).toEqual(Array(200).fill(OK));
  const seconds = (performance.now() - began) / 1000;
  expect(server.complaints.length).toBeLessThanOrEqual(1 + Math.floor(seconds));
});

test('an address that sends many invalid tokens has to wait, others do not; expired and missing ones do not count', async () => {
  await start();
  const [good] = made(STRICT, 'alice', 600);
  const [expired] = made(STRICT, 'alice', 0);
  await codesOf(STRICT, 'alice', Array(60).fill(expired));
  await codesOf(STRICT, 'alice', Array(60).fill(''));
  for (let i = 0; i < 50; i++) expect(await codeOf(STRICT, 'alice', `garbage ${i}`)).toBe(INVALID_TOKEN);
  const refused = await gateway(server.url, { appid: STRICT, uid: 'alice', token: good, wss: false });
  expect([refused.status, refused.body]).toMatchObject([503, { message: expect.stringContaining('too many') }]);
  // Apps that check nothing are not concerned, nor is another address.
  expect(await codeOf(OPEN, 'alice', 'garbage')).toBe(OK);
  const other = await from('127.0.0.9', { appid: STRICT, uid: 'alice', token: good, wss: false });
  expect(other).toMatchObject({ status: 200, code: OK });
  // Nobody can speak for another address unless a proxy is trusted.
  const liar = await from('127.0.0.1', { appid: STRICT, uid: 'alice', token: good, wss: false }, '10.0.0.1');
  expect(liar.status).toBe(503);
});

test('behind a trusted proxy the address is the one that the proxy names last', async () => {
  const running = await startServer({ ...optionsFor([]), trustProxy: true });
  server = { ...running, url: `http://127.0.0.1:${running.port}`, count: () => 0, complaints: [] };
  const [good] = made(STRICT, 'alice', 600);
  const ask = (token: string, forwarded: string) =>
    from('127.0.0.1', { appid: STRICT, uid: 'alice', token, wss: false }, forwarded);
  for (let i = 0; i < 50; i++) expect((await ask('garbage', `10.9.9.${i}, 10.0.0.1`)).code).toBe(INVALID_TOKEN);
  expect((await ask(good, '10.9.9.99, 10.0.0.1')).status).toBe(503);
  expect((await ask(good, '10.0.0.1, 10.0.0.2')).code).toBe(OK);
  expect((await ask(good, '10.0.0.2')).code).toBe(OK);
});

/** A gateway request from an address of the loopback network. */
async function from(
  localAddress: string,
  body: object,
  forwardedFor?: string,
): Promise<{ status: number; code: unknown }> {
  const headers = forwardedFor === undefined ? {} : { 'x-forwarded-for': forwardedFor };
  const target = `${server.url}/arapi/v1?action=wrtm_gateway`;
  const sent = request(target, { method: 'POST', localAddress, headers, agent: false });
  sent.end(JSON.stringify(body));
  const [answer] = (await once(sent, 'response')) as [IncomingMessage];
  const text = (await answer.setEncoding('utf8').toArray()).join('');
  return { status: answer.statusCode ?? 0, code: (JSON.parse(text) as { code: unknown }).code };
}

test('the log tells who was refused and why, but never a token or a certificate', async () => {
  const lines: string[] = [];
  const running = await startServer(optionsFor(lines));
  server = { ...running, url: `http://127.0.0.1:${running.port}`, count: () => 0, complaints: [] };
  const duration = { appId: STRICT, certificate: CERTIFICATE, account: 'alice', ts: nowS() + 3600, privilege: 3600 };
  const tokens = [...made(STRICT, 'bob', 60), ...made(STRICT, 'alice', 0), make006(duration), 'garbage-garbage'];
  for (const token of tokens) await codeOf(STRICT, 'alice', token);
  const told = lines.filter((line) => line.startsWith('a token is'));
  expect(told).toEqual([
    expect.stringMatching(/^a token is invalid .*"uid":"alice".*"fault":"other user"/),
    expect.stringMatching(/^a token is expired .*"expireTs":/),
    expect.stringMatching(/^a token is expired .*"expireTs":3600,"oddity":"privilege time looks like a duration"/),
    expect.stringMatching(/^a token is invalid .*"tokenHash":"[\w-]{12}","fault":"unknown version"/),
  ]);
  for (const secret of [...tokens, CERTIFICATE, SECOND]) expect(lines.join('\n')).not.toContain(secret);
});
