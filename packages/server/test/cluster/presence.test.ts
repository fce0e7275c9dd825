/** Presence over three nodes on virtual time: what watchers hear, when, and how little it costs. */
import type { PeerState } from 'ar-rtm-protocol';
import { afterEach, describe, expect, test } from 'vitest';
import { Cluster, type ClusterOptions, type ScriptedClient } from './cluster.js';

let cluster: Cluster;
const SLOW = { feedDelayMs: 20, callDelayMs: 10, answerDelayMs: 10 };

async function start(options: Partial<ClusterOptions> = {}): Promise<void> {
  cluster = await Cluster.start({ nodes: 3, ...options });
}

afterEach(async () => {
  cluster.network.faults = { ...cluster.network.faults, loseFeeds: 0, failBefore: 0, failAfter: 0 };
  expect(cluster.complaints).toEqual([]);
});

let lastId = 1000;

type Command = 'SubscribeOnlineStatus' | 'UnSubscribeOnlineStatus' | 'QueryOnlineStatus' | 'QueryOnlineSubStatus';

/** Asks, and answers the reply. */
async function ask(client: ScriptedClient, cmd: Command, uids: readonly string[] = []) {
  const MsgId = ++lastId;
  client.say(cmd, { MsgId, UserIds: JSON.stringify(uids) });
  const reply = () => client.contents(cmd).find((content) => content.MsgId === MsgId);
  await cluster.until(() => reply() !== undefined, `${client.uid}: ${cmd}`, 15_000);
  return reply() as { Code?: number; Status?: readonly { UserId: string; Online: number; State?: string }[] };
}

const watch = async (client: ScriptedClient, ...uids: string[]) =>
  (await ask(client, 'SubscribeOnlineStatus', uids)).Code;

/** Pushes, each as "uid STATE, uid STATE". */
function pushes(client: ScriptedClient): string[] {
  return client
    .contents('PeerOnlineStatus')
    .map(({ Status }) => Status.map(({ UserId, State }) => `${UserId} ${State}`).join(', '));
}

/** Takes what was pushed so far. */
function taken(client: ScriptedClient): string[] {
  const all = pushes(client);
  client.frames.length = 0;
  return all;
}

/** The last state told of a user. */
function toldOf(client: ScriptedClient, uid: string): PeerState | undefined {
  const all = client.contents('PeerOnlineStatus').flatMap(({ Status }) => Status);
  return all.filter(({ UserId }) => UserId === uid).at(-1)?.State as PeerState | undefined;
}

const hears = (client: ScriptedClient, uid: string, state: PeerState, limitMs?: number) =>
  cluster.until(() => toldOf(client, uid) === state, `${client.uid} hears that ${uid} is ${state}`, limitMs);

describe('what watchers hear', () => {
  test('the reply, then the states of all named in one push; then changes, over nodes', async () => {
    await start();
    const alice = await cluster.login('alice', 0);
    const bob = await cluster.login('bob', 1);
    alice.frames.length = 0;
    expect(await watch(alice, 'bob', 'carol', 'bob')).toBe(0);
    await cluster.time.settle();
    expect(alice.frames.map(({ cmd }) => cmd)).toEqual(['SubscribeOnlineStatus', 'PeerOnlineStatus']);
    expect(taken(alice)).toEqual(['bob ONLINE, carol OFFLINE']);
    // Named again: told again, and nothing of the others.
    expect(await watch(alice, 'carol')).toBe(0);
    await cluster.time.settle();
    expect(taken(alice)).toEqual(['carol OFFLINE']);
    const carol = await cluster.login('carol', 2);
    await hears(alice, 'carol', 'ONLINE');
    bob.say('Logout', {});
    await hears(alice, 'bob', 'OFFLINE');
    carol.breakSocket();
    await hears(alice, 'carol', 'UNREACHABLE');
    await hears(alice, 'carol', 'OFFLINE', 40_000);
    expect(pushes(alice)).toEqual(['carol ONLINE', 'bob OFFLINE', 'carol UNREACHABLE', 'carol OFFLINE']);
  });

  test.each([
    ['whose socket broke', (client: ScriptedClient) => client.breakSocket()],
    [
      'that falls silent',
      (client: ScriptedClient) => {
        client.mute = true;
      },
    ],
  ])('a client %s: UNREACHABLE at 6 s and OFFLINE at 30 s from its last packet, within a second', async (_, cut) => {
    await start({ faults: SLOW });
    const alice = await cluster.login('alice', 0);
    const bob = await cluster.login('bob', 1);
    await watch(alice, 'bob');
    await hears(alice, 'bob', 'ONLINE');
    await cluster.time.advance(500);
    bob.say('KeepAlive', { time: '1' });
    const from = cluster.time.monotonicMs();
    cut(bob);
    await hears(alice, 'bob', 'UNREACHABLE');
    const unreachable = cluster.time.monotonicMs() - from;
    await hears(alice, 'bob', 'OFFLINE', 40_000);
    const offline = cluster.time.monotonicMs() - from;
    expect(unreachable).toBeGreaterThanOrEqual(5900);
    expect(unreachable).toBeLessThanOrEqual(7000);
    expect(offline).toBeGreaterThanOrEqual(29_900);
    expect(offline).toBeLessThanOrEqual(31_000);
  });

  test('one packet makes a silent client ONLINE again, with and without a new socket', async () => {
    await start({ faults: SLOW });
    const alice = await cluster.login('alice', 0);
    const bob = await cluster.login('bob', 1);
    await watch(alice, 'bob');
    await cluster.time.advance(300);
    bob.mute = true;
    await hears(alice, 'bob', 'UNREACHABLE');
    expect((await ask(alice, 'QueryOnlineStatus', ['bob'])).Status).toEqual([
      { UserId: 'bob', Online: 1, State: 'ONLINE' },
    ]);
    bob.mute = false;
    bob.say('KeepAlive', { time: '1' });
    await hears(alice, 'bob', 'ONLINE', 1000);
    bob.breakSocket();
    await hears(alice, 'bob', 'UNREACHABLE');
    await bob.connect(2, { resume: true });
    await hears(alice, 'bob', 'ONLINE', 1000);
    await cluster.time.advance(40_000);
    expect(pushes(alice)).toEqual(['bob ONLINE', 'bob UNREACHABLE', 'bob ONLINE', 'bob UNREACHABLE', 'bob ONLINE']);
  });

  test('a kick shows nothing at all', async () => {
    await start({ faults: SLOW });
    const alice = await cluster.login('alice', 0);
    await cluster.login('bob', 1);
    await watch(alice, 'bob');
    await cluster.login('bob', 2);
    await cluster.time.advance(5000);
    expect(pushes(alice)).toEqual(['bob ONLINE']);
  });

  test('there and back within 200 ms is nothing, and changes of many are one push', async () => {
    await start();
    const alice = await cluster.login('alice', 0);
    const uids = ['b1', 'b2', 'b3'];
    const [first] = await Promise.all(uids.map((uid) => cluster.login(uid, 1)));
    await watch(alice, ...uids, 'carol');
    await cluster.time.settle();
    taken(alice);
    first?.say('Logout', {});
    await cluster.time.advance(50);
    await cluster.login('b1', 2);
    await cluster.time.advance(1000);
    expect(taken(alice)).toEqual([]);
    const from = cluster.time.monotonicMs();
    await Promise.all([cluster.login('carol', 0), cluster.login('b2', 0).then((b2) => b2.say('Logout', {}))]);
    await hears(alice, 'b2', 'OFFLINE');
    expect(cluster.time.monotonicMs() - from).toBeLessThanOrEqual(300);
    expect(taken(alice).map((push) => push.split(', ').sort())).toEqual([['b2 OFFLINE', 'carol ONLINE']]);
  });

  test('after an unsubscription nothing is heard, and the list is in the order of the first subscription', async () => {
    await start();
    const alice = await cluster.login('alice', 0);
    await watch(alice, 'c', 'a', 'b');
    await watch(alice, 'd', 'a');
    expect((await ask(alice, 'UnSubscribeOnlineStatus', ['a', 'unknown'])).Code).toBe(0);
    expect((await ask(alice, 'QueryOnlineSubStatus')).Status).toEqual(
      ['c', 'b', 'd'].map((UserId) => ({ UserId, Online: 1 })),
    );
    await cluster.time.settle();
    taken(alice);
    await cluster.login('a', 1);
    await cluster.login('d', 1);
    await hears(alice, 'd', 'ONLINE');
    expect(pushes(alice)).toEqual(['d ONLINE']);
  });

  test('refusals: invalid lists, limits, calls that are too frequent', async () => {
    await start();
    const alice = await cluster.login('alice', 0);
    const many = (count: number, prefix = 'u') => Array.from({ length: count }, (_, index) => `${prefix}${index}`);
    expect([await watch(alice), await watch(alice, 'a/b'), await watch(alice, 'ok', 'null')]).toEqual([2, 2, 2]);
    expect(await watch(alice, ...many(513))).toBe(6);
    expect(await watch(alice, ...many(512))).toBe(0);
    expect(await watch(alice, 'one more')).toBe(6);
    expect(await watch(alice, 'u7')).toBe(0);
    expect(await ask(alice, 'QueryOnlineStatus', many(257))).toMatchObject({ Code: 1, Status: [] });
    expect((await ask(alice, 'QueryOnlineStatus', many(256))).Status).toHaveLength(256);
    const codes: (number | undefined)[] = [];
    for (let call = 0; call < 21; call++) codes.push((await ask(alice, 'UnSubscribeOnlineStatus', ['u7'])).Code);
    expect(codes).toEqual([...Array.from({ length: 20 }, () => 0), 5]);
    for (let call = 0; call < 25; call++) codes.push((await ask(alice, 'QueryOnlineSubStatus')).Code);
    expect(codes.at(-1)).toBe(3);
  });
});

describe('over cuts, nodes and faults', () => {
  test('ours is told everything once more when it is back, on the same and on another node', async () => {
    await start({ faults: SLOW });
    const alice = await cluster.login('alice', 0);
    const bob = await cluster.login('bob', 1);
    await watch(alice, 'bob', 'carol');
    for (const node of [0, 2]) {
      alice.breakSocket();
      await cluster.time.advance(1000);
      taken(alice);
      await alice.connect(node, { resume: true });
      expect(alice.contents('Login')[0]).toMatchObject({ Resumed: true, Subscriptions: 2 });
      await cluster.time.advance(2000);
      expect(taken(alice)).toEqual(['bob ONLINE, carol OFFLINE']);
    }
    bob.say('Logout', {});
    await hears(alice, 'bob', 'OFFLINE');
  });

  test('a published client is told what has changed, and what may not have reached it', async () => {
    await start();
    const alice = await cluster.login('alice', 0, 'published');
    const bob = await cluster.login('bob', 1);
    await cluster.login('carol', 1);
    await watch(alice, 'bob', 'carol', 'dave', 'erin');
    await cluster.time.advance(1000);
    alice.say('KeepAlive', { time: '1' });
    taken(alice);
    // Goes into a socket from which nothing is heard any more.
    await cluster.time.advance(100);
    await cluster.login('erin', 1);
    await hears(alice, 'erin', 'ONLINE');
    alice.breakSocket();
    bob.say('Logout', {});
    await cluster.time.advance(1000);
    taken(alice);
    await alice.connect(0);
    await cluster.time.advance(1000);
    expect(taken(alice)).toEqual(['bob OFFLINE, erin ONLINE']);
    alice.breakSocket();
    await alice.connect(0);
    await cluster.time.advance(10_000);
    alice.breakSocket();
    await alice.connect(0);
    await cluster.time.advance(1000);
    expect(
      taken(alice)
        .flatMap((push) => push.split(', '))
        .filter((state) => state.startsWith('dave')),
    ).toEqual([]);
  });

  test('a published client hears nothing of UNREACHABLE', async () => {
    await start();
    const alice = await cluster.login('alice', 0, 'published');
    const bob = await cluster.login('bob', 1);
    await watch(alice, 'bob');
    bob.breakSocket();
    await cluster.time.advance(10_000);
    await bob.connect(1, { resume: true });
    await cluster.time.advance(1000);
    expect(taken(alice)).toEqual(['bob ONLINE']);
    bob.breakSocket();
    await hears(alice, 'bob', 'OFFLINE', 40_000);
    expect(taken(alice)).toEqual(['bob OFFLINE']);
  });

  test('the node dies: the next one goes on with the subscriptions and the clock', async () => {
    await start({ faults: SLOW });
    const alice = await cluster.login('alice', 0);
    await cluster.login('bob', 0);
    await cluster.login('carol', 1);
    const dora = await cluster.login('dora', 2);
    await watch(alice, 'bob', 'carol');
    await watch(dora, 'bob');
    await cluster.kill(0);
    await alice.connect(1, { resume: true });
    expect(alice.contents('Login').at(-1)).toMatchObject({ Resumed: true, Subscriptions: 2 });
    taken(alice);
    await hears(dora, 'bob', 'UNREACHABLE', 20_000);
    await hears(alice, 'bob', 'UNREACHABLE', 20_000);
    await hears(alice, 'bob', 'OFFLINE', 40_000);
  });

  test('lost feeds are found', async () => {
    await start({ faults: { ...SLOW, loseFeeds: 1 } });
    const alice = await cluster.login('alice', 0);
    await watch(alice, 'bob');
    await cluster.login('bob', 1);
    await hears(alice, 'bob', 'ONLINE', 25_000);
  });

  test('a session that is over watches nobody, and its users are not followed any more', async () => {
    await start();
    const alice = await cluster.login('alice', 0);
    await watch(alice, 'bob', 'carol');
    expect(cluster.node(0).census.watched).toBe(2);
    alice.say('Logout', {});
    await cluster.time.advance(10_000);
    expect(cluster.node(0).census.watched).toBe(0);
    expect(cluster.engine.sizes().watched).toBe(0);
    const again = await cluster.login('alice', 0);
    expect((await ask(again, 'QueryOnlineSubStatus')).Status).toEqual([]);
  });

  test('whatever goes wrong in between, everybody ends up knowing the truth', async () => {
    for (let seed = 1; seed <= 6; seed++) {
      await start({
        seed,
        faults: {
          callDelayMs: 60,
          answerDelayMs: 60,
          feedDelayMs: 150,
          failBefore: 0.1,
          failAfter: 0.1,
          loseFeeds: 0.2,
        },
      });
      const uids = ['a', 'b', 'c', 'd', 'e', 'f'];
      const clients = await Promise.all(uids.map((uid, index) => cluster.login(uid, index % 3)));
      for (const client of clients) while ((await watch(client, ...uids)) !== 0) await cluster.time.advance(1000);
      for (let round = 0; round < 12; round++) {
        const client = clients[round % clients.length] as ScriptedClient;
        client.breakSocket();
        await cluster.time.advance([100, 3000, 8000, 33_000][round % 4] as number);
        if (round % 3 !== 2) await client.connect(round % 3, { resume: true });
      }
      cluster.network.faults = { ...cluster.network.faults, failBefore: 0, failAfter: 0, loseFeeds: 0 };
      for (const client of clients) if (client.closedWith === undefined) client.breakSocket();
      for (const [index, client] of clients.slice(0, 4).entries()) {
        await client.connect(index % 3, { resume: true });
        for (let tries = 0; (await watch(client, ...uids)) !== 0 && tries < 10; tries++)
          await cluster.time.advance(1000);
      }
      await cluster.time.advance(60_000);
      for (const client of clients.slice(0, 4)) {
        expect(
          uids.map((uid) => toldOf(client, uid)),
          `seed ${seed}, ${client.uid}`,
        ).toEqual(['ONLINE', 'ONLINE', 'ONLINE', 'ONLINE', 'OFFLINE', 'OFFLINE']);
      }
    }
  });
});

describe('cost', () => {
  test('many watchers of one user cost one encoding', async () => {
    await start({ nodes: 1 });
    const watchers = await Promise.all(Array.from({ length: 300 }, (_, index) => cluster.login(`w${index}`, 0)));
    for (const watcher of watchers) await watch(watcher, 'star');
    const before = cluster.counters.get('presence_encodings');
    await cluster.login('star', 0);
    await cluster.time.advance(300);
    expect(watchers.every((watcher) => pushes(watcher).length === 2)).toBe(true);
    expect(cluster.counters.get('presence_encodings') - before).toBe(1);
    expect(cluster.counters.get('presence_pushes')).toBe(600);
    expect(cluster.node(0).census.watched).toBe(1);
  });

  test.each(['ours', 'published'] as const)(
    '%s: 100 users who watch 20 each, all cut and back: at most 2 pushes per watcher',
    async (kind) => {
      await start();
      const uids = Array.from({ length: 100 }, (_, index) => `u${index}`);
      const clients = await Promise.all(uids.map((uid, index) => cluster.login(uid, index % 3, kind)));
      for (const [index, client] of clients.entries()) {
        await watch(client, ...Array.from({ length: 20 }, (_, next) => uids[(index + next + 1) % 100] as string));
      }
      await cluster.time.advance(20_000);
      for (const silence of [500, 8000]) {
        for (const client of clients) {
          client.breakSocket();
          taken(client);
        }
        await cluster.time.advance(silence);
        await Promise.all(clients.map((client, index) => client.connect((index + 1) % 3, { resume: true })));
        await cluster.time.advance(5000);
        const most = Math.max(...clients.map((client) => pushes(client).length));
        expect([silence, most <= 2]).toEqual([silence, true]);
        for (const client of clients) {
          const told = client.contents('PeerOnlineStatus').flatMap(({ Status }) => Status);
          expect(new Set(told.map(({ State }) => State)).size).toBeLessThanOrEqual(1);
        }
      }
    },
  );
});

test('a user of another app is somebody else', async () => {
  await start();
  await cluster.login('alice', 0);
  const engine = cluster.engine.connect();
  expect(await engine.presence.query({ appId: 'f'.repeat(32), uids: ['alice'], timeoutMs: 1000 })).toEqual(['OFFLINE']);
});
