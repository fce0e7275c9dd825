/** Races between nodes, sockets and answers that a review found; each test tells the story of one. */
import { afterEach, describe, expect, test } from 'vitest';
import { Cluster, type ScriptedClient } from './cluster.js';

const SLOW = { callDelayMs: 30, answerDelayMs: 30, feedDelayMs: 60 };
let cluster: Cluster;

async function room(nodes: number): Promise<{ watcher: ScriptedClient; bob: ScriptedClient }> {
  cluster = await Cluster.start({ nodes });
  const watcher = await cluster.login('watcher', 0);
  const bob = await cluster.login('bob', nodes > 1 ? 1 : 0);
  for (const member of [watcher, bob]) await member.join('room');
  return { watcher, bob };
}

function faults(change: Partial<Cluster['network']['faults']>): void {
  cluster.network.faults = { ...cluster.network.faults, ...change };
}

function departures(watcher: ScriptedClient): number {
  return watcher.contents('ChanMemberLeave').length;
}

async function membersSeenBy(watcher: ScriptedClient): Promise<readonly string[]> {
  watcher.say('GetChanMembers', { MsgId: 77, ChanId: 'room' });
  await cluster.time.advance(100);
  return watcher.contents('GetChanMembers').at(-1)?.Members ?? [];
}

afterEach(() => {
  expect(cluster.complaints).toEqual([]);
});

test('a socket that breaks while its claim is answered keeps the whole grace', async () => {
  const { watcher, bob } = await room(2);
  await cluster.time.advance(60_000);
  bob.breakSocket();
  await cluster.time.advance(1000);
  faults({ answerDelayMs: 300 });
  await bob.connect(0, { resume: true, wait: false });
  bob.breakSocket();
  await cluster.time.advance(3000);
  expect(departures(watcher)).toBe(0);
});

test('a node that gave up its lease and got it again ends the sessions that do not come back', async () => {
  const { watcher, bob } = await room(2);
  cluster.network.partition('node1');
  await cluster.until(() => bob.closedWith !== undefined, 'bob is let go');
  cluster.network.heal('node1');
  await cluster.until(() => cluster.node(1).isReady, 'the node is back');
  await cluster.time.advance(60_000);
  expect(departures(watcher)).toBe(1);
});

test('after its lease had lapsed a node follows its channels anew', async () => {
  const { watcher, bob } = await room(2);
  cluster.network.partition('node1');
  await cluster.until(() => bob.closedWith !== undefined, 'bob is let go');
  await cluster.time.advance(3500);
  cluster.network.heal('node1');
  await cluster.until(() => cluster.node(1).isReady, 'the node is back');
  await bob.connect(1, { resume: true });
  await bob.join('room');
  watcher.shout('room', 'hello');
  await cluster.until(() => bob.heard('room').includes('hello'), 'bob hears it', 500);
});

test('the answer that ended a session is lost: it leaves its channels all the same', async () => {
  const { watcher, bob } = await room(2);
  faults({ failAfter: 1 });
  bob.say('Logout', {});
  await cluster.time.advance(10);
  faults({ failAfter: 0 });
  await cluster.time.advance(20_000);
  expect(departures(watcher)).toBe(1);
  expect(await membersSeenBy(watcher)).toEqual(['watcher']);
});

test('the answer to a claim that kicked a session is lost: the kicked one leaves its channels all the same', async () => {
  const { watcher } = await room(2);
  const other = cluster.client('bob');
  faults({ failAfter: 1 });
  await other.connect(1, { wait: false });
  await cluster.time.advance(10);
  faults({ failAfter: 0 });
  await cluster.time.advance(20_000);
  expect(departures(watcher)).toBe(1);
});

test('the late answer to a cut does not close the socket on which the client is back', async () => {
  for (let seed = 1; seed <= 20; seed++) {
    cluster = await Cluster.start({ nodes: 1, seed, faults: { callDelayMs: 100, answerDelayMs: 50 } });
    const bob = await cluster.login('bob', 0);
    bob.breakSocket();
    await bob.connect(0, { resume: true });
    await cluster.time.advance(2000);
    expect(bob.closedWith, `seed ${seed}`).toBeUndefined();
  }
});

test('a channel is not let go of while somebody joins it', async () => {
  for (let pause = 4000; pause <= 6200; pause += 100) {
    const { watcher, bob } = await room(2);
    bob.say('LeaveChannel', { ChanId: 'room' });
    await cluster.time.advance(pause);
    faults({ callDelayMs: 400 });
    await bob.join('room');
    faults({ callDelayMs: 0 });
    watcher.shout('room', 'hello');
    await cluster.time.advance(1000);
    expect(bob.heard('room'), `after ${pause} ms`).toContain('hello');
  }
});

test('a channel left while its membership is taken over stays left', async () => {
  const { watcher, bob } = await room(3);
  faults(SLOW);
  bob.breakSocket();
  await cluster.time.advance(500);
  await bob.connect(2, { resume: true });
  bob.say('LeaveChannel', { ChanId: 'room' });
  await cluster.time.advance(5000);
  watcher.shout('room', 'after');
  await cluster.time.advance(2000);
  expect(bob.contents('LeaveChannel')).toMatchObject([{ Code: 0 }]);
  expect(bob.heard('room')).toEqual([]);
  expect(departures(watcher)).toBe(1);
});

test('members that were served from the log get the last count too', async () => {
  for (let seed = 1; seed <= 10; seed++) {
    const slow = { callDelayMs: 100, answerDelayMs: 300, feedDelayMs: 20 };
    cluster = await Cluster.start({ nodes: 2, seed, faults: slow });
    const members: ScriptedClient[] = [];
    for (let i = 0; i < 8; i++) members.push(await cluster.login(`user${i}`, i % 2));
    for (const member of members) member.say('JoinChannel', { ChanId: 'room' });
    await cluster.time.advance(9000);
    const last = members.map((member) => member.contents('MemSizeChanged').at(-1)?.MemSize);
    expect(last, `seed ${seed}`).toEqual(members.map(() => 8));
  }
});

test('a stall of the only node costs nobody the session', async () => {
  const { watcher, bob } = await room(1);
  await cluster.time.advance(5000);
  cluster.time.stall(8000);
  await cluster.time.advance(3000);
  expect([watcher.closedWith, bob.closedWith]).toEqual([undefined, undefined]);
  expect(await watcher.sendTo('bob', 'still there?')).toMatchObject({ Status: 2 });
});

test('the answer to a claim is lost for good: the session that nobody knows ends all the same', async () => {
  const { watcher, bob } = await room(2);
  bob.breakSocket();
  await cluster.time.advance(100);
  faults({ failAfter: 1 });
  await bob.connect(0, { resume: true, wait: false });
  await cluster.time.advance(50);
  bob.breakSocket();
  await cluster.time.advance(1000);
  faults({ failAfter: 0 });
  await cluster.time.advance(100_000);
  expect(departures(watcher)).toBe(1);
  expect(await watcher.sendTo('bob', 'still there?')).toMatchObject({ Status: 0, Code: 0 });
});

// What follows was found by the simulator.

test('a late attempt of a login does not end the session that a later attempt began', async () => {
  const { watcher, bob } = await room(3);
  const late = cluster.client('carol');
  cluster.network.partition('node2');
  await late.connect(2, { gatewayNode: 0, wait: false });
  await cluster.time.advance(500);
  // Another attempt of the same login, over another node.
  const twin = Object.assign(cluster.client('carol'), { userSId: late.userSId });
  await twin.connect(0);
  await twin.join('room');
  cluster.network.heal('node2');
  await cluster.time.advance(6000);
  expect(departures(watcher)).toBe(0);
  expect(await membersSeenBy(watcher)).toEqual(['watcher', 'bob', 'carol']);
  expect(bob.contents('ChanMemberLeave')).toEqual([]);
});

test('an attempt of a login whose claim comes last does not silence the socket of the one that came through', async () => {
  const { watcher } = await room(1);
  const carol = cluster.client('carol');
  faults({ callDelayMs: 1000 });
  await carol.connect(0, { wait: false });
  await cluster.time.advance(100);
  carol.breakSocket();
  faults({ callDelayMs: 0, loseNotices: 1 });
  await carol.connect(0);
  await cluster.time.advance(3000);
  faults({ loseNotices: 0 });
  // Once its inbox was held from then on, although the socket stayed. It has to come back.
  if (carol.closedWith !== undefined) await carol.connect(0, { resume: true });
  expect(await watcher.sendTo('carol', 'hello')).toMatchObject({ Status: 2 });
  expect(carol.contents('RecvMsgFromPeer').map(({ MsgBody }) => MsgBody)).toEqual(['hello']);
});

test('a join that was refused, but carried out, is taken back', async () => {
  let refused = 0;
  for (let seed = 1; seed <= 30; seed++) {
    cluster = await Cluster.start({ nodes: 2, seed });
    const watcher = await cluster.login('watcher', 0);
    const bob = await cluster.login('bob', 1);
    await watcher.join('room');
    faults({ failAfter: 0.5 });
    const code = await bob.join('room');
    faults({ failAfter: 0 });
    await cluster.time.advance(3000);
    if (code !== 0) refused += 1;
    expect(await membersSeenBy(watcher), `seed ${seed}`).toEqual(code === 0 ? ['watcher', 'bob'] : ['watcher']);
  }
  expect(refused).toBeGreaterThan(5);
});

test('a leave that the engine does not answer is carried out all the same', async () => {
  const { watcher, bob } = await room(2);
  faults({ failBefore: 1 });
  bob.say('LeaveChannel', { ChanId: 'room' });
  await cluster.time.advance(100);
  expect(bob.contents('LeaveChannel')).toMatchObject([{ Code: 0 }]);
  faults({ failBefore: 0 });
  await cluster.time.advance(2000);
  expect(await membersSeenBy(watcher)).toEqual(['watcher']);
});

test('a feed that could not be ended is ended later', async () => {
  const { watcher, bob } = await room(2);
  for (const member of [watcher, bob]) member.say('LeaveChannel', { ChanId: 'room' });
  await cluster.time.advance(3000);
  faults({ failBefore: 1 });
  await cluster.time.advance(4000);
  faults({ failBefore: 0 });
  await cluster.time.advance(70_000);
  expect(cluster.engine.sizes().channels).toBe(0);
});

test('a channel that was left on another node in between is joined anew, not remembered', async () => {
  const { watcher, bob } = await room(3);
  faults({ loseNotices: 1 });
  bob.breakSocket();
  await bob.connect(2, { resume: true });
  await bob.rejoin('room');
  bob.say('LeaveChannel', { ChanId: 'room' });
  await cluster.time.advance(100);
  bob.breakSocket();
  await bob.connect(1, { resume: true });
  expect(await bob.join('room')).toBe(0);
  expect(await membersSeenBy(watcher)).toEqual(['watcher', 'bob']);
});

test('a join that is overtaken by the departure of a newer socket leaves no ghost', async () => {
  let ghosts = 0;
  for (let seed = 1; seed <= 40; seed++) {
    cluster = await Cluster.start({ nodes: 2, seed });
    const watcher = await cluster.login('watcher', 0);
    const bob = await cluster.login('bob', 1);
    await watcher.join('room');
    faults({ callDelayMs: 400 });
    bob.say('JoinChannel', { ChanId: 'room' });
    await cluster.time.advance(450);
    bob.breakSocket();
    await bob.connect(1, { resume: true });
    bob.say('LeaveChannel', { ChanId: 'room' });
    await cluster.time.advance(5000);
    faults({ callDelayMs: 0 });
    await cluster.time.advance(1000);
    if ((await membersSeenBy(watcher)).includes('bob')) ghosts += 1;
  }
  expect(ghosts).toBe(0);
});

test('a late attempt of a login does not win the user back from the one that kicked it', async () => {
  const { bob } = await room(2);
  const newer = await cluster.login('bob', 0);
  await cluster.until(() => bob.closedWith !== undefined, 'kicked');
  await cluster.time.advance(1000);
  await bob.connect(1);
  expect(bob.contents('Login').at(-1)).toMatchObject({ Reason: 'REMOTE_LOGIN' });
  expect(newer.closedWith).toBeUndefined();
});

test('who logs in while the node has lost its lease is not hosted before it has it again', async () => {
  const { watcher, bob } = await room(2);
  // The node gives up before the engine counts its lease as lapsed.
  cluster.network.partition('node1');
  await cluster.until(() => bob.closedWith !== undefined, 'bob is let go');
  cluster.network.heal('node1');
  await bob.connect(1, { gatewayNode: 0, resume: true });
  await cluster.until(() => cluster.node(1).isReady, 'the node is back');
  if (bob.closedWith === undefined) await bob.rejoin('room');
  await cluster.time.advance(60_000);
  const isThere = bob.closedWith === undefined;
  expect(await membersSeenBy(watcher)).toEqual(isThere ? ['watcher', 'bob'] : ['watcher']);
  if (isThere) expect(await watcher.sendTo('bob', 'still there?')).toMatchObject({ Status: 2 });
});

describe('a repeated channel message', () => {
  const inboxOf = (client: ScriptedClient) => {
    const { Epoch, Offset } = client.contents('Login').at(-1) as { Epoch: number; Offset: number };
    return { Epoch, Offset };
  };

  test('is answered soon although its entry never came back from the broker', async () => {
    const { bob } = await room(2);
    const at = bob.placeIn('room');
    faults({ loseFeeds: 1 });
    const id = bob.shout('room', 'own');
    bob.breakSocket();
    await cluster.time.advance(10);
    await bob.connect(1, { resume: true, inboxAt: inboxOf(bob) });
    await bob.rejoin('room', at);
    bob.shout('room', 'own', id);
    await cluster.until(() => bob.contents('SendChannelMsg').length === 1, 'the answer', 1000);
    expect(bob.contents('SendChannelMsg')).toMatchObject([{ MsgId: id, Code: 0 }]);
  });

  test('is known although its author has left since', async () => {
    const { watcher, bob } = await room(2);
    const id = bob.shout('room', 'last words');
    bob.breakSocket();
    await cluster.until(() => watcher.heard('room').length === 1, 'heard');
    await bob.connect(1, { resume: true, inboxAt: inboxOf(bob) });
    bob.say('LeaveChannel', { ChanId: 'room' });
    bob.shout('room', 'last words', id);
    bob.shout('room', 'too late', 999);
    await cluster.until(() => bob.contents('SendChannelMsg').length === 2, 'the answers');
    expect(bob.contents('SendChannelMsg')).toMatchObject([
      { MsgId: id, Code: 0 },
      { MsgId: 999, Code: 2 },
    ]);
  });
});
