/** What a client that resumes gets: every entry once and in order, and word of what is lost (design 4). */
import { afterEach, describe, expect, test } from 'vitest';
import { Cluster, type ClusterOptions, type ScriptedClient } from './cluster.js';

let cluster: Cluster;

async function start(options: Partial<ClusterOptions> = {}): Promise<void> {
  cluster = await Cluster.start({ nodes: 3, ...options });
}

afterEach(() => {
  expect(cluster.complaints).toEqual([]);
});

const SLOW = { callDelayMs: 30, answerDelayMs: 30, feedDelayMs: 60 };

async function room(...members: readonly (readonly [uid: string, node: number])[]): Promise<ScriptedClient[]> {
  const clients: ScriptedClient[] = [];
  for (const [uid, node] of members) {
    const client = await cluster.login(uid, node);
    await client.join('room');
    clients.push(client);
  }
  return clients;
}

const accepted = (client: ScriptedClient, id: number) =>
  cluster.until(() => client.contents('SendChannelMsg').some(({ MsgId }) => MsgId === id), 'answered');

/** Offsets of everything in a channel that a client saw, replies and named positions included, in order of arrival. */
const offsets = (client: ScriptedClient): number[] =>
  client.frames
    .filter(({ cmd }) => ['RecvMsgFromChan', 'ChanMemberJoin', 'ChanMemberLeave', 'ChanPosition'].includes(cmd))
    .map(({ content }) => (content as { Offset: number }).Offset);

describe('channels', () => {
  test.each([0, 1])(
    'what came during a cut follows the reply, once, in order, and then what is new (node %i)',
    async (to) => {
      await start({ faults: SLOW });
      const [alice, bob] = (await room(['alice', 2], ['bob', 0])) as [ScriptedClient, ScriptedClient];
      await accepted(alice, alice.shout('room', '1'));
      await cluster.until(() => bob.heard('room').length === 1, 'the first');
      bob.breakSocket();
      for (const body of ['2', '3', '4']) await accepted(alice, alice.shout('room', body));
      await bob.connect(to, { resume: true });
      const at = bob.placeIn('room');
      await accepted(alice, alice.shout('room', '5'));
      expect(bob.heard('room')).toEqual(['1']);
      expect(await bob.rejoin('room')).toMatchObject({ Code: 0, Gap: false, ...at, MemSize: 2 });
      await accepted(alice, alice.shout('room', '6'));
      await cluster.until(() => bob.heard('room').length >= 6, 'all');
      expect(bob.heard('room')).toEqual(['1', '2', '3', '4', '5', '6']);
    },
  );

  test('frozen right behind its Login: nothing of a channel before its own join, however late that comes', async () => {
    await start();
    const [alice, bob] = (await room(['alice', 2], ['bob', 0])) as [ScriptedClient, ScriptedClient];
    await accepted(alice, alice.shout('room', '1'));
    await cluster.until(() => bob.heard('room').length === 1, 'the first');
    bob.breakSocket();
    await accepted(alice, alice.shout('room', '2'));
    bob.mute = true;
    await bob.connect(0, { resume: true });
    await accepted(alice, alice.shout('room', '3'));
    await cluster.time.advance(25_000);
    expect(bob.heard('room')).toEqual(['1']);
    bob.mute = false;
    expect(await bob.rejoin('room')).toMatchObject({ Code: 0, Gap: false });
    await cluster.until(() => bob.heard('room').length >= 3, 'all');
    expect(bob.heard('room')).toEqual(['1', '2', '3']);
  });

  test('a client that talks and does not ask for a channel again: that goes on after 10 s', async () => {
    await start();
    const [alice, bob] = (await room(['alice', 2], ['bob', 0])) as [ScriptedClient, ScriptedClient];
    bob.breakSocket();
    await accepted(alice, alice.shout('room', '1'));
    await bob.connect(0, { resume: true });
    await cluster.time.advance(9000);
    expect(bob.heard('room')).toEqual([]);
    await cluster.time.advance(2000);
    expect(bob.heard('room')).toEqual(['1']);
  });

  test('own entries are left out of the replay, and their positions are named before what follows', async () => {
    await start();
    const [alice, bob] = (await room(['alice', 1], ['bob', 0])) as [ScriptedClient, ScriptedClient];
    const before = bob.placeIn('room');
    await accepted(bob, bob.shout('room', 'own 1'));
    await accepted(bob, bob.shout('room', 'own 2'));
    await accepted(alice, alice.shout('room', 'other'));
    await accepted(bob, bob.shout('room', 'own 3'));
    bob.breakSocket();
    await bob.connect(2, { resume: true });
    bob.frames.length = 0;
    await bob.rejoin('room', before);
    await cluster.time.advance(100);
    const first = (before?.Offset ?? 0) + 1;
    expect(bob.frames.map(({ cmd }) => cmd)).toEqual([
      'JoinChannel',
      'MemSizeChanged',
      'ChanPosition',
      'RecvMsgFromChan',
      'ChanPosition',
    ]);
    expect(offsets(bob)).toEqual([first + 1, first + 2, first + 3]);
  });

  test('beyond the bounds of the log the gap is told, and what is still there follows', async () => {
    await start({ limits: { channelLogEntries: 3 } });
    const [alice, bob] = (await room(['alice', 1], ['bob', 0])) as [ScriptedClient, ScriptedClient];
    bob.breakSocket();
    for (const body of ['1', '2', '3', '4', '5']) await accepted(alice, alice.shout('room', body));
    await bob.connect(2, { resume: true });
    const reply = await bob.rejoin('room');
    expect(reply).toMatchObject({ Gap: true });
    await cluster.until(() => bob.heard('room').length === 3, 'the rest');
    expect(bob.heard('room')).toEqual(['3', '4', '5']);
    expect(offsets(bob).at(-3)).toBe((reply?.Offset ?? 0) + 1);
  });

  test('a client that names no position goes on at the end', async () => {
    await start();
    const [alice, bob] = (await room(['alice', 1], ['bob', 0])) as [ScriptedClient, ScriptedClient];
    bob.breakSocket();
    await accepted(alice, alice.shout('room', 'missed'));
    await bob.connect(0, { resume: true });
    bob.say('JoinChannel', { ChanId: 'room' });
    await cluster.until(() => bob.contents('JoinChannel').length === 2, 'the reply');
    await accepted(alice, alice.shout('room', 'new'));
    await cluster.time.advance(100);
    expect(bob.heard('room')).toEqual(['new']);
  });

  test('a published client goes on where it was served, on another node too', async () => {
    await start({ faults: SLOW });
    const alice = await cluster.login('alice', 2);
    const bob = await cluster.login('bob', 0, 'published');
    for (const client of [alice, bob]) await client.join('room');
    await accepted(alice, alice.shout('room', '1'));
    await cluster.until(() => bob.heard('room').length === 1, 'the first');
    const stopping = cluster
      .node(0)
      .drain()
      .then(() => cluster.node(0).stop());
    await cluster.until(() => bob.closedWith !== undefined, 'bob is sent away');
    await accepted(alice, alice.shout('room', '2'));
    await stopping;
    await accepted(alice, alice.shout('room', '3'));
    await bob.connect(1);
    await bob.join('room');
    await cluster.until(() => bob.heard('room').length >= 3, 'what was missed');
    await cluster.time.advance(1000);
    expect(bob.heard('room')).toEqual(['1', '2', '3']);
  });

  test('a channel left while the engine does not answer is not joined again by the next host', async () => {
    await start();
    const [watcher, bob] = (await room(['watcher', 2], ['bob', 0])) as [ScriptedClient, ScriptedClient];
    bob.say('LeaveChannel', { ChanId: 'room' });
    cluster.network.faults = { ...cluster.network.faults, failBefore: 1 };
    await cluster.time.advance(1);
    cluster.network.faults = { ...cluster.network.faults, failBefore: 0 };
    await cluster.time.advance(2000);
    if (bob.contents('LeaveChannel')[0]?.Code !== 0) bob.say('LeaveChannel', { ChanId: 'room' });
    await cluster.time.advance(2000);
    bob.breakSocket();
    await bob.connect(1, { resume: true });
    expect(bob.contents('Login').at(-1)).toMatchObject({ Resumed: true, Channels: [] });
    await cluster.time.advance(12_000);
    expect(watcher.contents('ChanMemberLeave')).toHaveLength(1);
    expect(watcher.contents('ChanMemberJoin')).toHaveLength(1);
  });
});

describe('repeated requests', () => {
  test('a channel message whose answer was lost: one entry, answered in its place', async () => {
    await start({ faults: SLOW });
    const [alice, bob] = (await room(['alice', 1], ['bob', 0])) as [ScriptedClient, ScriptedClient];
    const at = bob.placeIn('room');
    const inboxAt = bob.contents('Login').at(-1) as { Epoch: number; Offset: number };
    await accepted(alice, alice.shout('room', 'before'));
    const id = bob.shout('room', 'own');
    await cluster.until(() => alice.heard('room').length === 1, 'alice hears it');
    await accepted(alice, alice.shout('room', 'after'));
    bob.breakSocket();
    await bob.connect(2, { resume: true, inboxAt: { Epoch: inboxAt.Epoch, Offset: inboxAt.Offset } });
    bob.frames.length = 0;
    bob.say('JoinChannel', { ChanId: 'room', ...at });
    bob.shout('room', 'own', id);
    await cluster.time.advance(1000);
    expect(bob.contents('SendChannelMsg')).toMatchObject([{ MsgId: id, Code: 0 }]);
    expect(bob.heard('room')).toEqual(['before', 'after']);
    const positions = bob.frames.flatMap(({ content }) => ('Offset' in content ? [content.Offset as number] : []));
    expect([...new Set(positions)]).toEqual([...new Set(positions)].sort((a, b) => a - b));
    expect(alice.heard('room')).toEqual(['own']);
  });

  test.each([false, true])(
    'a peer message (offline flag %s): one entry, and the answer it would have had',
    async (offline) => {
      await start({ faults: SLOW });
      const alice = await cluster.login('alice', 1);
      const bob = await cluster.login('bob', 0);
      const { Epoch, Offset } = bob.contents('Login').at(-1) as { Epoch: number; Offset: number };
      const message = { MsgId: 77, ToUId: 'alice', MsgType: 1, MsgBody: 'hello', OfflineMsg: offline };
      bob.say('SendMsgToPeer', message);
      bob.breakSocket();
      await cluster.until(() => alice.received().length === 1, 'alice gets it');
      await bob.connect(2, { resume: true, inboxAt: { Epoch, Offset } });
      bob.say('SendMsgToPeer', { ...message, Again: bob.memory });
      await cluster.until(() => bob.contents('MsgStatus').length === 1, 'the answer');
      expect(bob.contents('MsgStatus')).toMatchObject([{ MsgId: 77, Status: 2 }]);
      await cluster.time.advance(8000);
      expect(alice.received()).toEqual(['hello']);
      expect(bob.contents('MsgStatus')).toHaveLength(1);
    },
  );

  test('what was never carried out is carried out now, within the same session and epoch', async () => {
    await start();
    const [alice, bob] = (await room(['alice', 1], ['bob', 0])) as [ScriptedClient, ScriptedClient];
    const { Epoch, Offset } = bob.contents('Login').at(-1) as { Epoch: number; Offset: number };
    const inboxAt = { Epoch, Offset };
    bob.breakSocket();
    await bob.connect(0, { resume: true, inboxAt });
    await bob.rejoin('room');
    bob.say('SendMsgToPeer', { MsgId: 5, ToUId: 'alice', MsgType: 1, MsgBody: 'peer', Again: bob.memory });
    bob.shout('room', 'channel', 6);
    await cluster.until(() => alice.received().length + alice.heard('room').length === 2, 'both arrive');
    // In another epoch, or session, nobody knows what became of them.
    const before = bob.memory.replace(/\d+$/, (epoch) => String(Number(epoch) - 1));
    bob.say('SendMsgToPeer', { MsgId: 7, ToUId: 'alice', MsgType: 1, MsgBody: 'unknown', Again: before });
    bob.say('SendChannelMsg', { ChanId: 'room', MsgId: 8, MsgType: 1, MsgBody: 'unknown', Again: before });
    await cluster.until(() => bob.contents('SendChannelMsg').some(({ MsgId }) => MsgId === 8), 'the answer');
    expect(bob.contents('MsgStatus').at(-1)).toMatchObject({ MsgId: 7, Status: 0, Code: 2 });
    expect(bob.contents('SendChannelMsg').at(-1)).toMatchObject({ MsgId: 8, Code: 2 });
    await cluster.time.advance(1000);
    expect([alice.received(), alice.heard('room')]).toEqual([['peer'], ['channel']]);
  });

  test('what a resume sends again does not count against the message limit', async () => {
    await start({ settings: { messages: { perSecond: 1, burst: 3 } } });
    const alice = await cluster.login('alice', 1);
    const bob = await cluster.login('bob', 0);
    const { Epoch, Offset } = bob.contents('Login').at(-1) as { Epoch: number; Offset: number };
    bob.breakSocket();
    await bob.connect(0, { resume: true, inboxAt: { Epoch, Offset } });
    for (let MsgId = 1; MsgId <= 20; MsgId++) {
      bob.say('SendMsgToPeer', { MsgId, ToUId: 'alice', MsgType: 1, MsgBody: `${MsgId}`, Again: bob.memory });
    }
    await cluster.until(() => alice.received().length === 20, 'all of them');
  });
});

describe('inbox', () => {
  test('beyond the bounds of the inbox the gap is told once', async () => {
    await start({ limits: { inboxLiveEntries: 3 } });
    const alice = await cluster.login('alice', 1);
    const bob = await cluster.login('bob', 0);
    const place = () => {
      const { Epoch, Offset } = bob.contents('Login').at(-1) as { Epoch: number; Offset: number };
      return { Epoch, Offset };
    };
    bob.breakSocket();
    for (let i = 1; i <= 5; i++) {
      alice.say('SendMsgToPeer', { MsgId: i, ToUId: 'bob', MsgType: 1, MsgBody: `${i}` });
    }
    await cluster.time.advance(500);
    await bob.connect(2, { resume: true, inboxAt: place() });
    expect(bob.contents('Login').at(-1)).toMatchObject({ Resumed: true, InboxGap: true });
    await cluster.until(() => bob.received().length === 3, 'the rest');
    expect(bob.received()).toEqual(['3', '4', '5']);
    bob.breakSocket();
    await bob.connect(0, { resume: true, inboxAt: place() });
    expect(bob.contents('Login').at(-1)).toMatchObject({ Resumed: true, InboxGap: false });
  });

  test('more stored messages than one read, older than a loss that was told: all come, and the client stays', async () => {
    await start({ limits: { inboxLiveEntries: 3 } });
    const alice = await cluster.login('alice', 1);
    for (let i = 1; i <= 120; i++) await alice.sendTo('bob', `${i}`, true);
    const bob = cluster.client('bob');
    bob.mute = true;
    await bob.connect(0);
    const { Epoch, Offset } = bob.contents('Login').at(-1) as { Epoch: number; Offset: number };
    bob.breakSocket();
    for (let i = 1; i <= 5; i++) alice.say('SendMsgToPeer', { MsgId: 900 + i, ToUId: 'bob', MsgType: 1, MsgBody: 'x' });
    await cluster.time.advance(500);
    bob.mute = false;
    bob.frames.length = 0;
    await bob.connect(2, { resume: true, inboxAt: { Epoch, Offset } });
    await cluster.time.advance(2000);
    expect(bob.closedWith).toBeUndefined();
    expect(bob.received()).toHaveLength(123);
  });

  test('a feed that is lost while the inbox is idle is found', async () => {
    await start();
    const alice = await cluster.login('alice', 1);
    const bob = await cluster.login('bob', 0);
    cluster.network.faults = { ...cluster.network.faults, loseFeeds: 1 };
    alice.say('SendMsgToPeer', { MsgId: 1, ToUId: 'bob', MsgType: 1, MsgBody: 'hidden' });
    await cluster.time.advance(100);
    cluster.network.faults = { ...cluster.network.faults, loseFeeds: 0 };
    expect(bob.received()).toEqual([]);
    await cluster.until(() => bob.received().length === 1, 'found', 21_000);
  });

  test('an idle client whose kick was lost is closed at the next check, and told when it comes back', async () => {
    await start({ faults: { loseNotices: 1 } });
    const old = await cluster.login('bob', 0);
    await cluster.login('bob', 1);
    await cluster.until(() => old.closedWith !== undefined, 'closed', 21_000);
    await old.connect(0, { resume: true });
    expect(old.contents('Login').at(-1)).toMatchObject({ Reason: 'REMOTE_LOGIN' });
  });
});
