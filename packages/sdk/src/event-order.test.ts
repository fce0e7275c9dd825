/** When events are dispatched (api.md 4.0): in which order, never from inside a call, and never behind the end. */
import { expect, test } from 'vitest';
import { setUp } from '../test/set-up.js';
import type { BaseClient } from './client.js';

const peerMessage = (Offset: number) =>
  ({
    MsgId: Offset,
    FromUId: 'bob',
    ToUId: 'alice',
    MsgType: 1,
    MsgBody: `p${Offset}`,
    SvrTS: 1,
    Epoch: 1,
    Offset,
  }) as const;
const channelMessage = (Offset: number) =>
  ({
    MsgId: Offset,
    ChanId: 'room',
    FromUId: 'bob',
    MsgType: 1,
    MsgBody: `c${Offset}`,
    SvrTS: 1,
    Epoch: 1,
    Offset,
  }) as const;
const invitation = (Offset: number) =>
  ({
    ...{ CallId: `${Offset}`.repeat(32), FromUId: 'bob', ToUId: 'alice', Content: `i${Offset}`, ChanId: '' },
    ...{ MsgId: Offset, Epoch: 1, Offset },
  }) as const;
const attributes = (AttrVersion: number) =>
  ({ ChanId: 'room', AttrVersion, Attributes: [{ Key: 'a', Val: `${AttrVersion}`, UId: 'bob', Time: 1 }] }) as const;

/** Alice is in the room and watches Bob; every event is noted by its first word. */
async function inRoom() {
  const all = setUp();
  await all.logIn();
  const room = await all.joined();
  const watching = all.client.subscribePeersOnlineStatus(['bob']);
  all.client.on('RemoteInvitationReceived', ({ content }) => all.recorder.note(`RemoteInvitationReceived ${content}`));
  await all.events();
  await watching;
  const names = async () => (await all.events()).map((line) => line.split(' ')[0] as string);
  return { ...all, room, names };
}

/** One frame of every kind that is an event, in this order. */
function pushAll({ server }: { readonly server: Awaited<ReturnType<typeof inRoom>>['server'] }): void {
  server.connection.sendTogether(
    ['RecvMsgFromPeer', peerMessage(1)],
    ['RecvMsgFromChan', channelMessage(1)],
    ['MakeCall', invitation(2)],
    ['ChanAttribChanged', attributes(7)],
    ['PeerOnlineStatus', { Status: [{ UserId: 'bob', Online: 1, State: 'ONLINE' }] }],
    ['ChanMemberJoin', { ChanId: 'room', UserId: 'carol', Epoch: 1, Offset: 2 }],
    ['MemSizeChanged', { ChanId: 'room', MemSize: 3 }],
    ['RecvMsgFromPeer', peerMessage(3)],
    ['ChanMemberLeave', { ChanId: 'room', UserId: 'carol', Epoch: 1, Offset: 3 }],
  );
}

const ALL = [
  'MessageFromPeer',
  'ChannelMessage',
  'RemoteInvitationReceived',
  'AttributesUpdated',
  'PeersOnlineStatusChanged',
  'MemberJoined',
  'MemberCountUpdated',
  'MessageFromPeer',
  'MemberLeft',
];

test('events of one client come in the order of their causes, whatever they are about', async () => {
  const stage = await inRoom();
  pushAll(stage);
  expect(await stage.names()).toEqual(ALL);
});

test('one listener call at a time: what a listener calls dispatches nothing inside it', async () => {
  const stage = await inRoom();
  let inside = 0;
  const deepest: number[] = [];
  const act = () => {
    inside += 1;
    deepest.push(inside);
    void stage.client.sendMessageToPeer({ text: 'a' }, 'bob');
    void stage.room.leave().catch(() => undefined);
    inside -= 1;
  };
  for (const event of ['MessageFromPeer', 'PeersOnlineStatusChanged'] as const) stage.client.on(event, act);
  pushAll(stage);
  await stage.names();
  expect(Math.max(...deepest)).toBe(1);
});

type Act = (client: BaseClient) => unknown;
const CALLS: readonly (readonly [name: string, act: Act])[] = [
  ['sendMessageToPeer', (client) => client.sendMessageToPeer({ text: 'a' }, 'bob')],
  ['subscribePeersOnlineStatus', (client) => client.subscribePeersOnlineStatus(['carol'])],
  ['setChannelAttributes', (client) => client.setChannelAttributes('room', { a: 'b' })],
  ['join', (client) => client.createChannel('other').join()],
  ['renewToken', (client) => client.renewToken('new')],
  ['logout', (client) => client.logout()],
];

test.each(CALLS)('no event is dispatched from inside %s', async (_name, act) => {
  const stage = await inRoom();
  const promise = act(stage.client) as Promise<unknown>;
  expect(stage.recorder.take()).toEqual([]);
  await stage.clock.settle();
  await promise;
});

test('direct results of synchronous calls come in a microtask, and not before', async () => {
  const stage = await inRoom();
  const sent = stage.client.createLocalInvitation('bob');
  stage.recorder.watch(sent, 'LocalInvitationCanceled');
  sent.send();
  sent.cancel();
  expect(stage.recorder.take()).toEqual([]);
  await Promise.resolve();
  expect(stage.recorder.take()).toEqual(['LocalInvitationCanceled']);

  const stranger = setUp();
  const unsent = stranger.client.createLocalInvitation('bob');
  stranger.recorder.watch(unsent, 'LocalInvitationFailure');
  unsent.send();
  expect(stranger.recorder.take()).toEqual([]);
  await Promise.resolve();
  expect(stranger.recorder.take()).toEqual(['LocalInvitationFailure "NOT_LOGGEDIN"']);

  const login = stranger.client.login({ uid: 'alice' });
  expect(stranger.recorder.take()).toEqual([]);
  await Promise.resolve();
  expect(stranger.recorder.take()).toEqual(['ConnectionStateChanged "CONNECTING" "LOGIN"']);
  await stranger.clock.settle();
  await login;
});

test('the state event of login and logout comes before they settle', async () => {
  const { client, recorder, events } = setUp();
  void recorder.settles('login', client.login({ uid: 'alice' }));
  expect(await events()).toEqual([
    'ConnectionStateChanged "CONNECTING" "LOGIN"',
    'ConnectionStateChanged "CONNECTED" "LOGIN_SUCCESS"',
    'login resolved',
  ]);
  void recorder.settles('logout', client.logout());
  expect(await events()).toEqual(['ConnectionStateChanged "DISCONNECTED" "LOGOUT"', 'logout resolved']);
});

test('every other event that a call causes comes behind its promise reactions', async () => {
  const stage = await inRoom();
  stage.server.presence = { carol: 'ONLINE' };
  await (async () => {
    const subscribed = stage.client.subscribePeersOnlineStatus(['carol']);
    void stage.clock.settle();
    await subscribed;
    stage.recorder.note('resolved');
  })();
  expect((await stage.names()).slice(0, 2)).toEqual(['resolved', 'PeersOnlineStatusChanged']);
});

test('behind leave nothing of that channel, behind logout nothing at all', async () => {
  const stage = await inRoom();
  await Promise.all([stage.room.leave(), stage.clock.settle()]);
  pushAll(stage);
  expect(await stage.names()).toEqual([
    'MessageFromPeer',
    'RemoteInvitationReceived',
    'PeersOnlineStatusChanged',
    'MessageFromPeer',
  ]);

  const other = await inRoom();
  pushAll(other);
  await Promise.all([other.client.logout(), other.clock.settle()]);
  const lines = await other.names();
  expect(lines.slice(lines.lastIndexOf('ConnectionStateChanged') + 1)).toEqual([]);
});

test('what the server sends again is an event once', async () => {
  const stage = await inRoom();
  pushAll(stage);
  await stage.names();
  pushAll(stage);
  expect(await stage.names()).toEqual([]);
});
