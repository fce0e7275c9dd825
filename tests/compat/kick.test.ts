/** The same user logs in elsewhere. */
import { CHROME, FIREFOX } from 'ar-rtm-testkit/published';
import { randomHex } from 'ar-rtm-testkit/raw-client';
import { record } from 'ar-rtm-testkit/recorder';
import { expect, test } from 'vitest';
import { APP, channelMessages, eventually, states, texts, useStage } from './stage.js';

const stage = useStage();

test.each([
  ['server-driven', CHROME],
  ['client-driven', FIREFOX],
])('the older client is told REMOTE_LOGIN, leaves its channels and stays away (%s)', async (_name, userAgent) => {
  await stage.start();
  const watcher = await stage.user('watcher');
  const room = watcher.client.createChannel('room');
  const left = record<[string]>(room, 'MemberLeft');
  await room.join();
  const old = await stage.user('alice', userAgent);
  const told = states(old);
  await old.client.createChannel('room').join();
  const young = await stage.user('alice');
  await told.atLeast(1);
  expect(await left.atLeast(1)).toEqual([['alice']]);
  expect(await watcher.client.sendMessageToPeer({ text: 'x' }, 'alice')).toEqual({ hasPeerReceived: true });
  expect(young.frames.calls.some(([, cmd]) => cmd === 'RecvMsgFromPeer')).toBe(true);
  await eventually(() => old.sockets[0]?.readyState === 3, 'the old socket is closed');
  expect(told.calls).toEqual([['DISCONNECTED', 'REMOTE_LOGIN']]);
  expect(old.client.uid).toBe('');
  expect(old.sockets).toHaveLength(1);
  expect(young.sockets[0]?.readyState).toBe(1);
  const again = young.client.createChannel('room');
  const heard = channelMessages(again);
  await again.join();
  await room.sendMessage({ text: 'hi' });
  expect(texts(await heard.atLeast(1))).toEqual(['hi']);
});

test('the one that was kicked logs in again and wins', async () => {
  await stage.start();
  const first = await stage.user('alice');
  const second = await stage.user('alice');
  const told = states(second);
  await eventually(() => first.client.uid === '', 'the first is out');
  await eventually(() => stage.server.census().superseded === 0, 'its close frame has ended the memory');
  await first.client.login({ uid: 'alice' });
  expect(await told.atLeast(1)).toEqual([['DISCONNECTED', 'REMOTE_LOGIN']]);
  expect(await first.client.sendMessageToPeer({ text: 'x' }, 'alice')).toEqual({ hasPeerReceived: true });
});

test('two logins at the same instant: exactly one stays', async () => {
  await stage.start();
  for (let round = 0; round < 10; round++) {
    const uid = `alice ${round}`;
    const tabs = Array.from({ length: 3 }, () => stage.tab());
    const told = tabs.map(states);
    await Promise.all(tabs.map(({ client }) => client.login({ uid })));
    await eventually(() => tabs.filter(({ client }) => client.uid !== '').length === 1, 'one is left');
    const winner = tabs.findIndex(({ client }) => client.uid !== '');
    await eventually(
      () => told.every(({ calls }, i) => i === winner || calls.some(([, reason]) => reason === 'REMOTE_LOGIN')),
      'the others know why',
    );
    expect(told[winner]?.calls.map(([state]) => state)).toEqual(['CONNECTING', 'CONNECTED']);
    expect(await tabs[winner]?.client.sendMessageToPeer({ text: 'x' }, uid)).toEqual({ hasPeerReceived: true });
  }
});

test('the same instance on two sockets: never ForceOffline, the old socket is closed with 4001', async () => {
  await stage.start();
  const watcher = await stage.raw('watcher');
  await watcher.request('JoinChannel', { ChanId: 'room' });
  let last = await stage.raw('alice');
  await last.request('JoinChannel', { ChanId: 'room' });
  for (let i = 0; i < 3; i++) {
    const next = await stage.raw('alice', { userSId: last.userSId });
    expect(await last.closed).toBe(4001);
    expect(last.all('ForceOffline')).toEqual([]);
    last = next;
  }
  await last.request('JoinChannel', { ChanId: 'room' });
  await watcher.settled();
  expect(watcher.all('ChanMemberJoin')).toHaveLength(1);
  expect(watcher.all('ChanMemberLeave')).toEqual([]);
  last.send('SendChannelMsg', { ChanId: 'room', MsgId: 1, MsgType: 1, MsgBody: 'still a member' });
  expect((await watcher.next('RecvMsgFromChan')).FromUId).toBe('alice');
});

test('an instance that was cut when it was kicked is told when it comes back, until it has closed by itself', async () => {
  await stage.start();
  const old = await stage.raw('alice');
  old.terminate();
  const young = await stage.raw('alice');
  for (let i = 0; i < 3; i++) {
    const back = await stage.socket();
    // Its socket breaks before its own close frame: it is told again the next time.
    back.socket.on('message', () => back.terminate());
    expect(await back.login({ appId: APP, uid: 'alice', userSId: old.userSId })).toMatchObject({
      Code: 0,
      UserId: 'alice',
    });
    await back.closed;
    await eventually(() => stage.server.census().connections === 1, 'the server has seen it');
  }
  expect(stage.server.census().superseded).toBe(1);
  const told = await stage.socket();
  expect(await told.login({ appId: APP, uid: 'alice', userSId: old.userSId })).toMatchObject({
    Code: 0,
    UserId: 'alice',
  });
  await told.next('ForceOffline');
  expect(await told.closed).toBe(1000);
  await eventually(() => stage.server.census().superseded === 0, 'its close frame has ended the memory');
  expect(young.all('ForceOffline')).toEqual([]);
  await young.settled();
  const fresh = await stage.raw('alice', { userSId: old.userSId });
  expect(await young.closed).toBe(1000);
  expect(young.all('ForceOffline')).toHaveLength(1);
  await fresh.settled();
});

test('a published client whose connection was dead when it was kicked ends as REMOTE_LOGIN', async () => {
  await stage.start();
  const old = await stage.user('alice');
  const told = states(old);
  const room = old.client.createChannel('room');
  await room.join();
  // A half-open connection: nothing arrives any more.
  old.sockets[0]?.pause();
  const young = await stage.user('alice');
  old.sockets[0]?.terminate();
  await told.until((calls) => calls.some(([, reason]) => reason === 'REMOTE_LOGIN'));
  expect(old.client.uid).toBe('');
  expect(await young.client.sendMessageToPeer({ text: 'x' }, 'alice')).toEqual({ hasPeerReceived: true });
  expect(young.client.uid).toBe('alice');
  await young.client.createChannel('room').join();
});

test('commands of a kicked client behind ForceOffline do nothing', async () => {
  await stage.start();
  const watcher = await stage.raw('watcher');
  await watcher.request('JoinChannel', { ChanId: 'room' });
  const old = await stage.raw('alice');
  await old.request('JoinChannel', { ChanId: 'room' });
  // Its close frame does not come, since it does not read.
  old.pause();
  await stage.raw('alice', { userSId: randomHex(32) });
  old.send('SendChannelMsg', { ChanId: 'room', MsgId: 1, MsgType: 1, MsgBody: 'ghost' });
  old.send('SendMsgToPeer', { MsgId: 2, ToUId: 'watcher', MsgType: 1, MsgBody: 'ghost' });
  old.send('Logout');
  expect((await watcher.next('ChanMemberLeave')).UserId).toBe('alice');
  await watcher.settled();
  expect(watcher.all('RecvMsgFromChan')).toEqual([]);
  expect(watcher.all('RecvMsgFromPeer')).toEqual([]);
  old.resume();
  expect(await old.closed).toBe(1000);
  expect(old.all('ForceOffline')).toHaveLength(1);
});
