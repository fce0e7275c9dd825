/** One client sends much more than its share. */
import { CHROME } from 'ar-rtm-testkit/published';
import { expect, test } from 'vitest';
import { channelMessages, eventually, peerMessages, texts, useStage } from './stage.js';

const stage = useStage();

test('1000 channel messages at once arrive completely and in order; another user is not disturbed', async () => {
  await stage.start({ settings: { messages: { perSecond: 400, burst: 100 } } });
  const eve = await stage.raw('eve');
  await eve.request('JoinChannel', { ChanId: 'room' });
  const alice = await stage.user('alice');
  const room = alice.client.createChannel('room');
  const heard = channelMessages(room);
  await room.join();
  const bob = await stage.user('bob');
  const inbox = peerMessages(bob);
  const all = Array.from({ length: 1000 }, (_, i) => `no ${i}`);
  all.forEach((MsgBody, MsgId) => {
    eve.send('SendChannelMsg', { ChanId: 'room', MsgId, MsgType: 1, MsgBody });
  });
  // The client itself allows 180 in 3 s.
  let sent = 0;
  const slowest = await undisturbed(async () => {
    await alice.client.sendMessageToPeer({ text: 'meanwhile' }, 'bob');
    sent++;
    return sent < 150 && eve.all('SendChannelMsg').length < 1000;
  });
  expect(slowest).toBeLessThan(1500);
  expect(texts(await heard.atLeast(1000))).toEqual(all);
  await eve.frames.until(() => eve.all('SendChannelMsg').length === 1000);
  expect(eve.all('SendChannelMsg').map(({ Code, MsgId }) => [Code, MsgId])).toEqual(all.map((_, i) => [0, i]));
  expect(inbox.calls.length).toBeGreaterThan(20);
  expect(stage.server.count('channel_messages_refused')).toBe(0);
});

test('1000 peer messages at once, the same', async () => {
  await stage.start({ settings: { messages: { perSecond: 400, burst: 100 } } });
  const eve = await stage.raw('eve');
  const alice = await stage.user('alice', CHROME);
  const inbox = peerMessages(alice);
  const all = Array.from({ length: 1000 }, (_, i) => `no ${i}`);
  all.forEach((MsgBody, MsgId) => {
    eve.send('SendMsgToPeer', { MsgId, ToUId: 'alice', MsgType: 1, MsgBody });
  });
  expect(texts(await inbox.atLeast(1000))).toEqual(all);
  await eve.frames.until(() => eve.all('MsgStatus').length === 1000);
  expect(eve.all('MsgStatus').every(({ Status }) => Status === 2)).toBe(true);
});

test('what the published client itself lets through: 180 in a window, all delivered, the rest refused by it', async () => {
  await stage.start();
  const alice = await stage.user('alice');
  const bob = await stage.user('bob');
  const inbox = peerMessages(bob);
  const results = await Promise.allSettled(
    Array.from({ length: 200 }, (_, i) => alice.client.sendMessageToPeer({ text: `no ${i}` }, 'bob')),
  );
  expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(180);
  expect(texts(inbox.calls)).toEqual(Array.from({ length: 180 }, (_, i) => `no ${i}`));
});

test('a published client over the limit for too long: the send is refused after the time, the connection stays', async () => {
  await stage.start({ settings: { messages: { perSecond: 1, burst: 1 }, pauseMs: 100, pauseRefuseMs: 300 } });
  const eve = await stage.raw('eve');
  await eve.request('JoinChannel', { ChanId: 'room' });
  for (let MsgId = 0; MsgId < 3; MsgId++)
    eve.send('SendChannelMsg', { ChanId: 'room', MsgId, MsgType: 1, MsgBody: 'x' });
  await eve.frames.until(() => eve.all('SendChannelMsg').length === 3);
  expect(eve.all('SendChannelMsg').map(({ Code }) => Code)).toEqual([0, 3, 3]);
  expect(stage.server.count('channel_messages_refused')).toBe(2);
  await eve.settled();
});

test('a client whose messages are held back for longer than OFFLINE is not taken for silent', async () => {
  await stage.start({
    settings: { offlineMs: 600, publishedPingMs: 100, messages: { perSecond: 300, burst: 50 } },
  });
  const bob = await stage.raw('bob');
  const eve = await stage.raw('eve');
  for (const client of [bob, eve]) await client.request('JoinChannel', { ChanId: 'room' });
  for (let MsgId = 0; MsgId < 700; MsgId++) {
    eve.send('SendChannelMsg', { ChanId: 'room', MsgId, MsgType: 1, MsgBody: 'x' });
  }
  await bob.frames.until(() => bob.all('RecvMsgFromChan').length === 700);
  expect(bob.all('ChanMemberLeave')).toEqual([]);
  expect(stage.server.count('sessions_expired')).toBe(0);
});

test('a client that does not read is cut when its queue is full, gets a reconnect code, and others go on', async () => {
  stage.expectedComplaints = [/reads too slowly/];
  await stage.start({ settings: { connectionQueueBytes: 256 * 1024, messages: { perSecond: 10_000, burst: 10_000 } } });
  const eve = await stage.raw('eve');
  const slow = await stage.raw('slow');
  const bob = await stage.raw('bob');
  for (const client of [eve, slow, bob]) await client.request('JoinChannel', { ChanId: 'room' });
  slow.pause();
  let MsgId = 0;
  while (stage.server.count('closed_slow_consumer') === 0 && MsgId < 3000) {
    for (let i = 0; i < 20; i++)
      eve.send('SendChannelMsg', { ChanId: 'room', MsgId: MsgId++, MsgType: 1, MsgBody: 'x'.repeat(16_000) });
    await eve.frames.until(() => eve.all('SendChannelMsg').length === MsgId);
  }
  expect(stage.server.count('closed_slow_consumer')).toBe(1);
  await bob.frames.until(() => bob.all('RecvMsgFromChan').length === MsgId);
  slow.terminate();
  const back = await stage.raw('slow', { userSId: slow.userSId });
  expect(await back.request('JoinChannel', { ChanId: 'room' })).toMatchObject({ Code: 0 });
});

test('what waits for a client may be much more than its queue takes: it gets all of it and is not closed', async () => {
  await stage.start({ settings: { acknowledgeMs: 50, messages: { perSecond: 10_000, burst: 10_000 } } });
  const eve = await stage.raw('eve');
  const bob = await stage.raw('bob');
  for (const client of [eve, bob]) await client.request('JoinChannel', { ChanId: 'room' });
  bob.terminate();
  await eventually(() => stage.server.census()['connections'] === 1, 'bob is cut');
  // Seven bytes per character on the wire: 60 of them are 13 MB, the queue takes 4.
  const MsgBody = '\u0000'.repeat(32 * 1024);
  for (let MsgId = 0; MsgId < 60; MsgId++) {
    eve.send('SendMsgToPeer', { MsgId, ToUId: 'bob', MsgType: 1, MsgBody, OfflineMsg: true });
    eve.send('SendChannelMsg', { ChanId: 'room', MsgId, MsgType: 1, MsgBody });
  }
  await eve.frames.until(() => eve.all('MsgStatus').length === 60 && eve.all('SendChannelMsg').length === 60);
  const back = await stage.raw('bob', { userSId: bob.userSId });
  await back.request('JoinChannel', { ChanId: 'room' });
  await back.frames.until(() => back.all('RecvMsgFromPeer').length === 60 && back.all('RecvMsgFromChan').length === 60);
  expect(back.all('RecvMsgFromPeer').every((message) => message['MsgBody'] === MsgBody)).toBe(true);
  expect(stage.server.count('closed_slow_consumer')).toBe(0);
  expect(stage.server.count('log_gaps')).toBe(0);
});

test('an author that is cut while it is served from the log leaves nothing behind', async () => {
  await stage.start({ settings: { messages: { perSecond: 100_000, burst: 100_000 }, connectionQueueBytes: 100_000 } });
  const bob = await stage.raw('bob');
  await bob.request('JoinChannel', { ChanId: 'room' });
  let eve = await stage.raw('eve');
  await eve.request('JoinChannel', { ChanId: 'room' });
  for (let r = 0; r < 3; r++) {
    eve.terminate();
    await eventually(() => stage.server.census()['connections'] === 1, 'cut');
    for (let i = 0; i < 300; i++)
      bob.send('SendChannelMsg', { ChanId: 'room', MsgId: i, MsgType: 1, MsgBody: 'x'.repeat(10000) });
    await bob.settled();
    eve = await stage.raw('eve', { userSId: eve.userSId });
    eve.pause();
    eve.send('JoinChannel', { ChanId: 'room' });
    for (let i = 0; i < 5; i++) eve.send('SendChannelMsg', { ChanId: 'room', MsgId: i, MsgType: 1, MsgBody: 'x' });
    await bob.frames.until(() => bob.all('RecvMsgFromChan').length >= 5 * (r + 1));
  }
  eve.terminate();
  await eventually(() => stage.server.census()['connections'] === 1, 'cut');
  expect(stage.server.census()['replies']).toBe(0);
  await stage.raw('eve', { userSId: eve.userSId });
});

async function undisturbed(step: () => Promise<boolean>): Promise<number> {
  let slowest = 0;
  for (let more = true; more; ) {
    const began = performance.now();
    more = await step();
    slowest = Math.max(slowest, performance.now() - began);
  }
  return slowest;
}
