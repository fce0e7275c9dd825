/** Presence with the published client, with ours, and mixed (docs/differences.md, quirks Q18 to Q20). */
import ArRTM from 'ar-rtm-sdk';
import { MemoryRecords } from 'ar-rtm-server/testing';
import { CHROME, FIREFOX } from 'ar-rtm-testkit/published';
import { type Recorder, record } from 'ar-rtm-testkit/recorder';
import { afterEach, describe, expect, test } from 'vitest';
import { APP, states, type Tab, useStage } from './stage.js';

const stage = useStage();
type Client = ReturnType<typeof ArRTM.createInstance>;
type Seen = [states: Record<string, string>];

const clients: Client[] = [];

afterEach(async () => {
  await Promise.all(clients.splice(0).map((client) => client.logout().catch(() => undefined)));
});

async function ours(uid: string): Promise<Client> {
  const client = ArRTM.createInstance(APP, { ...stage.server.address, logFilter: ArRTM.LOG_FILTER_OFF });
  clients.push(client);
  await client.login({ uid });
  return client;
}

const seenBy = (client: Pick<Tab['client'], 'on'>) => record<Seen>(client as never, 'PeersOnlineStatusChanged');
const all = ({ calls }: Recorder<Seen>) => calls.map(([told]) => told);
const told = (seen: Recorder<Seen>, uid: string, state: string) =>
  seen.until((calls) => calls.filter(([one]) => uid in one).at(-1)?.[0][uid] === state);

/** A user with either SDK: what both can do. */
type Either = Pick<
  Tab['client'],
  | 'on'
  | 'logout'
  | 'queryPeersOnlineStatus'
  | 'subscribePeersOnlineStatus'
  | 'unsubscribePeersOnlineStatus'
  | 'queryPeersBySubscriptionOption'
>;

const KINDS: readonly (readonly [name: string, login: (uid: string) => Promise<Either>])[] = [
  ['published, server-driven', async (uid) => (await stage.user(uid, CHROME)).client],
  ['published, client-driven', async (uid) => (await stage.user(uid, FIREFOX)).client],
  ['ours', async (uid) => (await ours(uid)) as never],
];

const PAIRS = KINDS.flatMap(([watcher, logIn]) =>
  KINDS.map(([peer, logPeerIn]) => [watcher, peer, logIn, logPeerIn] as const),
);

test.each(PAIRS)('%s watches %s: all methods and the event', async (_watcher, _peer, logIn, logPeerIn) => {
  await stage.start();
  const alice = await logIn('alice');
  const seen = seenBy(alice);
  const bob = await logPeerIn('bob');
  expect(await alice.queryPeersOnlineStatus(['bob', 'carol', 'alice'])).toEqual({
    bob: true,
    carol: false,
    alice: true,
  });
  await alice.subscribePeersOnlineStatus(['bob', 'carol']);
  await seen.atLeast(1);
  expect(all(seen)).toEqual([{ bob: 'ONLINE', carol: 'OFFLINE' }]);
  expect(await alice.queryPeersBySubscriptionOption('ONLINE_STATUS')).toEqual(['bob', 'carol']);
  await bob.logout();
  await told(seen, 'bob', 'OFFLINE');
  const carol = await logPeerIn('carol');
  await told(seen, 'carol', 'ONLINE');
  await alice.unsubscribePeersOnlineStatus(['bob', 'nobody']);
  expect(await alice.queryPeersBySubscriptionOption('ONLINE_STATUS')).toEqual(['carol']);
  await logPeerIn('bob');
  await carol.logout();
  await told(seen, 'carol', 'OFFLINE');
  expect(all(seen).slice(1)).toEqual([{ bob: 'OFFLINE' }, { carol: 'ONLINE' }, { carol: 'OFFLINE' }]);
});

describe('cuts', () => {
  const QUICK = { unreachableMs: 400, offlineMs: 1500, heartbeatMs: 200, publishedPingMs: 150 };

  test('UNREACHABLE is online to a published client, and told to ours; OFFLINE to both', async () => {
    await stage.start({ settings: QUICK });
    const alice = await stage.user('alice');
    const dora = await ours('dora');
    const [published, own] = [seenBy(alice.client), seenBy(dora)];
    const bob = await stage.raw('bob');
    await alice.client.subscribePeersOnlineStatus(['bob']);
    await dora.subscribePeersOnlineStatus(['bob']);
    bob.terminate();
    await told(own, 'bob', 'UNREACHABLE');
    expect(await dora.queryPeersOnlineStatus(['bob'])).toEqual({ bob: true });
    await told(own, 'bob', 'OFFLINE');
    await told(published, 'bob', 'OFFLINE');
    expect(all(own)).toEqual([{ bob: 'ONLINE' }, { bob: 'UNREACHABLE' }, { bob: 'OFFLINE' }]);
    expect(all(published)).toEqual([{ bob: 'ONLINE' }, { bob: 'OFFLINE' }]);
  });

  test('a published client that reconnects keeps its subscriptions, and hears what has changed meanwhile (Q18)', async () => {
    await stage.start({ settings: { publishedPingMs: 250 } });
    const alice = await stage.user('alice');
    const seen = seenBy(alice.client);
    const connected = states(alice);
    const bob = await stage.user('bob');
    await stage.user('dora');
    await alice.client.subscribePeersOnlineStatus(['bob', 'carol', 'dora']);
    await seen.atLeast(1);
    // The server has heard of her since, so that the push has surely arrived.
    for (let ping = 0; ping < 2; ping++) {
      await new Promise((resolve) => alice.sockets.at(-1)?.once('ping', resolve));
    }
    alice.sockets.at(-1)?.terminate();
    await bob.client.logout();
    await connected.until((calls) => calls.at(-1)?.[0] === 'CONNECTED');
    await told(seen, 'bob', 'OFFLINE');
    await stage.user('carol');
    await told(seen, 'carol', 'ONLINE');
    expect(all(seen).slice(1)).toEqual([{ bob: 'OFFLINE' }, { carol: 'ONLINE' }]);
    expect(await alice.client.queryPeersBySubscriptionOption('ONLINE_STATUS')).toEqual(['bob', 'carol', 'dora']);
    expect(alice.frames.calls.filter(([way, cmd]) => way === 'out' && cmd === 'SubscribeOnlineStatus')).toHaveLength(1);
    expect(alice.uncaught).toEqual([]);
  });

  test('logout and kick end the subscriptions of a published client; a kick shows no OFFLINE', async () => {
    await stage.start();
    const alice = await stage.user('alice');
    const kicked = states(alice);
    const dora = await ours('dora');
    const watched = seenBy(dora);
    await dora.subscribePeersOnlineStatus(['alice']);
    await alice.client.subscribePeersOnlineStatus(['dora']);
    const second = await stage.user('alice');
    await kicked.atLeast(1);
    expect(await second.client.queryPeersBySubscriptionOption('ONLINE_STATUS')).toEqual([]);
    await second.client.subscribePeersOnlineStatus(['dora']);
    await second.client.logout();
    await told(watched, 'alice', 'OFFLINE');
    await second.client.login({ uid: 'alice' });
    expect(await second.client.queryPeersBySubscriptionOption('ONLINE_STATUS')).toEqual([]);
    await told(watched, 'alice', 'ONLINE');
    expect(all(watched)).toEqual([{ alice: 'ONLINE' }, { alice: 'OFFLINE' }, { alice: 'ONLINE' }]);
  });
});

describe('the server restarts', () => {
  test('in order: both kinds go on with their subscriptions, and nobody is seen OFFLINE', async () => {
    const content = new Map<string, string>();
    await stage.start({ records: new MemoryRecords({ content }) });
    const { port } = stage.server;
    const alice = await stage.user('alice');
    const dora = await ours('dora');
    const connected = states(alice);
    const [published, own] = [seenBy(alice.client), seenBy(dora)];
    await alice.client.subscribePeersOnlineStatus(['dora', 'bob']);
    await dora.subscribePeersOnlineStatus(['alice', 'bob']);
    await Promise.all([published.atLeast(1), own.atLeast(1)]);
    await stage.server.stop();
    await stage.start({ port, records: new MemoryRecords({ content }) });
    await connected.until((calls) => calls.at(-1)?.[0] === 'CONNECTED');
    await stage.user('bob');
    await Promise.all([told(published, 'bob', 'ONLINE'), told(own, 'bob', 'ONLINE')]);
    for (const seen of [published, own]) {
      const peers = all(seen).flatMap((one) => [one.alice, one.dora]);
      expect(peers).not.toContain('OFFLINE');
    }
    expect(all(own)).toEqual([{ alice: 'ONLINE', bob: 'OFFLINE' }, { bob: 'ONLINE' }]);
    expect(await alice.client.queryPeersBySubscriptionOption('ONLINE_STATUS')).toEqual(['dora', 'bob']);
    expect(await dora.queryPeersBySubscriptionOption('ONLINE_STATUS')).toEqual(['alice', 'bob']);
  });

  test('with nothing kept: ours watches the same users again, and reports what is different', async () => {
    await stage.start();
    const { port } = stage.server;
    const dora = await ours('dora');
    const seen = seenBy(dora);
    const bob = await stage.raw('bob');
    await dora.subscribePeersOnlineStatus(['bob', 'carol']);
    await seen.atLeast(1);
    const gone = record<[string]>(dora, 'ConnectionStateChanged');
    bob.terminate();
    await stage.server.stop();
    await stage.start({ port });
    await told(seen, 'bob', 'OFFLINE');
    await gone.until((calls) => calls.at(-1)?.[0] === 'CONNECTED');
    expect(all(seen)).toEqual([{ bob: 'ONLINE', carol: 'OFFLINE' }, { bob: 'OFFLINE' }]);
    expect(await dora.queryPeersBySubscriptionOption('ONLINE_STATUS')).toEqual(['bob', 'carol']);
  });
});
