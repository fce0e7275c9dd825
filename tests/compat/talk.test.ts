/** The published client, unmodified, against our server: the everyday features. */
import { startTestServer, type TestServer } from 'ar-rtm-server/testing';
import { loadPublished, type PublishedTab } from 'ar-rtm-testkit/published';
import { record } from 'ar-rtm-testkit/recorder';
import { afterEach, beforeEach, expect, test } from 'vitest';

const APP = '0123456789abcdef0123456789abcdef';
let server: TestServer;
let tabs: PublishedTab[] = [];

beforeEach(async () => {
  server = await startTestServer();
});
afterEach(async () => {
  for (const tab of tabs) tab.close();
  tabs = [];
  await server.stop();
  expect(server.complaints).toEqual([]);
});

function tab(userAgent?: string) {
  const opened = loadPublished(userAgent === undefined ? {} : { userAgent });
  tabs.push(opened);
  return { ...opened, client: opened.ArRTM.createInstance(APP, { ...server.address, logFilter: 4 }) };
}

test('two users exchange peer messages and learn whether they were received', async () => {
  const alice = tab();
  const bob = tab();
  await alice.client.login({ uid: 'alice' });
  await bob.client.login({ uid: 'bob' });
  const inbox = record<[{ text: string }, string, { serverReceivedTs: number; isOfflineMessage: boolean }]>(
    bob.client,
    'MessageFromPeer',
  );
  expect(await alice.client.sendMessageToPeer({ text: 'hello' }, 'bob')).toEqual({ hasPeerReceived: true });
  const [[message, from, properties] = []] = await inbox.atLeast(1);
  expect(message?.text).toBe('hello');
  expect(from).toBe('alice');
  expect(properties?.isOfflineMessage).toBe(false);
  expect(await alice.client.sendMessageToPeer({ text: 'hello' }, 'nobody')).toEqual({ hasPeerReceived: false });
});

test('channel members hear each other and see who joins and leaves', async () => {
  const alice = tab();
  const bob = tab();
  await alice.client.login({ uid: 'alice' });
  await bob.client.login({ uid: 'bob' });
  const a = alice.client.createChannel('room');
  const b = bob.client.createChannel('room');
  const joined = record<[string]>(a, 'MemberJoined');
  const left = record<[string]>(a, 'MemberLeft');
  const counts = record<[number]>(a, 'MemberCountUpdated');
  const heard = record<[{ text: string }, string]>(a, 'ChannelMessage');
  const echo = record(b, 'ChannelMessage');
  await a.join();
  await b.join();
  expect(await joined.atLeast(1)).toEqual([['bob']]);
  await b.sendMessage({ text: 'hi all' });
  const [[message, from] = []] = await heard.atLeast(1);
  expect([message?.text, from]).toEqual(['hi all', 'bob']);
  expect(echo.calls).toEqual([]);
  expect((await b.getMembers()).sort()).toEqual(['alice', 'bob']);
  expect(await alice.client.getChannelMemberCount(['room', 'none'])).toEqual({ room: 2, none: 0 });
  await b.leave();
  expect(await left.atLeast(1)).toEqual([['bob']]);
  await counts.until((calls) => calls.at(-1)?.[0] === 1);
  expect(counts.calls.map(([count]) => count)).toEqual([1, 2, 1]);
});
