/** Login, logout, login again, and every way in which a login is refused. */
import { createServer } from 'node:http';
import { startTestServer } from 'ar-rtm-server/testing';
import { CHROME, FIREFOX } from 'ar-rtm-testkit/published';
import { gateway, RawClient, randomHex } from 'ar-rtm-testkit/raw-client';
import { record } from 'ar-rtm-testkit/recorder';
import { expect, test } from 'vitest';
import { APP, appOf, eventually, peerMessages, states, useStage } from './stage.js';

const stage = useStage();
const OTHER_APP = 'fedcba9876543210fedcba9876543210';

test.each([
  ['server-driven', CHROME],
  ['client-driven', FIREFOX],
])('one instance logs in, out and in again (%s keepalive)', async (_name, userAgent) => {
  await stage.start();
  const tab = stage.tab(userAgent);
  const told = states(tab);
  for (const uid of ['alice', 'alice', 'alice the 2nd']) {
    await tab.client.login({ uid });
    expect(tab.client.uid).toBe(uid);
    expect(await tab.client.sendMessageToPeer({ text: 'x' }, 'nobody')).toEqual({ hasPeerReceived: false });
    await expect(tab.client.login({ uid })).rejects.toMatchObject({ code: 7 });
    await tab.client.logout();
  }
  const round = [
    ['CONNECTING', 'LOGIN'],
    ['CONNECTED', 'LOGIN_SUCCESS'],
    ['DISCONNECTED', 'LOGOUT'],
  ];
  expect(told.calls).toEqual([...round, ...round, ...round]);
  expect(tab.uncaught).toEqual([]);
  await eventually(() => stage.server.census().sessions === 0, 'the session has ended');
  expect(tab.posts.calls.filter(([path]) => path.includes('getOfflineMsg')).map(([, , status]) => status)).toEqual([
    200, 200, 200,
  ]);
});

test('a login at once after a logout, and calls without a login', async () => {
  await stage.start();
  const { client } = stage.tab();
  await expect(client.sendMessageToPeer({ text: 'x' }, 'bob')).rejects.toMatchObject({ code: 102 });
  await client.login({ uid: 'alice' });
  const leaving = client.logout();
  const again = client.login({ uid: 'alice' });
  await leaving;
  await again;
  const bob = await stage.user('bob');
  const inbox = peerMessages(bob);
  expect(await client.sendMessageToPeer({ text: 'still here' }, 'bob')).toEqual({ hasPeerReceived: true });
  await inbox.atLeast(1);
});

test('an App ID that is not configured, or is switched off, is refused with LoginError 3', async () => {
  const off = 'a'.repeat(32);
  await stage.start({ apps: [appOf(OTHER_APP), appOf(off, { enabled: false })] });
  expect((await gateway(stage.server.url, { appid: APP, uid: 'alice', token: '', wss: false })).body.code).toBe(101);
  for (const appId of [APP, off]) {
    const tab = stage.tab(CHROME, appId);
    const told = states(tab);
    await expect(tab.client.login({ uid: 'alice' })).rejects.toMatchObject({ code: 3 });
    // The bogus last event is the client's (quirk Q1).
    expect(told.calls.slice(0, 2)).toEqual([
      ['CONNECTING', 'LOGIN'],
      ['DISCONNECTED', 'BANNED_BY_SERVER'],
    ]);
  }
  await stage.tab(CHROME, OTHER_APP).client.login({ uid: 'alice' });
});

test('a uid that is empty or no id is refused with -4; the same instance can log in then', async () => {
  await stage.start();
  const { url } = stage.server;
  for (const uid of ['', null, undefined, 'null', 'a/b', 'x'.repeat(65), 7, '\u0000']) {
    expect((await gateway(url, { appid: APP, uid, token: '', wss: false })).body.code).toBe(-4);
  }
  const { client } = stage.tab();
  for (const uid of ['', undefined, null]) {
    await expect(client.login({ uid: uid as string })).rejects.toMatchObject({ code: 2 });
  }
  await client.login({ uid: 'alice' });
});

test('gateway bodies that are no request get status 200 and a code, since other statuses are retried', async () => {
  await stage.start();
  const { url } = stage.server;
  const bad = [
    '',
    'null',
    '[]',
    '7',
    '{',
    '"x"',
    '{"appid":7}',
    { appid: 'short', uid: 'a' },
    `{"uid":"${'x'.repeat(70_000)}"}`,
  ];
  for (const body of bad) {
    const answer = await gateway(url, body);
    expect([answer.status, typeof answer.body.code, answer.body.code === 0]).toEqual([200, 'number', false]);
    expect(answer.headers.get('access-control-allow-origin')).toBe('*');
  }
});

test.each([
  // Every code of wire-protocol.md 2.2 and what the application sees.
  [-1, 1, 'LOGIN_FAILURE'],
  [-4, 2, 'LOGIN_FAILURE'],
  [14, 3, 'BANNED_BY_SERVER'],
  [15, 3, 'BANNED_BY_SERVER'],
  [101, 3, 'BANNED_BY_SERVER'],
  [102, 3, 'BANNED_BY_SERVER'],
  [109, 5, 'LOGIN_FAILURE'],
  [110, 4, 'LOGIN_FAILURE'],
  [999, 1, 'LOGIN_FAILURE'],
])('gateway code %i is LoginError %i', async (code, error, reason) => {
  await stage.start();
  // The client's reading of the codes, from a gateway that says nothing else.
  const fake = createServer((_request, response) => response.end(JSON.stringify({ code })));
  await new Promise<void>((resolve) => fake.listen(0, '127.0.0.1', resolve));
  try {
    const { port } = fake.address() as { port: number };
    const tab = stage.tab();
    const client = tab.ArRTM.createInstance(APP, {
      confPriCloudAddr: { ServerAdd: '127.0.0.1', Port: port, Wss: false },
      logFilter: 4,
    });
    const told = record(client, 'ConnectionStateChanged');
    await expect(client.login({ uid: 'alice' })).rejects.toMatchObject({ code: error });
    expect(told.calls[1]).toEqual(['DISCONNECTED', reason]);
  } finally {
    fake.closeAllConnections();
    fake.close();
  }
});

test('a client that logs in while the server is not there yet gets in as soon as it is', async () => {
  const first = await startTestServer();
  const { port } = first;
  await first.stop();
  // The stage needs a server for the address; this one answers 503 while it drains.
  await stage.start({ port, settings: { drainMs: 1 } });
  await stage.server.stop();
  const tab = stage.tab();
  const login = tab.client.login({ uid: 'alice' });
  await tab.posts.atLeast(1);
  expect(tab.posts.calls[0]?.[2]).not.toBe(200);
  await stage.start({ port });
  await login;
  expect(tab.client.uid).toBe('alice');
});

test('while it drains the gateway answers 503 and a published login is retried until another server is there', async () => {
  await stage.start({ settings: { drainMs: 3000 } });
  const { port, url } = stage.server;
  const idle = await stage.user('idle');
  const last = await stage.user('last');
  const stopping = stage.server.stop();
  expect((await gateway(url, { appid: APP, uid: 'alice', token: '', wss: false })).status).toBe(503);
  const tab = stage.tab();
  const login = tab.client.login({ uid: 'alice' });
  await tab.posts.atLeast(1);
  expect(tab.posts.calls[0]?.[2]).toBe(503);
  await stopping;
  await stage.start({ port });
  await login;
  for (const { client } of [idle, last]) {
    await eventually(
      async () => (await client.sendMessageToPeer({ text: 'x' }, 'alice')).hasPeerReceived === true,
      'all back',
    );
  }
});

test("a Login needs the ticket of its app, uid and token, and a ticket is one instance's", async () => {
  await stage.start({ settings: { ticketMs: 60_000 } });
  const { url } = stage.server;
  const eve = await stage.raw('eve', { token: 't' });
  for (const login of [
    { uid: 'bob', sessionId: eve.sessionId },
    { uid: 'eve', sessionId: eve.sessionId, token: 'other' },
    { uid: 'eve', sessionId: eve.sessionId, token: 't' },
    { uid: 'eve', sessionId: `${eve.sessionId}x`, token: 't' },
    { uid: 'eve', sessionId: 'made-up', token: 't' },
  ]) {
    const client = await stage.socket();
    expect((await client.login({ appId: APP, userSId: randomHex(32), ...login })).Code).not.toBe(0);
    expect(await client.closed).toBe(1000);
  }
  // The same instance may repeat it.
  const again = stage.keep(
    await RawClient.login(url, { appId: APP, uid: 'eve', token: 't', sessionId: eve.sessionId, userSId: eve.userSId }),
  );
  expect(await eve.closed).toBe(4001);
  await again.settled();
});

test('a socket without a Login is closed with 1000 after the deadline, and not before', async () => {
  await stage.start({ settings: { loginDeadlineMs: 400 } });
  const began = performance.now();
  const client = await stage.socket();
  expect(await client.closed).toBe(1000);
  expect(performance.now() - began).toBeGreaterThan(350);
  expect(stage.server.count('closed_login_deadline')).toBe(1);
});

test('commands right behind the Login are carried out after it', async () => {
  await stage.start();
  const { url } = stage.server;
  const client = await stage.socket();
  const { body } = await gateway(url, { appid: APP, uid: 'eve', token: '', wss: false });
  const login = client.login({ appId: APP, uid: 'eve', sessionId: body.sessionid as string });
  client.send('JoinChannel', { ChanId: 'room' });
  client.send('SendChannelMsg', { ChanId: 'room', MsgId: 1, MsgType: 1, MsgBody: 'hi' });
  expect(await login).toMatchObject({ Code: 0, UserId: 'eve' });
  expect(await client.next('JoinChannel')).toMatchObject({ Code: 0, ChanId: 'room' });
  expect(await client.next('SendChannelMsg')).toMatchObject({ Code: 0, MsgId: 1 });
  expect(client.frames.calls[0]?.[0]).toBe('Login');
});
