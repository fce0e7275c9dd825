import type { FakeServer } from 'ar-rtm-testkit/sdk';
import { expect, test } from 'vitest';
import { APP_ID, setUp } from '../test/set-up.js';
import { RTMException } from './errors.js';

const CONNECTING = 'ConnectionStateChanged "CONNECTING" "LOGIN"';
const CONNECTED = 'ConnectionStateChanged "CONNECTED" "LOGIN_SUCCESS"';
const disconnected = (reason: string) => `ConnectionStateChanged "DISCONNECTED" "${reason}"`;

test('gateway, socket, Login; the state event comes before the promise', async () => {
  const { client, recorder, server, events } = setUp();
  void recorder.settles('login', client.login({ uid: 'alice', token: 'tok' }));
  expect(await events()).toEqual([CONNECTING, CONNECTED, 'login resolved']);
  expect(server.posts).toEqual([
    {
      url: 'http://rtm.test:9080/arapi/v1?action=wrtm_gateway',
      body: { appid: APP_ID, uid: 'alice', token: 'tok', wss: false },
    },
  ]);
  expect(server.connection.url).toBe('ws://rtm.test:9080');
  expect(server.received).toEqual([
    {
      cmd: 'Login',
      appId: APP_ID,
      content: {
        UserId: 'alice',
        UserSId: expect.stringMatching(/^[0-9a-f]{32}$/),
        AcsToken: 'tok',
        SdkVer: '2.0.0',
        SessionId: 'ticket-1',
        SvrKeepAlive: true,
        Caps: ['reply-codes.1', 'push-offline.1', 'resume.1', 'history.1', 'calls.1', 'types.1'],
        Resume: false,
      },
    },
  ]);
  expect([client.uid, client.token]).toEqual(['alice', 'tok']);
});

test('CONNECTING comes in a microtask, not inside the call', async () => {
  const { client, recorder } = setUp();
  void client.login({ uid: 'alice' });
  expect(recorder.take()).toEqual([]);
  await Promise.resolve();
  expect(recorder.take()).toEqual([CONNECTING]);
});

test.each([
  ['no argument', undefined],
  ['null', null],
  ['no uid', {}],
  ['empty uid', { uid: '' }],
  ['a number', { uid: 42 }],
  ['65 bytes', { uid: 'a'.repeat(65) }],
  ['the word null', { uid: 'null' }],
  ['foreign characters', { uid: 'élise' }],
  ['a token that is no string', { uid: 'alice', token: 5 }],
])('bad argument: %s', async (_, options) => {
  const { client, recorder, events } = setUp();
  void recorder.settles('login', client.login(options as never));
  expect(await events()).toEqual(['login rejected RtmInvalidArgumentError 2']);
});

test.each([undefined, null, ''])('token %j means none', async (token) => {
  const { client, server, clock } = setUp();
  void client.login({ uid: 'alice', token });
  await clock.settle();
  expect(server.posts[0]?.body.token).toBe('');
  expect(client.token).toBeNull();
});

test.each([
  [-4, 'RtmInvalidArgumentError', 2, 'LOGIN_FAILURE'],
  [101, 'RtmUnauthenticatedError', 3, 'BANNED_BY_SERVER'],
  [102, 'RtmUnauthenticatedError', 3, 'BANNED_BY_SERVER'],
  [14, 'RtmUnauthenticatedError', 6, 'BANNED_BY_SERVER'],
  [15, 'RtmUnauthenticatedError', 6, 'BANNED_BY_SERVER'],
  [109, 'RtmUnauthenticatedError', 5, 'LOGIN_FAILURE'],
  [110, 'RtmUnauthenticatedError', 4, 'LOGIN_FAILURE'],
  [1, 'RtmInternalError', 1, 'LOGIN_FAILURE'],
  [999, 'RtmInternalError', 1, 'LOGIN_FAILURE'],
])('gateway code %i', async (code, name, publicCode, reason) => {
  const { client, recorder, server, events, clock } = setUp();
  server.gateway = () => ({ code });
  void recorder.settles('login', client.login({ uid: 'alice' }));
  expect(await events()).toEqual([CONNECTING, disconnected(reason), `login rejected ${name} ${publicCode}`]);
  expect([client.uid, clock.waiting]).toEqual(['', 0]);
});

test.each([
  [2, undefined, 'RtmInvalidArgumentError', 2, 'LOGIN_FAILURE'],
  [3, undefined, 'RtmUnauthenticatedError', 3, 'BANNED_BY_SERVER'],
  [4, undefined, 'RtmUnauthenticatedError', 4, 'LOGIN_FAILURE'],
  [5, undefined, 'RtmUnauthenticatedError', 5, 'LOGIN_FAILURE'],
  [6, 'BANNED', 'RtmUnauthenticatedError', 6, 'BANNED_BY_SERVER'],
  [1, 'BANNED', 'RtmUnauthenticatedError', 6, 'BANNED_BY_SERVER'],
  [9, undefined, 'RtmInvokeTooOftenError', 9, 'LOGIN_FAILURE'],
  [1, 'REMOTE_LOGIN', 'RtmInternalError', 1, 'LOGIN_FAILURE'],
  [77, undefined, 'RtmInternalError', 1, 'LOGIN_FAILURE'],
])('Login reply %i %s', async (code, why, name, publicCode, reason) => {
  const { client, recorder, server, events } = setUp();
  server.login = { Code: code, ...(why ? { Reason: why } : {}) };
  void recorder.settles('login', client.login({ uid: 'alice' }));
  expect(await events()).toEqual([CONNECTING, disconnected(reason), `login rejected ${name} ${publicCode}`]);
  await events();
  expect(server.connection.isClosedByClient).toBe(true);
});

test('errors are instances of RTMException with code, text and data', async () => {
  const { client, server, clock } = setUp();
  server.gateway = () => ({ code: 110 });
  const error = client.login({ uid: 'alice' }).catch((reason: unknown) => reason as RTMException);
  await clock.settle();
  expect(await error).toBeInstanceOf(RTMException);
  expect(await error).toBeInstanceOf(Error);
  expect(await error).toMatchObject({
    name: 'RtmUnauthenticatedError',
    code: 4,
    message: 'Error Code 4 - The token is not valid',
    data: { serverCode: 110 },
  });
});

test.each([['DISCONNECTED/LOGIN_FAILURE']])('after a failure the client can log in again (%s)', async () => {
  const { client, recorder, server, events } = setUp();
  const { gateway } = server;
  server.gateway = () => ({ code: 110 });
  void recorder.settles('login', client.login({ uid: 'alice' }));
  await events();
  server.gateway = gateway;
  void recorder.settles('login', client.login({ uid: 'bob' }));
  expect(await events()).toEqual([CONNECTING, CONNECTED, 'login resolved']);
});

test.each([
  [
    'HTTP errors',
    (server: FakeServer) => {
      server.gateway = () => undefined;
    },
  ],
  [
    'a gateway that says nothing',
    (server: FakeServer) => {
      server.gateway = () => 'never';
    },
  ],
  [
    'a gateway without addresses',
    (server: FakeServer) => {
      server.gateway = () => ({ code: 0 });
    },
  ],
  [
    'a gateway that is not understood',
    (server: FakeServer) => {
      server.gateway = () => [];
    },
  ],
  [
    'refused sockets',
    (server: FakeServer) => {
      server.accept = () => false;
    },
  ],
  [
    'sockets that do not open',
    (server: FakeServer) => {
      server.accept = () => 'never';
    },
  ],
  [
    'no Login reply',
    (server: FakeServer) => {
      server.on.Login = () => 'silence';
    },
  ],
  [
    'a close instead of a Login reply',
    (server: FakeServer) => {
      server.on.Login = (_, to) => to.close();
    },
  ],
])('6 s of %s', async (_, arrange) => {
  const { client, recorder, server, clock, events } = setUp();
  arrange(server);
  void recorder.settles('login', client.login({ uid: 'alice' }));
  await clock.advance(5999);
  expect(await events()).toEqual([CONNECTING]);
  await clock.advance(1);
  expect(await events()).toEqual([disconnected('LOGIN_TIMEOUT'), 'login rejected RtmTimeoutError 8']);
  expect([clock.waiting, server.open.length]).toEqual([0, 0]);
  expect(server.posts.length).toBeGreaterThan(1);
});

test('transient errors are retried silently', async () => {
  const { client, recorder, server, clock, events } = setUp();
  server.isDown = true;
  void recorder.settles('login', client.login({ uid: 'alice' }));
  await clock.advance(2000);
  server.isDown = false;
  await clock.advance(500);
  expect(await events()).toEqual([CONNECTING, CONNECTED, 'login resolved']);
});

test('addresses are tried in order; other types are left out', async () => {
  const { client, server, clock } = setUp();
  server.gateway = () => ({
    code: 0,
    sessionid: 's',
    addresses: [
      { type: 1, addr: 'other.test', port: 1 },
      { type: 0, addr: 'refuses.test', port: 2 },
      { type: 0, addr: 'hangs.test', port: 3 },
      { type: 0, addr: 'works.test', port: 4 },
    ],
  });
  const tried: string[] = [];
  server.accept = (url) => {
    tried.push(url);
    return url.includes('hangs') ? 'never' : url.includes('works');
  };
  void client.login({ uid: 'alice' });
  await clock.advance(3000);
  expect(tried).toEqual(['ws://refuses.test:2', 'ws://hangs.test:3', 'ws://works.test:4']);
  expect(client.uid).toBe('alice');
});

test('7 when not DISCONNECTED', async () => {
  const { client, recorder, events, server, clock } = setUp();
  void client.login({ uid: 'alice' });
  void recorder.settles('while CONNECTING', client.login({ uid: 'alice' }));
  await events();
  void recorder.settles('while CONNECTED', client.login({ uid: 'alice' }));
  expect(await events()).toEqual(['while CONNECTED rejected RtmInvalidStatusError 7']);
  server.isDown = true;
  server.connection.close();
  await clock.advance(5000);
  recorder.take();
  void recorder.settles('while RECONNECTING', client.login({ uid: 'alice' }));
  expect(await events()).toEqual(['while RECONNECTING rejected RtmInvalidStatusError 7']);
});

test('9 for the third call in 1 s; calls that fail earlier checks do not count', async () => {
  const { client, recorder, server, events, clock } = setUp();
  server.gateway = () => ({ code: 1 });
  for (let i = 0; i < 5; i++) await client.login({ uid: '' }).catch(() => undefined);
  for (const name of ['first', 'second', 'third']) {
    void recorder.settles(name, client.login({ uid: 'alice' }));
    await clock.settle();
  }
  expect((await events()).filter((line) => line.includes('rejected'))).toEqual([
    'first rejected RtmInternalError 1',
    'second rejected RtmInternalError 1',
    'third rejected RtmInvokeTooOftenError 9',
  ]);
  await clock.advance(1000);
  void recorder.settles('fourth', client.login({ uid: 'alice' }));
  expect((await events()).at(-1)).toBe('fourth rejected RtmInternalError 1');
});

test('each login has an identity of its own', async () => {
  const { client, server, logIn, clock } = setUp();
  await logIn();
  void client.logout();
  await clock.settle();
  await logIn();
  const [first, second] = server.commands('Login');
  expect(first?.UserSId).not.toBe(second?.UserSId);
});

test('without an address: 2, a text that helps, no state event', async () => {
  const { client, recorder, clock, events, network } = setUp({ logFilter: 4 });
  const error = await client.login({ uid: 'alice' }).catch((reason: RTMException) => reason);
  expect(error).toMatchObject({ code: 2, name: 'RtmInvalidArgumentError' });
  expect(String(error)).toContain('confPriCloudAddr');
  expect(await events()).toEqual([]);
  network.pageOrigin = 'https://page.test:8443';
  void recorder.settles('login', client.login({ uid: 'alice' }));
  await clock.settle();
  expect((await events()).at(-1)).toBe('login resolved');
});

test('an SDK without an address uses the origin of the page', async () => {
  const { client, server, clock, network } = setUp({ logFilter: 4 });
  network.pageOrigin = 'https://page.test:8443';
  void client.login({ uid: 'alice' });
  await clock.settle();
  expect(server.posts[0]).toMatchObject({
    url: 'https://page.test:8443/arapi/v1?action=wrtm_gateway',
    body: { wss: true },
  });
  expect(server.connection.url).toBe('wss://rtm.test:9080');
});
