import { expect, test } from 'vitest';
import { setUp } from '../test/set-up.js';
import type { RtmChannel } from './channel.js';

async function loggedIn() {
  const all = setUp();
  await all.logIn();
  all.resumes();
  return all;
}

const message = (Offset: number, more: { FromUId?: string; MsgType?: number } = {}) =>
  ({
    ChanId: 'room',
    FromUId: 'bob',
    MsgId: Offset,
    MsgType: 1,
    MsgBody: `m${Offset}`,
    SvrTS: 17,
    Epoch: 1,
    Offset,
    ...more,
  }) as const;
const event = (offset: number) =>
  `ChannelMessage {"text":"m${offset}","messageType":"TEXT"} "bob" {"serverReceivedTs":17,"isOfflineMessage":false,"isHistoricalMessage":false}`;

/** The methods of a channel, by name. */
const METHODS = {
  join: (room: RtmChannel) => room.join(),
  leave: (room: RtmChannel) => room.leave(),
  sendMessage: (room: RtmChannel) => room.sendMessage({ text: 'hi' }),
  getMembers: (room: RtmChannel) => room.getMembers(),
};

test('not logged in', async () => {
  const { channel, recorder, events, server } = setUp();
  const room = channel();
  for (const [name, call] of Object.entries(METHODS)) void recorder.settles(name, call(room));
  expect(await events()).toEqual([
    'join rejected RtmInvalidStatusError 102',
    'leave rejected RtmInvalidStatusError 102',
    'sendMessage rejected RtmInvalidStatusError 102',
    'getMembers rejected RtmInvalidStatusError 6',
  ]);
  expect(server.received).toEqual([]);
});

test('not joined', async () => {
  const { channel, recorder, events } = await loggedIn();
  const room = channel();
  for (const name of ['leave', 'sendMessage', 'getMembers'] as const) void recorder.settles(name, METHODS[name](room));
  void recorder.settles('bad message', room.sendMessage({ text: '' }));
  expect([...(await events())].sort()).toEqual([
    'bad message rejected RtmInvalidArgumentError 4',
    'getMembers rejected RtmInvalidStatusError 5',
    'leave rejected RtmInvalidStatusError 3',
    'sendMessage rejected RtmInvalidStatusError 5',
  ]);
});

test.each([
  ['join', 'JoinChannel', 2, 'RtmInternalError 1'],
  ['join', 'JoinChannel', 3, 'RtmInvalidArgumentError 3'],
  ['join', 'JoinChannel', 5, 'RtmLimitExceededError 5'],
  ['join', 'JoinChannel', 7, 'RtmInvokeTooOftenError 7'],
  ['join', 'JoinChannel', 8, 'RtmInvokeTooOftenError 8'],
  ['join', 'JoinChannel', 102, 'RtmInvalidStatusError 102'],
  ['leave', 'LeaveChannel', 1, 'RtmInternalError 1'],
  ['leave', 'LeaveChannel', 3, 'RtmInvalidStatusError 3'],
  ['sendMessage', 'SendChannelMsg', 1, 'RtmInternalError 1'],
  ['sendMessage', 'SendChannelMsg', 2, 'RtmTimeoutError 2'],
  ['sendMessage', 'SendChannelMsg', 3, 'RtmInvokeTooOftenError 3'],
  ['sendMessage', 'SendChannelMsg', 4, 'RtmInvalidArgumentError 4'],
  ['sendMessage', 'SendChannelMsg', 5, 'RtmInvalidStatusError 5'],
  ['getMembers', 'GetChanMembers', 4, 'RtmInvokeTooOftenError 4'],
  ['getMembers', 'GetChanMembers', 5, 'RtmInvalidStatusError 5'],
  ['getMembers', 'GetChanMembers', 6, 'RtmInvalidStatusError 6'],
  ['getMembers', 'GetChanMembers', 77, 'RtmInternalError 1'],
] as const)('%s: %s answered %i', async (method, cmd, Code, expected) => {
  const { channel, joined, recorder, events, server } = await loggedIn();
  const room = method === 'join' ? channel() : await joined();
  server.on[cmd] = ({ MsgId, ChanId }: { MsgId?: number | undefined; ChanId: string }, to: typeof server.connection) =>
    to.send(cmd, { MsgId: MsgId as number, ChanId, Code, Members: [] });
  void recorder.settles(method, METHODS[method](room));
  expect(await events()).toEqual([`${method} rejected ${expected}`]);
});

test.each([
  ['join', 'JoinChannel', 5000, 4],
  ['leave', 'LeaveChannel', 5000, 1],
  ['sendMessage', 'SendChannelMsg', 10_000, 2],
  ['getMembers', 'GetChanMembers', 5000, 3],
] as const)('%s without an answer', async (method, cmd, timeoutMs, code) => {
  const { channel, joined, recorder, events, server, idle } = await loggedIn();
  const room = method === 'join' ? channel() : await joined();
  server.on[cmd] = () => 'silence';
  void recorder.settles(method, METHODS[method](room));
  await idle(timeoutMs - 1);
  expect(await events()).toEqual([]);
  await idle(1);
  expect(await events()).toEqual([`${method} rejected RtmTimeoutError ${code}`]);
});

test('join resolves, then the count comes, once', async () => {
  const { channel, recorder, events, server } = await loggedIn();
  const room = channel();
  // All in one macrotask; the frames behind the reply are of the new member.
  server.on.JoinChannel = ({ ChanId, MsgId }, to) =>
    to.sendTogether(
      ['JoinChannel', { ChanId, MsgId: MsgId as number, Code: 0, Epoch: 1, Offset: 5, MemSize: 2 }],
      ['RecvMsgFromChan', message(6)],
      ['MemSizeChanged', { ChanId, MemSize: 2 }],
      ['MemSizeChanged', { ChanId, MemSize: 3 }],
      ['MemSizeChanged', { ChanId, MemSize: 3 }],
    );
  void recorder.settles('join', room.join());
  expect(await events()).toEqual(['join resolved', 'MemberCountUpdated 2', event(6), 'MemberCountUpdated 3']);
});

test('a listener added right after join hears everything', async () => {
  const { client, events, server, recorder } = await loggedIn();
  const room = client.createChannel('room');
  server.on.JoinChannel = ({ ChanId, MsgId }, to) =>
    to.sendTogether(
      ['JoinChannel', { ChanId, MsgId: MsgId as number, Code: 0, Epoch: 1, Offset: 5, MemSize: 2 }],
      ['RecvMsgFromChan', message(6)],
    );
  void (async () => {
    await room.join();
    recorder.watch(room, 'ChannelMessage', 'MemberCountUpdated');
  })();
  expect(await events()).toEqual(['MemberCountUpdated 2', event(6)]);
});

test('messages and members: each once, in order, nothing about the user itself, nothing before joining', async () => {
  const { channel, events, server, clock } = await loggedIn();
  const room = channel();
  server.positions.room = { Epoch: 1, Offset: 5 };
  void room.join();
  server.push('RecvMsgFromChan', message(4));
  await clock.settle();
  for (const frame of [5, 6, 6, 5, 7]) server.push('RecvMsgFromChan', message(frame));
  server.push('ChanMemberJoin', { ChanId: 'room', UserId: 'carol', Epoch: 1, Offset: 8 });
  server.push('ChanMemberLeave', { ChanId: 'room', UserId: 'carol', Epoch: 1, Offset: 9 });
  server.push('ChanMemberJoin', { ChanId: 'room', UserId: 'alice', Epoch: 1, Offset: 10 });
  server.push('RecvMsgFromChan', message(11, { FromUId: 'alice' }));
  server.push('RecvMsgFromChan', message(12, { MsgType: 3 }));
  server.push('RecvMsgFromChan', { ...message(13), ChanId: 'another' });
  server.push('RecvMsgFromChan', message(13));
  expect(await events()).toEqual([event(6), event(7), 'MemberJoined "carol"', 'MemberLeft "carol"', event(13)]);
});

test('after leave has resolved nothing is dispatched', async () => {
  const { joined, events, server, recorder } = await loggedIn();
  const room = await joined();
  server.on.LeaveChannel = ({ ChanId, MsgId }, to) =>
    to.sendTogether(
      ['RecvMsgFromChan', message(1)],
      ['LeaveChannel', { ChanId, MsgId: MsgId as number, Code: 0 }],
      ['RecvMsgFromChan', message(2)],
      ['MemSizeChanged', { ChanId, MemSize: 3 }],
    );
  void recorder.settles('leave', room.leave());
  expect(await events()).toEqual(['leave resolved']);
});

test('leave while joining: join rejects 210, leave resolves, the server hears both', async () => {
  const { channel, recorder, events, server, client } = await loggedIn();
  const room = channel();
  server.on.JoinChannel = ({ ChanId, MsgId }, to) =>
    to.sendTogether(
      ['JoinChannel', { ChanId, MsgId: MsgId as number, Code: 0, Epoch: 1, Offset: 0, MemSize: 2 }],
      ['RecvMsgFromChan', message(1)],
    );
  void recorder.settles('join', room.join());
  void recorder.settles('leave', room.leave());
  expect(await events()).toEqual(['join rejected RtmInterruptedError 210', 'leave resolved']);
  expect(server.received.slice(1).map(({ cmd }) => cmd)).toEqual(['JoinChannel', 'LeaveChannel']);
  expect(client.channels.room?.joined).toBe(false);
});

test('6 on the same object, 211 on another one of the same id; objects do not disturb each other', async () => {
  const { channel, recorder, events, server, client } = await loggedIn();
  const room = channel();
  void recorder.settles('first', room.join());
  void recorder.settles('joining', room.join());
  await events();
  void recorder.settles('joined', room.join());
  const twin = client.createChannel('room');
  recorder.watch(twin, 'ChannelMessage');
  void recorder.settles('twin', twin.join());
  expect(await events()).toEqual([
    'joined rejected RtmInvalidStatusError 6',
    'twin rejected RtmInvalidStatusError 211',
  ]);
  server.push('RecvMsgFromChan', message(1));
  expect(await events()).toEqual([event(1)]);
  expect(client.channels.room).toEqual({ joined: false, channel: twin });
  void recorder.settles('leave', room.leave());
  await events();
  void recorder.settles('twin', twin.join());
  expect(await events()).toEqual(['twin resolved']);
});

test('20 channels', async () => {
  const { channel, joined, recorder, events } = await loggedIn();
  for (let i = 0; i < 20; i++) await joined(`room ${i}`);
  void recorder.settles('21st', channel('one more').join());
  expect(await events()).toEqual(['21st rejected RtmLimitExceededError 5']);
});

test('join: 2 per 5 s for one id, 50 per 3 s for all; what one limit rejects does not count for the other', async () => {
  const { channel, recorder, events, server, idle, clock } = await loggedIn();
  server.on.JoinChannel = ({ ChanId, MsgId }, to) =>
    to.send('JoinChannel', { ChanId, MsgId: MsgId as number, Code: 1 });
  const attempt = async (id: string) => {
    void recorder.settles(id, channel(id).join());
    return (await events())[0];
  };
  const failed = 'rejected RtmInternalError 1';
  expect([await attempt('a'), await attempt('a'), await attempt('a')]).toEqual([
    `a ${failed}`,
    `a ${failed}`,
    'a rejected RtmInvokeTooOftenError 8',
  ]);
  for (let i = 0; i < 48; i++) expect(await attempt(`b${i}`)).toBe(`b${i} ${failed}`);
  expect(await attempt('c')).toBe('c rejected RtmInvokeTooOftenError 7');
  await idle(3000);
  expect(await attempt('c')).toBe(`c ${failed}`);
  expect(await attempt('a')).toBe('a rejected RtmInvokeTooOftenError 8');
  await idle(2000);
  expect(await attempt('a')).toBe(`a ${failed}`);
  expect(clock.uncaught).toEqual([]);
});

test('a failed join leaves nothing behind', async () => {
  const { channel, recorder, events, server } = await loggedIn();
  const room = channel();
  server.on.JoinChannel = ({ ChanId, MsgId }, to) =>
    to.send('JoinChannel', { ChanId, MsgId: MsgId as number, Code: 1 });
  void recorder.settles('join', room.join());
  await events();
  server.push('RecvMsgFromChan', message(1));
  expect(await events()).toEqual([]);
  server.on.JoinChannel = undefined;
  void recorder.settles('join', room.join());
  await events();
  server.push('RecvMsgFromChan', message(1));
  expect(await events()).toEqual([event(1)]);
});

test('a join that timed out is taken back at the server', async () => {
  const { channel, server, idle, recorder, events } = await loggedIn();
  const room = channel();
  server.on.JoinChannel = () => 'silence';
  void recorder.settles('join', room.join());
  await idle(5000);
  await events();
  expect(server.commands('LeaveChannel').map(({ ChanId }) => ChanId)).toEqual(['room']);
  server.on.JoinChannel = undefined;
  void recorder.settles('join', room.join());
  expect(await events()).toEqual(['join resolved']);
});

test('a refused leave keeps the membership', async () => {
  const { joined, server, recorder, events } = await loggedIn();
  const room = await joined();
  server.on.LeaveChannel = ({ ChanId, MsgId }, to) =>
    to.send('LeaveChannel', { ChanId, MsgId: MsgId as number, Code: 1 });
  void recorder.settles('leave', room.leave());
  await events();
  server.push('RecvMsgFromChan', message(1));
  expect(await events()).toEqual([event(1)]);
});

test('getMembers: 5 per 2 s, no duplicates', async () => {
  const { joined, server, recorder, events, idle } = await loggedIn();
  const room = await joined();
  server.on.GetChanMembers = ({ ChanId, MsgId }, to) =>
    to.send('GetChanMembers', { ChanId, MsgId, Code: 0, Members: ['a', 'b', 'a'] });
  for (let i = 0; i < 6; i++) void recorder.settles(`${i}`, room.getMembers());
  const all = await events();
  expect(all.filter((line) => line.includes('rejected'))).toEqual(['5 rejected RtmInvokeTooOftenError 4']);
  expect(all).toContain('0 resolved ["a","b"]');
  await idle(2000);
  void recorder.settles('later', room.getMembers());
  expect(await events()).toEqual(['later resolved ["a","b"]']);
});

test('a listener of a channel that throws', async () => {
  const { joined, server, events } = await loggedIn();
  const room = await joined();
  const error = new Error('in a listener');
  room.once('ChannelMessage', () => {
    throw error;
  });
  server.push('RecvMsgFromChan', message(1));
  await expect(events()).rejects.toBe(error);
  server.push('RecvMsgFromChan', message(2));
  expect((await events()).at(-1)).toBe(event(2));
});
