/** Attributes with the published client and ours, also together. */
import ArRTM from 'ar-rtm-sdk';
import { MemoryRecords } from 'ar-rtm-server/testing';
import { CHROME, FIREFOX, type PublishedChannel } from 'ar-rtm-testkit/published';
import { type Recorder, record } from 'ar-rtm-testkit/recorder';
import { afterEach, expect, test } from 'vitest';
import { TcpProxy } from '../e2e/tcp-proxy.js';
import { APP, eventually, states, type Tab, useStage } from './stage.js';

const stage = useStage();
const FLAG = { enableNotificationToChannelMembers: true };
const OFTEN = { calls: 1000, windowMs: 1000 };
/** Tests call faster than people do; the limits are those of packages/server/test/cluster/attributes.test.ts. */
const UNLIMITED = {
  userAttributeWrites: OFTEN,
  userAttributeReads: OFTEN,
  channelAttributeWrites: OFTEN,
  channelAttributeReads: OFTEN,
};

type Ours = ReturnType<typeof ArRTM.createInstance>;
type Updated = [attributes: Record<string, { value: string; lastUpdateUserId: string; lastUpdateTs: number }>];

const clients: Ours[] = [];
let proxy: TcpProxy | undefined;

afterEach(async () => {
  await Promise.all(clients.splice(0).map((client) => client.logout().catch(() => undefined)));
  await proxy?.close();
  proxy = undefined;
});

async function ours(uid: string, port = stage.server.port): Promise<Ours> {
  const confPriCloudAddr = { ServerAdd: '127.0.0.1', Port: port, Wss: false };
  const client = ArRTM.createInstance(APP, { confPriCloudAddr, logFilter: ArRTM.LOG_FILTER_OFF });
  clients.push(client);
  await client.login({ uid });
  return client;
}

const updates = (channel: { on(event: 'AttributesUpdated', listener: (...args: never[]) => void): unknown }) =>
  record<Updated>(channel as PublishedChannel, 'AttributesUpdated');
const valuesOf = (attributes: object) =>
  Object.fromEntries(Object.entries(attributes as Updated[0]).map(([key, { value }]) => [key, value]));
const toldTo = ({ calls }: Recorder<Updated>) => calls.map(([attributes]) => valuesOf(attributes));

/** A list as the client's own page would make it: the published client takes arrays of its own realm only. */
function listFor(client: object, ...keys: string[]): string[] {
  const { constructor: makeFunction } = (client as { on: { constructor: FunctionConstructor } }).on;
  return makeFunction('text', 'return JSON.parse(text)')(JSON.stringify(keys)) as string[];
}

/** The published client is back, and has got the answer to what it writes back by itself. */
async function cutAndBack(tab: Tab): Promise<void> {
  const told = states(tab);
  const restores = () =>
    tab.frames.calls.filter(([way, cmd]) => way === 'in' && cmd === 'AddOrUpdateUserAttributes').length;
  const before = restores();
  tab.sockets.at(-1)?.terminate();
  await told.until((calls) => calls.some(([state]) => state === 'CONNECTED'));
  await tab.frames.until(() => restores() > before);
}

for (const kind of ['published', 'ours'] as const) {
  test(`all methods, called by ${kind}, seen by both`, async () => {
    await stage.start({ settings: UNLIMITED });
    const client = kind === 'ours' ? await ours('alice') : (await stage.user('alice')).client;
    const readers = [(await stage.user('bob')).client, await ours('cara')];
    const seen = () => Promise.all(readers.map((reader) => reader.getUserAttributes('alice')));
    expect(await seen()).toEqual([{}, {}]);
    await client.setLocalUserAttributes({ a: '1', b: '1', 'key with spaces': '键 😀 "\\' });
    await client.addOrUpdateLocalUserAttributes({ b: '2', c: '2' });
    await client.deleteLocalUserAttributesByKeys(listFor(client, 'a', 'nothing'));
    const expected = { b: '2', c: '2', 'key with spaces': '键 😀 "\\' };
    expect(await seen()).toEqual([expected, expected]);
    for (const reader of readers) {
      expect(await reader.getUserAttributesByKeys('alice', listFor(reader, 'c', 'x', 'c'))).toEqual({ c: '2' });
    }
    await client.clearLocalUserAttributes();
    expect(await seen()).toEqual([{}, {}]);

    const before = Date.now();
    await client.setChannelAttributes('room', { a: '1', b: '1' }, {});
    await client.addOrUpdateChannelAttributes('room', { b: '2', c: '2' }, {});
    await client.deleteChannelAttributesByKeys('room', listFor(client, 'a', 'nothing'), {});
    for (const reader of readers) {
      const all = await reader.getChannelAttributes('room');
      expect(valuesOf(all)).toEqual({ b: '2', c: '2' });
      expect(all.b?.lastUpdateUserId).toBe('alice');
      expect(all.b?.lastUpdateTs).toBeGreaterThanOrEqual(before);
      expect(all.b?.lastUpdateTs).toBeLessThanOrEqual(Date.now());
      expect(valuesOf(await reader.getChannelAttributesByKeys('room', listFor(reader, 'c', 'x')))).toEqual({ c: '2' });
    }
    await client.clearChannelAttributes('room', {});
    for (const reader of readers) {
      // "Nothing" of every kind, as the published client parses it (Q17).
      expect(await reader.getChannelAttributes('room')).toEqual({});
      expect(await reader.getChannelAttributesByKeys('room', listFor(reader, 'c'))).toEqual({});
      expect(await reader.getChannelAttributes('never existed')).toEqual({});
    }
  });
}

test('AttributesUpdated at all members, the author included, of both kinds; not without the flag, not at others', async () => {
  await stage.start({ settings: UNLIMITED });
  const published = await stage.user('published', CHROME);
  const other = await stage.user('other', FIREFOX);
  const own = await ours('own');
  const channels = [published.client.createChannel('room'), own.createChannel('room')] as const;
  for (const channel of channels) await channel.join();
  const elsewhere = other.client.createChannel('elsewhere');
  await elsewhere.join();
  const told = channels.map(updates);
  const unheard = updates(elsewhere);
  const writers = [published.client, own, other.client];
  let count = 0;
  const all: Record<string, string> = {};
  const expected: object[] = [];
  for (const writer of writers) {
    await writer.addOrUpdateChannelAttributes('room', { quiet: String(count) });
    all.quiet = String(count);
    count += 1;
    await writer.addOrUpdateChannelAttributes('room', { [`k${count}`]: 'v' }, FLAG);
    all[`k${count}`] = 'v';
    expected.push({ ...all });
    await Promise.all(told.map((calls) => calls.atLeast(count)));
  }
  await other.client.deleteChannelAttributesByKeys('room', listFor(other.client, 'k1', 'k2'), FLAG);
  expected.push({ quiet: '2', k3: 'v' });
  await own.setChannelAttributes('room', { k3: 'v' }, FLAG);
  expected.push({ k3: 'v' });
  // Nothing changes, and it is told all the same.
  await own.setChannelAttributes('room', { k3: 'v' }, FLAG);
  expected.push({ k3: 'v' });
  await published.client.clearChannelAttributes('room', FLAG);
  expected.push({});
  await Promise.all(told.map((calls) => calls.atLeast(expected.length)));
  expect(told.map(toldTo)).toEqual([expected, expected]);
  expect(unheard.calls).toEqual([]);
  expect(told[1]?.calls[0]?.[0].k1?.lastUpdateUserId).toBe('published');
  expect(own.channelAttributesCacheLru).toEqual({ room: {} });
  expect([published.uncaught, other.uncaught]).toEqual([[], []]);
});

test('a listener added right after the call hears of it (ours)', async () => {
  await stage.start();
  const own = await ours('own');
  const channel = own.createChannel('room');
  await channel.join();
  await own.setChannelAttributes('room', { a: '1' }, FLAG);
  const told = updates(channel);
  expect(toldTo((await told.atLeast(1)) && told)).toEqual([{ a: '1' }]);
});

test('refusals: codes of the public enum; a user who is not there has none for the published client, and is 6 for ours', async () => {
  await stage.start({ settings: UNLIMITED });
  const { client } = await stage.user('published');
  const own = await ours('own');
  expect(await client.getUserAttributes('nobody')).toEqual({});
  await expect(own.getUserAttributes('nobody')).rejects.toMatchObject({ code: 6, name: 'RtmInvalidStatusError' });
  await expect(own.getUserAttributesByKeys('nobody', ['a'])).rejects.toMatchObject({ code: 6 });
  const large = Object.fromEntries([1, 2, 3].map((i) => [`k${i}`, 'x'.repeat(8000)]));
  await expect(client.setLocalUserAttributes({ a: 'x'.repeat(8193) })).rejects.toBe(4);
  await expect(client.setLocalUserAttributes(large)).rejects.toBe(4);
  await expect(client.setLocalUserAttributes({ a: '' })).rejects.toBe(3);
  await expect(client.setChannelAttributes('room', { a: 7 as never }, {})).rejects.toBe(3);
  // Within the limits alone, above them together.
  const half = { k1: 'x'.repeat(8000), k2: 'x'.repeat(8000) };
  await own.setLocalUserAttributes(half);
  await expect(own.addOrUpdateLocalUserAttributes({ k3: 'x'.repeat(8000) })).rejects.toMatchObject({
    code: 4,
    name: 'RtmLimitExceededError',
  });
  expect(await client.getUserAttributes('own')).toEqual(half);
  await own.setChannelAttributes('room', Object.fromEntries(Array.from({ length: 32 }, (_, i) => [`k${i}`, 'v'])));
  await expect(own.addOrUpdateChannelAttributes('room', { one: 'more' })).rejects.toMatchObject({ code: 4 });
  await own.addOrUpdateChannelAttributes('room', { k0: 'w' });
});

test('reconnects of the published client lose no attribute (Q16)', async () => {
  await stage.start({ settings: UNLIMITED });
  const alice = await stage.user('alice');
  const own = await ours('own');
  await alice.client.addOrUpdateLocalUserAttributes({ a: '1' });
  await alice.client.addOrUpdateLocalUserAttributes({ b: '2' });
  // It would write back only the last ones it added.
  await cutAndBack(alice);
  expect(await own.getUserAttributes('alice')).toEqual({ a: '1', b: '2' });
  // What it wrote back is all it knows by now; a second cut may come before it is answered, then it writes back nothing.
  await cutAndBack(alice);
  expect(await own.getUserAttributes('alice')).toEqual({ a: '1', b: '2' });
  await alice.client.deleteLocalUserAttributesByKeys(listFor(alice.client, 'b'));
  await cutAndBack(alice);
  expect(await own.getUserAttributes('alice')).toEqual({ a: '1' });
  // Set by the application, it replaces.
  await alice.client.setLocalUserAttributes({ c: '3' });
  expect(await own.getUserAttributes('alice')).toEqual({ c: '3' });
  // Nothing set by this client: it writes back an empty map.
  const bob = await stage.user('bob');
  await cutAndBack(bob);
  expect(await own.getUserAttributes('bob')).toEqual({});
  expect([alice.uncaught, bob.uncaught]).toEqual([[], []]);
});

test.each(['graceful', 'crash'] as const)('a restart of the server (%s)', async (how) => {
  const records = new MemoryRecords();
  await stage.start({ records, settings: UNLIMITED });
  const { port } = stage.server;
  const alice = await stage.user('alice');
  const own = await ours('own');
  const channel = own.createChannel('room');
  await channel.join();
  const told = updates(channel);
  await alice.client.setLocalUserAttributes({ a: '1' });
  await alice.client.addOrUpdateLocalUserAttributes({ b: '2' });
  await own.setLocalUserAttributes({ a: '1' });
  await own.addOrUpdateLocalUserAttributes({ b: '2' });
  await own.setChannelAttributes('room', { a: '1' }, FLAG);
  await told.atLeast(1);
  const before = await own.getChannelAttributes('room');
  const states = record<[string]>(alice.client, 'ConnectionStateChanged');
  if (how === 'crash') {
    // Session records follow within a second: what a client of ours wrote last, it writes back itself.
    const isThere = () => [...records.content.values()].filter((value) => value.includes('"b"')).length >= 2;
    await eventually(isThere, 'the sessions are on disk');
  }
  const content = how === 'crash' ? new Map(records.crash()) : records.content;
  const last = own.addOrUpdateLocalUserAttributes({ last: '3' });
  await stage.server.stop().catch(() => undefined);
  await stage.start({ port, records: new MemoryRecords({ content }), settings: UNLIMITED });
  await states.until((calls) => calls.at(-1)?.[0] === 'CONNECTED');
  await last;
  await eventually(async () => {
    const attributes = await own.getUserAttributes('alice').catch(() => ({}));
    return Object.keys(attributes).length === 2;
  }, 'the attributes of alice');
  expect(await own.getUserAttributes('own')).toEqual({ a: '1', b: '2', last: '3' });
  expect(await own.getChannelAttributes('room')).toEqual(before);
  await own.addOrUpdateChannelAttributes('room', { c: '3' }, FLAG);
  await told.atLeast(2);
  expect(toldTo(told)).toEqual([{ a: '1' }, { a: '1', c: '3' }]);
});

test('what changed during a cut is told behind it, once (ours)', async () => {
  await stage.start();
  proxy = await TcpProxy.start(stage.server.port);
  const own = await ours('own', proxy.port);
  const bob = await stage.user('bob');
  const channel = own.createChannel('room');
  await channel.join();
  const told = updates(channel);
  await bob.client.setChannelAttributes('room', { a: '1' }, FLAG);
  await told.atLeast(1);
  proxy.cut();
  await bob.client.addOrUpdateChannelAttributes('room', { a: '2' }, FLAG);
  await bob.client.addOrUpdateChannelAttributes('room', { b: '3' }, FLAG);
  // Waits for the connection, and is carried out behind its restoration.
  const mine = own.addOrUpdateChannelAttributes('room', { c: '4' }, FLAG);
  proxy.restore();
  await mine;
  await told.atLeast(3);
  expect(toldTo(told)).toEqual([{ a: '1' }, { a: '2', b: '3' }, { a: '2', b: '3', c: '4' }]);
});

test('away for longer than OFFLINE: ours writes all of its attributes back', async () => {
  await stage.start({ settings: { offlineMs: 700, publishedPingMs: 100, heartbeatMs: 200, ...UNLIMITED } });
  proxy = await TcpProxy.start(stage.server.port);
  const own = await ours('own', proxy.port);
  const bob = await ours('bob');
  await own.setLocalUserAttributes({ a: '1' });
  await own.addOrUpdateLocalUserAttributes({ b: '2' });
  const connected = record<[string]>(own, 'ConnectionStateChanged');
  proxy.cut();
  await eventually(async () => {
    const code = await bob.getUserAttributes('own').then(
      () => 0,
      (error: { code: number }) => error.code,
    );
    return code === 6;
  }, 'offline');
  proxy.restore();
  await connected.until((calls) => calls.at(-1)?.[0] === 'CONNECTED');
  expect(await bob.getUserAttributes('own')).toEqual({ a: '1', b: '2' });
});

test('kick and logout end them; another login begins without any', async () => {
  await stage.start();
  const first = await stage.user('alice');
  const bob = await ours('bob');
  await first.client.setLocalUserAttributes({ a: '1' });
  const second = await ours('alice');
  expect(await bob.getUserAttributes('alice')).toEqual({});
  await second.setLocalUserAttributes({ b: '1' });
  await second.logout();
  await expect(bob.getUserAttributes('alice')).rejects.toMatchObject({ code: 6 });
});

test('a channel without members loses its attributes after a while', async () => {
  await stage.start({ engineLimits: { emptyChannelMs: 600, sweepMs: 50 }, settings: UNLIMITED });
  const own = await ours('own');
  const witness = await ours('witness');
  const [channel, other] = [own.createChannel('room'), witness.createChannel('other')];
  for (const each of [channel, other]) await each.join();
  await own.setChannelAttributes('room', { a: '1' });
  await witness.setChannelAttributes('other', { a: '1' });
  const goneFrom = (id: string) =>
    eventually(
      async () => Object.keys(await witness.getChannelAttributes(id).catch(() => ({ x: 1 }))).length === 0,
      `gone from ${id}`,
    );
  await other.leave();
  await goneFrom('other');
  expect(valuesOf(await own.getChannelAttributes('room'))).toEqual({ a: '1' });
  await channel.leave();
  await goneFrom('room');
});
