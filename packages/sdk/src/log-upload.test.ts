import { describe, expect, test } from 'vitest';
import { APP_ID, setUp } from '../test/set-up.js';

const PATH = '/arapi/v1/artmgw/uploadLog';

function setUpUploads(isOn = true) {
  const all = setUp({
    confPriCloudAddr: { ServerAdd: 'rtm.test', Port: 9080, Wss: false },
    logFilter: 4,
    enableLogUpload: isOn,
  });
  const { server } = all;
  const batches = () => server.posts.filter(({ url }) => url.endsWith(PATH)).map(({ body }) => body);
  const lines = () => batches().flatMap(({ lines }) => lines as string[]);
  return { ...all, batches, lines };
}

describe('log upload', () => {
  test('lines of level INFO and above travel in one batch, with the session they belong to', async () => {
    const { logIn, idle, client, batches, lines } = setUpUploads();
    await logIn('alice');
    client.setParameters({ logFilter: 17 as never });
    expect(batches()).toEqual([]);
    await idle(5000);
    expect(batches()).toHaveLength(1);
    // And nothing else: no token.
    expect(batches()[0]).toEqual({ appId: APP_ID, uid: 'alice', sessId: 'ticket-1', lines: lines() });
    expect(lines().map((line) => line.replace(/^\d+ /, ''))).toEqual([
      'info: DISCONNECTED -> CONNECTING (LOGIN)',
      'info: CONNECTING -> CONNECTED (LOGIN_SUCCESS)',
      'warn: logFilter is not valid',
    ]);
  });

  test('off is the default, and sends nothing', async () => {
    const { logIn, idle, batches } = setUpUploads(false);
    await logIn();
    await idle(20_000);
    expect(batches()).toEqual([]);
  });

  test('turning it off drops what waits; turning it on begins with what comes then', async () => {
    const { logIn, idle, client, lines } = setUpUploads();
    await logIn();
    client.setParameters({ enableLogUpload: false });
    await idle(10_000);
    expect(lines()).toEqual([]);
    client.setParameters({ enableLogUpload: true, logFilter: 17 as never });
    await idle(6000);
    expect(lines().map((line) => line.replace(/^\d+ /, ''))).toEqual(['warn: logFilter is not valid']);
  });

  test('what the server did not take is sent again with what came since, a hundred lines at most', async () => {
    const { logIn, idle, client, server, batches } = setUpUploads();
    await logIn();
    const { gateway } = server;
    server.gateway = (body) => ('lines' in body ? undefined : gateway(body));
    await idle(6000);
    for (let i = 0; i < 150; i++) client.setParameters({ logFilter: 17 as never });
    await idle(6000);
    server.gateway = gateway;
    await idle(6000);
    const sizes = batches().map(({ lines }) => (lines as string[]).length);
    expect(sizes[0]).toBe(2);
    expect(Math.max(...sizes)).toBe(100);
    const before = batches().length;
    await idle(20_000);
    expect(batches()).toHaveLength(before);
  });

  test('a server that never answers is given up after 10 s, and calls do not wait for it', async () => {
    const { logIn, idle, client, server, batches, clock } = setUpUploads();
    await logIn();
    const { gateway } = server;
    server.gateway = (body) => ('lines' in body ? 'never' : gateway(body));
    await idle(6000);
    expect(batches()).toHaveLength(1);
    const sent = client.sendMessageToPeer({ text: 'hello' }, 'bob');
    await clock.settle();
    expect(await sent).toEqual({ hasPeerReceived: true });
    await idle(16_000);
    expect(batches()).toHaveLength(2);
  });

  test('what waits at the end of a session leaves with it, and no timer stays', async () => {
    const { logIn, clock, client, lines } = setUpUploads();
    await logIn();
    const logout = client.logout();
    await clock.settle();
    await logout;
    expect(lines()).toHaveLength(2);
    await clock.advance(60_000);
    expect(lines()).toHaveLength(2);
  });

  test('what one user left behind is not uploaded as the lines of the next', async () => {
    const { client, server, clock, idle, logIn, lines } = setUpUploads();
    await logIn('alice');
    const { gateway } = server;
    server.gateway = (body) => ('lines' in body ? undefined : gateway(body));
    await idle(4000);
    await Promise.all([client.logout(), clock.settle()]);
    server.gateway = gateway;
    await clock.advance(60_000);
    server.posts.length = 0;
    await logIn('bob');
    await idle(6000);
    expect(lines()).toHaveLength(2);
  });
});
