/** Channels: joining, leaving, messages, lists and limits. */
import { CHROME, FIREFOX } from 'ar-rtm-testkit/published';
import { record } from 'ar-rtm-testkit/recorder';
import { expect, test } from 'vitest';
import { HARD_TEXTS } from './hard-texts.js';
import { channelMessages, eventually, texts, useStage } from './stage.js';

const stage = useStage();

test('joins are idempotent, also when they are concurrent, and one is reported once', async () => {
  await stage.start();
  const alice = await stage.user('alice');
  const bob = await stage.user('bob', FIREFOX);
  const a = alice.client.createChannel('room');
  const joined = record<[string]>(a, 'MemberJoined');
  await a.join();
  const b = bob.client.createChannel('room');
  // On one object each call adds a listener of the client's own, so that the wire is looked at instead of the events.
  await Promise.all([b.join(), b.join()]);
  const eve = await stage.raw('eve');
  for (let i = 0; i < 3; i++) expect(await eve.request('JoinChannel', { ChanId: 'room' })).toMatchObject({ Code: 0 });
  eve.send('JoinChannel', { ChanId: 'room' });
  await eve.settled();
  expect(eve.all('JoinChannel')).toHaveLength(4);
  await joined.atLeast(2);
  await a.getMembers();
  expect(joined.calls).toEqual([['bob'], ['eve']]);
  const told = bob.frames.calls.filter(([, cmd]) => cmd === 'ChanMemberJoin').map(([, , content]) => content.UserId);
  expect(told).toEqual(['eve']);
  expect(eve.all('ChanMemberJoin')).toEqual([]);
});

test('messages reach every other member once, in order, and never their sender', async () => {
  await stage.start();
  const tabs = await Promise.all(['alice', 'bob', 'cara'].map((uid, i) => stage.user(uid, i === 1 ? FIREFOX : CHROME)));
  const channels = tabs.map(({ client }) => client.createChannel('room'));
  const heard = channels.map((channel) => channelMessages(channel));
  for (const channel of channels) await channel.join();
  for (let i = 0; i < 30; i++) await channels[i % 3]?.sendMessage({ text: `${i % 3}: ${i}` });
  await Promise.all(heard.map((calls) => calls.atLeast(20)));
  await channels[0]?.getMembers();
  const all = Array.from({ length: 30 }, (_, i) => `${i % 3}: ${i}`);
  heard.forEach(({ calls }, own) => {
    expect(texts(calls)).toEqual(all.filter((text) => !text.startsWith(`${own}:`)));
  });
});

test('every text arrives as it was', async () => {
  await stage.start();
  const alice = await stage.user('alice', FIREFOX);
  const bob = await stage.user('bob');
  const a = alice.client.createChannel('__proto__');
  const b = bob.client.createChannel('__proto__');
  const atAlice = channelMessages(a);
  const atBob = channelMessages(b);
  await a.join();
  await b.join();
  for (const text of HARD_TEXTS) {
    await a.sendMessage({ text });
    await b.sendMessage({ text });
  }
  expect(texts(await atBob.atLeast(HARD_TEXTS.length))).toEqual(HARD_TEXTS);
  expect(texts(await atAlice.atLeast(HARD_TEXTS.length))).toEqual(HARD_TEXTS);
  const eve = await stage.raw('eve');
  const counts = await eve.request('GetChanMemberSize', { MsgId: 1, ChanIds: '["__proto__"]' });
  expect(counts.ChanMemSize).toEqual([{ ChanId: '__proto__', MemSize: 2 }]);
});

test('who is no member: leaving is fine, sending and listing are answered with Code 5', async () => {
  await stage.start();
  const bob = await stage.raw('bob');
  await bob.request('JoinChannel', { ChanId: 'room' });
  const eve = await stage.raw('eve');
  expect(await eve.request('LeaveChannel', { ChanId: 'room' })).toMatchObject({ ChanId: 'room', Code: 0 });
  const message = { ChanId: 'room', MsgId: 7, MsgType: 1, MsgBody: 'x' };
  expect(await eve.request('SendChannelMsg', message)).toMatchObject({ ChanId: 'room', MsgId: 7, Code: 5 });
  expect(await eve.request('GetChanMembers', { ChanId: 'room', MsgId: 8 })).toMatchObject({ MsgId: 8, Code: 5 });
  await bob.settled();
  expect(bob.all('RecvMsgFromChan')).toEqual([]);
  const tab = await stage.user('alice');
  const channel = tab.client.createChannel('room');
  await channel.join();
  await channel.leave();
  await expect(channel.getMembers()).rejects.toBe(5);
});

test('bad ids and bodies get their own reply', async () => {
  await stage.start();
  const eve = await stage.raw('eve');
  for (const ChanId of ['', 'null', 'a/b', 'x'.repeat(65)]) {
    expect(await eve.request('JoinChannel', { ChanId })).toMatchObject({ ChanId, Code: 3 });
  }
  await eve.request('JoinChannel', { ChanId: 'room' });
  const send = (MsgBody: unknown, MsgType: unknown = 1) =>
    eve.request('SendChannelMsg', { ChanId: 'room', MsgId: 1, MsgType, MsgBody });
  expect((await send('')).Code).toBe(4);
  expect((await send('x'.repeat(32_769))).Code).toBe(4);
  expect((await send(7)).Code).toBe(4);
  expect((await send('x', 2)).Code).toBe(4);
  expect((await send('x'.repeat(32_768))).Code).toBe(0);
});

test('members with oneself, counts with unknown channels, too many and bad ones', async () => {
  await stage.start();
  const alice = await stage.user('alice');
  const bob = await stage.user('bob', FIREFOX);
  const a = alice.client.createChannel('room');
  await a.join();
  await bob.client.createChannel('room').join();
  await bob.client.createChannel('bob only').join();
  expect((await a.getMembers()).sort()).toEqual(['alice', 'bob']);
  expect(await alice.client.getChannelMemberCount(['none', 'room', 'bob only'])).toEqual({
    none: 0,
    room: 2,
    'bob only': 1,
  });
  expect(await alice.client.getChannelMemberCount([])).toEqual({});
  const eve = await stage.raw('eve');
  const counts = (ids: unknown) => eve.request('GetChanMemberSize', { MsgId: 1, ChanIds: JSON.stringify(ids) });
  expect((await counts(Array.from({ length: 33 }, (_, i) => `c${i}`))).Code).toBe(5);
  expect((await counts(['a/b'])).Code).toBe(2);
  expect((await counts('room')).Code).toBe(2);
});

test('leaving and joining again', async () => {
  await stage.start();
  const alice = await stage.user('alice');
  const bob = await stage.user('bob');
  const a = alice.client.createChannel('room');
  const seen = record<[string]>(a, 'MemberJoined');
  const left = record<[string]>(a, 'MemberLeft');
  await a.join();
  const b = bob.client.createChannel('room');
  const heard = channelMessages(b);
  await b.join();
  await b.leave();
  await a.sendMessage({ text: 'while away' });
  await b.join();
  await a.sendMessage({ text: 'back' });
  await heard.atLeast(1);
  await b.getMembers();
  expect(texts(heard.calls)).toEqual(['back']);
  expect([seen.calls, left.calls]).toEqual([[['bob'], ['bob']], [['bob']]]);
  await bob.client.logout();
  await left.atLeast(2);
});

test('20 channels at most; after a reconnect a client with more objects keeps its 20', async () => {
  await stage.start();
  const alice = await stage.user('alice');
  const bob = await stage.raw('bob');
  const channels = Array.from({ length: 22 }, (_, i) =>
    alice.client.createChannel(`room ${String(i).padStart(2, '0')}`),
  );
  for (const channel of channels.slice(0, 20)) await channel.join();
  await expect(channels[20]?.join()).rejects.toBe(5);
  // 22 objects are joined again after the cut: none may be refused (Q8), none of the 20 may be lost.
  const last = channelMessages(channels[19] as never);
  alice.sockets[0]?.terminate();
  const rejoins = await alice.frames.until(
    (frames) => frames.filter(([way, cmd]) => way === 'in' && cmd === 'JoinChannel').length >= 21 + 22,
  );
  const replies = rejoins.filter(([way, cmd]) => way === 'in' && cmd === 'JoinChannel').slice(21);
  expect(replies.map(([, , content]) => content.Code)).toEqual(Array.from({ length: 22 }, () => 0));
  expect(await alice.client.getChannelMemberCount(channels.map(({ channelId }) => channelId))).toEqual(
    Object.fromEntries(channels.map(({ channelId }, i) => [channelId, i < 20 ? 1 : 0])),
  );
  await bob.request('JoinChannel', { ChanId: 'room 19' });
  await bob.request('SendChannelMsg', { ChanId: 'room 19', MsgId: 1, MsgType: 1, MsgBody: 'hi' });
  expect(texts(await last.atLeast(1))).toEqual(['hi']);
});

test('joining more often than allowed is delayed for a published client, not refused', async () => {
  await stage.start({
    settings: {
      joins: { calls: 10, windowMs: 400 },
      sameChannelJoins: { calls: 2, windowMs: 400 },
      joinedChannels: 1000,
    },
  });
  const { client } = await stage.user('alice');
  await Promise.all(Array.from({ length: 25 }, (_, i) => client.createChannel(`c${i}`).join()));
  const channel = client.createChannel('again');
  for (let i = 0; i < 5; i++) {
    await channel.join();
    await channel.leave();
  }
});

test('many channels in one server, one member each', async () => {
  await stage.start({
    settings: { joinedChannels: 3000, joins: { calls: 5000, windowMs: 1000 } },
    engineLimits: { idleMs: 200, channelLogMs: 1000, sweepMs: 100 },
  });
  const eve = await stage.raw('eve');
  for (let i = 0; i < 2000; i++) eve.send('JoinChannel', { ChanId: `c${i}` });
  await eve.frames.until(() => eve.all('JoinChannel').length === 2000);
  await eve.frames.until(() => eve.all('MemSizeChanged').length === 2000);
  for (let i = 0; i < 300; i++) eve.send('SendChannelMsg', { ChanId: `c${i}`, MsgId: i, MsgType: 1, MsgBody: 'x' });
  await eve.frames.until(() => eve.all('SendChannelMsg').length === 300);
  expect(eve.all('SendChannelMsg').every(({ Code }) => Code === 0)).toBe(true);
  expect(stage.server.census().channels).toBeGreaterThanOrEqual(2000);
  await eve.logout();
  // Empty channels go when they have lingered.
  await eventually(() => stage.server.census().feeds === 0, 'nobody follows the channels');
  await eventually(() => stage.server.census().channels === 0, 'the channels are gone');
});
