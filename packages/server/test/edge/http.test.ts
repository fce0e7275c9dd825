/** HTTP requests that are none, lie about themselves, or ask for what is not theirs. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gateway } from 'ar-rtm-testkit/raw-client';
import { afterAll, describe, expect, test } from 'vitest';
import { APP, eventually, useArena } from './support/arena.js';
import { upgradeRequest } from './support/wire-socket.js';

const arena = useArena();
const GATEWAY = '/arapi/v1?action=wrtm_gateway';
const OFFLINE = '/arapi/v1/artmgw/getOfflineMsg';
const HISTORY = ['/arapi/v1/artmgw/getChanHistoryMsg', '/arapi/v1/artmgw/getP2PHistoryMsg'];

/** Folder whose neighbour holds a secret. */
const root = mkdtempSync(join(tmpdir(), 'arrtm-edge-'));
const publicDir = join(root, 'public');
for (const folder of ['console/assets', 'sdk']) mkdirSync(join(publicDir, folder), { recursive: true });
writeFileSync(join(root, 'secret.txt'), 'TOP SECRET');
writeFileSync(join(publicDir, 'secret.txt'), 'TOP SECRET');
writeFileSync(join(publicDir, 'console/index.html'), '<!doctype html><title>the page</title>');
writeFileSync(join(publicDir, 'console/assets/app.js'), 'export {}');
writeFileSync(join(publicDir, 'sdk/ArRTM.umd.js'), `/* ${'x'.repeat(200_000)} */`);
afterAll(() => rmSync(root, { recursive: true }));

async function post(path: string, body: string | Uint8Array | undefined, headers: Record<string, string> = {}) {
  const request = { method: 'POST', headers, ...(body === undefined ? {} : { body: body as BodyInit }) };
  const response = await fetch(arena.server.url + path, request);
  const text = await response.text();
  return {
    status: response.status,
    headers: response.headers,
    text,
    json: JSON.parse(text) as Record<string, unknown>,
  };
}

const sound = JSON.stringify({ appid: APP, uid: 'eve', token: '', wss: false });
const BODIES: Record<string, string | Uint8Array | undefined> = {
  'no body': undefined,
  'an empty body': '',
  'no JSON': 'hello',
  'half of it': sound.slice(0, -1),
  'two of it': sound + sound,
  null: 'null',
  'a number': '7',
  'a string': '"x"',
  'an array': '[]',
  'an array of requests': `[${sound}]`,
  'an empty object': '{}',
  'a form': 'appid=x&uid=eve',
  'a prototype': `{"__proto__":${sound}}`,
  'a constructor': `{"constructor":{"prototype":${sound}}}`,
  '10,000 levels': '['.repeat(10_000) + ']'.repeat(10_000),
  '10,000 objects': '{"appid":'.repeat(5000),
  '65 KB and one byte': JSON.stringify({ appid: APP, uid: 'eve', token: 'x'.repeat(65 * 1024), wss: false }),
  '10 MB': 'x'.repeat(10 * 1024 * 1024),
  'invalid UTF-8': Buffer.concat([Buffer.from('{"appid":"'), Buffer.from([0xff, 0xfe, 0xc0]), Buffer.from('"}')]),
  'zero bytes': new Uint8Array(1000),
  'a compressed body': Buffer.from('1f8b08000000000000ffab5602000' + 'bb8d8c102000000', 'hex'),
  'numbers for texts': '{"appid":7,"uid":8,"token":9,"wss":"yes"}',
  'objects for texts': `{"appid":{"a":1},"uid":["eve"],"token":{},"wss":{}}`,
  'another spelling': JSON.stringify({ AppId: APP, Uid: 'eve', Token: '' }),
};

describe('bodies', () => {
  test('whatever it is, the answer is 200 with a code that is not 0, and readable from any page', async () => {
    await arena.start();
    for (const [name, body] of Object.entries(BODIES)) {
      for (const path of [GATEWAY, OFFLINE]) {
        const { status, json, headers } = await post(path, body);
        // The texts of a body that is no UTF-8 are read with replacement characters, which no id may have.
        const code = name === 'invalid UTF-8' && path === GATEWAY ? 101 : -4;
        expect([status, json['code']], `${path}: ${name}`).toEqual([200, code]);
        expect(headers.get('access-control-allow-origin')).toBe('*');
        expect(headers.get('content-type')).toMatch(/^application\/json/);
      }
      for (const path of HISTORY) {
        const { status, json } = await post(path, body);
        expect(status, `${path}: ${name}`).toBe(200);
        expect(Array.isArray(json['data']) || json['code'] === -4).toBe(true);
      }
    }
  });

  test('codes say what is wrong: app, uid, session', async () => {
    await arena.start();
    const ask = async (fields: object) =>
      (await gateway(arena.server.url, { appid: APP, uid: 'eve', token: '', wss: false, ...fields })).body['code'];
    expect(await ask({})).toBe(0);
    for (const appid of ['', 'x', 'x'.repeat(33), `${APP.slice(1)}/`, '__proto__'])
      expect(await ask({ appid })).toBe(101);
    expect(await ask({ uid: 'a/b' })).toBe(-4);
    for (const sessId of ['', 'x', 'null', '__proto__', 'a.b.c.d.e.f', 'x'.repeat(60_000)]) {
      const { status, json } = await post(OFFLINE, JSON.stringify({ appId: APP, uid: 'left', sessId }));
      expect([status, json['code']]).toEqual([200, 110]);
    }
    const foreign = (await gateway(arena.server.url, { appid: APP, uid: 'eve', token: '', wss: false })).body[
      'sessionid'
    ];
    for (const fields of [{ uid: 'left' }, { appId: 'f'.repeat(32) }, {}]) {
      const body = JSON.stringify({ appId: APP, uid: 'eve', sessId: foreign, ...fields });
      // The last one is its own ticket, but no session came of it.
      expect((await post(OFFLINE, body)).json['code']).toBe(110);
    }
  });

  test('the content type does not matter; the action does', async () => {
    await arena.start();
    for (const type of [
      'text/plain',
      'application/json',
      'application/x-www-form-urlencoded',
      'multipart/form-data',
      'image/png',
      'x/y; charset=utf-16',
      'a'.repeat(1000),
    ]) {
      const { status, json } = await post(GATEWAY, sound, { 'content-type': type });
      expect([status, type.includes('/') ? json['code'] : typeof json['code']], type).toEqual([
        200,
        type.includes('/') ? 0 : 'number',
      ]);
    }
    const wire = await arena.tcp();
    const head = `POST ${GATEWAY} HTTP/1.1\r\nHost: a\r\nContent-Length: ${sound.length}\r\n`;
    expect(await wire.request(`${head}\r\n${sound}`)).toContain('"code":0');
    for (const query of [
      '',
      '?action=',
      '?action=x',
      '?action=wrtm_gateway&action=wrtm_gateway',
      '?__proto__=1',
      '?action[]=wrtm_gateway',
    ]) {
      const { status, json } = await post(`/arapi/v1${query}`, sound);
      expect([status, json['code']], query).toEqual([200, -4]);
    }
  });

  test('a body that is announced and does not come, or is longer than announced, or comes in bad chunks', async () => {
    await arena.start({ requestTimeoutMs: 500 });
    const head = `POST ${GATEWAY} HTTP/1.1\r\nHost: a\r\n`;
    const short = await arena.tcp();
    short.write(`${head}Content-Length: 1000\r\n\r\n{`);
    const chunks = await arena.tcp();
    expect(await chunks.request(`${head}Transfer-Encoding: chunked\r\n\r\nzz\r\nx`)).toMatch(/^HTTP\/1.1 400 /);
    const both = await arena.tcp();
    const smuggled = `${head}Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET / HTTP/1.1\r\n`;
    expect(await both.request(smuggled)).toMatch(/^HTTP\/1.1 400 /);
    const long = await arena.tcp();
    expect(await long.request(`${head}Content-Length: 2\r\n\r\n{}GARBAGE\r\n\r\n`)).toMatch(/^HTTP\/1.1 (200|400) /);
    await Promise.all([short.gone, chunks.gone, both.gone, long.gone]);
    expect(short.text).toMatch(/^HTTP\/1.1 408 /);
  });
});

test('wrong methods and paths', async () => {
  await arena.start({ publicDir });
  for (const path of [GATEWAY, OFFLINE, ...HISTORY]) {
    for (const method of ['GET', 'PUT', 'DELETE', 'PATCH', 'HEAD']) {
      const response = await fetch(arena.server.url + path, { method });
      expect([response.status, response.headers.get('allow')], `${method} ${path}`).toEqual([405, 'POST, OPTIONS']);
      expect(response.headers.get('access-control-allow-origin')).toBe('*');
    }
    const preflight = await fetch(arena.server.url + path, {
      method: 'OPTIONS',
      headers: { Origin: 'http://a.example' },
    });
    expect(preflight.status).toBe(204);
    expect(preflight.headers.get('access-control-allow-origin')).toBe('*');
    expect(preflight.headers.get('access-control-allow-methods')).toContain('POST');
    expect(preflight.headers.get('access-control-allow-headers')).toContain('content-type');
  }
  for (const path of [
    '/arapi',
    '/arapi/v1/',
    '/arapi/v2',
    '/arapi/v1/artmgw/x',
    '/nowhere',
    '//',
    '/%',
    '/%00',
    '/\\',
  ]) {
    const wire = await arena.tcp();
    expect(await wire.request(`POST ${path} HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n`), path).toMatch(
      /^HTTP\/1.1 40[04] /,
    );
  }
});

describe('Host', () => {
  const local = () => ({ addr: '127.0.0.1', port: arena.server.port });

  /** The address that the gateway answers to a request with these header lines. */
  async function addressFor(headers: string, wss = false, version = '1.1'): Promise<unknown> {
    const wire = await arena.tcp();
    const body = JSON.stringify({ appid: APP, uid: 'eve', token: '', wss });
    const request = `POST ${GATEWAY} HTTP/${version}\r\n${headers}Content-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`;
    await wire.request(request);
    await wire.gone;
    const [head, answer] = wire.text.split('\r\n\r\n') as [string, string];
    if (!head.includes(' 200 ')) return head.split(' ')[1];
    const { code, addresses } = JSON.parse(answer) as {
      code: number;
      addresses: { type: number; addr: string; port: number }[];
    };
    expect(code).toBe(0);
    expect(addresses).toHaveLength(1);
    const [{ type, addr, port }] = addresses as [{ type: number; addr: string; port: number }];
    expect(type).toBe(0);
    // What a client would do with it (wire-protocol.md 3.1) must not throw.
    expect(new URL(`${wss ? 'wss' : 'ws'}://${addr}:${port}`).pathname).toBe('/');
    return { addr, port };
  }

  test('is the address when it is one; then nothing but host and port get through', async () => {
    await arena.start();
    const given: [string, string, number][] = [
      ['chat.example.com', 'chat.example.com', 80],
      ['chat.example.com:9443', 'chat.example.com', 9443],
      ['10.1.2.3:1', '10.1.2.3', 1],
      ['[::1]:9080', '[::1]', 9080],
      ['[2001:db8::7]', '[2001:db8::7]', 80],
      ['a_b.internal:65535', 'a_b.internal', 65_535],
    ];
    for (const [host, addr, port] of given) expect(await addressFor(`Host: ${host}\r\n`), host).toEqual({ addr, port });
    expect(await addressFor('Host: chat.example.com\r\n', true)).toEqual({ addr: 'chat.example.com', port: 443 });
  });

  test('is ignored when it is none: the address of the socket is given', async () => {
    await arena.start();
    const bad = [
      '',
      ' ',
      'a:0',
      'a:99999',
      'a:65536',
      'a:-1',
      'a:',
      'a:9080:9080',
      'a:port',
      'a/b',
      'a/',
      'a:80/x',
      'a?b',
      'a#b',
      'user@a',
      'user:pass@a:80',
      'a b',
      'a,b',
      '"a"',
      "a'",
      '<script>',
      '[::1',
      '::1',
      '[::1]x',
      '[::1]:',
      '[:::::]',
      '[1.2.3.4.5]',
      '[....]',
      '[fe80::1%25eth0]',
      '999.999.999.999',
      '1.2.3.4.5',
      '256.1.1.1',
      'é',
      '..%2f',
      'a\\b',
      'x'.repeat(254),
      'x'.repeat(8000),
      '{HOST}',
      '*',
    ];
    for (const host of bad) expect(await addressFor(`Host: ${host}\r\n`), host).toEqual(local());
    expect(await addressFor('', false, '1.0')).toEqual(local());
    // HTTP itself asks for one.
    expect(await addressFor('')).toBe('400');
    // Of two, the first one counts, whatever the other one says.
    expect(await addressFor('Host: a.example:1\r\nHost: b/../c:2\r\n')).toEqual({ addr: 'a.example', port: 1 });
    expect(await addressFor('Host: b/../c:2\r\nHost: a.example:1\r\n')).toEqual(local());
    const forwarded = 'Host: a.example\r\nX-Forwarded-Host: evil.example\r\nForwarded: host=evil.example\r\n';
    expect(await addressFor(forwarded)).toEqual({ addr: 'a.example', port: 80 });
  });
});

describe('Origin', () => {
  test('any may connect unless some are named', async () => {
    await arena.start();
    for (const Origin of ['http://evil.example', 'null', 'x'.repeat(2000)]) {
      const { status, json, headers } = await post(GATEWAY, sound, { Origin });
      expect([status, json['code'], headers.get('access-control-allow-origin')]).toEqual([200, 0, '*']);
      const wire = await arena.tcp();
      await wire.upgrade(`Origin: ${Origin}\r\n`);
    }
  });

  test('named ones: others get 403 for HTTP and upgrade alike; requests without an origin come from no page', async () => {
    await arena.start({ allowedOrigins: ['https://chat.example'], publicDir });
    const bad = [
      'http://chat.example',
      'https://chat.example:444',
      'https://chat.example.evil.example',
      'null',
      '',
      'https://CHAT.example/',
      '*',
    ];
    for (const Origin of bad) {
      for (const path of [GATEWAY, OFFLINE, '/', '/sdk/web/ArRTM@latest.js']) {
        const wire = await arena.tcp();
        const head = await wire.request(
          `POST ${path} HTTP/1.1\r\nHost: a\r\nOrigin: ${Origin}\r\nContent-Length: 2\r\n\r\n{}`,
        );
        expect(head, `${Origin} ${path}`).toMatch(/^HTTP\/1.1 403 /);
        expect(head.toLowerCase()).not.toContain('access-control-allow-origin');
      }
      const wire = await arena.tcp();
      expect(await wire.request(upgradeRequest(`Origin: ${Origin}\r\n`)), Origin).toMatch(/^HTTP\/1.1 403 /);
      await wire.gone;
    }
    const { json, headers } = await post(GATEWAY, sound, { Origin: 'https://chat.example' });
    expect([json['code'], headers.get('access-control-allow-origin'), headers.get('vary')]).toEqual([
      0,
      'https://chat.example',
      'Origin',
    ]);
    await (await arena.tcp()).upgrade('Origin: https://chat.example\r\n');
    expect((await post(GATEWAY, sound)).json['code']).toBe(0);
    await arena.wire();
  });
});

describe('files', () => {
  test('nothing outside of the folder, no listing, and the headers that keep a page in its place', async () => {
    await arena.start({ publicDir });
    const page = await fetch(`${arena.server.url}/`);
    expect(await page.text()).toContain('the page');
    expect(page.headers.get('content-security-policy')).toContain("default-src 'self'");
    expect(page.headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
    expect(page.headers.get('referrer-policy')).toBe('no-referrer');
    expect(page.headers.get('x-content-type-options')).toBe('nosniff');
    const ways = [
      '/../secret.txt',
      '/..%2fsecret.txt',
      '/%2e%2e/secret.txt',
      '/%2e%2e%2fsecret.txt',
      '/..%5csecret.txt',
      '/..\\secret.txt',
      '/assets/../../secret.txt',
      '/assets/..%2f..%2fsecret.txt',
      '/....//secret.txt',
      '/%252e%252e/secret.txt',
      '//etc/passwd',
      '/assets/%00',
      '/%00/../secret.txt',
      '/..;/secret.txt',
      '/sdk/web/../../..%2fsecret.txt',
      '/sdk/web/..%2f..%2f..%2fsecret.txt',
      '/sdk/web/ArRTM@..%2f..%2fsecret.txt',
      '/sdk/web/ArRTM@9.9.9.js',
      '/sdk/web/ArRTM@latest.js%00',
      '/sdk/web/',
      '/sdk/',
      '/assets/',
      '/assets',
      '/secret.txt',
      '/%c0%ae%c0%ae/secret.txt',
      'http://evil.example/../secret.txt',
      '/'.repeat(3000),
      `/${'../'.repeat(500)}etc/passwd`,
    ];
    for (const path of ways) {
      const wire = await arena.tcp();
      const head = `GET ${path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`;
      await wire.request(head);
      await wire.gone;
      // Some servers' roots are spelled in strange ways; that is the page, and nothing else.
      expect(wire.text, path).toMatch(/^HTTP\/1.1 (400|403|404) |the page/);
      expect(wire.text, path).not.toMatch(/SECRET|root:|app\.js|umd/);
    }
    const sdk = await fetch(`${arena.server.url}/sdk/web/ArRTM@latest.js`);
    expect([sdk.status, sdk.headers.get('content-type')]).toEqual([200, 'text/javascript; charset=utf-8']);
    expect(sdk.headers.get('x-content-type-options')).toBe('nosniff');
  });

  test('a client that asks for much and reads nothing is cut', async () => {
    await arena.start({ publicDir, requestTimeoutMs: 500 });
    const wire = await arena.tcp();
    wire.pause();
    wire.write('GET /sdk/web/ArRTM@latest.js HTTP/1.1\r\nHost: a\r\n\r\n'.repeat(200));
    // Each is cut because nothing comes on it; the one that reads nothing has had its time long before the last.
    for (let n = 0; n < 4; n++) await (await arena.tcp()).gone;
    let bytes = 0;
    wire.socket.removeAllListeners('data').on('data', (data) => {
      bytes += data.length;
    });
    wire.resume();
    await wire.gone;
    // The rest was never written: 200 answers would be 40 MB.
    expect(bytes).toBeLessThan(30_000_000);
  });

  test('nor does one whose upgrade is refused behind that keep the server from stopping', async () => {
    const server = await arena.start({ publicDir });
    const wire = await arena.tcp();
    let bytes = 0;
    wire.socket.removeAllListeners('data').on('data', (data) => {
      bytes += data.length;
      if (bytes > 500_000) wire.pause();
    });
    const upgrade = 'GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n';
    wire.write('GET /sdk/web/ArRTM@latest.js HTTP/1.1\r\nHost: a\r\n\r\n'.repeat(150) + upgrade);
    await eventually(() => bytes > 500_000, 'it has read some');
    await arena.quiet();
    for (let n = 0; n < 50; n++) await fetch(`${server.url}/healthz`);
    wire.write('\r\n');
    for (let n = 0; n < 50; n++) await fetch(`${server.url}/healthz`);
    await server.stop();
    wire.socket.removeAllListeners('data').resume();
    await wire.gone;
  });
});

test('heads that are too big, too many, or no HTTP', async () => {
  await arena.start();
  const line = 'POST /arapi/v1 HTTP/1.1\r\nHost: a\r\n';
  const cases: [string, RegExp][] = [
    [`${line}X: ${'x'.repeat(100_000)}\r\n\r\n`, /^HTTP\/1.1 431 /],
    [`${line}${'X: y\r\n'.repeat(20_000)}\r\n`, /^HTTP\/1.1 431 /],
    [`GET /${'x'.repeat(100_000)} HTTP/1.1\r\nHost: a\r\n\r\n`, /^HTTP\/1.1 431 /],
    ['\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001\u00fc\u0003\u0003', /^HTTP\/1.1 400 /],
    ['GET / HTTP/9.9\r\n\r\n', /^HTTP\/1.1 400 /],
    ['PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', /^HTTP\/1.1 400 /],
    ['hello\r\n\r\n', /^HTTP\/1.1 400 /],
    [`${line}A\u0000B: c\r\n\r\n`, /^HTTP\/1.1 400 /],
    [`${line}Content-Length: -1\r\n\r\n`, /^HTTP\/1.1 400 /],
    [`${line}Content-Length: 1\r\nContent-Length: 2\r\n\r\n`, /^HTTP\/1.1 400 /],
    [`${line}Expect: miracles\r\n\r\n`, /^HTTP\/1.1 417 /],
  ];
  for (const [bytes, answer] of cases) {
    const wire = await arena.tcp();
    expect(await wire.request(Buffer.from(bytes, 'latin1') as unknown as string), bytes.slice(0, 60)).toMatch(answer);
  }
});

test('what is expected of a server that it does not know is no way to send for ever', async () => {
  await arena.start();
  const wire = await arena.tcp();
  wire.write('POST /arapi/v1 HTTP/1.1\r\nHost: a\r\nExpect: miracles\r\nContent-Length: 100000\r\n\r\n');
  const trickle = setInterval(() => wire.write('x'), 20);
  await wire.gone;
  clearInterval(trickle);
  expect(wire.text).toMatch(/^HTTP\/1.1 417 /);
});

test('upgrades that are none', async () => {
  await arena.start();
  const sound = upgradeRequest();
  const bad = [
    sound.replace('Version: 13', 'Version: 7'),
    sound.replace('Version: 13', 'Version: x'),
    sound.replace('dGhlIHNhbXBsZSBub25jZQ==', 'short'),
    sound.replace(/Sec-WebSocket-Key.*\r\n/, ''),
    sound.replace('GET', 'POST'),
    sound.replace('Upgrade: websocket', 'Upgrade: h2c'),
    sound.replace('\r\n\r\n', '\r\nSec-WebSocket-Protocol: ,,\r\n\r\n'),
    sound.replace('\r\n\r\n', '\r\nSec-WebSocket-Extensions: ;;=\r\n\r\n').replace('Key:', 'Key: x'),
  ];
  for (const request of bad) {
    const wire = await arena.tcp();
    expect(await wire.request(request), request).toMatch(/^HTTP\/1.1 (400|405|426) /);
    await wire.gone;
  }
  // Compression and subprotocols are offered and not taken.
  const wire = await arena.tcp();
  const head = await wire.request(upgradeRequest('Sec-WebSocket-Extensions: permessage-deflate\r\n'));
  expect(head).toMatch(/^HTTP\/1.1 101 /);
  expect(head.toLowerCase()).not.toContain('sec-websocket-extensions');
});
