/** The server goes and comes back, in order and by a crash. */

import { MemoryRecords } from 'ar-rtm-server/testing';
import { CHROME, FIREFOX } from 'ar-rtm-testkit/published';
import { gateway, RawClient, randomHex } from 'ar-rtm-testkit/raw-client';
import { record } from 'ar-rtm-testkit/recorder';
import { expect, test } from 'vitest';
import { APP, channelMessages, eventually, peerMessages, states, texts, useStage } from './stage.js';

const stage = useStage();
const FLAG = { enableOfflineMessaging: true };

test('a graceful restart: clients come back by themselves, in their sessions and channels', async () => {
  const content = new Map<string, string>();
  await stage.start({ records: new MemoryRecords({ content }) });
  const { port } = stage.server;
  const tabs = [await stage.user('alice', CHROME), await stage.user('bob', FIREFOX)] as const;
  const told = tabs.map(states);
  const a = tabs[0].client.createChannel('room');
  const b = tabs[1].client.createChannel('room');
  const left = [a, b].map((channel) => record(channel, 'MemberLeft'));
  const joined = [a, b].map((channel) => record(channel, 'MemberJoined'));
  await a.join();
  await b.join();
  const heard = channelMessages(b);
  await tabs[0].client.sendMessageToPeer({ text: 'stored before' }, 'cara', FLAG);
  await stage.server.stop();
  await Promise.all(told.map((calls) => calls.atLeast(1)));
  expect(told.map(({ calls }) => calls[0]?.[0])).toEqual(['RECONNECTING', 'RECONNECTING']);
  await stage.start({ port, records: new MemoryRecords({ content }) });
  await Promise.all(told.map((calls) => calls.until((all) => all.at(-1)?.[0] === 'CONNECTED')));
  await eventually(async () => (await b.getMembers().catch(() => [])).length === 2, 'both are members');
  await a.sendMessage({ text: 'after' });
  expect(texts(await heard.atLeast(1))).toEqual(['after']);
  expect([...left, ...joined].map(({ calls }) => calls)).toEqual([[], [], [['bob']], []]);
  const cara = stage.tab();
  const inbox = peerMessages(cara);
  await cara.client.login({ uid: 'cara' });
  expect(texts(await inbox.atLeast(1))).toEqual(['stored before']);
  expect(inbox.calls[0]?.[2].isOfflineMessage).toBe(true);
  expect(stage.server.count('sessions_resumed')).toBe(2);
});

test('undelivered messages, live ones too, arrive after a graceful restart, in order, once', async () => {
  const content = new Map<string, string>();
  await stage.start({ records: new MemoryRecords({ content }), settings: { acknowledgeMs: 100 } });
  const { port } = stage.server;
  const alice = await stage.raw('alice');
  const bob = await stage.raw('bob');
  bob.terminate();
  await eventually(() => stage.server.census().connections === 1, 'bob is cut');
  for (let MsgId = 1; MsgId <= 6; MsgId++) {
    alice.send('SendMsgToPeer', {
      MsgId,
      ToUId: 'bob',
      MsgType: 1,
      MsgBody: `no ${MsgId}`,
      OfflineMsg: MsgId % 2 === 0,
    });
  }
  await alice.frames.until(() => alice.all('MsgStatus').length === 6);
  await stage.server.stop();
  expect(await alice.closed).toBe(1012);
  await stage.start({ port, records: new MemoryRecords({ content }) });
  const back = await stage.raw('bob', { userSId: bob.userSId });
  await back.frames.until(() => back.all('RecvMsgFromPeer').length >= 6);
  await back.settled();
  expect(back.offline).toEqual([]);
  expect(back.all('RecvMsgFromPeer').map(({ MsgBody }) => MsgBody)).toEqual([1, 2, 3, 4, 5, 6].map((n) => `no ${n}`));
  await stage.raw('alice', { userSId: alice.userSId });
});

test('a ticket from before the restart is accepted', async () => {
  const content = new Map<string, string>();
  await stage.start({ records: new MemoryRecords({ content }) });
  const { port, url } = stage.server;
  const { body } = await gateway(url, { appid: APP, uid: 'eve', token: 't', wss: false });
  const sessionId = body.sessionid as string;
  await stage.server.stop();
  await stage.start({ port, records: new MemoryRecords({ content }) });
  const eve = stage.keep(await RawClient.login(url, { appId: APP, uid: 'eve', token: 't', sessionId }));
  await eve.settled();
});

test('a Login that is under way when the server stops is answered before its socket is closed (Q9)', async () => {
  const content = new Map<string, string>();
  await stage.start({ records: new MemoryRecords({ content }) });
  const { port, url } = stage.server;
  const { body } = await gateway(url, { appid: APP, uid: 'eve', token: '', wss: false });
  const eve = await stage.socket();
  const stopping = stage.server.stop();
  const userSId = randomHex(32);
  expect(await eve.login({ appId: APP, uid: 'eve', userSId, sessionId: body['sessionid'] as string })).toMatchObject({
    Code: 0,
  });
  expect(await eve.closed).toBe(1012);
  await stopping;
  await stage.start({ port, records: new MemoryRecords({ content }) });
  await stage.raw('eve', { userSId });
  expect(stage.server.count('sessions_resumed')).toBe(1);
});

test('a session that nobody takes up after a restart ends when its time is over', async () => {
  const content = new Map<string, string>();
  await stage.start({ records: new MemoryRecords({ content }) });
  const { port } = stage.server;
  const eve = await stage.raw('eve');
  await eve.request('JoinChannel', { ChanId: 'room' });
  const bob = await stage.raw('bob');
  await bob.request('JoinChannel', { ChanId: 'room' });
  await stage.server.stop();
  await stage.start({
    port,
    records: new MemoryRecords({ content }),
    settings: { offlineMs: 1500, publishedPingMs: 100 },
  });
  const back = await stage.raw('bob', { userSId: bob.userSId });
  await back.request('JoinChannel', { ChanId: 'room' });
  expect((await back.next('ChanMemberLeave')).UserId).toBe('eve');
  await back.frames.until(() => back.all('MemSizeChanged').at(-1)?.MemSize === 1);
});

test('a crash: offline messages, sessions and channels are there again', async () => {
  const records = new MemoryRecords();
  await stage.start({ records });
  const alice = await stage.raw('alice');
  await alice.request('JoinChannel', { ChanId: 'room' });
  const bob = await stage.raw('bob');
  await bob.request('JoinChannel', { ChanId: 'room' });
  const send = { MsgType: 1, OfflineMsg: true };
  expect(
    await alice.request('SendMsgToPeer', { ...send, MsgId: 1, ToUId: 'cara', MsgBody: 'stored' }, 'MsgStatus'),
  ).toMatchObject({ Status: 0 });
  // Session records are written within a second.
  await eventually(
    () => [...records.content.values()].filter((text) => text.includes('room')).length >= 2,
    'sessions are on disk',
  );
  const content = new Map(records.crash());
  const crashed = stage.server;
  // The crashed process takes its sockets with it; what its stop would still write goes nowhere.
  alice.terminate();
  bob.terminate();
  await crashed.stop().catch(() => undefined);
  await stage.start({ records: new MemoryRecords({ content }) });
  const back = await stage.raw('bob', { userSId: bob.userSId });
  expect(await back.request('JoinChannel', { ChanId: 'room' })).toMatchObject({ Code: 0 });
  expect(await back.request('GetChanMemberSize', { MsgId: 1, ChanIds: '["room"]' })).toMatchObject({
    ChanMemSize: [{ ChanId: 'room', MemSize: 2 }],
  });
  expect(stage.server.count('sessions_resumed')).toBe(1);
  const cara = await stage.raw('cara');
  expect(cara.offline.map(({ msgBody }) => msgBody)).toEqual(['stored']);
  const again = await stage.raw('alice', { userSId: alice.userSId });
  await again.settled();
  expect(back.all('ChanMemberLeave')).toEqual([]);
});

test('who was kicked before the restart is told after it', async () => {
  const content = new Map<string, string>();
  await stage.start({ records: new MemoryRecords({ content }) });
  const { port } = stage.server;
  const old = await stage.raw('alice');
  old.terminate();
  const young = await stage.raw('alice');
  await stage.server.stop();
  await stage.start({ port, records: new MemoryRecords({ content }) });
  const back = await stage.raw('alice', { userSId: young.userSId });
  const told = await stage.socket();
  expect(await told.login({ appId: APP, uid: 'alice', userSId: old.userSId })).toMatchObject({ Code: 0 });
  await told.next('ForceOffline');
  expect(await told.closed).toBe(1000);
  await back.settled();
});
