import { EngineUnavailable } from 'ar-rtm-server/ports';
import { type FakeTime, SeededChance } from 'ar-rtm-testkit';
import {
  APP,
  describeAttributes,
  describeChannelModel,
  describeChannels,
  describeDirectory,
  describeInboxes,
  describeInboxModel,
  describeNodes,
  describePresence,
  describeRegistry,
  type EngineFactory,
  type Faults,
  FaultyNetwork,
  TestNode,
  TIMEOUT,
} from 'ar-rtm-testkit/engine';
import { describe, expect, test } from 'vitest';
import { LocalHarness } from './local-harness.js';

/** The local engine behind the wrapper with nothing but copying: proves that arguments and results are plain data. */
const copied: EngineFactory = async (limits) => {
  const harness = await LocalHarness.open(limits);
  const network = new FaultyNetwork({ time: harness.time, chance: new SeededChance(1) });
  let nodes = 0;
  return {
    connect: () => {
      nodes += 1;
      return network.wrap(`connection-${nodes}`, harness.connect());
    },
    advance: (ms) => harness.advance(ms),
    settle: () => harness.settle(),
    jumpWall: (byMs) => harness.jumpWall(byMs),
    counted: (name) => harness.counted(name),
    close: () => harness.close(),
  };
};

describeRegistry('local engine, copied', copied);
describeDirectory('local engine, copied', copied);
describeInboxes('local engine, copied', copied);
describeChannels('local engine, copied', copied);
describeNodes('local engine, copied', copied);
describeAttributes('local engine, copied', copied);
describePresence('local engine, copied', copied);
describeInboxModel('local engine, copied', copied, 20);
describeChannelModel('local engine, copied', copied, 20);

async function setUp(faults: Partial<Faults>, seed = 1) {
  const harness = await LocalHarness.open();
  const { time } = harness;
  const network = new FaultyNetwork({ time, chance: new SeededChance(seed) });
  const names: string[] = ['a', 'b'];
  const underTest = Object.assign(Object.create(harness) as LocalHarness, {
    connect: () => network.wrap(names.shift() ?? '', harness.connect()),
    settle: () => time.settle(),
  });
  const a = await TestNode.start(underTest, 'a');
  const b = await TestNode.start(underTest, 'b');
  const u = await a.login('u');
  await a.subscribe('c');
  await u.join('c');
  await time.settle();
  a.channelFeeds.length = 0;
  network.faults = { ...network.faults, ...faults };
  return { harness, time, network, a, b, u };
}

/** Waits for calls while time passes. */
async function outcomes<T>(time: FakeTime, calls: readonly Promise<T>[], ms = 10_000) {
  const settled = Promise.allSettled(calls);
  await time.advance(ms);
  return settled;
}

describe('FaultyNetwork', () => {
  test('without faults calls pass and leave no timer', async () => {
    const { time, b, u, a } = await setUp({});
    const timers = time.timers;
    const position = await b.sent('u', 'hello');
    expect(await u.bodies()).toEqual(['hello']);
    expect(await a.fedTo('u')).toMatchObject([{ position }]);
    expect(time.timers).toBe(timers);
  });

  test('what is fed is a copy', async () => {
    const { a, u } = await setUp({});
    await u.publish('c', 'hello');
    const fed = await a.fedFrom('c');
    const read = await a.readChannel('c', { epoch: 1, offset: 0 });
    expect(read.entries.at(-1)).toEqual(fed.at(-1));
    expect(read.entries.at(-1)).not.toBe(fed.at(-1));
  });

  test('what is not plain data does not pass', async () => {
    const { a } = await setUp({});
    const notice = { kind: 'acknowledged', ref: Number.NaN } as const;
    await expect(a.ports.nodes.notify({ to: 'a', notice, ...TIMEOUT })).rejects.toThrow(TypeError);
    const appId = new Map() as unknown as string;
    await expect(a.ports.channels.counts({ appId, channelIds: [], ...TIMEOUT })).rejects.toThrow(TypeError);
  });

  test('calls overtake each other, the feeds of each call too', async () => {
    const { time, u, a } = await setUp({ callDelayMs: 100, answerDelayMs: 100, feedDelayMs: 100 });
    const settled = await outcomes(
      time,
      Array.from({ length: 30 }, (_, i) => u.publish('c', String(i))),
    );
    expect(settled.every(({ status }) => status === 'fulfilled')).toBe(true);
    const fed = await a.fedFrom('c');
    const offsets = fed.map(({ position }) => position.offset);
    const inOrder = [...offsets].sort((x, y) => x - y);
    expect(new Set(offsets).size).toBe(30);
    expect(offsets).not.toEqual(inOrder);
    const log = await outcomes(time, [a.readChannel('c', { epoch: 1, offset: 0 })]);
    const bodies =
      log[0]?.status === 'fulfilled'
        ? log[0].value.entries.slice(1).map(({ entry }) => entry.kind === 'message' && entry.body)
        : [];
    expect(bodies).toHaveLength(30);
    expect(bodies).not.toEqual(Array.from({ length: 30 }, (_, i) => String(i)));
  });

  test('feeds can be late and stay in order', async () => {
    const { time, u, a } = await setUp({ feedDelayMs: 100, feedsInOrder: true });
    for (let i = 0; i < 30; i += 1) await u.publish('c', String(i));
    expect((await a.fedFrom('c')).length).toBeLessThan(30);
    await time.advance(200);
    const offsets = (await a.fedFrom('c')).map(({ position }) => position.offset);
    expect(offsets).toEqual([...offsets].sort((x, y) => x - y));
    expect(offsets).toHaveLength(30);
  });

  test('calls fail before or after they were carried out', async () => {
    const { time, network, a, u } = await setUp({ failBefore: 0.3, failAfter: 0.3 });
    const settled = await outcomes(
      time,
      Array.from({ length: 200 }, (_, i) => u.publish('c', String(i))),
    );
    const failed = settled.filter((result) => result.status === 'rejected');
    for (const { reason } of failed) expect(reason).toBeInstanceOf(EngineUnavailable);
    const { failedBefore, failedAfter } = network.counts;
    expect(failed).toHaveLength(failedBefore + failedAfter);
    expect(Math.min(failedBefore, failedAfter)).toBeGreaterThan(20);
    expect(await a.fedFrom('c')).toHaveLength(200 - failedBefore);
  });

  test('feeds and notices get lost', async () => {
    const { network, a, b, u } = await setUp({ loseFeeds: 0.5, loseNotices: 0.5 });
    for (let i = 0; i < 100; i += 1) await u.acknowledge(await b.sent('u', String(i)));
    const { lostFeeds, lostNotices } = network.counts;
    expect(Math.min(lostFeeds, lostNotices)).toBeGreaterThan(20);
    expect(await a.fedTo('u')).toHaveLength(100 - lostFeeds);
    expect(await b.noticed()).toHaveLength(100 - lostNotices);
  });

  test('a call that takes longer than its caller waits is unavailable, and may still be carried out', async () => {
    const { time, network, a, u } = await setUp({ callDelayMs: 10_000 });
    const publishes = Array.from({ length: 20 }, (_, i) => u.publish('c', String(i)));
    const settled = await outcomes(time, publishes, 20_000);
    const failed = settled.filter(({ status }) => status === 'rejected');
    expect(failed).toHaveLength(network.counts.timedOut);
    expect(failed.length).toBeGreaterThan(3);
    expect(await a.fedFrom('c')).toHaveLength(20);
  });

  test('a node that is cut off reaches nothing and hears nothing until healed', async () => {
    const { time, network, a, b, u } = await setUp({});
    network.partition('a');
    const settled = await outcomes(
      time,
      Array.from({ length: 10 }, () => u.publish('c', 'x')),
      6000,
    );
    expect(settled.every(({ status }) => status === 'rejected')).toBe(true);
    expect(network.counts.cutOff).toBe(10);
    expect(network.counts.timedOut).toBeGreaterThan(0);
    expect(network.counts.timedOut).toBeLessThan(10);
    await b.sent('u', 'not heard');
    expect(await a.fedTo('u')).toEqual([]);
    network.heal('a');
    expect(await u.bodies()).toEqual(['not heard']);
    await b.sent('u', 'heard');
    expect(await a.fedTo('u')).toHaveLength(1);
  });

  test('a cut during a call loses its answer', async () => {
    const { time, network, a, b, u } = await setUp({ answerDelayMs: 100 });
    const publish = u.publish('c', 'x');
    await time.settle();
    network.partition('a');
    const [outcome] = await outcomes(time, [publish], 6000);
    expect(outcome?.status).toBe('rejected');
    const [count] = await outcomes(time, [b.readChannel('c', { epoch: 1, offset: 0 })]);
    expect(count?.status === 'fulfilled' && count.value.entries).toHaveLength(2);
    expect(a.channelFeeds).toHaveLength(1);
  });

  test('the same seed gives the same run', async () => {
    const run = async (seed: number) => {
      const { time, a, u } = await setUp({ callDelayMs: 50, feedDelayMs: 50, failBefore: 0.2, loseFeeds: 0.2 }, seed);
      await outcomes(
        time,
        Array.from({ length: 50 }, (_, i) => u.publish('c', String(i))),
      );
      return (await a.fedFrom('c')).map(({ entry }) => entry.kind === 'message' && entry.body).join();
    };
    const first = await run(7);
    expect(await run(7)).toBe(first);
    expect(await run(8)).not.toBe(first);
    expect(APP).toHaveLength(32);
  });
});
