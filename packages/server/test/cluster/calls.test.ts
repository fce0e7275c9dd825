/** Call invitations over three nodes on virtual time: who hears what, whoever is first, cut, away, or published. */
import type { CommandName } from 'ar-rtm-protocol';
import { afterEach, describe, expect, test } from 'vitest';
import { Cluster, type ClusterOptions, type Place, type ScriptedClient } from './cluster.js';

let cluster: Cluster;
const SLOW = { feedDelayMs: 20, callDelayMs: 10, answerDelayMs: 10 };
const ID = 'c'.repeat(32);

async function start(options: Partial<ClusterOptions> = {}): Promise<void> {
  cluster = await Cluster.start({ nodes: 3, ...options });
}

afterEach(() => {
  cluster.network.faults = { ...cluster.network.faults, loseFeeds: 0, failBefore: 0, failAfter: 0 };
  expect(cluster.complaints).toEqual([]);
});

type Kind = 'ours' | 'published';
let lastId = 5000;

function say(client: ScriptedClient, cmd: CommandName, to: ScriptedClient | string, more: object = {}): number {
  const MsgId = ++lastId;
  const ToUId = typeof to === 'string' ? to : to.uid;
  client.say(cmd, { CallId: ID, FromUId: client.uid, ToUId, ...(client.kind === 'ours' && { MsgId }), ...more });
  return MsgId;
}

const CALL_PUSHES = ['MakeCall', 'CancelCall', 'AcceptCall', 'RejectCall', 'AcceptCallAck', 'CallStatus'];

/** What a client was told of calls, in order: the frame, and the field that says more. */
function told(client: ScriptedClient, id = ID): string[] {
  return client.frames
    .filter(({ cmd, content }) => CALL_PUSHES.includes(cmd) && (content as { CallId?: string }).CallId === id)
    .map(({ cmd, content }) => {
      const { Status, Reason, Content, Response, Code } = content as Record<string, unknown>;
      const detail = cmd === 'CancelCall' ? `${Reason}|${Content}` : (Status ?? Response ?? Content ?? Code ?? '');
      return `${cmd} ${detail}`.trim();
    });
}

const hears = (client: ScriptedClient, last: string, limitMs = 3000) =>
  cluster.until(() => told(client).at(-1) === last, `${client.uid} hears ${last}, not ${told(client)}`, limitMs);

async function pair(caller: Kind = 'ours', callee: Kind = 'ours') {
  const alice = await cluster.login('alice', 0, caller);
  const bob = await cluster.login('bob', 1, callee);
  // Pushes to a published client that has just logged in wait for its fetch of offline messages.
  await cluster.time.advance(3500);
  return { alice, bob };
}

/** A call that the callee has. */
async function ringing(caller: Kind = 'ours', callee: Kind = 'ours') {
  const both = await pair(caller, callee);
  say(both.alice, 'MakeCall', both.bob, { Content: 'come' });
  await hears(both.alice, 'CallStatus 2');
  return both;
}

/** Where a client of ours has followed its inbox to. */
function placeOf(client: ScriptedClient): Place | undefined {
  const placed = client.frames
    .filter(({ cmd }) => cmd === 'Login' || CALL_PUSHES.includes(cmd))
    .map(({ content }) => content as Partial<Place>)
    .filter(({ Offset }) => Offset !== undefined)
    .map(({ Epoch = 0, Offset = 0 }) => ({ Epoch, Offset }));
  return placed.reduce<Place | undefined>((a, b) => (a && a.Offset > b.Offset ? a : b), undefined);
}

const resume = (client: ScriptedClient, node: number) => {
  const inboxAt = placeOf(client);
  return client.connect(node, { resume: client.kind === 'ours', ...(inboxAt && { inboxAt }) });
};

const KINDS = [
  ['ours', 'ours'],
  ['ours', 'published'],
  ['published', 'ours'],
  ['published', 'published'],
] as const;

describe.each(KINDS)('%s calls %s', (caller, callee) => {
  const first = caller === 'ours' ? [] : ['CallStatus 1'];
  const expired = caller === 'ours' ? 'CallStatus 5' : 'CallStatus 4';

  test('accepted', async () => {
    await start({ faults: SLOW });
    const { alice, bob } = await ringing(caller, callee);
    say(bob, 'AcceptCall', alice, { Response: 'yes' });
    await hears(bob, 'AcceptCallAck 0');
    expect(told(alice)).toEqual([...first, 'CallStatus 2', 'AcceptCall yes']);
    expect(told(bob)).toEqual(['MakeCall come', 'AcceptCallAck 0']);
  });

  test('refused', async () => {
    await start({ faults: SLOW });
    const { alice, bob } = await ringing(caller, callee);
    say(bob, 'RejectCall', alice, { Response: 'no' });
    await hears(alice, 'RejectCall no');
    await cluster.time.advance(70_000);
    expect(told(alice)).toEqual([...first, 'CallStatus 2', 'RejectCall no']);
    expect(told(bob)).toEqual(['MakeCall come']);
  });

  test('canceled', async () => {
    await start({ faults: SLOW });
    const { alice, bob } = await ringing(caller, callee);
    const id = say(alice, 'CancelCall', bob, { Reason: '', Content: 'sorry' });
    await hears(bob, 'CancelCall |sorry');
    if (caller === 'ours') expect(alice.contents('CallReply').at(-1)).toEqual({ MsgId: id, Code: 0 });
    else expect(alice.contents('cancelCallAck')).toEqual([{ CallId: ID, FromUId: 'alice', ToUId: 'bob', Code: 0 }]);
    // Once more: acknowledged, and not forwarded.
    say(alice, 'CancelCall', bob, { Reason: '', Content: 'sorry' });
    await cluster.time.advance(70_000);
    expect(told(bob)).toEqual(['MakeCall come', 'CancelCall |sorry']);
    expect(told(alice)).toEqual([...first, 'CallStatus 2']);
    expect(alice.contents(caller === 'ours' ? 'CallReply' : 'cancelCallAck').length).toBeGreaterThanOrEqual(2);
  });

  test('no answer: both hear it together, before a published callee ends it by itself', async () => {
    await start({ faults: SLOW });
    const { alice, bob } = await ringing(caller, callee);
    const from = cluster.time.monotonicMs();
    await hears(alice, expired, 70_000);
    const lasted = cluster.time.monotonicMs() - from;
    await hears(bob, 'CancelCall TimeOut|', 500);
    expect(lasted).toBeGreaterThan(callee === 'ours' ? 59_000 : 57_500);
    expect(lasted).toBeLessThan(callee === 'ours' ? 61_500 : 59_500);
    // What 1.0.15 sends by itself behind status 4.
    say(alice, 'CancelCall', bob, { Reason: 'TimeOut', Content: 'come' });
    await cluster.time.advance(5000);
    expect(told(bob)).toEqual(['MakeCall come', 'CancelCall TimeOut|']);
  });

  test('the callee is away: it comes within 30 s', async () => {
    await start({ faults: SLOW });
    const alice = await cluster.login('alice', 0, caller);
    await cluster.time.advance(3500);
    say(alice, 'MakeCall', 'bob', { Content: 'come' });
    await cluster.time.advance(20_000);
    expect(told(alice)).toEqual(first);
    const bob = await cluster.login('bob', 2, callee);
    await hears(alice, 'CallStatus 2', 5000);
    say(bob, 'AcceptCall', alice, { Response: '' });
    await hears(bob, 'AcceptCallAck 0');
    expect(told(bob)).toEqual(['MakeCall come', 'AcceptCallAck 0']);
  });

  test('the callee is away: it does not come', async () => {
    await start({ faults: SLOW });
    const alice = await cluster.login('alice', 0, caller);
    say(alice, 'MakeCall', 'bob', { Content: 'come' });
    await cluster.time.advance(29_500);
    expect(told(alice)).toEqual(first);
    await hears(alice, 'CallStatus 3', 2000);
    const bob = await cluster.login('bob', 2, callee);
    await cluster.time.advance(5000);
    expect(told(bob)).toEqual([]);
  });

  test('the caller logs out', async () => {
    await start({ faults: SLOW });
    const { alice, bob } = await ringing(caller, callee);
    alice.say('Logout', {});
    await hears(bob, 'CancelCall Offline|');
    say(bob, 'AcceptCall', alice, { Response: '' });
    await cluster.time.advance(10_000);
    expect(told(bob)).toEqual(['MakeCall come', 'CancelCall Offline|']);
  });

  test('the callee logs out', async () => {
    await start({ faults: SLOW });
    const { alice, bob } = await ringing(caller, callee);
    bob.say('Logout', {});
    await hears(alice, 'CallStatus 3');
  });

  test('the caller is lost', async () => {
    await start({ faults: SLOW });
    const { alice, bob } = await ringing(caller, callee);
    alice.breakSocket();
    // A published client has forgotten its calls when it comes back (8.4.8); ours has not.
    await hears(bob, 'CancelCall Offline|', caller === 'published' ? 500 : 32_000);
  });

  test('the caller is kicked', async () => {
    await start({ faults: SLOW });
    const { alice, bob } = await ringing(caller, callee);
    const other = await cluster.login('alice', 2, caller);
    await hears(bob, 'CancelCall Offline|');
    await cluster.time.advance(10_000);
    expect(told(other)).toEqual([]);
    expect(told(alice)).toEqual([...first, 'CallStatus 2']);
  });

  test('the callee is kicked while it rings', async () => {
    await start({ faults: SLOW });
    const { alice } = await ringing(caller, callee);
    const other = await cluster.login('bob', 2, callee);
    await hears(alice, 'CallStatus 3');
    await cluster.time.advance(10_000);
    expect(told(other)).toEqual([]);
  });
});

describe('who is first', () => {
  const ACTS: Record<string, (alice: ScriptedClient, bob: ScriptedClient) => void> = {
    accept: (alice, bob) => void say(bob, 'AcceptCall', alice, { Response: 'yes' }),
    refuse: (alice, bob) => void say(bob, 'RejectCall', alice, { Response: 'no' }),
    cancel: (alice, bob) => void say(alice, 'CancelCall', bob, { Reason: '', Content: 'stop' }),
    giveUp: (alice, bob) => void say(alice, 'CancelCall', bob, { Reason: 'TimeOut', Content: '' }),
  };
  const names = Object.keys(ACTS);
  const orders = names.flatMap((a) => names.filter((b) => b !== a).map((b) => [a, b] as const));

  test.each(orders)('%s against %s, at the same moment, from every node', async (one, two) => {
    for (let seed = 1; seed <= 6; seed++) {
      await start({ seed, faults: { feedDelayMs: 30, callDelayMs: 30, answerDelayMs: 10 } });
      const { alice, bob } = await ringing();
      ACTS[one]?.(alice, bob);
      ACTS[two]?.(alice, bob);
      await cluster.time.advance(10_000);
      const ends = [told(alice).slice(1), told(bob).slice(1)];
      // The caller's words: an answer, its own end, or nothing; the callee's: at most one end.
      expect(ends[1]?.length).toBeLessThanOrEqual(1);
      const isAccepted = ends[1]?.[0] === 'AcceptCallAck 0';
      const isRefused = ends[0]?.[0] === 'RejectCall no';
      const isEnded = ends[1]?.[0]?.startsWith('CancelCall') === true || ends[1]?.[0] === 'AcceptCallAck 2';
      expect([isAccepted, isRefused, isEnded].filter(Boolean), `${seed}: ${JSON.stringify(ends)}`).toHaveLength(1);
      if (isAccepted) expect(ends[0]).toEqual(['AcceptCall yes']);
    }
  });

  test('an accept that the caller does not confirm fails after 5 s for both', async () => {
    await start();
    const { alice, bob } = await ringing();
    alice.ignores = ['AcceptCall'];
    say(bob, 'AcceptCall', alice, { Response: 'yes' });
    await hears(bob, 'AcceptCallAck 2', 7000);
    await hears(alice, 'CallStatus 6');
  });

  test('the same with a published callee, which knows no failure of its accept', async () => {
    await start();
    const { alice, bob } = await ringing('ours', 'published');
    alice.ignores = ['AcceptCall'];
    say(bob, 'AcceptCall', alice, { Response: 'yes' });
    await hears(bob, 'CancelCall TimeOut|', 7000);
  });

  test('a cancel wins over an accept that is not confirmed', async () => {
    await start();
    const { alice, bob } = await ringing();
    alice.ignores = ['AcceptCall'];
    say(bob, 'AcceptCall', alice, { Response: 'yes' });
    await hears(alice, 'AcceptCall yes');
    say(alice, 'CancelCall', bob, { Reason: '', Content: 'stop' });
    await hears(bob, 'CancelCall |stop');
  });

  test('a callee of ours that gives up its accept: the caller does not wait', async () => {
    await start();
    const { alice, bob } = await ringing();
    say(bob, 'RejectCall', alice, { Response: '', Reason: 'TimeOut' });
    await hears(alice, 'CallStatus 6');
  });

  test('a callee that is there and confirms nothing: no response after 30 s', async () => {
    await start();
    const { alice, bob } = await pair();
    bob.ignores = ['MakeCall'];
    say(alice, 'MakeCall', bob, { Content: 'come' });
    await hears(alice, 'CallStatus 4', 32_000);
    await hears(bob, 'CancelCall TimeOut|');
  });
});

describe('cuts', () => {
  test.each([0, 2])(
    'the caller is cut and comes back to node %i: it hears what has become of it, once',
    async (node) => {
      await start({ faults: SLOW });
      const { alice, bob } = await ringing();
      alice.breakSocket();
      await cluster.time.advance(2000);
      say(bob, 'RejectCall', alice, { Response: 'no' });
      await cluster.time.advance(2000);
      await resume(alice, node);
      await hears(alice, 'RejectCall no');
      await cluster.time.advance(100);
      alice.breakSocket();
      await resume(alice, 1);
      await cluster.time.advance(3000);
      expect(told(alice)).toEqual(['CallStatus 2', 'RejectCall no']);
    },
  );

  test.each([1, 2])(
    'the callee is cut and comes back to node %i: of a call that is over it hears the end only',
    async (node) => {
      await start({ faults: SLOW });
      const { alice, bob } = await pair();
      bob.breakSocket();
      await cluster.time.advance(1000);
      say(alice, 'MakeCall', bob, { Content: 'come' });
      await cluster.time.advance(1000);
      say(alice, 'CancelCall', bob, { Reason: '', Content: 'stop' });
      await cluster.time.advance(1000);
      await resume(bob, node);
      await hears(bob, 'CancelCall |stop');
      expect(told(bob)).toEqual(['CancelCall |stop']);
    },
  );

  test('the callee was cut when it was called, and is back in time', async () => {
    await start({ faults: SLOW });
    const { alice, bob } = await pair();
    bob.breakSocket();
    say(alice, 'MakeCall', bob, { Content: 'come' });
    await cluster.time.advance(8000);
    expect(told(alice)).toEqual([]);
    await resume(bob, 2);
    await hears(alice, 'CallStatus 2');
    expect(told(bob)).toEqual(['MakeCall come']);
  });

  test('an accept over a cut of the caller: back within 5 s it is accepted, later it has failed', async () => {
    await start({ faults: SLOW });
    const { alice, bob } = await ringing();
    alice.breakSocket();
    await cluster.time.advance(500);
    say(bob, 'AcceptCall', alice, { Response: 'yes' });
    await cluster.time.advance(2000);
    await resume(alice, 2);
    await hears(bob, 'AcceptCallAck 0');

    await start({ faults: SLOW });
    const again = await ringing();
    again.alice.breakSocket();
    await cluster.time.advance(500);
    say(again.bob, 'AcceptCall', again.alice, { Response: 'yes' });
    await hears(again.bob, 'AcceptCallAck 2', 7000);
    await resume(again.alice, 2);
    await hears(again.alice, 'CallStatus 6');
    expect(told(again.alice)).toEqual(['CallStatus 2', 'CallStatus 6']);
  });

  test('a published callee that comes back has forgotten the call: it rings once more, and nothing that it cannot know comes', async () => {
    await start({ faults: SLOW });
    const { alice, bob } = await ringing('ours', 'published');
    bob.breakSocket();
    await cluster.time.advance(1000);
    bob.frames.length = 0;
    await resume(bob, 2);
    await hears(bob, 'MakeCall come');
    bob.breakSocket();
    await cluster.time.advance(200);
    say(alice, 'CancelCall', bob, { Reason: '', Content: 'stop' });
    await cluster.time.advance(200);
    bob.frames.length = 0;
    await resume(bob, 1);
    await cluster.time.advance(5000);
    expect(told(bob)).toEqual([]);
  });

  test('a published callee whose accept is confirmed while it is cut hears nothing of it', async () => {
    await start();
    const { alice, bob } = await ringing('ours', 'published');
    alice.ignores = ['AcceptCall'];
    say(bob, 'AcceptCall', alice, { Response: 'yes' });
    await hears(alice, 'AcceptCall yes');
    bob.breakSocket();
    await cluster.time.settle();
    say(alice, 'AcceptCallAck', bob);
    await cluster.time.advance(500);
    bob.frames.length = 0;
    await resume(bob, 2);
    await cluster.time.advance(5000);
    expect(told(bob)).toEqual([]);
  });

  test('a published caller that comes back has no call any more, and hears nothing of the old one', async () => {
    await start({ faults: SLOW });
    const { alice, bob } = await ringing('published', 'ours');
    alice.breakSocket();
    await hears(bob, 'CancelCall Offline|', 500);
    say(bob, 'AcceptCall', alice, { Response: 'yes' });
    alice.frames.length = 0;
    await resume(alice, 2);
    await cluster.time.advance(70_000);
    expect(told(alice)).toEqual([]);
    expect(told(bob)).toEqual(['MakeCall come', 'CancelCall Offline|']);
  });

  test('a published client may make an ended call again; a running one is not made twice', async () => {
    await start();
    const { alice, bob } = await ringing('published', 'ours');
    say(alice, 'MakeCall', bob, { Content: 'again' });
    await cluster.time.settle();
    expect(told(alice).slice(2)).toEqual(['CallStatus 1', 'CallStatus 2']);
    expect(told(bob)).toEqual(['MakeCall come']);
    say(bob, 'RejectCall', alice, { Response: 'no' });
    await hears(alice, 'RejectCall no');
    say(alice, 'MakeCall', bob, { Content: 'once more' });
    await hears(bob, 'MakeCall once more');
  });

  test('ours repeats a request whose reply was lost: one call, also when it is over by then', async () => {
    await start({ faults: SLOW });
    const { alice, bob } = await ringing();
    say(bob, 'RejectCall', alice, { Response: 'no' });
    await hears(alice, 'RejectCall no');
    alice.breakSocket();
    await resume(alice, 2);
    const id = say(alice, 'MakeCall', bob, { Content: 'come' });
    await cluster.until(() => alice.contents('CallReply').some(({ MsgId }) => MsgId === id), 'a reply');
    await cluster.time.advance(2000);
    expect(told(bob)).toEqual(['MakeCall come']);
  });
});

describe('nodes', () => {
  test.each([
    ['caller', 0],
    ['callee', 1],
  ] as const)('the node of the %s dies: the call goes on with the session', async (_, dead) => {
    await start({ faults: SLOW });
    const { alice, bob } = await ringing();
    await cluster.kill(dead);
    await cluster.time.advance(2000);
    await resume(dead === 0 ? alice : bob, 2);
    say(bob, 'AcceptCall', alice, { Response: 'yes' });
    await hears(bob, 'AcceptCallAck 0', 10_000);
    expect(told(alice)).toEqual(['CallStatus 2', 'AcceptCall yes']);
  });

  test('the node of both dies and nobody comes back: the deadlines hold, and nothing is left', async () => {
    await start();
    const alice = await cluster.login('alice', 0);
    const bob = await cluster.login('bob', 0);
    say(alice, 'MakeCall', bob, { Content: 'come' });
    await hears(alice, 'CallStatus 2');
    await cluster.kill(0);
    await cluster.time.advance(180_000);
    expect(cluster.engine.sizes().calls).toBe(0);
  });

  test('a published caller whose node dies: its call is over when it is back', async () => {
    await start();
    const { alice, bob } = await ringing('published', 'ours');
    await cluster.kill(0);
    await cluster.time.advance(2000);
    await resume(alice, 2);
    await hears(bob, 'CancelCall Offline|');
  });

  test('a drain: both move to other nodes and go on', async () => {
    await start();
    const alice = await cluster.login('alice', 0);
    const bob = await cluster.login('bob', 0);
    say(alice, 'MakeCall', bob, { Content: 'come' });
    await hears(alice, 'CallStatus 2');
    const stopped = cluster
      .node(0)
      .drain()
      .then(() => cluster.node(0).stop());
    await cluster.time.advance(1000);
    await stopped;
    await resume(alice, 1);
    await resume(bob, 2);
    say(bob, 'AcceptCall', alice, { Response: 'yes' });
    await hears(bob, 'AcceptCallAck 0');
  });

  test('calls and answers over a bad network come to an end, the same for both', { timeout: 60_000 }, async () => {
    for (let seed = 1; seed <= 8; seed++) {
      await start({ seed, faults: { ...SLOW, failBefore: 0.2, failAfter: 0.2 } });
      const { alice, bob } = await pair();
      say(alice, 'MakeCall', bob, { Content: 'come' });
      await cluster.until(() => told(bob).length > 0, 'it rings', 12_000);
      say(bob, 'AcceptCall', alice, { Response: 'yes' });
      await cluster.time.advance(20_000);
      const ends = `${told(alice).at(-1)} / ${told(bob).at(-1)}`;
      expect(['AcceptCall yes / AcceptCallAck 0', 'CallStatus 6 / AcceptCallAck 2']).toContain(ends);
    }
  });
});

describe('limits and bad input', () => {
  const BAD: readonly (readonly [string, object])[] = [
    ['CallId', { CallId: '' }],
    ['CallId with a slash', { CallId: 'a/b' }],
    ['CallId too long', { CallId: 'a'.repeat(65) }],
    ['ToUId', { ToUId: 'a/b' }],
    ['empty ToUId', { ToUId: '' }],
    ['ChanId', { ChanId: 'a/b' }],
    ['Content', { Content: 'x'.repeat(8193) }],
    ['Content by bytes', { Content: 'é'.repeat(4097) }],
  ];

  test.each(BAD)('an invitation with a bad %s: refused, and nobody hears of it', async (_, bad) => {
    await start();
    const { alice, bob } = await pair();
    const pat = await cluster.login('pat', 2, 'published');
    const id = say(alice, 'MakeCall', bob, { Content: 'come', ...bad });
    say(pat, 'MakeCall', bob, { Content: 'come', ...bad });
    await cluster.time.advance(1000);
    expect(alice.contents('CallReply')).toMatchObject([{ MsgId: id, Code: 1 }]);
    expect(pat.contents('CallStatus').map(({ Status }) => Status)).toEqual([3]);
    expect(bob.frames.filter(({ cmd }) => cmd === 'MakeCall')).toEqual([]);
    expect(cluster.engine.sizes().calls).toBe(0);
  });

  test('texts of 8 KB pass, also those of cancels and answers; more is refused and changes nothing', async () => {
    await start();
    const { alice, bob } = await pair();
    const most = 'é'.repeat(4096);
    say(alice, 'MakeCall', bob, { Content: most, ChanId: 'room' });
    await hears(alice, 'CallStatus 2');
    expect(bob.contents('MakeCall')).toMatchObject([{ Content: most, ChanId: 'room', FromUId: 'alice' }]);
    const id = say(bob, 'AcceptCall', alice, { Response: `${most}x` });
    await cluster.time.settle();
    expect(bob.contents('CallReply')).toMatchObject([{ MsgId: id, Code: 1 }]);
    say(bob, 'AcceptCall', alice, { Response: most });
    await hears(bob, 'AcceptCallAck 0');
    expect(alice.contents('AcceptCall')).toMatchObject([{ Response: most }]);
  });

  // It has changed its own state by then, and reads no refusal: its caller once rang on for a minute.
  test('a published callee that refuses with a long text has refused, without the text', async () => {
    await start();
    const alice = await cluster.login('alice', 0);
    const bob = await cluster.login('bob', 0, 'published');
    await cluster.time.advance(3500);
    say(alice, 'MakeCall', bob, { Content: 'come' });
    await cluster.time.advance(500);
    say(bob, 'RejectCall', alice, { Response: 'x'.repeat(8193) });
    await cluster.time.advance(500);
    expect(alice.contents('RejectCall')).toMatchObject([{ Response: '' }]);
  });

  test('who calls too often, or has too many running, is refused, and the others are not', async () => {
    await start({ settings: { runningCalls: 30, callMakes: { calls: 6, windowMs: 10_000 } } });
    const { alice, bob } = await pair();
    const carol = await cluster.login('carol', 2, 'published');
    for (let i = 0; i < 4; i++) say(alice, 'MakeCall', bob, { CallId: `call${i}` });
    await cluster.time.settle();
    expect(alice.contents('CallReply').map(({ Code }) => Code)).toEqual([0, 0, 0, 1]);
    say(carol, 'MakeCall', bob, { CallId: 'hers' });
    await cluster.time.settle();
    expect(told(carol, 'hers')).toEqual(['CallStatus 1']);
    for (let i = 0; i < 3; i++) say(alice, 'CancelCall', bob, { CallId: `call${i}`, Reason: '', Content: '' });
    say(alice, 'MakeCall', bob, { CallId: 'call4' });
    say(alice, 'MakeCall', bob, { CallId: 'call5' });
    say(alice, 'MakeCall', bob, { CallId: 'call6' });
    await cluster.time.settle();
    expect(
      alice
        .contents('CallReply')
        .map(({ Code }) => Code)
        .slice(4),
    ).toEqual([0, 0, 0, 0, 0, 1]);
    say(bob, 'MakeCall', alice, { CallId: 'call7' });
    await cluster.time.settle();
    expect(bob.contents('CallReply')).toMatchObject([{ Code: 0 }]);
  });

  test('nobody acts on calls of others, and unknown calls are answered and nothing more', async () => {
    await start();
    const { alice, bob } = await ringing();
    const eve = await cluster.login('eve', 2);
    const before = [told(alice), told(bob)];
    for (const cmd of ['AcceptCall', 'RejectCall', 'CancelCall', 'MakeCallAck', 'AcceptCallAck'] as const) {
      for (const other of [alice, bob]) say(eve, cmd, other, { Response: 'x', Content: 'x', Reason: '' });
    }
    say(alice, 'AcceptCall', bob, { Response: 'x' });
    say(bob, 'CancelCall', alice, { Reason: '', Content: 'x' });
    await cluster.time.advance(2000);
    expect([told(alice), told(bob)]).toEqual(before);
    expect(told(eve)).toEqual([]);
    expect(eve.contents('CallReply').map(({ Code }) => Code)).toEqual([0, 0, 0, 0, 0, 0]);
  });

  test('a call to oneself', async () => {
    await start();
    const alice = await cluster.login('alice', 0);
    say(alice, 'MakeCall', alice, { Content: 'come' });
    await cluster.time.settle();
    say(alice, 'AcceptCall', alice, { Response: 'yes' });
    await hears(alice, 'AcceptCallAck 0');
    expect(told(alice)).toEqual(['MakeCall come', 'CallStatus 2', 'AcceptCall yes', 'AcceptCallAck 0']);
  });

  test('several at once, to one callee and to others', async () => {
    await start({ faults: SLOW });
    const { alice, bob } = await pair();
    const ids = ['one', 'two', 'three'];
    for (const CallId of ids) say(alice, 'MakeCall', bob, { CallId, Content: CallId });
    await cluster.time.advance(500);
    say(bob, 'AcceptCall', alice, { CallId: 'two', Response: 'yes' });
    say(bob, 'RejectCall', alice, { CallId: 'one', Response: 'no' });
    say(alice, 'CancelCall', bob, { CallId: 'three', Reason: '', Content: 'x' });
    await cluster.time.advance(1000);
    expect(ids.map((id) => told(alice, id).at(-1))).toEqual(['RejectCall no', 'AcceptCall yes', 'CallStatus 2']);
    expect(ids.map((id) => told(bob, id).at(-1))).toEqual(['MakeCall one', 'AcceptCallAck 0', 'CancelCall |x']);
  });
});
