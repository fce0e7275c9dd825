/** Three nodes over one engine behind a network that copies, delays, reorders, fails and partitions (design 2, 3). */
import { LIMITS } from 'ar-rtm-protocol';
import { afterEach, describe, expect, test } from 'vitest';
import { Cluster, type ClusterOptions, type ScriptedClient } from './cluster.js';

let cluster: Cluster;

async function start(options: Partial<ClusterOptions> = {}): Promise<void> {
  cluster = await Cluster.start({ nodes: 3, ...options });
}

afterEach(() => {
  expect(cluster.complaints).toEqual([]);
});

/** Slow and disorderly, but nothing fails. */
const SLOW = { callDelayMs: 30, answerDelayMs: 30, feedDelayMs: 60 };

test('a crowd that comes at one instant is let in and joins, some in each turn, and whoever goes before its turn is no trouble', async () => {
  await start();
  const crowd = Array.from({ length: 300 }, (_, at) => cluster.client(`user${at}`, at % 2 ? 'published' : 'ours'));
  await Promise.all(crowd.map((client) => client.connect(0, { wait: false })));
  const early = crowd.splice(290);
  for (const client of early) client.breakSocket();
  for (const client of crowd) client.say('JoinChannel', { ChanId: 'room' });
  const joined = () => crowd.filter((client) => client.contents('JoinChannel').some(({ Code }) => Code === 0));
  await cluster.until(() => joined().length === crowd.length, 'all are in');
  expect(crowd.map((client) => client.contents('Login').map(({ Code }) => Code))).toEqual(crowd.map(() => [0]));
  for (const client of early) await client.connect(1);
  expect(early.map((client) => client.contents('Login').map(({ Code }) => Code))).toEqual(early.map(() => [0]));
  crowd[0]?.shout('room', 'everybody?');
  await cluster.until(() => crowd.slice(1).every((client) => client.heard('room').length === 1), 'all hear it');
});

describe('peer messages across nodes', () => {
  test('gateway, socket and receiver on three nodes', async () => {
    await start({ faults: SLOW });
    const alice = await cluster.login('alice', 1, 'ours', 0);
    const bob = await cluster.login('bob', 2, 'published', 1);
    expect(await alice.sendTo('bob', 'hello')).toMatchObject({ Status: 2, Code: 0 });
    expect(await bob.sendTo('alice', 'hi')).toMatchObject({ Status: 2 });
    expect([alice.received(), bob.received()]).toEqual([['hi'], ['hello']]);
    expect(await alice.sendTo('nobody', 'x')).toMatchObject({ Status: 0, Code: 0 });
  });

  test('two hundred in the order of the calls although the feeds overtake each other', async () => {
    await start({ faults: { ...SLOW, feedDelayMs: 300 } });
    const alice = await cluster.login('alice', 0);
    const bob = await cluster.login('bob', 1);
    const bodies = Array.from({ length: 200 }, (_, i) => `${i}`);
    for (const [i, MsgBody] of bodies.entries()) {
      alice.say('SendMsgToPeer', { MsgId: 1000 + i, ToUId: 'bob', MsgType: 1, MsgBody });
    }
    await cluster.until(() => alice.contents('MsgStatus').length === 200, 'all answered', 60_000);
    expect(bob.received()).toEqual(bodies);
    expect(alice.contents('MsgStatus').every(({ Status }) => Status === 2)).toBe(true);
  });

  test('a feed that is lost is read back; nothing is lost or doubled', async () => {
    await start({ faults: { ...SLOW, loseFeeds: 0.3 } });
    const alice = await cluster.login('alice', 0);
    const bob = await cluster.login('bob', 1);
    for (let i = 0; i < 40; i++) await alice.sendTo('bob', `${i}`);
    cluster.network.faults = { ...cluster.network.faults, loseFeeds: 0 };
    await alice.sendTo('bob', 'last');
    await cluster.until(() => bob.received().includes('last'), 'the last arrives');
    expect(bob.received()).toEqual([...Array.from({ length: 40 }, (_, i) => `${i}`), 'last']);
    expect(cluster.network.counts.lostFeeds).toBeGreaterThan(5);
  });

  test('a receiver that does not acknowledge: 0 after 5 s; with the flag the entry waits on disk', async () => {
    await start();
    const alice = await cluster.login('alice', 0);
    const bob = await cluster.login('bob', 1);
    bob.mute = true;
    const began = cluster.time.monotonicMs();
    expect(await alice.sendTo('bob', 'kept', true)).toMatchObject({ Status: 0, Code: 0 });
    expect(cluster.time.monotonicMs() - began).toBeGreaterThanOrEqual(5000);
    expect(await alice.sendTo('bob', 'lost', false)).toMatchObject({ Status: 0, Code: 0 });
    bob.breakSocket();
    await cluster.time.advance(31_000);
    const again = await cluster.login('bob', 2);
    await cluster.time.advance(100);
    expect(again.contents('RecvMsgFromPeer')).toMatchObject([{ MsgBody: 'kept', Offline: true }]);
  });

  test('a suspended receiver gets what was sent meanwhile when it comes back on another node, before newer ones', async () => {
    await start({ faults: SLOW });
    const alice = await cluster.login('alice', 0);
    const bob = await cluster.login('bob', 1);
    bob.breakSocket();
    const status = alice.sendTo('bob', 'while away');
    await cluster.time.advance(1000);
    await bob.connect(2, { resume: true });
    expect(await status).toMatchObject({ Status: 2 });
    await alice.sendTo('bob', 'after');
    expect(bob.received()).toEqual(['while away', 'after']);
    expect(bob.contents('Login').at(-1)).toMatchObject({ Code: 0, Resumed: true });
  });
});

describe('channels across nodes', () => {
  test('members on three nodes hear everything once, in one order, although feeds are lost and reordered', async () => {
    await start({ faults: { ...SLOW, feedDelayMs: 200, loseFeeds: 0.2 }, seed: 7 });
    const members: ScriptedClient[] = [];
    for (let i = 0; i < 6; i++) {
      const member = await cluster.login(`user${i}`, i % 3, i % 2 ? 'published' : 'ours');
      expect(await member.join('room')).toBe(0);
      members.push(member);
    }
    for (let n = 0; n < 20; n++) {
      for (const member of members) member.shout('room', `${member.uid}:${n}`);
      await cluster.time.advance(10);
    }
    cluster.network.faults = { ...cluster.network.faults, loseFeeds: 0 };
    const complete = (member: ScriptedClient) => member.heard('room').length >= 100;
    await cluster.until(() => members.every(complete), 'everybody has heard everything', 60_000);
    await cluster.until(
      () => members.every((one) => one.contents('SendChannelMsg').length === 20),
      'all answered',
      60_000,
    );
    await cluster.time.advance(5000);
    // One log: what two members have both heard, they have heard in the same order.
    const order = new Map<string, number>();
    for (const member of members) {
      const heard = member.contents('RecvMsgFromChan');
      expect(heard).toHaveLength(100);
      expect(new Set(heard.map(({ MsgBody }) => MsgBody)).size).toBe(100);
      const offsets = heard.map(({ Offset }) => Offset ?? Number.NaN);
      expect(offsets).toEqual([...offsets].sort((a, b) => a - b));
      for (const { MsgBody, Offset = -1 } of heard) {
        expect(order.get(MsgBody) ?? Offset).toBe(Offset);
        order.set(MsgBody, Offset);
      }
    }
  });

  test("the author's reply never comes before the frames of lower offsets", async () => {
    await start({ faults: { ...SLOW, feedDelayMs: 200 } });
    const a = await cluster.login('a', 0);
    const b = await cluster.login('b', 1);
    for (const member of [a, b]) await member.join('room');
    for (let n = 0; n < 30; n++) {
      a.shout('room', `a${n}`);
      b.shout('room', `b${n}`);
    }
    await cluster.until(
      () => [a, b].every((one) => one.contents('SendChannelMsg').length === 30),
      'all answered',
      60_000,
    );
    await cluster.until(() => [a, b].every((one) => one.heard('room').length === 30), 'all heard', 60_000);
    for (const member of [a, b]) {
      const offsets = member.frames
        .filter(({ cmd }) => cmd === 'SendChannelMsg' || cmd === 'RecvMsgFromChan')
        .map(({ content }) => (content as { Offset?: number }).Offset ?? Number.NaN);
      expect(offsets).toEqual([...offsets].sort((x, y) => x - y));
    }
  });

  test('joins, departures and counts are seen on other nodes', async () => {
    await start({ faults: SLOW });
    const a = await cluster.login('a', 0);
    await a.join('room');
    const b = await cluster.login('b', 1);
    await b.join('room');
    await cluster.until(() => a.contents('ChanMemberJoin').length === 1, 'a sees b');
    await cluster.until(() => a.contents('MemSizeChanged').at(-1)?.MemSize === 2, 'a gets the count');
    expect(b.contents('MemSizeChanged')[0]).toMatchObject({ MemSize: 2 });
    b.say('Logout', {});
    await cluster.until(() => a.contents('ChanMemberLeave').length === 1, 'a sees b go');
    await cluster.until(() => a.contents('MemSizeChanged').at(-1)?.MemSize === 1, 'a gets the new count');
    expect(a.contents('ChanMemberJoin')).toMatchObject([{ UserId: 'b' }]);
    expect(b.contents('ChanMemberJoin')).toEqual([]);
  });

  test('the last feed of a channel is lost: the idle check finds it', async () => {
    await start();
    const a = await cluster.login('a', 0);
    const b = await cluster.login('b', 1);
    for (const member of [a, b]) await member.join('room');
    await cluster.time.advance(12_000);
    cluster.network.faults = { ...cluster.network.faults, loseFeeds: 1 };
    a.shout('room', 'last words');
    await cluster.time.advance(50);
    cluster.network.faults = { ...cluster.network.faults, loseFeeds: 0 };
    expect(b.heard('room')).toEqual([]);
    await cluster.until(() => b.heard('room').length === 1, 'the idle check', 25_000);
    await cluster.until(() => a.contents('SendChannelMsg').length === 1, 'the author is answered', 25_000);
  });
});

describe('one session per user', () => {
  test.each(['ours', 'published'] as const)('a newer login on another node kicks the older one (%s)', async (kind) => {
    await start({ faults: SLOW });
    const watcher = await cluster.login('watcher', 2);
    const old = await cluster.login('bob', 0, kind);
    await watcher.join('room');
    await old.join('room');
    await cluster.login('bob', 1, kind);
    await cluster.until(() => old.closedWith !== undefined, 'the older one is closed');
    expect(old.contents('ForceOffline')).toMatchObject([{ Reason: 'REMOTE_LOGIN' }]);
    expect(old.closedWith).toBe(1000);
    await cluster.until(() => watcher.contents('ChanMemberLeave').length === 1, 'it has left its channel');
  });

  test('two logins at the same instant on two nodes: exactly one stays', async () => {
    for (let seed = 1; seed <= 10; seed++) {
      await start({ faults: { ...SLOW, callDelayMs: 200 }, seed });
      const a = cluster.client('bob');
      const b = cluster.client('bob');
      await Promise.all([a.connect(0, { wait: false }), b.connect(1, { wait: false })]);
      await cluster.time.advance(3000);
      const open = [a, b].filter((client) => client.closedWith === undefined);
      expect(open, `seed ${seed}`).toHaveLength(1);
      const alice = await cluster.login('alice', 2);
      expect(await alice.sendTo('bob', 'who is it?')).toMatchObject({ Status: 2 });
      expect(open[0]?.received()).toEqual(['who is it?']);
    }
  });

  test('a superseded client that was cut learns of it when it comes back, and does not win the user back', async () => {
    await start({ faults: SLOW });
    const ours = await cluster.login('bob', 0);
    ours.breakSocket();
    const newer = await cluster.login('bob', 1);
    await ours.connect(2, { resume: true });
    expect(ours.contents('Login').at(-1)).toMatchObject({ Code: 1, Reason: 'REMOTE_LOGIN' });
    expect(newer.closedWith).toBeUndefined();
  });

  test('the same for a published client: let in, told, closed; after its close frame its next login wins', async () => {
    await start({ faults: SLOW });
    const first = await cluster.login('bob', 0, 'published');
    first.breakSocket();
    const newer = await cluster.login('bob', 1, 'published');
    await first.connect(2);
    await cluster.until(() => first.closedWith !== undefined, 'closed again');
    expect(first.contents('Login').at(-1)).toMatchObject({ Code: 0 });
    expect(first.contents('ForceOffline')).toHaveLength(1);
    expect(newer.closedWith).toBeUndefined();
    await cluster.time.advance(500);
    await first.connect(2);
    await cluster.until(() => newer.closedWith !== undefined, 'the other one is kicked');
    expect(first.closedWith).toBeUndefined();
  });

  test('the notice of a kick is lost: the older node finds out at its next word to the engine', async () => {
    await start({ faults: { loseNotices: 1 } });
    const old = await cluster.login('bob', 0);
    const newer = await cluster.login('bob', 1);
    await cluster.time.advance(1000);
    expect(old.closedWith).toBeUndefined();
    old.say('JoinChannel', { ChanId: 'room' });
    await cluster.until(() => old.closedWith !== undefined, 'the older one is closed');
    await old.connect(0, { resume: true });
    expect(old.contents('Login').at(-1)).toMatchObject({ Reason: 'REMOTE_LOGIN' });
    expect(newer.closedWith).toBeUndefined();
  });
});

describe('grace, node death, partition', () => {
  test('30 s from the last packet, not from the close: then the others see the departure', async () => {
    await start();
    const watcher = await cluster.login('watcher', 0);
    const bob = await cluster.login('bob', 1);
    for (const member of [watcher, bob]) await member.join('room');
    bob.mute = true;
    await cluster.time.advance(20_000);
    bob.breakSocket();
    await cluster.time.advance(5000);
    expect(watcher.contents('ChanMemberLeave')).toEqual([]);
    await cluster.time.advance(6000);
    expect(watcher.contents('ChanMemberLeave')).toMatchObject([{ UserId: 'bob' }]);
    expect(cluster.counters.get('sessions_expired')).toBe(1);
  });

  test('back within 30 s on another node: nobody sees a departure, and messages flow again', async () => {
    await start({ faults: SLOW });
    const watcher = await cluster.login('watcher', 0);
    const bob = await cluster.login('bob', 1, 'published');
    for (const member of [watcher, bob]) await member.join('room');
    bob.breakSocket();
    await cluster.time.advance(20_000);
    await bob.connect(2);
    expect(await bob.join('room')).toBe(0);
    await cluster.time.advance(15_000);
    watcher.shout('room', 'welcome back');
    await cluster.until(() => bob.heard('room').includes('welcome back'), 'bob hears again');
    expect(watcher.contents('ChanMemberLeave')).toEqual([]);
    expect(watcher.contents('ChanMemberJoin')).toHaveLength(1);
  });

  test('a node dies: its clients go on elsewhere, those that do not are gone after 30 s', async () => {
    await start();
    const watcher = await cluster.login('watcher', 0);
    const back = await cluster.login('back', 1);
    const gone = await cluster.login('gone', 1);
    for (const member of [watcher, back, gone]) await member.join('room');
    await cluster.kill(1);
    expect(await watcher.sendTo('gone', 'still there?', true)).toMatchObject({ Status: 0 });
    await back.connect(2, { resume: true });
    await cluster.time.advance(50_000);
    expect(watcher.contents('ChanMemberLeave')).toMatchObject([{ UserId: 'gone' }]);
    watcher.shout('room', 'who is left?');
    await cluster.until(() => back.heard('room').includes('who is left?'), 'back hears');
    const later = await cluster.login('gone', 0);
    await cluster.until(() => later.received().length === 1, 'the offline message');
    expect(later.contents('RecvMsgFromPeer')).toMatchObject([{ MsgBody: 'still there?', Offline: true }]);
  });

  test('a node cut off from the engine gives up its sockets before its lease is over, and refuses logins', async () => {
    await start();
    const bob = await cluster.login('bob', 1);
    const alice = await cluster.login('alice', 0);
    cluster.network.partition('node1');
    await cluster.until(() => bob.closedWith !== undefined, 'bob is let go', 10_000);
    expect(bob.closedWith).toBe(1012);
    expect(cluster.node(1).isReady).toBe(false);
    await bob.connect(2, { resume: true });
    expect(await alice.sendTo('bob', 'found you')).toMatchObject({ Status: 2 });
    cluster.network.heal('node1');
    await cluster.until(() => cluster.node(1).isReady, 'the node is back', 30_000);
    const carol = await cluster.login('carol', 1);
    expect(await carol.sendTo('bob', 'hi')).toMatchObject({ Status: 2 });
  });

  test('sends over a partition are refused, never queued in silence', async () => {
    await start();
    const alice = await cluster.login('alice', 1);
    await alice.join('room');
    await cluster.login('bob', 0);
    cluster.network.partition('node1');
    expect(await alice.sendTo('bob', 'x')).toMatchObject({ Status: 0, Code: 2 });
    const id = alice.shout('room', 'x');
    await cluster.until(
      () =>
        alice.contents('SendChannelMsg').some(({ MsgId, Code }) => MsgId === id && Code !== 0) ||
        alice.closedWith !== undefined,
      'answered',
    );
  });

  test('a graceful stop of a node hands its sessions over at once', async () => {
    await start();
    const watcher = await cluster.login('watcher', 0);
    const bob = await cluster.login('bob', 1);
    for (const member of [watcher, bob]) await member.join('room');
    const stopping = cluster
      .node(1)
      .drain()
      .then(() => cluster.node(1).stop());
    await cluster.until(() => bob.closedWith !== undefined, 'bob is sent away');
    expect(bob.closedWith).toBe(1012);
    await cluster.time.advance(2000);
    await stopping;
    await bob.connect(2, { resume: true });
    expect(bob.contents('Login').at(-1)).toMatchObject({ Resumed: true, Channels: ['room'] });
    await cluster.time.advance(40_000);
    expect(watcher.contents('ChanMemberLeave')).toEqual([]);
  });
});

test('under every fault at once the cluster stays whole, and ends empty', async () => {
  for (let seed = 1; seed <= 5; seed++) {
    const faults = { ...SLOW, failBefore: 0.05, failAfter: 0.05, loseFeeds: 0.1, loseNotices: 0.1 };
    await start({ faults, seed });
    const members: ScriptedClient[] = [];
    for (let i = 0; i < 6; i++) {
      const member = await cluster.login(`user${i}`, i % 3, i % 2 ? 'published' : 'ours');
      members.push(member);
      await member.join('room');
    }
    for (let n = 0; n < 30; n++) {
      for (const member of members) {
        member.shout('room', `${member.uid}:${n}`);
        member.say('SendMsgToPeer', {
          MsgId: 5000 + n,
          ToUId: `user${n % 6}`,
          MsgType: 1,
          MsgBody: `p${n}`,
          OfflineMsg: true,
        });
      }
      await cluster.time.advance(50);
    }
    await cluster.time.advance(15_000);
    cluster.network.faults = { ...cluster.network.faults, failBefore: 0, failAfter: 0, loseFeeds: 0, loseNotices: 0 };
    await cluster.time.advance(15_000);
    for (const member of members) {
      const heard = member.heard('room');
      expect(new Set(heard).size, `seed ${seed}: nothing twice`).toBe(heard.length);
      // Exactly one answer to every message, whatever happened.
      expect(member.contents('MsgStatus'), `seed ${seed}`).toHaveLength(30);
      expect(member.contents('SendChannelMsg'), `seed ${seed}`).toHaveLength(30);
      member.say('Logout', {});
    }
    await cluster.time.advance(LIMITS.OFFLINE_MESSAGES + 60_000);
    for (const node of cluster.nodes) {
      expect(node.census, `seed ${seed}`).toEqual({
        connections: 0,
        pendingLogins: 0,
        sessions: 0,
        feeds: 0,
        transfers: 0,
        uploads: 0,
        watched: 0,
        deliveries: 0,
        replies: 0,
        departures: 0,
        queuedBytes: 0,
      });
    }
  }
});
