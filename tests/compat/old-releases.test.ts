/**
 * Releases 1.0.0 to 1.0.3. No package of them exists: the client is scripted from a description
 * (packages/testkit/src/old-release.ts), and so says no more than that.
 */
import ArRTM from 'ar-rtm-sdk';
import { MemoryRecords } from 'ar-rtm-server/testing';
import { type OldEvent, OldRelease } from 'ar-rtm-testkit/old-release';
import { post } from 'ar-rtm-testkit/raw-client';
import { afterEach, expect, test } from 'vitest';
import { APP, appOf, channelMessages, eventually, peerMessages, texts, useStage } from './stage.js';

const stage = useStage();
const RELEASES = ['1.0.0', '1.0.1', '1.0.2', '1.0.3'] as const;
const HISTORY = '/arapi/v1/artmgw/getP2PHistoryMsg';
const clients: { close(): unknown }[] = [];

afterEach(() => {
  for (const client of clients.splice(0)) client.close();
});

type Options = Partial<ConstructorParameters<typeof OldRelease>[1]>;

function client(options: Options = {}): OldRelease {
  stage.keepsSessions = true;
  const one = new OldRelease(stage.server.url, { appId: APP, release: '1.0.3', retryMs: 100, ...options });
  clients.push(one);
  return one;
}

async function user(uid: string, options: Options = {}): Promise<OldRelease> {
  const one = client(options);
  await one.login(uid);
  return one;
}

async function ours(uid: string) {
  const confPriCloudAddr = { ServerAdd: '127.0.0.1', Port: stage.server.port, Wss: false };
  const one = ArRTM.createInstance(APP, { confPriCloudAddr, logFilter: ArRTM.LOG_FILTER_OFF });
  clients.push({ close: () => one.logout().catch(() => undefined) });
  await one.login({ uid });
  return one;
}

const named = (one: OldRelease, name: string): OldEvent[] => one.events.calls.filter(([event]) => event === name);
const told = (one: OldRelease) => named(one, 'ConnectionStateChanged').map(([, ...details]) => details.join(' '));

async function settlesWithin(promise: Promise<unknown>, ms: number): Promise<boolean> {
  const limit = new Promise<boolean>((resolve) => setTimeout(resolve, ms, false));
  return Promise.race([limit, promise.then(() => true)]);
}

test.each(RELEASES)(
  '%s: preflight, login, both fetches, peer and channel messages, logout, login again',
  async (release) => {
    await stage.start();
    const bob = await stage.user('bob');
    const inbox = peerMessages(bob);
    await bob.client.sendMessageToPeer({ text: 'stored' }, 'alice', { enableOfflineMessaging: true });
    const alice = await user('alice', { release });
    expect(alice.requests.calls).toEqual([
      ['/arapi/v1?action=wrtm_gateway', 200],
      [expect.stringMatching(/getOfflineMsg|getP2PHistoryMsg/), 200],
      [expect.stringMatching(/getOfflineMsg|getP2PHistoryMsg/), 200],
    ]);
    expect(named(alice, 'MessageFromPeer').map(([, body]) => body)).toEqual(['stored']);
    expect(await alice.sendToPeer('bob', 'hi')).toBe('received');
    expect(await alice.sendToPeer('nobody', 'hi')).toBe('not received');
    expect(texts(inbox.calls)).toEqual(['hi']);
    const room = bob.client.createChannel('room');
    await room.join();
    const heard = channelMessages(room);
    expect(await alice.join('room')).toBe(0);
    expect(await alice.sendToChannel('room', 'all')).toBe(0);
    await heard.atLeast(1);
    await room.sendMessage({ text: 'back' });
    await alice.events.until(() => named(alice, 'ChannelMessage room').length === 1);
    expect(await alice.leave('room')).toBe(0);
    const before = alice.closes.calls.length;
    await alice.logout();
    // It does not close the socket: the server does, or the next login would hang.
    expect((await alice.closes.atLeast(before + 1)).at(-1)).toEqual([1000]);
    await alice.login('alice');
    expect(await alice.sendToPeer('bob', 'again')).toBe('received');
    expect(told(alice)).toEqual(['CONNECTED', 'DISCONNECTED', 'CONNECTED']);
  },
);

test('gateway: refusals are made there, with codes that it knows; an invalid token makes its login hang', async () => {
  const certificates = ['c'.repeat(32)];
  const closed = 'f'.repeat(32);
  await stage.start({ apps: [appOf(APP), appOf(closed, { certificates, allowEmptyToken: false })] });
  const refusal = async (appId: string, uid: string) => {
    const one = client({ appId });
    const error = await one.login(uid).catch((reason: Error) => reason.message);
    expect([one.sockets.length, told(one)]).toEqual([0, []]);
    return error;
  };
  expect(await refusal('9'.repeat(32), 'alice')).toBe('code 101');
  // The releases do not check user ids.
  expect(await refusal(APP, '')).toBe('code -4');
  expect(await refusal(APP, 'a/b')).toBe('code -4');
  const hanging = client({ appId: closed });
  expect(await settlesWithin(hanging.login('alice', 'no token of ours'), 300)).toBe(false);
  expect(hanging.requests.calls).toEqual([['/arapi/v1?action=wrtm_gateway', 200]]);
});

test('history is fetched behind each join and each way back: newest page, oldest first, members only', async () => {
  await stage.start();
  const alice = await ours('alice');
  const room = alice.createChannel('room');
  await room.join();
  for (let i = 0; i < 105; i++) await room.sendMessage({ text: String(i) }, { enableHistoricalMessaging: true });
  await room.sendMessage({ text: 'not archived' });
  const bob = await user('bob');
  expect(named(bob, 'ChannelMessage')).toEqual([]);
  await bob.join('room');
  const history = named(bob, 'ChannelMessage');
  expect(history.map(([, , body]) => body)).toEqual(Array.from({ length: 100 }, (_, i) => String(i + 5)));
  expect(history[0]).toEqual([
    'ChannelMessage',
    'room',
    '5',
    'alice',
    { isHistoricalMessage: true, serverReceivedTs: expect.any(Number) },
  ]);
  expect(await bob.sendToChannel('room', 'from an old release', true)).toBe(0);
  const page = await room.getHistory({ order: 'desc', limit: 1 });
  expect(page.messages).toMatchObject([{ message: { text: 'from an old release' }, senderId: 'bob' }]);
  bob.sockets.at(-1)?.terminate();
  await bob.events.until(() => told(bob).length === 3);
  expect(named(bob, 'ChannelMessage')).toHaveLength(200);
  // Who is not in the channel, has another session, or is of another app, gets none of it.
  const { url } = stage.server;
  const eve = await stage.raw('eve');
  const ids = { appId: APP, sessId: eve.sessionId };
  const path = '/arapi/v1/artmgw/getChanHistoryMsg';
  expect((await post(url, path, { ...ids, chanId: 'room' })).body).toMatchObject({ code: -4, data: [] });
  expect((await post(url, path, { ...ids, appId: 'b'.repeat(32), chanId: 'room' })).body).toMatchObject({ code: 110 });
  expect((await post(url, path, { ...ids, sessId: 'x', chanId: 'room' })).body).toMatchObject({ code: 110 });
});

test('peer history: nothing for a client that names itself; a conversation of the session for one that names a peer', async () => {
  await stage.start();
  const alice = await ours('alice');
  await ours('bob');
  for (const text of ['1', '2', '3'])
    await alice.sendMessageToPeer({ text }, 'bob', { enableHistoricalMessaging: true });
  await alice.logout();
  const old = await user('alice');
  expect(named(old, 'MessageFromPeer')).toEqual([]);
  const ids = { appId: APP, sessId: old.sessionId };
  const ask = async (fields: object) => (await post(stage.server.url, HISTORY, { ...ids, ...fields })).body;
  expect(await ask({ fromUId: 'bob' })).toMatchObject({
    code: 0,
    data: [{ msgFrom: 'alice', msgType: 1, msgBody: '1', msgStatus: 0 }, { msgBody: '2' }, { msgBody: '3' }],
    total: 3,
    more: false,
  });
  const first = await ask({ peerId: 'bob', limit: 2, order: 'asc' });
  const [one, two] = first['data'] as { msgBody: string; msgOffset: number; msgTs: number }[];
  expect([one?.msgBody, two?.msgBody, first['more']]).toEqual(['1', '2', true]);
  expect(await ask({ peerId: 'bob', offset: two?.msgOffset, order: 'asc' })).toMatchObject({
    data: [{ msgBody: '3' }],
  });
  expect(await ask({ peerId: 'bob', endTs: (one?.msgTs ?? 0) - 1 })).toMatchObject({ data: [] });
  for (const wrong of [
    { peerId: 'a/b' },
    { peerId: 'bob', limit: 101 },
    { peerId: 'bob', order: 'up' },
    { peerId: 7 },
  ]) {
    expect(await ask(wrong)).toMatchObject({ code: -4, data: [] });
  }
  // Whoever it names, it sees its own conversations only.
  expect(await ask({ peerId: 'carol', fromUId: 'bob', uid: 'bob' })).toMatchObject({ code: 0, data: [] });
});

test('too many history requests of one user get a code, and nobody else does', async () => {
  await stage.start();
  const [eve, bob] = [await stage.raw('eve'), await stage.raw('bob')];
  const ask = async (one: typeof eve) =>
    (await post(stage.server.url, HISTORY, { appId: APP, sessId: one.sessionId, peerId: 'x' })).body['code'];
  const codes = await Promise.all(Array.from({ length: 120 }, () => ask(eve)));
  expect([codes.filter((code) => code === 0).length, codes.filter((code) => code === 1).length]).toEqual([100, 20]);
  expect(await ask(bob)).toBe(0);
});

test('MsgIds of the same millisecond: every message is delivered, and every one gets its status', async () => {
  await stage.start();
  const alice = await user('alice');
  const bob = await user('bob', { release: '1.0.0' });
  const sent = Array.from({ length: 20 }, (_, i) => alice.sendToPeer(i % 2 ? 'bob' : 'nobody', String(i)));
  const ids = alice.frames.calls.filter(([way, cmd]) => way === 'out' && cmd === 'SendMsgToPeer');
  expect(new Set(ids.map(([, , content]) => content['MsgId'])).size).toBeLessThan(20);
  await Promise.all(sent);
  expect(alice.got('MsgStatus')).toHaveLength(20);
  expect(named(bob, 'MessageFromPeer').map(([, body]) => body)).toEqual(
    Array.from({ length: 10 }, (_, i) => String(2 * i + 1)),
  );
  await alice.join('room');
  await bob.join('room');
  expect(await Promise.all(['1', '2', '3'].map((body) => alice.sendToChannel('room', body)))).toEqual([0, 0, 0]);
  await bob.events.until(() => named(bob, 'ChannelMessage room').length === 3);
});

test('replies of one command come in the order of the requests, refusals among them', async () => {
  await stage.start();
  const alice = await user('alice');
  await user('bob');
  await alice.join('room');
  // Matched by their name alone, each must be the one to its request.
  const codes = ['room', 'elsewhere', 'room', 'elsewhere', 'elsewhere', 'room'].map((id) =>
    alice.sendToChannel(id, 'x'),
  );
  expect(await Promise.all(codes)).toEqual([0, 5, 0, 5, 5, 0]);
  const joins = ['a', 'b/', 'c'].map((ChanId) => alice.ask('JoinChannel', { ChanId }));
  expect((await Promise.all(joins)).map(({ ChanId, Code }) => [ChanId, Code])).toEqual([
    ['a', 0],
    ['b/', 3],
    ['c', 0],
  ]);
  const MsgId = Date.now();
  const asked = ['bob', 'nobody', 'alice'].map((uid) =>
    alice.ask('QueryOnlineStatus', { MsgId, UserIds: JSON.stringify([uid]) }),
  );
  const answers = (await Promise.all(asked)).map(
    (content) => (content['Status'] as { UserId: string; Online: number }[])[0],
  );
  expect(answers.map((status) => [status?.UserId, status?.Online])).toEqual([
    ['bob', 1],
    ['nobody', 0],
    ['alice', 1],
  ]);
  const users = ['bob', 'nobody', 'alice'].map((UserId) =>
    alice.ask('GetUserAttributes', { MsgId, UserId }, 'QueryAttribKeys', ({ QueryUserId }) => QueryUserId === UserId),
  );
  expect((await Promise.all(users)).map(({ Attribs }) => Attribs)).toEqual(['{}', '{}', '{}']);
  const writes = [{ a: '1' }, { '': 'wrong' }, { b: '2' }].map((values) =>
    alice.ask('AddOrUpdateUserAttributes', { MsgId, SetLocal: false, Attributes: JSON.stringify(values) }),
  );
  expect((await Promise.all(writes)).map(({ Code }) => Code)).toEqual([0, 3, 0]);
});

test('status 1 is never sent, and a receiver that does not acknowledge is "not received" within 5 s', async () => {
  await stage.start({ settings: { acknowledgeMs: 200 } });
  const alice = await user('alice');
  const mute = await stage.raw('mute', {}, { acknowledge: false });
  expect(await alice.sendToPeer('mute', 'x')).toBe('not received');
  expect(mute.all('RecvMsgFromPeer')).toHaveLength(1);
  expect(alice.got('MsgStatus').map(({ Status }) => Status)).toEqual([0]);
});

test('KeepAlive is driven by the client and answered; ReqKeepAlive does not come', async () => {
  await stage.start();
  const alice = await user('alice', { keepAliveMs: 30 });
  await alice.frames.until(() => alice.got('KeepAlive').length > 5);
  expect(alice.got('ReqKeepAlive')).toEqual([]);
});

test('its deadline passes: a second socket, and the first is closed with 4001, without ForceOffline', async () => {
  await stage.start();
  const alice = await user('alice', { keepAliveMs: 50, deadlineMs: 200 });
  const bob = await user('bob');
  await alice.join('room');
  await alice.frames.until(() => alice.got('KeepAlive').length > 0);
  alice.deafen();
  await alice.events.until(() => told(alice).at(-1) === 'CONNECTED' && told(alice).length === 3);
  expect(alice.sockets).toHaveLength(2);
  alice.sockets[0]?.resume();
  expect((await alice.closes.atLeast(1))[0]).toEqual([4001]);
  expect(alice.got('ForceOffline')).toEqual([]);
  expect(await bob.sendToPeer('alice', 'still there')).toBe('received');
  expect(await alice.sendToChannel('room', 'still a member')).toBe(0);
});

test('a cut: what came meanwhile is there once, pushed or fetched, and the channels too', async () => {
  await stage.start();
  const alice = await user('alice');
  const bob = await user('bob', { retryMs: 400 });
  await bob.join('room');
  await alice.join('room');
  bob.sockets.at(-1)?.terminate();
  const sent = [alice.sendToPeer('bob', 'live'), alice.sendToPeer('bob', 'kept', true)];
  await bob.events.until(() => told(bob).length === 3);
  expect(told(bob)).toEqual(['CONNECTED', 'RECONNECTING', 'CONNECTED']);
  expect(await Promise.all(sent)).toEqual(['received', 'received']);
  expect(named(bob, 'MessageFromPeer').map(([, body]) => body)).toEqual(['live', 'kept']);
  expect(await alice.sendToChannel('room', 'behind')).toBe(0);
  await bob.events.until(() => named(bob, 'ChannelMessage room').length > 0);
});

test('a restart: closed with 1012, it tries until the server is there, and goes on with its session', async () => {
  const content = new Map<string, string>();
  await stage.start({ records: new MemoryRecords({ content }) });
  const { port } = stage.server;
  const alice = await user('alice');
  await alice.join('room');
  await stage.server.stop();
  expect(await alice.closes.atLeast(1)).toEqual([[1012]]);
  await alice.requests.until((all) => all.some(([, status]) => status === 0 || status === 503));
  await stage.start({ port, records: new MemoryRecords({ content }) });
  await alice.events.until(() => told(alice).length === 3);
  expect(await alice.sendToChannel('room', 'x')).toBe(0);
  expect(stage.server.count('sessions_resumed')).toBe(1);
});

test('the same user elsewhere: ForceOffline, then 1000, and it stays away; its next login wins', async () => {
  await stage.start();
  const first = await user('alice', { release: '1.0.2' });
  const second = await user('alice');
  expect(await first.closes.atLeast(1)).toEqual([[1000]]);
  expect(told(first)).toEqual(['CONNECTED', 'DISCONNECTED REMOTE_LOGIN']);
  expect(first.sockets).toHaveLength(1);
  await first.login('alice');
  expect(await second.closes.atLeast(1)).toEqual([[1000]]);
  expect(told(second)).toEqual(['CONNECTED', 'DISCONNECTED REMOTE_LOGIN']);
});

test('raw messages between 1.0.0, 1.0.3 and ours, live and stored', async () => {
  await stage.start();
  const alice = await user('alice', { release: '1.0.0' });
  const bob = await user('bob', { release: '1.0.1' });
  const carol = await user('carol', { release: '1.0.3' });
  const dave = await ours('dave');
  const heard: unknown[] = [];
  const room = dave.createChannel('room');
  dave.on('MessageFromPeer', (message, from) => heard.push([message, from]));
  room.on('ChannelMessage', (message, from) => heard.push([message, from]));
  await room.join();
  for (const one of [alice, bob, carol]) await one.join('room');
  const bytes = Uint8Array.of(0, 127, 255);
  expect(await alice.sendToPeer('bob', bytes)).toBe('received');
  expect(await alice.sendToPeer('dave', bytes)).toBe('received');
  // Acknowledged and ignored.
  expect(await alice.sendToPeer('carol', bytes)).toBe('received');
  expect(await alice.sendToChannel('room', bytes)).toBe(0);
  expect(await dave.sendMessageToPeer({ rawMessage: bytes, description: 'unread' }, 'alice')).toEqual({
    hasPeerReceived: true,
  });
  await eventually(() => heard.length === 2, 'both');
  const raw = { rawMessage: bytes, description: '', messageType: 'RAW' };
  expect(heard).toEqual([
    [raw, 'alice'],
    [raw, 'alice'],
  ]);
  await bob.events.until(() => named(bob, 'ChannelMessage room').length === 1);
  expect([...named(bob, 'MessageFromPeer'), ...named(bob, 'ChannelMessage room')].map(([, body]) => body)).toEqual([
    [0, 127, 255],
    [0, 127, 255],
  ]);
  expect(named(alice, 'MessageFromPeer').map(([, body, from]) => [body, from])).toEqual([[[0, 127, 255], 'dave']]);
  expect([...named(carol, 'MessageFromPeer'), ...named(carol, 'ChannelMessage room')]).toEqual([]);
  await dave.sendMessageToPeer({ rawMessage: bytes }, 'erin', { enableOfflineMessaging: true });
  const erin = await user('erin', { release: '1.0.0' });
  expect(named(erin, 'MessageFromPeer').map(([, body]) => body)).toEqual([[0, 127, 255]]);
});

test('without checks of its own: empty, too long and misaddressed messages are answered, floods are held back', async () => {
  await stage.start();
  const alice = await user('alice');
  await user('bob');
  await alice.join('room');
  for (const [to, body] of [
    ['bob', ''],
    ['bob', 'x'.repeat(40_000)],
    ['', 'x'],
    ['b/b', 'x'],
  ] as const) {
    expect(await alice.sendToPeer(to, body)).toBe('not received');
  }
  expect(await alice.sendToChannel('room', 'x'.repeat(40_000))).toBe(4);
  const flood = await Promise.all(Array.from({ length: 400 }, () => alice.sendToChannel('room', 'x')));
  expect(new Set(flood)).toEqual(new Set([0]));
});

test('commands of the mini-program variant: KeepAlive before Login, SetLocal for channels, closed with 1000', async () => {
  await stage.start();
  const one = await stage.socket();
  expect(await one.request('KeepAlive', { time: '1' })).toEqual({});
  expect(await one.login({ appId: APP, uid: 'mini', fields: { SdkVer: '0.0.3' } })).toMatchObject({ Code: 0 });
  const content = { MsgId: 1, ChanId: 'room', SetLocal: true, Notify: false };
  expect(await one.request('AddOrUpdateChanAttributes', { ...content, Attributes: '{"a":"1"}' })).toMatchObject({
    Code: 0,
  });
  expect(await one.request('AddOrUpdateChanAttributes', { ...content, Attributes: '{"b":"2"}' })).toMatchObject({
    Code: 0,
  });
  const { Attributes } = await one.request('GetChanAttributes', { MsgId: 2, ChanId: 'room' });
  expect(JSON.parse(Attributes as string)).toMatchObject([{ Key: 'b', Val: '2' }]);
  one.socket.close(1000, 'NETWORK_ERROR');
  await one.closed;
  const back = await stage.raw('mini', { userSId: one.userSId, fields: { SdkVer: '0.0.3' } });
  await back.logout();
});
