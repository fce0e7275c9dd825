import { EngineUnavailable } from 'ar-rtm-server/ports';
import { APP, TestNode } from 'ar-rtm-testkit/engine';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { LocalHarness } from './local-harness.js';

/** Which answers wait for the disk, and what happens when it is slow or fails. */
describe('Local engine and its disk', () => {
  let harness: LocalHarness;
  let a: TestNode;
  let b: TestNode;

  beforeEach(async () => {
    harness = await LocalHarness.open();
    a = await TestNode.start(harness);
    b = await TestNode.start(harness);
  });
  afterEach(() => harness.close());

  async function isWaiting(call: Promise<unknown>): Promise<boolean> {
    let waits = true;
    const done = () => {
      waits = false;
    };
    call.then(done, done);
    await harness.settle();
    return waits;
  }

  test('a stored message is answered when it is flushed', async () => {
    const release = harness.holdFlushes();
    const send = a.send('u', 'hello', { offline: true });
    expect(await isWaiting(send)).toBe(true);
    expect([...harness.records.content.keys()].some((key) => key.startsWith('offline/'))).toBe(false);
    expect(harness.engine.sizes().waits).toBe(1);
    release();
    expect(await send).toMatchObject({ outcome: 'stored' });
    expect(harness.engine.sizes().waits).toBe(0);
    expect([...harness.records.content.keys()].some((key) => key.startsWith('offline/'))).toBe(true);
  });

  test('live messages, acknowledgements, channels and session changes do not wait', async () => {
    const release = harness.holdFlushes();
    const u = await a.login('u');
    const position = await b.sent('u', 'hello', { offline: true });
    expect(await u.acknowledge(position)).toBe('ok');
    await u.join('c');
    await u.publish('c', 'x');
    await u.suspend(0);
    await u.leave('c');
    await u.end('offline');
    release();
  });

  test('a crash lost the newest login: its resume wins against the older session that came back', async () => {
    const old = await a.login('u', { userSId: 'x' });
    await harness.advance(1000);
    const release = harness.holdFlushes();
    await old.end();
    await a.login('u', { userSId: 'y' });
    const crashed = harness.crash();
    release();
    await crashed;
    a = await TestNode.start(harness);
    expect((await a.adopt()).orphans).toMatchObject([{ uid: 'u', userSId: 'x' }]);
    expect(await a.claim('u', { userSId: 'y', mode: 'resume' })).toMatchObject({
      outcome: 'claimed',
      continued: false,
    });
    expect(await a.claim('u', { userSId: 'x', mode: 'resume' })).toEqual({ outcome: 'superseded' });
  });

  test('an acknowledged durable entry does not wait for its deletion', async () => {
    const position = await b.sent('u', 'hello', { offline: true });
    const u = await a.login('u');
    const release = harness.holdFlushes();
    expect(await u.acknowledge(position)).toBe('ok');
    release();
  });

  test('keep answers when flushed, or that the receiver was faster', async () => {
    const u = await a.login('u');
    const first = await b.sent('u', '1', { offline: true, ref: 1 });
    const second = await b.sent('u', '2', { offline: true, ref: 2 });
    const release = harness.holdFlushes();
    const keepFirst = b.keep('u', first);
    const keepSecond = b.keep('u', second);
    expect(await isWaiting(keepFirst)).toBe(true);
    await u.acknowledge(second);
    release();
    expect(await keepFirst).toBe('kept');
    expect(await keepSecond).toBe('acknowledged');
    expect(await u.bodies()).toEqual(['1']);
    // The answer of keep was all that its caller still wanted to know.
    expect(await b.noticed()).toEqual([]);
    await harness.crash();
    const c = await TestNode.start(harness);
    expect((await c.stored('u')).map(({ position }) => position)).toEqual([first]);
  });

  test('a claim that supersedes waits, the notice and the new generation do not', async () => {
    const first = await a.login('u', { userSId: 'x' });
    const release = harness.holdFlushes();
    const claim = b.claim('u', { userSId: 'y' });
    expect(await isWaiting(claim)).toBe(true);
    expect(await first.suspend(0)).toBe('stale');
    expect(await a.noticed()).toMatchObject([{ kind: 'superseded', by: 'other' }]);
    await a.sent('u', 'early');
    expect(await b.fedTo('u')).toHaveLength(1);
    release();
    const result = await claim;
    expect(result.outcome === 'claimed' && result.inboxEnd.offset).toBe(
      (b.inboxFeeds[0]?.entries[0]?.position.offset ?? 0) - 1,
    );
  });

  test('senders hear that the session ended when their entries are durable', async () => {
    const u = await a.login('u');
    await b.sent('u', '1', { offline: true, ref: 1 });
    const release = harness.holdFlushes();
    const end = u.end();
    expect(await isWaiting(end)).toBe(true);
    expect(await b.noticed()).toEqual([]);
    release();
    await end;
    expect(await b.noticed()).toEqual([{ kind: 'undelivered', ref: 1 }]);
    // Whoever was told once hears no more of the entry.
    const again = await a.login('u', { userSId: 'y' });
    await again.acknowledge(...(await a.stored('u')).map(({ position }) => position));
    expect(await b.noticed()).toEqual([]);
  });

  test('a change of attributes of a channel is answered when it is flushed; those of users do not wait', async () => {
    const u = await a.login('u');
    const release = harness.holdFlushes();
    const bounds = { count: 32, totalBytes: 1000 };
    const change = { kind: 'set', attributes: [{ key: 'k', value: 'v' }] } as const;
    const own = u.node.ports.attributes.changeUser({ ...u.ref, change, bounds });
    expect(await isWaiting(own)).toBe(false);
    const target = { appId: APP, channelId: 'c', uid: 'u', announce: true, timeoutMs: 5000 };
    const write = a.ports.attributes.changeChannel({ ...target, change, bounds });
    expect(await isWaiting(write)).toBe(true);
    expect(harness.records.content.has(`attributes/${APP}/c`)).toBe(false);
    release();
    expect(await write).toBe('done');
    expect(harness.records.content.has(`attributes/${APP}/c`)).toBe(true);
  });

  test('a flush that takes longer than the caller waits makes the engine unavailable', async () => {
    const release = harness.holdFlushes();
    const send = a.send('u', 'hello', { offline: true });
    const outcome = expect(send).rejects.toThrow(EngineUnavailable);
    await harness.advance(6000);
    await outcome;
    release();
    await harness.settle();
    expect(await a.stored('u')).toHaveLength(1); // the outcome was unknown; here it was stored
  });

  test('a failing disk makes the engine unavailable where it matters, is counted, and heals', async () => {
    const u = await a.login('u');
    harness.failFlushes();
    await expect(a.send('v', 'hello', { offline: true })).rejects.toThrow(EngineUnavailable);
    expect(harness.counted('engine_failures')).toBe(1);
    expect(await u.suspend(0)).toBe('ok');
    expect(await b.send('u', 'live')).toMatchObject({ outcome: 'accepted' });
    harness.healFlushes();
    expect(await a.send('v', 'hello', { offline: true })).toMatchObject({ outcome: 'stored' });
  });

  test('records of sessions are written within a second, together', async () => {
    let flushes = 0;
    const release = harness.holdFlushes();
    release();
    for (let i = 0; i < 50; i += 1) await (await a.login(`u${i}`)).addChannel('c');
    expect([...harness.records.content.keys()].filter((key) => key.startsWith('session/'))).toHaveLength(0);
    const write = harness.records.write.bind(harness.records);
    harness.records.write = (changes) => {
      flushes += 1;
      return write(changes);
    };
    await harness.advance(1000);
    expect([...harness.records.content.keys()].filter((key) => key.startsWith('session/'))).toHaveLength(50);
    expect(flushes).toBe(1);
  });

  test('a closed engine refuses calls and leaves no timer', async () => {
    const u = await a.login('u');
    const release = harness.holdFlushes();
    const send = a.send('v', 'hello', { offline: true });
    await harness.close();
    await expect(send).rejects.toThrow(EngineUnavailable);
    release();
    const calls = [u.read(), u.join('c'), a.claim('v'), a.renew(), a.count('c'), a.send('u', 'x'), a.settle('u', 1)];
    for (const call of calls) await expect(call).rejects.toThrow(EngineUnavailable);
    expect(harness.time.timers).toBe(0);
    expect(APP).toHaveLength(32);
  });
});
