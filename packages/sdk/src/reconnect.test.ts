import type { FakeServer } from 'ar-rtm-testkit/sdk';
import { expect, test } from 'vitest';
import { setUp } from '../test/set-up.js';

const INTERRUPTED = 'ConnectionStateChanged "RECONNECTING" "INTERRUPTED"';
const restored = (details: object) => `ConnectionStateChanged "CONNECTED" "LOGIN_SUCCESS" ${JSON.stringify(details)}`;
const RECOVERED = restored({ recovered: true });
const aborted = (reason: string) => `ConnectionStateChanged "ABORTED" "${reason}"`;

async function loggedIn() {
  const all = setUp();
  await all.logIn();
  all.resumes();
  return all;
}

test('heartbeats are answered at once and keep the connection', async () => {
  const { server, idle, events, clock } = await loggedIn();
  await idle(20_000);
  expect(server.connection.heartbeats.length).toBe(20);
  expect(JSON.parse(JSON.parse(server.connection.heartbeats[0] ?? '').Content)).toEqual({
    time: expect.stringMatching(/^\d+$/),
  });
  expect(await events()).toEqual([]);
  expect(server.connections.length).toBe(1);
  expect(clock.waiting).toBe(1);
});

test('the heartbeat interval is that of the Login reply', async () => {
  const { server, clock, logIn, client, recorder } = setUp();
  server.login = { Heartbeat: 1000 };
  await logIn();
  await clock.advance(1999);
  expect(server.connections.length).toBe(1);
  await clock.advance(1);
  expect(server.connections.length).toBe(2);
  expect([client.uid, recorder.take()]).toEqual(['alice', []]);
});

test('a cut repaired within 4 s with everything recovered is invisible', async () => {
  const { server, events, clock, idle } = await loggedIn();
  server.isDown = true;
  server.connection.close();
  await clock.advance(3000);
  server.isDown = false;
  await idle(600);
  expect(server.commands('Login').map(({ Resume }) => Resume)).toEqual([false, true]);
  expect(server.commands('Login')[1]?.UserSId).toBe(server.commands('Login')[0]?.UserSId);
  await clock.advance(3000);
  expect(await events()).toEqual([]);
});

test('after 4 s: RECONNECTING, then CONNECTED with recovered', async () => {
  const { server, events, clock, idle } = await loggedIn();
  server.isDown = true;
  server.connection.close();
  await clock.advance(3999);
  expect(await events()).toEqual([]);
  await clock.advance(1);
  expect(await events()).toEqual([INTERRUPTED]);
  server.isDown = false;
  await idle(4000);
  expect(await events()).toEqual([RECOVERED]);
});

test('silence of 4 s is an interruption at once', async () => {
  const { server, events, clock, idle } = await loggedIn();
  await clock.advance(3999);
  expect(await events()).toEqual([]);
  server.isMute = true;
  await clock.advance(1);
  expect(await events()).toEqual([INTERRUPTED]);
  server.isMute = false;
  await idle(5000);
  expect(await events()).toEqual([RECOVERED]);
});

test('a timer that comes late does not judge before what arrived meanwhile is read', async () => {
  const { server, events, clock } = await loggedIn();
  clock.jump(10_000);
  server.push('ReqKeepAlive', {});
  await clock.advance(1000);
  expect([await events(), server.connections.length]).toEqual([[], 1]);
});

test('after sleep without a word of the server, the connection is renewed', async () => {
  const { server, events, clock } = await loggedIn();
  clock.jump(60_000);
  await clock.advance(1000);
  expect(await events()).toEqual([INTERRUPTED, RECOVERED]);
  expect(server.open.length).toBe(1);
});

test('attempts: at once, then at most 500 ms apart for 5 s, then 1 to 4 s apart, without end', async () => {
  const { server, clock, environment } = await loggedIn();
  environment.fraction = 0.99;
  server.isDown = true;
  const from = clock.now();
  const times: number[] = [];
  server.posts.length = 0;
  Object.defineProperty(server.posts, 'push', { value: () => times.push(clock.now() - from) });
  server.connection.close();
  await clock.advance(120_000);
  // The very first one goes to the socket that was lost.
  expect(times[0]).toBeLessThanOrEqual(500);
  const gaps = times.map((time, i) => ({ time, gap: time - (times[i - 1] ?? 0) })).slice(1);
  for (const { gap } of gaps.filter(({ time }) => time < 5000)) expect(gap).toBeLessThanOrEqual(500);
  for (const { gap } of gaps) expect(gap).toBeLessThanOrEqual(4000);
  expect(times.at(-1)).toBeGreaterThan(115_000);
});

test('back online, or shown again: at once', async () => {
  const { server, clock, events, network, environment } = await loggedIn();
  environment.fraction = 0.99;
  server.isDown = true;
  server.connection.close();
  await clock.advance(20_000);
  await events();
  server.isDown = false;
  network.wake();
  expect(await events()).toEqual([RECOVERED]);
});

test('a wake-up call replaces an attempt that hangs', async () => {
  const { server, clock, events, network } = await loggedIn();
  server.isMute = true;
  server.connection.close();
  await clock.advance(2000);
  server.isMute = false;
  network.wake();
  expect(await events()).toEqual([]);
  expect(server.open.length).toBe(1);
});

// A laptop is opened again: its socket has died meanwhile, and neither timers nor the monotonic clock have moved. It took up to
// the rest of the heartbeat, 4 s, until that was noticed.
test('a machine that slept finds out within half a second that its connection has died', async () => {
  const { server, clock, events, network } = await loggedIn();
  await clock.advance(500);
  clock.sleep(3600_000);
  network.wake();
  await clock.advance(499);
  expect(server.connections.length).toBe(1);
  await clock.advance(1);
  expect(server.connections.length).toBe(2);
  expect(await events()).toEqual([]);
});

test('a machine that slept keeps a connection on which something comes', async () => {
  const { server, clock, idle, network } = await loggedIn();
  clock.sleep(3600_000);
  network.wake();
  await clock.advance(100);
  await idle(10_000);
  expect(server.connections.length).toBe(1);
});

test('an attempt from before the sleep is replaced', async () => {
  const { server, clock, events, network } = await loggedIn();
  server.isMute = true;
  server.connection.close();
  await clock.advance(100);
  server.isMute = false;
  clock.sleep(3600_000);
  network.wake();
  expect(await events()).toEqual([]);
  expect(server.open.length).toBe(1);
});

test('a wake-up call without need changes nothing', async () => {
  const { server, events, network, client } = await loggedIn();
  network.wake();
  expect([await events(), server.posts.length]).toEqual([[], 1]);
  void client.logout();
  await events();
  expect(network.listening).toBe(0);
});

test('exactly the joined channels are joined again, also after failed attempts', async () => {
  const { server, joined, channel, clock, events, resumes, idle } = await loggedIn();
  await joined('kept');
  const left = await joined('left');
  void left.leave();
  await clock.settle();
  channel('never joined');
  resumes(['kept']);
  await events();
  server.received.length = 0;
  server.isDown = true;
  server.connection.close();
  await clock.advance(10_000);
  server.isDown = false;
  // The first restoration breaks off in the middle.
  server.on.JoinChannel = (_, to) => {
    server.on.JoinChannel = undefined;
    to.close();
  };
  await idle(10_000);
  expect(server.received.map(({ cmd, content }) => [cmd, (content as { ChanId?: string }).ChanId])).toEqual([
    ['Login', undefined],
    ['JoinChannel', 'kept'],
    ['Login', undefined],
    ['JoinChannel', 'kept'],
  ]);
  expect(await events()).toEqual([INTERRUPTED, RECOVERED]);
});

test('a rejoin that is not answered, or refused, is tried again', async () => {
  const { server, joined, clock, events, resumes } = await loggedIn();
  await joined('room');
  resumes(['room']);
  server.on.JoinChannel = ({ ChanId, MsgId }, to) => {
    server.on.JoinChannel = undefined;
    to.send('JoinChannel', { ChanId, MsgId: MsgId as number, Code: 1 });
  };
  server.connection.close();
  await clock.advance(4000);
  expect(await events()).toEqual([INTERRUPTED]);
  await clock.advance(3000);
  expect(await events()).toEqual([RECOVERED]);
});

test('rejoining does not count as a call of join', async () => {
  const { server, joined, clock, events, resumes, recorder } = await loggedIn();
  const room = await joined('room');
  resumes(['room']);
  for (let i = 0; i < 5; i++) {
    server.connection.close();
    await clock.settle();
  }
  expect(server.commands('JoinChannel').length).toBe(6);
  void room.leave();
  await clock.settle();
  void recorder.settles('second join', room.join());
  expect(await events()).toEqual(['second join resolved']);
});

test('what was missed is said, also after a short cut', async () => {
  const { server, joined, events, resumes } = await loggedIn();
  await joined('complete');
  await joined('gap');
  resumes(['complete', 'gap']);
  server.positions.gap = { Epoch: 1, Offset: 3, Gap: true };
  server.connection.close();
  expect(await events()).toEqual([
    INTERRUPTED,
    restored({ recovered: false, gaps: { inbox: false, channels: ['gap'] } }),
  ]);
  // The gap has been said: the next cut starts from there.
  server.positions = {};
  server.connection.close();
  expect(await events()).toEqual([]);
});

test('a session that did not go on has gaps everywhere', async () => {
  const { server, joined, events } = await loggedIn();
  await joined('a');
  await joined('b');
  server.login = { Resumed: false };
  server.connection.close();
  expect(await events()).toEqual([
    INTERRUPTED,
    restored({ recovered: false, gaps: { inbox: true, channels: ['a', 'b'] } }),
  ]);
});

test('own messages and what was seen count; events of the restoration follow CONNECTED', async () => {
  const { server, joined, events, resumes, recorder, clock, idle } = await loggedIn();
  const room = await joined('room');
  const frame = (Offset: number) =>
    ({
      ChanId: 'room',
      FromUId: 'bob',
      MsgId: Offset,
      MsgType: 1,
      MsgBody: `m${Offset}`,
      SvrTS: 1,
      Epoch: 1,
      Offset,
    }) as const;
  const props = JSON.stringify({ serverReceivedTs: 1, isOfflineMessage: false, isHistoricalMessage: false });
  server.on.SendChannelMsg = ({ ChanId, MsgId }, to) =>
    to.send('SendChannelMsg', { ChanId, MsgId, Code: 0, Epoch: 1, Offset: 2 });
  server.push('RecvMsgFromChan', frame(1));
  await clock.settle();
  void recorder.settles('send', room.sendMessage({ text: 'own' }));
  await events();
  resumes(['room']);
  // After the cut, entries 3 and 4 are replayed behind the reply; 3 came before the cut too (it is a duplicate then).
  server.push('ChanMemberJoin', { ChanId: 'room', UserId: 'carol', Epoch: 1, Offset: 3 });
  await events();
  await joined('other');
  server.on.JoinChannel = ({ ChanId, MsgId, Epoch, Offset }, to) => {
    to.send('JoinChannel', { ChanId, MsgId, Code: 0, Epoch, Offset, MemSize: 3 });
    if (ChanId !== room.channelId) return;
    to.send('ChanMemberJoin', { ChanId: 'room', UserId: 'carol', Epoch: 1, Offset: 3 });
    to.send('RecvMsgFromChan', frame(4));
    to.send('ChanPosition', { ChanId: 'room', Epoch: 1, Offset: 4 });
  };
  server.isDown = true;
  server.connection.close();
  await clock.advance(5000);
  server.isDown = false;
  await idle(5000);
  expect(await events()).toEqual([
    INTERRUPTED,
    RECOVERED,
    'MemberCountUpdated 3',
    `ChannelMessage {"text":"m4","messageType":"TEXT"} "bob" ${props}`,
    'MemberCountUpdated 3',
  ]);
});

test('an own message whose reply was lost hides nothing', async () => {
  const { server, joined, events, resumes, recorder } = await loggedIn();
  const room = await joined('room');
  server.on.SendChannelMsg = () => 'silence';
  void recorder.settles('send', room.sendMessage({ text: 'own' }));
  await events();
  server.on.SendChannelMsg = undefined;
  resumes(['room']);
  server.positions.room = { Epoch: 1, Offset: 1 };
  server.connection.close();
  expect(await events()).toEqual(['send resolved']);
});

test('channels that only the server counts are left', async () => {
  const { server, joined, events, resumes } = await loggedIn();
  await joined('room');
  resumes(['room', 'stray']);
  server.connection.close();
  await events();
  expect(server.commands('LeaveChannel').map(({ ChanId }) => ChanId)).toEqual(['stray']);
});

test('leave during a cut resolves at once; the server is told before later calls', async () => {
  const { server, joined, events, resumes, recorder, clock, idle } = await loggedIn();
  const room = await joined('room');
  resumes(['room']);
  server.isDown = true;
  server.connection.close();
  await clock.advance(5000);
  await events();
  void recorder.settles('leave', room.leave());
  expect(await events()).toEqual(['leave resolved']);
  void recorder.settles('join', room.join());
  server.received.length = 0;
  server.isDown = false;
  await idle(4000);
  expect(server.received.map(({ cmd }) => cmd)).toEqual(['Login', 'LeaveChannel', 'JoinChannel']);
  expect(await events()).toEqual([RECOVERED, 'join resolved']);
});

test('calls during a cut wait, and go out in order of the calls', async () => {
  const { server, client, joined, channel, events, resumes, recorder, clock, idle } = await loggedIn();
  const room = await joined('room');
  resumes(['room']);
  server.isDown = true;
  server.connection.close();
  await clock.advance(4500);
  await events();
  void recorder.settles('peer', client.sendMessageToPeer({ text: 'hi' }, 'bob'));
  void recorder.settles('channel', room.sendMessage({ text: 'hi' }));
  void recorder.settles('members', room.getMembers());
  void recorder.settles('count', client.getChannelMemberCount(['room']));
  void recorder.settles('join', channel('other').join());
  server.received.length = 0;
  server.isDown = false;
  await idle(4000);
  expect(server.received.map(({ cmd }) => cmd)).toEqual([
    'Login',
    'JoinChannel',
    'SendMsgToPeer',
    'SendChannelMsg',
    'GetChanMembers',
    'GetChanMemberSize',
    'JoinChannel',
  ]);
  expect(await events()).toEqual([
    RECOVERED,
    'peer resolved {"hasPeerReceived":true}',
    'channel resolved',
    'members resolved ["alice","bob"]',
    'count resolved {"room":1}',
    'join resolved',
  ]);
});

test('calls that waited too long are not made later', async () => {
  const { server, client, joined, channel, events, resumes, recorder, clock, idle } = await loggedIn();
  const room = await joined('room');
  resumes(['room']);
  server.isDown = true;
  server.connection.close();
  await clock.advance(4500);
  await events();
  void recorder.settles('join', channel('other').join());
  void recorder.settles('members', room.getMembers());
  void recorder.settles('count', client.getChannelMemberCount(['room']));
  void recorder.settles('peer', client.sendMessageToPeer({ text: 'hi' }, 'bob'));
  void recorder.settles('channel', room.sendMessage({ text: 'hi' }));
  await clock.advance(5000);
  expect(await events()).toEqual([
    'join rejected RtmTimeoutError 4',
    'members rejected RtmTimeoutError 3',
    'count rejected RtmTimeoutError 4',
  ]);
  await clock.advance(5000);
  expect(await events()).toEqual(['peer rejected RtmTimeoutError 2', 'channel rejected RtmTimeoutError 2']);
  server.received.length = 0;
  server.isDown = false;
  await idle(5000);
  expect(server.received.map(({ cmd }) => cmd)).toEqual(['Login', 'JoinChannel', 'LeaveChannel']);
});

test('requests in flight at the cut are sent again', async () => {
  const { server, client, joined, channel, events, resumes, recorder } = await loggedIn();
  const room = await joined('room');
  const other = await joined('other');
  resumes(['room', 'third', 'other']);
  for (const cmd of [
    'JoinChannel',
    'LeaveChannel',
    'GetChanMembers',
    'GetChanMemberSize',
    'SendMsgToPeer',
    'SendChannelMsg',
  ] as const) {
    server.on[cmd] = () => 'silence';
  }
  void recorder.settles('join', channel('third').join());
  void recorder.settles('leave', other.leave());
  void recorder.settles('members', room.getMembers());
  void recorder.settles('count', client.getChannelMemberCount(['room']));
  void recorder.settles('peer', client.sendMessageToPeer({ text: 'hi' }, 'bob'));
  void recorder.settles('channel', room.sendMessage({ text: 'hi' }));
  await events();
  for (const cmd of [
    'JoinChannel',
    'LeaveChannel',
    'GetChanMembers',
    'GetChanMemberSize',
    'SendMsgToPeer',
    'SendChannelMsg',
  ] as const) {
    server.on[cmd] = undefined;
  }
  server.received.length = 0;
  server.connection.close();
  expect(await events()).toEqual([
    'join resolved',
    'leave resolved',
    'members resolved ["alice","bob"]',
    'count resolved {"room":1}',
    'peer resolved {"hasPeerReceived":true}',
    'channel resolved',
  ]);
  expect(server.received.map(({ cmd, content }) => [cmd, (content as { ChanId?: string }).ChanId])).toEqual([
    ['Login', undefined],
    ['JoinChannel', 'room'],
    ['JoinChannel', 'third'],
    ['LeaveChannel', 'other'],
    ['GetChanMembers', 'room'],
    ['GetChanMemberSize', undefined],
    ['SendMsgToPeer', undefined],
    ['SendChannelMsg', 'room'],
  ]);
});

test.each([
  ['ForceOffline', {}, 'REMOTE_LOGIN'],
  ['ForceOffline', { Reason: 'REMOTE_LOGIN' }, 'REMOTE_LOGIN'],
  ['ForceOffline', { Reason: 'BANNED' }, 'BANNED_BY_SERVER'],
] as const)('%s %j ends the session', async (cmd, content, reason) => {
  const { server, client, events, joined, recorder, clock } = await loggedIn();
  const room = await joined();
  server.on.GetChanMembers = () => 'silence';
  void recorder.settles('members', room.getMembers());
  await clock.settle();
  server.push(cmd, content);
  expect(await events()).toEqual(['members rejected RtmInterruptedError 1', aborted(reason)]);
  expect(server.connection.isClosedByClient).toBe(true);
  expect([client.uid, client.token, client.channels.room?.joined]).toEqual(['', null, false]);
  // No automatic action ever, and no call.
  await clock.advance(60_000);
  expect([server.posts.length, clock.waiting]).toEqual([1, 0]);
  void recorder.settles('peer', client.sendMessageToPeer({ text: 'hi' }, 'bob'));
  void recorder.settles('join', room.join());
  void recorder.settles('leave', room.leave());
  void recorder.settles('members', room.getMembers());
  expect(await events()).toEqual([
    'peer rejected RtmInvalidStatusError 102',
    'join rejected RtmInvalidStatusError 102',
    'leave rejected RtmInvalidStatusError 102',
    'members rejected RtmInvalidStatusError 6',
  ]);
  void recorder.settles('logout', client.logout());
  expect(await events()).toEqual(['ConnectionStateChanged "DISCONNECTED" "LOGOUT"', 'logout resolved']);
});

test('login in ABORTED resets first', async () => {
  const { server, client, events, recorder } = await loggedIn();
  server.push('ForceOffline', {});
  await events();
  void recorder.settles('login', client.login({ uid: 'alice' }));
  expect(await events()).toEqual([
    'ConnectionStateChanged "DISCONNECTED" "LOGOUT"',
    'ConnectionStateChanged "CONNECTING" "LOGIN"',
    'ConnectionStateChanged "CONNECTED" "LOGIN_SUCCESS"',
    'login resolved',
  ]);
});

const gatewaySays = (code: number) => (server: FakeServer) => {
  server.gateway = () => ({ code });
};
const serverSays = (Code: number, Reason?: string) => (server: FakeServer) => {
  server.login = Reason === undefined ? { Code } : { Code, Reason };
};

test('a cut: straight back to the socket of the session with its ticket, and no gateway is asked', async () => {
  const { server, events } = await loggedIn();
  const before = server.posts.length;
  for (const _cut of [1, 2]) {
    server.connection.close();
    expect(await events()).toEqual([]);
  }
  const logins = server.commands('Login');
  expect(logins.map(({ Resume }) => Resume)).toEqual([false, true, true]);
  expect(new Set(logins.map(({ SessionId, UserSId }) => `${SessionId} ${UserSId}`)).size).toBe(1);
  expect(server.posts.length).toBe(before);
});

test.each<[string, (server: FakeServer) => void]>([
  ['refuses without a reason', (server) => server.shutDoor()],
  [
    'closes',
    (server) => {
      server.on.Login = (_content, to) => {
        server.on.Login = undefined;
        to.close();
      };
    },
  ],
  [
    'does not open',
    (server) => {
      server.accept = () => {
        server.accept = () => true;
        return false;
      };
    },
  ],
])('that socket %s: the gateway is asked once, and a short cut stays invisible', async (_, arrange) => {
  const { server, events, clock } = await loggedIn();
  const before = server.posts.length;
  const { gateway } = server;
  server.gateway = (body) => ({ ...(gateway(body) as object), sessionid: 'ticket-2' });
  arrange(server);
  server.connection.close();
  await clock.advance(1000);
  expect(await events()).toEqual([]);
  expect(server.posts.length).toBe(before + 1);
  expect(server.commands('Login').at(-1)).toMatchObject({ SessionId: 'ticket-2', Resume: true });
  // The way in that worked last is the next one tried.
  server.connection.close();
  expect(await events()).toEqual([]);
  expect(server.posts.length).toBe(before + 1);
  expect(server.commands('Login').at(-1)).toMatchObject({ SessionId: 'ticket-2', Resume: true });
});

test('another server was named meanwhile: its gateway is asked', async () => {
  const { client, server, clock } = await loggedIn();
  const before = server.posts.length;
  client.setParameters({ confPriCloudAddr: { ServerAdd: 'new.test', Port: 9081, Wss: false } });
  server.connection.close();
  await clock.advance(1000);
  expect(server.posts.slice(before).map(({ url }) => new URL(url).host)).toEqual(['new.test:9081']);
});

test('a login never goes that way: what it is let in with is new', async () => {
  const { client, server, clock } = await loggedIn();
  const before = server.posts.length;
  await Promise.all([client.logout(), clock.advance(1000)]);
  await Promise.all([client.login({ uid: 'alice' }), clock.advance(1000)]);
  expect(server.posts.length).toBe(before + 1);
  expect(server.commands('Login').at(-1)?.Resume).toBe(false);
});

test('superseded or banned meanwhile: that socket says so, and nobody else is asked', async () => {
  const { server, events } = await loggedIn();
  const before = server.posts.length;
  server.login = { Code: 1, Reason: 'REMOTE_LOGIN' };
  server.connection.close();
  expect((await events()).at(-1)).toBe(aborted('REMOTE_LOGIN'));
  expect(server.posts.length).toBe(before);
});

test.each([
  ['superseded', serverSays(1, 'REMOTE_LOGIN'), aborted('REMOTE_LOGIN')],
  ['banned', serverSays(1, 'BANNED'), aborted('BANNED_BY_SERVER')],
  ['app disabled', gatewaySays(101), aborted('BANNED_BY_SERVER')],
  ['user banned', gatewaySays(14), aborted('BANNED_BY_SERVER')],
  ['token not valid (gateway)', gatewaySays(110), aborted('LOGIN_FAILURE')],
  ['token not valid (server)', serverSays(4), aborted('LOGIN_FAILURE')],
])('reconnect refused for good: %s', async (_, arrange, expected) => {
  const { server, events, clock } = await loggedIn();
  server.isDown = true;
  server.connection.close();
  await clock.advance(5000);
  await events();
  server.isDown = false;
  arrange(server);
  await clock.advance(5000);
  expect(await events()).toEqual([expected]);
  expect(clock.waiting).toBe(0);
});

test('refused for good within 4 s of the cut: only rows of the table', async () => {
  const { server, events, clock } = await loggedIn();
  server.gateway = () => ({ code: 110 });
  server.shutDoor();
  server.connection.close();
  await clock.advance(1000);
  expect(await events()).toEqual([INTERRUPTED, aborted('LOGIN_FAILURE')]);
});

test('a refusal that is not for good is no end', async () => {
  const { server, events, clock, idle } = await loggedIn();
  const { gateway } = server;
  server.gateway = () => ({ code: 1 });
  server.shutDoor();
  server.connection.close();
  await clock.advance(10_000);
  server.gateway = gateway;
  await idle(5000);
  expect(await events()).toEqual([INTERRUPTED, RECOVERED]);
});

test('an expired token: TokenExpired, 10 s later TokenDidExpired, once each; no other state, attempts wait', async () => {
  const { server, events, clock, client, recorder } = await loggedIn();
  server.isDown = true;
  server.connection.close();
  await clock.advance(5000);
  await events();
  server.isDown = false;
  server.gateway = () => ({ code: 109 });
  await clock.advance(5000);
  expect(await events()).toEqual(['TokenExpired']);
  const posts = server.posts.length;
  await clock.advance(60_000);
  expect([await events(), server.posts.length]).toEqual([['TokenDidExpired'], posts]);
  void recorder.settles('logout', client.logout());
  expect(await events()).toEqual(['ConnectionStateChanged "DISCONNECTED" "LOGOUT"', 'logout resolved']);
});

test('the server warns of the end of the token, and ends the session', async () => {
  const { server, events } = await loggedIn();
  server.push('AcsTokenWillExpire', {});
  expect(await events()).toEqual(['TokenWillExpired', 'TokenPrivilegeWillExpire']);
  server.push('AcsTokenDidExpire', {});
  expect(await events()).toEqual(['TokenDidExpired', aborted('TOKEN_EXPIRED')]);
});

test('frames that are not understood are ignored', async () => {
  const { server, events, environment, client } = await loggedIn();
  client.setParameters({ logFilter: 2 });
  server.connection.sendRaw(
    'not JSON',
    '{}',
    '[]',
    '{"Cmd":"FromTheFuture","Content":"{}"}',
    '{"Cmd":"Login","Content":"[]"}',
    '{"Cmd":"Login","Content":"{\\"Code\\":\\"0\\"}"}',
    '{"Cmd":"RecvMsgFromPeer","Content":"{\\"FromUId\\":5}"}',
    '{"Cmd":"PeerOnlineStatus","Content":"{\\"Status\\":1}"}',
    '{"Cmd":"PeerOnlineStatus","Content":"{}"}',
    '{"Cmd":"ChanAttribChanged","Content":"{\\"ChanId\\":\\"room\\",\\"Attributes\\":\\"\\"}"}',
  );
  expect(await events()).toEqual([]);
  // All but the one of a newer server, which is nothing to warn about.
  expect(environment.logged.length).toBe(9);
  expect(client.uid).toBe('alice');
});

test('a new address takes effect at the next attempt', async () => {
  const { server, client, clock } = await loggedIn();
  client.updateConfig({ confPriCloudAddr: { ServerAdd: 'new.test', Wss: true } });
  expect(server.posts.length).toBe(1);
  server.connection.close();
  await clock.settle();
  expect(server.posts.map(({ url }) => new URL(url).host)).toEqual(['rtm.test:9080', 'new.test']);
});
