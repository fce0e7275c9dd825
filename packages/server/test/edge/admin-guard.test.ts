/** The operator's part is closed to pages of others: foreign origins, and names that lead here (DNS rebinding). */
import { afterEach, describe, expect, test } from 'vitest';
import { startTestServer, type TestServer, type TestServerOptions } from '../../src/testing.js';
import { AdminBrowser, type AdminReply, ask, byKey, keyOf, loginWith } from './support/admin-client.js';

const KICK = `/admin/apps/${'a'.repeat(32)}/users/ann/kick`;

let server: TestServer;
const start = async (options: TestServerOptions = {}) => {
  server = await startTestServer(options);
};
afterEach(async () => {
  await server.stop();
  expect(server.complaints).toEqual([]);
});

/** What a request gets that has everything else right, by every way in. */
async function everyWay(headers: Readonly<Record<string, string>>): Promise<AdminReply[]> {
  const browser = await AdminBrowser.login(server);
  return [
    await browser.ask('/admin/overview', { headers }),
    await browser.ask('/admin/session', { headers }),
    await browser.change(KICK, { headers }),
    await browser.change('/admin/session', { method: 'DELETE', headers }),
    await byKey(server, '/admin/apps', { headers }),
    await ask(server, '/admin/session', loginWith(keyOf(server), headers)),
    await ask(server, '/admin/overview', { method: 'OPTIONS', headers }),
    await ask(server, '/admin', { headers }),
    await ask(server, '/%61dmin/overview', { headers }),
  ];
}

function mustBeClosed(replies: readonly AdminReply[], status: number, code: string, why: string): void {
  for (const { status: found, json, headers } of replies) {
    expect([found, json?.code], why).toEqual([status, code]);
    expect(Object.keys(headers).filter((name) => name.startsWith('access-control-'))).toEqual([]);
    expect(headers['set-cookie']).toBeUndefined();
    expect(headers['cache-control']).toBe('no-store');
  }
}

describe('foreign sites', () => {
  test('whatever Origin is not the address of the request is refused, with the right key and cookie too', async () => {
    await start();
    const { port } = server;
    for (const origin of [
      'null',
      '',
      'https://evil.example',
      `http://evil.example:${port}`,
      'http://127.0.0.1',
      `http://127.0.0.1:${port + 1}`,
      `https://127.0.0.1:${port + 1}`,
      `http://localhost:${port}`,
      `http://127.0.0.1.evil.example:${port}`,
      `ftp://127.0.0.1:${port}`,
      `http://[::1]:${port}`,
      'file://',
    ]) {
      mustBeClosed(await everyWay({ origin }), 403, 'foreign_site', origin);
    }
    const origin = `http://127.0.0.1:${port}`;
    expect((await byKey(server, '/admin/apps', { headers: { origin } })).status).toBe(200);
  });

  test('what the browser says of the site counts as well, and that of other hosts of it', async () => {
    await start();
    for (const site of ['cross-site', 'same-site', 'whatever', '']) {
      mustBeClosed(await everyWay({ 'sec-fetch-site': site }), 403, 'foreign_site', site);
    }
    for (const site of ['same-origin', 'none']) {
      expect((await byKey(server, '/admin/apps', { headers: { 'sec-fetch-site': site } })).status).toBe(200);
    }
  });

  test('allowedOrigins opens nothing here, and shuts nothing', async () => {
    await start({ allowedOrigins: ['https://chat.example.com'] });
    mustBeClosed(await everyWay({ origin: 'https://chat.example.com' }), 403, 'foreign_site', 'allowed for clients');
    const origin = `http://127.0.0.1:${server.port}`;
    expect((await byKey(server, '/admin/apps', { headers: { origin } })).status).toBe(200);
    expect((await ask(server, '/readyz', { headers: { origin } })).status).toBe(403);
  });

  test('no answer lets another site read it, whoever asks', async () => {
    await start();
    for (const { headers } of [
      await byKey(server, '/admin/apps'),
      await ask(server, '/admin/session'),
      await ask(server, '/admin/nothing'),
      await ask(server, '/admin/apps', { method: 'OPTIONS' }),
      await ask(server, '/admin/%ff'),
    ]) {
      expect(Object.keys(headers).filter((name) => name.startsWith('access-control-'))).toEqual([]);
      expect(headers).toMatchObject({
        'cache-control': 'no-store',
        'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
        'cross-origin-resource-policy': 'same-origin',
        'referrer-policy': 'no-referrer',
        'x-content-type-options': 'nosniff',
      });
    }
    // The rest of the server is open to pages, as before.
    expect((await ask(server, '/readyz')).headers['access-control-allow-origin']).toBe('*');
  });
});

describe('host names', () => {
  test('a name that is not the operator’s is refused: a page may have led it here', async () => {
    await start();
    const { port } = server;
    for (const host of [
      'evil.example',
      `evil.example:${port}`,
      'localhost.evil.example',
      '127.0.0.1.evil.example',
      'localhost.',
      'localhost:x',
      '2130706433',
      '0x7f.1',
      '127.1',
      'a b',
      'evil.example@127.0.0.1',
      '[::1',
    ]) {
      const replies = await everyWay({ host });
      mustBeClosed(replies, 421, 'unknown_host', host);
      expect(replies[0]?.json.message).toContain('adminHosts');
      // As its own site, which such a page is for the browser.
      const asItself = { host, origin: `http://${host}`, 'sec-fetch-site': 'same-origin' };
      mustBeClosed(await everyWay(asItself), 421, 'unknown_host', host);
    }
  });

  test('IP addresses, localhost, and what is configured', async () => {
    await start({ adminHosts: ['Ops.example.com'], publicAddress: { host: 'chat.example.com', port: 443 } });
    for (const host of [
      '127.0.0.1',
      '10.1.2.3:80',
      '[::1]:9080',
      '[fe80::1]',
      'localhost',
      'LOCALHOST:1',
      'ops.example.com',
      'OPS.example.com:8443',
      'chat.example.com',
    ]) {
      expect((await byKey(server, '/admin/apps', { headers: { host } })).status, host).toBe(200);
    }
    expect((await byKey(server, '/admin/apps', { headers: { host: 'x.ops.example.com' } })).status).toBe(421);
  });

  test('a proxy that speaks TLS: the page has https, the request does not', async () => {
    await start({ adminHosts: ['ops.example.com'], trustProxy: true });
    const statusOf = async (host: string, origin: string, proto?: string) => {
      const forwarded = proto === undefined ? {} : { 'x-forwarded-proto': proto };
      return (await byKey(server, '/admin/apps', { headers: { host, origin, ...forwarded } })).status;
    };
    expect(await statusOf('ops.example.com', 'https://ops.example.com', 'https')).toBe(200);
    expect(await statusOf('ops.example.com:8443', 'https://ops.example.com:8443', 'https')).toBe(200);
    expect(await statusOf('ops.example.com', 'https://ops.example.com:8443', 'https')).toBe(403);
    // Whoever sits on the network can speak for the page without TLS.
    expect(await statusOf('ops.example.com', 'http://ops.example.com', 'https')).toBe(403);
  });
});
