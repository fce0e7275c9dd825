/** Archived messages on several nodes: stored once, before the answer, and read by those who may. */
import { afterEach, expect, test } from 'vitest';
import { Cluster, type ClusterOptions, type ScriptedClient } from './cluster.js';

const SLOW = { callDelayMs: 30, answerDelayMs: 30, feedDelayMs: 60 };

/** A fault of the disk that a test wants. */
const STAGED = 'no space left, as staged';

let cluster: Cluster;
let lastId = 1000;

async function start(options: Partial<ClusterOptions> = {}): Promise<void> {
  cluster = await Cluster.start({ nodes: 3, ...options });
}

afterEach(() => {
  expect(cluster.complaints.filter((text) => !text.includes(STAGED))).toEqual([]);
});

/** Sends with the history flag, to a user or a channel; answers the request's number. */
function send(
  client: ScriptedClient,
  to: { readonly peer?: string; readonly channel?: string },
  body: string,
  more = {},
) {
  const MsgId = ++lastId;
  const content = { MsgId, MsgType: 1, MsgBody: body, HistoryMsg: true, ...more };
  if (to.channel === undefined) client.say('SendMsgToPeer', { ...content, ToUId: to.peer });
  else client.say('SendChannelMsg', { ...content, ChanId: to.channel });
  return MsgId;
}

const replies = (client: ScriptedClient, id: number) =>
  [...client.contents('MsgStatus'), ...client.contents('SendChannelMsg')].filter(({ MsgId }) => MsgId === id);

async function answered(client: ScriptedClient, id: number) {
  await cluster.until(() => replies(client, id).length > 0, `${client.uid}: an answer to ${id}`, 15_000);
  expect(replies(client, id)).toHaveLength(1);
  return replies(client, id)[0];
}

async function ask(client: ScriptedClient, content: object) {
  const MsgId = ++lastId;
  client.say('GetHistory', { MsgId, ...content });
  const reply = () => client.contents('GetHistory').find((one) => one.MsgId === MsgId);
  await cluster.until(() => reply() !== undefined, `${client.uid}: a page`);
  const found = reply();
  if (!found) throw new Error('no page');
  return found;
}

const bodies = async (client: ScriptedClient, content: object) =>
  (await ask(client, content)).Messages.map(({ MsgBody }) => MsgBody);

test('messages of two users: archived and delivered, read by both on any node, and by nobody else', async () => {
  await start({ faults: SLOW });
  const [alice, bob, eve] = [
    await cluster.login('alice', 0),
    await cluster.login('bob', 1),
    await cluster.login('eve', 2),
  ];
  expect(await answered(alice, send(alice, { peer: 'bob' }, '1'))).toMatchObject({ Status: 2, Code: 0 });
  expect(await answered(bob, send(bob, { peer: 'alice' }, '2'))).toMatchObject({ Status: 2 });
  expect(await answered(alice, send(alice, { peer: 'bob' }, 'AAE=', { MsgType: 2, Desc: 'raw' }))).toMatchObject({
    Status: 2,
  });
  await answered(alice, send(alice, { peer: 'bob' }, 'without the flag', { HistoryMsg: false }));
  expect(bob.received()).toEqual(['1', 'AAE=', 'without the flag']);
  const seen = await ask(alice, { PeerId: 'bob' });
  expect([seen.Code, seen.Next]).toEqual([0, undefined]);
  expect(seen.Messages.map(({ FromUId, MsgType, MsgBody, Desc }) => [FromUId, MsgType, MsgBody, Desc])).toEqual([
    ['alice', 1, '1', ''],
    ['bob', 1, '2', ''],
    ['alice', 2, 'AAE=', 'raw'],
  ]);
  // The time is that of the delivery.
  expect(seen.Messages[0]?.SvrTS).toBe(bob.contents('RecvMsgFromPeer')[0]?.SvrTS);
  expect((await ask(bob, { PeerId: 'alice' })).Messages).toEqual(seen.Messages);
  expect(await bodies(eve, { PeerId: 'alice' })).toEqual([]);
  expect(await bodies(eve, { PeerId: 'bob' })).toEqual([]);
});

test('nobody is there: archived, whether it is stored for the receiver or not', async () => {
  await start();
  const alice = await cluster.login('alice', 0);
  expect(await answered(alice, send(alice, { peer: 'bob' }, 'lost'))).toMatchObject({ Status: 0, Code: 0 });
  expect(await answered(alice, send(alice, { peer: 'bob' }, 'stored', { OfflineMsg: true }))).toMatchObject({
    Status: 0,
  });
  const bob = await cluster.login('bob', 1);
  await cluster.until(() => bob.received().length > 0, 'what was stored');
  expect(bob.received()).toEqual(['stored']);
  expect(await bodies(bob, { PeerId: 'alice' })).toEqual(['lost', 'stored']);
});

test('messages of a channel: read by members only, also those from before they joined', async () => {
  await start({ faults: SLOW });
  const [alice, bob] = [await cluster.login('alice', 0), await cluster.login('bob', 1)];
  await alice.join('room');
  expect(await answered(alice, send(alice, { channel: 'room' }, '1'))).toMatchObject({ Code: 0 });
  expect(await ask(bob, { ChanId: 'room' })).toMatchObject({ Code: 5, Messages: [] });
  await bob.join('room');
  expect(await answered(alice, send(alice, { channel: 'room' }, '2'))).toMatchObject({ Code: 0 });
  await cluster.until(() => bob.heard('room').length > 0, 'delivered');
  expect(bob.heard('room')).toEqual(['2']);
  expect(await bodies(bob, { ChanId: 'room' })).toEqual(['1', '2']);
  expect(await bodies(bob, { ChanId: 'room', Order: 'desc', Limit: 1 })).toEqual(['2']);
  bob.say('LeaveChannel', { ChanId: 'room' });
  await cluster.until(() => bob.contents('LeaveChannel').length > 0, 'left');
  expect(await ask(bob, { ChanId: 'room' })).toMatchObject({ Code: 5, Messages: [] });
});

test('refused messages are not archived', async () => {
  await start();
  const alice = await cluster.login('alice', 0);
  await alice.join('room');
  expect(await answered(alice, send(alice, { peer: 'bob' }, ''))).toMatchObject({ Status: 0, Code: 7 });
  expect(await answered(alice, send(alice, { channel: 'room' }, '*', { MsgType: 2 }))).toMatchObject({ Code: 4 });
  expect(await answered(alice, send(alice, { channel: 'elsewhere' }, 'x'))).toMatchObject({ Code: 5 });
  expect(await bodies(alice, { PeerId: 'bob' })).toEqual([]);
  await alice.join('elsewhere');
  expect(await bodies(alice, { ChanId: 'elsewhere' })).toEqual([]);
});

test('what the disk does not take is never a success; of a published client it is counted and logged', async () => {
  let isBroken = false;
  await start({ flush: () => (isBroken ? Promise.reject(new Error(STAGED)) : Promise.resolve()) });
  const [ours, published] = [await cluster.login('ours', 0), await cluster.login('published', 1, 'published')];
  await ours.join('room');
  await published.join('room');
  isBroken = true;
  expect(await answered(ours, send(ours, { channel: 'room' }, 'a'))).toMatchObject({ Code: 2 });
  expect(cluster.warnings).toEqual([]);
  expect(await answered(published, send(published, { channel: 'room' }, 'b'))).toMatchObject({ Code: 2 });
  expect(cluster.counters.get('channel_messages_refused')).toBe(2);
  expect(cluster.warnings).toEqual([expect.stringMatching(/published client cannot tell.*"uid":"published".*"room"/)]);
});

test('whatever a published client is refused for, the log says so once a second for each code', async () => {
  await start();
  const published = await cluster.login('published', 0, 'published');
  await published.join('room');
  const types = Array.from({ length: 50 }, (_, at) => 1000 + at);
  const sent = types.map((MsgType) => send(published, { channel: 'room' }, 'x', { MsgType }));
  for (const id of sent) expect(await answered(published, id)).toMatchObject({ Code: 4 });
  const lines = () => cluster.informed.filter((line) => line.includes('published client cannot tell'));
  expect(lines()).toEqual([expect.stringContaining('MsgType 1000')]);
  await cluster.time.advance(1000);
  await answered(published, send(published, { channel: 'room' }, 'x', { MsgType: 2000 }));
  expect(lines().slice(1)).toEqual([expect.stringMatching(/MsgType 2000.*"leftOut":49/)]);
});

test('delivery does not wait for the disk, the answer does; entries of others that follow do not wait either', async () => {
  let release: () => void = () => undefined;
  let held: Promise<void> | undefined;
  await start({ flush: () => held ?? Promise.resolve() });
  const [alice, bob] = [await cluster.login('alice', 0), await cluster.login('bob', 1)];
  await alice.join('room');
  await bob.join('room');
  await cluster.time.advance(2000);
  held = new Promise((resolve) => {
    release = resolve;
  });
  const toBob = send(alice, { peer: 'bob' }, 'to bob');
  await cluster.until(() => bob.received().length > 0, 'the peer message');
  const carol = await cluster.login('carol', 2);
  await carol.join('room');
  const toRoom = send(carol, { channel: 'room' }, 'to the room');
  await cluster.until(() => bob.heard('room').length > 0, 'the channel message');
  const later = bob.shout('room', 'later');
  await cluster.until(() => carol.heard('room').length > 0, 'the one behind it');
  await cluster.time.advance(500);
  expect([replies(alice, toBob), replies(carol, toRoom)]).toEqual([[], []]);
  expect(replies(bob, later)).toHaveLength(1);
  // The author's run has no hole meanwhile.
  expect(carol.contents('ChanPosition')).toHaveLength(1);
  release();
  held = undefined;
  expect(await answered(alice, toBob)).toMatchObject({ Status: 2, Code: 0 });
  expect(await answered(carol, toRoom)).toMatchObject({ Code: 0 });
});

test('a disk that does not answer: the outcome is unknown, although the message was delivered', async () => {
  let held: Promise<void> | undefined;
  await start({ flush: () => held ?? Promise.resolve() });
  const [alice, bob] = [await cluster.login('alice', 0), await cluster.login('bob', 1)];
  await alice.join('room');
  await cluster.time.advance(2000);
  held = new Promise(() => undefined);
  const toBob = send(alice, { peer: 'bob' }, 'x', { OfflineMsg: true });
  expect(await answered(alice, toBob)).toMatchObject({ Status: 0, Code: 2 });
  expect(bob.received()).toEqual(['x']);
  expect(await answered(alice, send(alice, { channel: 'room' }, 'y'))).toMatchObject({ Code: 2 });
  await cluster.time.advance(10_000);
  expect(replies(alice, toBob)).toHaveLength(1);
});

test.each(['peer', 'channel'] as const)(
  '%s: a repeated request over a cut and another node is archived once',
  async (kind) => {
    await start({ faults: SLOW });
    const [alice, bob] = [await cluster.login('alice', 0), await cluster.login('bob', 1)];
    await alice.join('room');
    await bob.join('room');
    const target = kind === 'peer' ? { peer: 'bob' } : { channel: 'room' };
    const first = send(alice, target, '1');
    expect(await answered(alice, first)).toMatchObject({ Code: 0 });
    const second = send(alice, target, '2');
    const got = () => (kind === 'peer' ? bob.received() : bob.heard('room'));
    await cluster.until(() => got().length === 2, 'delivered');
    alice.breakSocket();
    await alice.connect(2, { resume: true });
    await alice.rejoin('room');
    const Again = alice.memory;
    for (const [MsgId, body] of [
      [first, '1'],
      [second, '2'],
    ] as const) {
      const before = replies(alice, MsgId).length;
      const content = { MsgId, MsgType: 1, MsgBody: body, HistoryMsg: true, Again };
      if (kind === 'peer') alice.say('SendMsgToPeer', { ...content, ToUId: 'bob' });
      else alice.say('SendChannelMsg', { ...content, ChanId: 'room' });
      await cluster.until(() => replies(alice, MsgId).length > before, 'answered again');
      expect(replies(alice, MsgId).at(-1)).toMatchObject({ Code: 0 });
    }
    await answered(alice, send(alice, target, '3'));
    expect(await bodies(alice, kind === 'peer' ? { PeerId: 'bob' } : { ChanId: 'room' })).toEqual(['1', '2', '3']);
    expect(got()).toEqual(['1', '2', '3']);
  },
);

test('a repeated request that was not archived yet is archived now', async () => {
  await start();
  const alice = await cluster.login('alice', 0);
  await alice.join('room');
  // Accepted without the flag: as if the node had gone before it could archive the message.
  const id = alice.shout('room', 'x');
  await answered(alice, id);
  alice.breakSocket();
  await alice.connect(1, { resume: true });
  await alice.rejoin('room');
  const content = { MsgId: id, MsgType: 1, MsgBody: 'x', HistoryMsg: true, Again: alice.memory };
  alice.say('SendChannelMsg', { ChanId: 'room', ...content });
  await cluster.until(() => replies(alice, id).length === 2, 'answered again');
  expect(await bodies(alice, { ChanId: 'room' })).toEqual(['x']);
});

test.each([1, 2, 3, 4])(
  'bad network (seed %i): what was accepted is archived once, in the order of each sender',
  async (seed) => {
    await start({ seed, faults: { ...SLOW, failBefore: 0.05, failAfter: 0.05, loseFeeds: 0.1 } });
    const senders = [await cluster.login('alice', 0), await cluster.login('bob', 1), await cluster.login('carol', 2)];
    for (const sender of senders) while ((await sender.join('room')) !== 0) await cluster.time.advance(3000);
    const sent = senders.flatMap((sender) =>
      Array.from({ length: 12 }, (_, i) => ({ sender, body: `${sender.uid} ${i}`, id: 0 })),
    );
    for (const one of sent) one.id = send(one.sender, { channel: 'room' }, one.body);
    for (const one of sent) await answered(one.sender, one.id);
    cluster.network.faults = { ...cluster.network.faults, failBefore: 0, failAfter: 0 };
    const archived = await bodies(senders[0] as ScriptedClient, { ChanId: 'room' });
    expect(new Set(archived).size).toBe(archived.length);
    const accepted = sent.filter(({ sender, id }) => replies(sender, id)[0]?.Code === 0).map(({ body }) => body);
    expect(accepted.length).toBeGreaterThan(10);
    expect(archived).toEqual(expect.arrayContaining(accepted));
    for (const { uid } of senders) {
      const numbers = archived.filter((body) => body.startsWith(uid)).map((body) => Number(body.split(' ')[1]));
      expect(numbers).toEqual([...numbers].sort((a, b) => a - b));
    }
  },
);

test('pages: by offset, by time, with a limit, and small enough', async () => {
  await start();
  const alice = await cluster.login('alice', 0);
  await alice.join('room');
  for (let i = 0; i < 12; i++) {
    await answered(alice, send(alice, { channel: 'room' }, `${i} ${'x'.repeat(30_000)}`));
    await cluster.time.advance(600);
  }
  const first = await ask(alice, { ChanId: 'room' });
  expect([first.Messages.length, first.Next]).toEqual([8, first.Messages.at(-1)?.MsgId]);
  const second = await ask(alice, { ChanId: 'room', After: first.Next });
  expect([second.Messages.length, second.Next]).toEqual([4, undefined]);
  const back = await ask(alice, { ChanId: 'room', Order: 'desc', Limit: 3, After: second.Messages[0]?.MsgId });
  expect([back.Messages, back.Next]).toEqual([first.Messages.slice(-3).reverse(), back.Messages.at(-1)?.MsgId]);
  const times = [...first.Messages, ...second.Messages].map(({ SvrTS }) => SvrTS);
  const between = await ask(alice, { ChanId: 'room', StartTs: times[3], EndTs: times[5] });
  expect(between.Messages.map(({ SvrTS }) => SvrTS)).toEqual(times.slice(3, 6));
});

test('too often: 3; bad queries: 2', async () => {
  await start({ settings: { historyReads: { calls: 12, windowMs: 5000 } } });
  const alice = await cluster.login('alice', 0);
  for (const wrong of [
    {},
    { PeerId: 'bob', ChanId: 'room' },
    { PeerId: 'a/b' },
    { ChanId: '' },
    { PeerId: 'bob', Limit: 0 },
    { PeerId: 'bob', Limit: 101 },
    { PeerId: 'bob', After: -1 },
    { PeerId: 'bob', StartTs: -1 },
    { PeerId: 'bob', EndTs: -1 },
    { PeerId: 'bob', Order: 'up' },
  ]) {
    expect(await ask(alice, wrong), JSON.stringify(wrong)).toMatchObject({ Code: 2, Messages: [] });
  }
  for (let i = 0; i < 12; i++) expect(await ask(alice, { PeerId: 'bob' })).toMatchObject({ Code: 0 });
  expect(await ask(alice, { PeerId: 'bob' })).toMatchObject({ Code: 3, Messages: [] });
  await cluster.time.advance(5000);
  expect(await ask(alice, { PeerId: 'bob' })).toMatchObject({ Code: 0 });
});

test('the engine is out of reach: 1, and the connection stays', async () => {
  await start();
  const alice = await cluster.login('alice', 0);
  cluster.network.partition('node0');
  expect(await ask(alice, { PeerId: 'bob' })).toMatchObject({ Code: 1, Messages: [] });
  cluster.network.heal('node0');
  expect(await ask(alice, { PeerId: 'bob' })).toMatchObject({ Code: 0 });
});

test('a published client: its flag is honoured, and a number that it uses again is another message', async () => {
  await start();
  const old = await cluster.login('old', 0, 'published');
  const bob = await cluster.login('bob', 1);
  await old.join('room');
  await bob.join('room');
  for (const body of ['1', '2']) {
    const content = { MsgId: 5, MsgType: 1, MsgBody: body, HistoryMsg: true, OfflineMsg: false };
    old.say('SendMsgToPeer', { ...content, ToUId: 'bob' });
    old.say('SendChannelMsg', { ...content, ChanId: 'room' });
    await cluster.time.advance(500);
  }
  expect(replies(old, 5).map((reply) => Object.keys(reply).sort())).toEqual([
    ['MsgId', 'Status'],
    ['MsgId', 'Status'],
    ['ChanId', 'Code', 'Epoch', 'MsgId', 'Offset'],
    ['ChanId', 'Code', 'Epoch', 'MsgId', 'Offset'],
  ]);
  expect(await bodies(bob, { PeerId: 'old' })).toEqual(['1', '2']);
  expect(await bodies(bob, { ChanId: 'room' })).toEqual(['1', '2']);
});
