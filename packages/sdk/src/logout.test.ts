import type { FakeServer } from 'ar-rtm-testkit/sdk';
import { expect, test } from 'vitest';
import { setUp } from '../test/set-up.js';

const LOGGED_OUT = 'ConnectionStateChanged "DISCONNECTED" "LOGOUT"';

test('tells the server, waits for it, closes; the state event comes first', async () => {
  const { client, recorder, server, logIn, events, clock } = setUp();
  await logIn();
  void recorder.settles('logout', client.logout());
  expect(await events()).toEqual([LOGGED_OUT, 'logout resolved']);
  expect(server.received.at(-1)?.cmd).toBe('Logout');
  expect([client.uid, client.token, clock.waiting, server.open.length]).toEqual(['', null, 0, 0]);
});

test('waits at most 5 s', async () => {
  const { client, recorder, server, logIn, events, clock, idle } = setUp();
  await logIn();
  server.on.Logout = () => 'silence';
  void recorder.settles('logout', client.logout());
  await idle(3000);
  await clock.advance(1999);
  expect(await events()).toEqual([]);
  await clock.advance(1);
  expect(await events()).toEqual([LOGGED_OUT, 'logout resolved']);
  expect(server.connection.isClosedByClient).toBe(true);
});

test('a lost connection ends the waiting', async () => {
  const { client, recorder, server, logIn, events } = setUp();
  await logIn();
  server.on.Logout = (_, to) => to.close();
  void recorder.settles('logout', client.logout());
  expect(await events()).toEqual([LOGGED_OUT, 'logout resolved']);
});

test('102 when not logged in', async () => {
  const { client, recorder, events } = setUp();
  void recorder.settles('logout', client.logout());
  expect(await events()).toEqual(['logout rejected RtmInvalidStatusError 102']);
});

test('a second call settles with the first', async () => {
  const { client, recorder, logIn, events, server } = setUp();
  await logIn();
  void recorder.settles('first', client.logout());
  void recorder.settles('second', client.logout());
  expect(await events()).toEqual([LOGGED_OUT, 'first resolved', 'second resolved']);
  expect(server.commands('Logout').length).toBe(1);
});

test.each([
  [
    'gateway',
    (server: FakeServer) => {
      server.gateway = () => 'never';
    },
  ],
  [
    'socket',
    (server: FakeServer) => {
      server.accept = () => 'never';
    },
  ],
  [
    'Login reply',
    (server: FakeServer) => {
      server.on.Login = () => 'silence';
    },
  ],
  [
    'next attempt',
    (server: FakeServer) => {
      server.isDown = true;
    },
  ],
])('during a login that waits for the %s', async (_, arrange) => {
  const { client, recorder, server, events, clock } = setUp();
  arrange(server);
  void recorder.settles('login', client.login({ uid: 'alice' }));
  await events();
  void recorder.settles('logout', client.logout());
  expect(await events()).toEqual([LOGGED_OUT, 'login rejected RtmInterruptedError 10', 'logout resolved']);
  await clock.advance(20_000);
  expect([await events(), clock.waiting, server.open.length]).toEqual([[], 0, 0]);
});

test('a server that may have accepted the login meanwhile hears of the logout', async () => {
  const { client, server, clock } = setUp();
  server.on.Login = () => 'silence';
  client.login({ uid: 'alice' }).catch(() => undefined);
  await clock.settle();
  void client.logout();
  await clock.settle();
  expect(server.received.map(({ cmd }) => cmd)).toEqual(['Login', 'Logout']);
});

test('pending calls are interrupted at once; leave resolves', async () => {
  const { client, recorder, server, logIn, joined, channel, events } = setUp();
  await logIn();
  const room = await joined();
  const other = await joined('other');
  server.isMute = true;
  void recorder.settles('peer', client.sendMessageToPeer({ text: 'hi' }, 'bob'));
  void recorder.settles('channel', room.sendMessage({ text: 'hi' }));
  void recorder.settles('join', channel('third').join());
  void recorder.settles('members', room.getMembers());
  void recorder.settles('count', client.getChannelMemberCount(['room']));
  void recorder.settles('leave', other.leave());
  await events();
  void recorder.settles('logout', client.logout());
  // Before anything else happens: reactions of promises only.
  await new Promise((resolve) => setImmediate(resolve));
  expect(recorder.take()).toEqual([
    'peer rejected RtmInterruptedError 1',
    'channel rejected RtmInterruptedError 1',
    'join rejected RtmInterruptedError 1',
    'members rejected RtmInterruptedError 1',
    'count rejected RtmInterruptedError 1',
    'leave resolved',
  ]);
});

test('nothing of the session is dispatched afterwards, and calls are refused while it runs', async () => {
  const { client, recorder, server, logIn, joined, events } = setUp();
  await logIn();
  const room = await joined();
  const { connection } = server;
  server.on.Logout = (_, to) => {
    to.send('RecvMsgFromPeer', { MsgId: 1, FromUId: 'bob', ToUId: 'alice', MsgType: 1, MsgBody: 'x', SvrTS: 1 });
    to.send('MemSizeChanged', { ChanId: 'room', MemSize: 9 });
    to.send('Logout', { Code: 0 });
    to.send('ForceOffline', {});
    to.close();
  };
  void recorder.settles('logout', client.logout());
  void recorder.settles('peer', client.sendMessageToPeer({ text: 'hi' }, 'bob'));
  void recorder.settles('leave', room.leave());
  expect(await events()).toEqual([
    'peer rejected RtmInvalidStatusError 102',
    'leave rejected RtmInvalidStatusError 102',
    LOGGED_OUT,
    'logout resolved',
  ]);
  connection.send('MemSizeChanged', { ChanId: 'room', MemSize: 10 });
  expect(await events()).toEqual([]);
});

test('client and channels can be used again', async () => {
  const { client, recorder, server, logIn, joined, events } = setUp();
  await logIn();
  const room = await joined();
  void client.logout();
  await events();
  expect(client.channels.room).toEqual({ joined: false, channel: room });
  await logIn('bob');
  void recorder.settles('join', room.join());
  await events();
  server.push('MemSizeChanged', { ChanId: 'room', MemSize: 3 });
  expect(await events()).toEqual(['MemberCountUpdated 3']);
  expect(client.channels.room?.joined).toBe(true);
});

test('in RECONNECTING: resolves at once', async () => {
  const { client, recorder, server, logIn, events, clock } = setUp();
  await logIn();
  server.isDown = true;
  server.connection.close();
  await clock.advance(5000);
  await events();
  void recorder.settles('logout', client.logout());
  expect(await events()).toEqual([LOGGED_OUT, 'logout resolved']);
  server.isDown = false;
  await clock.advance(20_000);
  expect([await events(), clock.waiting, server.open.length]).toEqual([[], 0, 0]);
});
