/** Cuts of the connection, the grace behind them, and silence. */
import { CHROME, FIREFOX } from 'ar-rtm-testkit/published';
import { record } from 'ar-rtm-testkit/recorder';
import { expect, test } from 'vitest';
import { APP, channelMessages, eventually, states, texts, useStage } from './stage.js';

const stage = useStage();

test.each([
  ['server-driven', CHROME],
  ['client-driven', FIREFOX],
])('a cut client comes back by itself; the others notice nothing (%s)', async (_name, userAgent) => {
  await stage.start();
  const bob = await stage.user('bob');
  const b = bob.client.createChannel('room');
  const joined = record(b, 'MemberJoined');
  const left = record(b, 'MemberLeft');
  await b.join();
  const alice = await stage.user('alice', userAgent);
  const told = states(alice);
  const a = alice.client.createChannel('room');
  const heard = channelMessages(a);
  await a.join();
  await alice.client.createChannel('other').join();
  for (let cut = 1; cut <= 3; cut++) {
    alice.sockets.at(-1)?.terminate();
    await told.until((calls) => calls.filter(([state]) => state === 'CONNECTED').length === cut);
    await alice.frames.until((frames) => joins(frames) === 2 + 2 * cut);
    await b.sendMessage({ text: `after cut ${cut}` });
    await heard.until((calls) => texts(calls).includes(`after cut ${cut}`));
    await a.sendMessage({ text: 'and back' });
  }
  expect(told.calls.map(([state]) => state)).toEqual([
    'RECONNECTING',
    'CONNECTED',
    'RECONNECTING',
    'CONNECTED',
    'RECONNECTING',
    'CONNECTED',
  ]);
  // The order of the frames behind the Login (wire-protocol.md 7.3), each answered.
  const restores = alice.frames.calls.filter(([way, cmd]) => way === 'in' && cmd === 'AddOrUpdateUserAttributes');
  expect(restores.map(([, , content]) => content.Code)).toEqual([0, 0, 0]);
  expect(joined.calls).toEqual([['alice']]);
  expect(left.calls).toEqual([]);
  expect(stage.server.count('sessions_resumed')).toBe(3);
  expect(alice.uncaught).toEqual([]);
});

function joins(frames: readonly (readonly [string, string, unknown])[]): number {
  return frames.filter(([way, cmd]) => way === 'in' && cmd === 'JoinChannel').length;
}

test('gone for longer than OFFLINE: MemberLeft, once, and a fresh session afterwards', async () => {
  await stage.start({ settings: { offlineMs: 500, publishedPingMs: 100 } });
  const bob = await stage.user('bob');
  const b = bob.client.createChannel('room');
  const joined = record(b, 'MemberJoined');
  const left = record(b, 'MemberLeft');
  const counts = record<[number]>(b, 'MemberCountUpdated');
  await b.join();
  const eve = await stage.raw('eve');
  await eve.request('JoinChannel', { ChanId: 'room' });
  const cutAt = performance.now();
  eve.terminate();
  await left.atLeast(1);
  expect(performance.now() - cutAt).toBeGreaterThan(300);
  await counts.until((calls) => calls.at(-1)?.[0] === 1);
  const again = await stage.raw('eve', { userSId: eve.userSId });
  await again.request('JoinChannel', { ChanId: 'room' });
  await joined.atLeast(2);
  expect([joined.calls, left.calls]).toEqual([[['eve'], ['eve']], [['eve']]]);
  expect(stage.server.count('sessions_expired')).toBe(1);
});

test('a half-open client becomes offline after the time from its last packet', async () => {
  await stage.start({ settings: { offlineMs: 900, publishedPingMs: 100 } });
  const bob = await stage.raw('bob');
  await bob.request('JoinChannel', { ChanId: 'room' });
  const eve = await stage.raw('eve');
  await eve.request('JoinChannel', { ChanId: 'room' });
  // Pongs keep it alive for far longer than the limit.
  const quiet = performance.now();
  await eve.pings.atLeast(15);
  expect(performance.now() - quiet).toBeGreaterThan(900);
  expect(bob.all('ChanMemberLeave')).toEqual([]);
  const silentFrom = performance.now();
  eve.pause();
  await bob.next('ChanMemberLeave');
  const took = performance.now() - silentFrom;
  expect(took).toBeGreaterThan(700);
  expect(took).toBeLessThan(5000);
  eve.resume();
  expect(await eve.closed).toBe(4000);
  expect(stage.server.count('closed_idle')).toBe(1);
});

test('a close does not restart the clock', async () => {
  await stage.start({ settings: { offlineMs: 3000, publishedPingMs: 100 } });
  const bob = await stage.raw('bob');
  await bob.request('JoinChannel', { ChanId: 'room' });
  const eve = await stage.raw('eve');
  await eve.request('JoinChannel', { ChanId: 'room' });
  const silentFrom = performance.now();
  eve.pause();
  // Silent for most of the time before the socket breaks.
  await bob.pings.atLeast(bob.pings.calls.length + 20);
  eve.terminate();
  await bob.next('ChanMemberLeave');
  const took = performance.now() - silentFrom;
  expect(took).toBeGreaterThan(2800);
  expect(took).toBeLessThan(4800);
});

test('Logout ends the session at once, also when the socket goes with it', async () => {
  await stage.start();
  const bob = await stage.raw('bob');
  await bob.request('JoinChannel', { ChanId: 'room' });
  const alice = await stage.user('alice');
  await alice.client.createChannel('room').join();
  await alice.client.logout();
  expect((await bob.next('ChanMemberLeave', 15_000)).UserId).toBe('alice');
  const eve = await stage.raw('eve');
  await eve.request('JoinChannel', { ChanId: 'room' });
  expect(await eve.request('Logout', {})).toEqual({ Code: 0 });
  expect(await eve.closed).toBe(1000);
  expect((await bob.next('ChanMemberLeave', 15_000)).UserId).toBe('eve');
  // A close without Logout, as of a page that is closed, is only a cut.
  const ann = await stage.raw('ann');
  await ann.request('JoinChannel', { ChanId: 'room' });
  ann.socket.close();
  await ann.closed;
  await eventually(() => stage.server.census().connections === 1, 'ann is cut');
  await bob.settled();
  expect(bob.all('ChanMemberLeave')).toHaveLength(2);
  (await stage.raw('ann', { userSId: ann.userSId })).send('Logout');
  expect((await bob.next('ChanMemberLeave', 15_000)).UserId).toBe('ann');
});

test('what a member missed while it was cut comes behind its JoinChannel reply, before anything new, once', async () => {
  await stage.start();
  const bob = await stage.raw('bob');
  await bob.request('JoinChannel', { ChanId: 'room' });
  const eve = await stage.raw('eve');
  await eve.request('JoinChannel', { ChanId: 'room' });
  eve.terminate();
  await eventually(() => stage.server.census().connections === 1, 'eve is cut');
  const send = (MsgId: number) =>
    bob.send('SendChannelMsg', { ChanId: 'room', MsgId, MsgType: 1, MsgBody: `no ${MsgId}` });
  for (let i = 0; i < 50; i++) send(i);
  await bob.settled();
  const back = await stage.raw('eve', { userSId: eve.userSId });
  for (let i = 50; i < 60; i++) send(i);
  await bob.settled();
  await back.settled();
  // A published client does not listen before it has joined again.
  expect(back.all('RecvMsgFromChan')).toEqual([]);
  expect(await back.request('JoinChannel', { ChanId: 'room' })).toMatchObject({ Code: 0 });
  for (let i = 60; i < 100; i++) send(i);
  await back.frames.until(() => back.all('RecvMsgFromChan').length >= 100);
  const all = Array.from({ length: 100 }, (_, i) => `no ${i}`);
  expect(back.all('RecvMsgFromChan').map(({ MsgBody }) => MsgBody)).toEqual(all);
  await back.next('MemSizeChanged');
  expect(bob.all('ChanMemberJoin')).toHaveLength(1);
});

test.each([
  ['server-driven', CHROME],
  ['client-driven', FIREFOX],
])(
  'a client that is cut again and again in a busy channel loses only what was under way (%s)',
  async (_name, agent) => {
    await stage.start({ settings: { messages: { perSecond: 10_000, burst: 10_000 } } });
    const eve = await stage.raw('eve');
    await eve.request('JoinChannel', { ChanId: 'room' });
    const alice = await stage.user('alice', agent);
    const room = alice.client.createChannel('room');
    const heard = channelMessages(room);
    await room.join();
    let MsgId = 0;
    const timer = setInterval(() => {
      for (let i = 0; i < 3; i++) {
        eve.send('SendChannelMsg', { ChanId: 'room', MsgId, MsgType: 1, MsgBody: `${MsgId++}` });
      }
    }, 1);
    for (let cut = 1; cut <= 6; cut++) {
      alice.sockets.at(-1)?.terminate();
      await alice.frames.until((frames) => joins(frames) === cut + 1);
      await heard.atLeast(heard.calls.length + 20);
    }
    clearInterval(timer);
    await heard.until((calls) => texts(calls).at(-1) === `${MsgId - 1}`);
    const numbers = texts(heard.calls).map(Number);
    expect(numbers).toEqual([...new Set(numbers)].sort((a, b) => a - b));
    // Nothing reaches the client while it does not listen.
    const frames = alice.frames.calls.filter(([way, cmd]) => way === 'in' && cmd === 'RecvMsgFromChan');
    expect(frames).toHaveLength(numbers.length);
  },
);

test('the gateway refuses the ghost of a first login that was cut, with -4', async () => {
  await stage.start();
  const tab = stage.tab();
  const login = tab.client.login({ uid: 'alice' });
  await tab.frames.until((frames) => frames.some(([way, cmd]) => way === 'out' && cmd === 'Login'));
  tab.sockets[0]?.terminate();
  const ghost = await tab.posts.until((posts) =>
    posts.some(([path, body]) => path.includes('gateway') && body.uid === ''),
  );
  expect(JSON.parse(ghost.at(-1)?.[3] ?? '{}')).toMatchObject({ code: -4 });
  void login.catch(() => undefined);
  stage.keepsSessions = true;
});

test('an AppId in the frames of a session changes nothing, and Encrypt is refused', async () => {
  await stage.start();
  const eve = await stage.raw('eve');
  eve.sendText(
    JSON.stringify({ Cmd: 'JoinChannel', AppId: 'f'.repeat(32), Encrypt: false, Content: '{"ChanId":"room"}' }),
  );
  expect(await eve.next('JoinChannel')).toMatchObject({ Code: 0 });
  eve.sendText(JSON.stringify({ Cmd: 'LeaveChannel', Encrypt: true, Content: '{"ChanId":"room"}' }));
  expect((await eve.next('ErrorNotice')).Cmd).toBe('LeaveChannel');
  const other = await stage.raw('eve', { appId: 'f'.repeat(32) });
  expect(await other.request('GetChanMemberSize', { MsgId: 1, ChanIds: '["room"]' })).toMatchObject({
    ChanMemSize: [{ ChanId: 'room', MemSize: 0 }],
  });
  const own = await eve.request('GetChanMemberSize', { MsgId: 1, ChanIds: '["room"]' });
  expect(own).toMatchObject({ ChanMemSize: [{ MemSize: 1 }] });
  expect(APP).not.toBe('f'.repeat(32));
});
