import { expect, test } from 'vitest';
import { setUp } from '../test/set-up.js';

test('happy path', async () => {
  const { client, clock, recorder, server, channel, events } = setUp();
  void recorder.settles('login', client.login({ uid: 'alice', token: 'tok' }));
  expect(await events()).toEqual([
    'ConnectionStateChanged "CONNECTING" "LOGIN"',
    'ConnectionStateChanged "CONNECTED" "LOGIN_SUCCESS"',
    'login resolved',
  ]);
  const room = channel();
  server.positions.room = { Epoch: 1, Offset: 4, MemSize: 2 };
  void recorder.settles('join', room.join());
  expect(await events()).toEqual(['join resolved', 'MemberCountUpdated 2']);
  void recorder.settles('send', room.sendMessage({ text: 'hi' }));
  void recorder.settles('peer', client.sendMessageToPeer({ text: 'hi' }, 'bob'));
  server.push('RecvMsgFromChan', { ChanId: 'room', FromUId: 'bob', MsgId: 1, MsgType: 1, MsgBody: 'x', SvrTS: 5, Epoch: 1, Offset: 5 });
  server.push('RecvMsgFromPeer', { MsgId: 77, FromUId: 'bob', MsgType: 1, MsgBody: 'y', SvrTS: 6, ToUId: 'alice', Epoch: 1, Offset: 1 });
  console.log(await events());
  void recorder.settles('members', room.getMembers());
  void recorder.settles('count', client.getChannelMemberCount(['room', 'x']));
  void recorder.settles('leave', room.leave());
  void recorder.settles('logout', client.logout());
  console.log(await events(), server.received.map((c) => [c.cmd, c.content]));
  expect(clock.waiting).toBe(0);
});
