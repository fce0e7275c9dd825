import { messageIdOf } from 'ar-rtm-protocol';
import { APP, TestNode, TIMEOUT } from 'ar-rtm-testkit/engine';
import { describe, expect, test } from 'vitest';
import { LocalHarness } from './local-harness.js';

const EMPTY = {
  users: 0,
  channels: 0,
  histories: 0,
  watched: 0,
  boxes: 0,
  unsettled: 0,
  calls: 0,
  tickets: 0,
  superseded: 0,
  reconnecting: 0,
  waits: 0,
};

test('sessions that change at the same time are recorded in slices, all within a second', async () => {
  const harness = await LocalHarness.open();
  const node = await TestNode.start(harness);
  const users = await Promise.all(Array.from({ length: 3500 }, (_, i) => node.login(`u${i}`)));
  await harness.advance(1000);
  await node.renew();
  const sizes: number[] = [];
  const { records } = harness;
  const write = records.write.bind(records);
  records.write = (changes) => {
    sizes.push(changes.length);
    return write(changes);
  };
  await Promise.all(users.map((user) => user.suspend(0)));
  await harness.advance(1000);
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(3500);
  expect(Math.max(...sizes)).toBeLessThanOrEqual(1000);
  await harness.close();
});

describe('Local engine: memory', () => {
  test('nothing is left after 200,000 logins, messages and memberships', { timeout: 300_000 }, async () => {
    const harness = await LocalHarness.open();
    const a = await TestNode.start(harness);
    const b = await TestNode.start(harness);
    for (let i = 0; i < 200_000; i += 1) {
      const uid = `u${i}`;
      const channelId = `c${i}`;
      const u = await a.login(uid, { userSId: 'x', mode: 'published', ticketId: `t${i}` });
      await b.subscribe(channelId);
      await u.join(channelId);
      await u.publish(channelId, 'x');
      const live = await b.sent(uid, 'live', { offline: i % 3 === 0 });
      if (i % 2 === 0) await u.acknowledge(live);
      await u.leave(channelId);
      await b.unsubscribe(channelId);
      if (i % 10 === 0) await u.join(`d${i}`);
      const { ended } = (await u.end(i % 5 === 0 ? 'offline' : 'logout')) as { ended: { channels: readonly string[] } };
      for (const left of ended.channels) await u.leave(left);
      await a.settle(uid, u.session);
      const stored = i % 2 !== 0 && i % 3 === 0 ? await a.stored(uid) : [];
      await a.discard(
        uid,
        stored.map(({ position }) => position),
      );
      // The seeds of time and chance stand still; let a second pass now and then.
      if (i % 1000 !== 0) continue;
      await harness.advance(1000);
      await Promise.all([a.renew(), b.renew()]);
      a.channelFeeds.length = b.channelFeeds.length = a.inboxFeeds.length = b.notices.length = 0;
    }
    for (let i = 0; i < 30; i += 1) {
      await harness.advance(5000);
      await Promise.all([a.renew(), b.renew()]);
    }
    expect(harness.engine.sizes()).toMatchObject({ ...EMPTY, reconnecting: 40_000, leases: 2 });
    await harness.advance(24 * 3600_000);
    expect(harness.engine.sizes()).toEqual({ ...EMPTY, leases: 0 });
    expect([...harness.records.content.keys()].sort()).toEqual(['epoch/1', 'epoch/2']);
    await harness.close();
  });

  test('what a restart brought back goes, too', async () => {
    const harness = await LocalHarness.open();
    const a = await TestNode.start(harness);
    const u = await a.login('u');
    await a.subscribe('only subscribed');
    await u.join('c');
    await u.leave('c');
    await u.removeChannel('c');
    await u.end();
    await harness.restart();
    expect(harness.engine.sizes()).toMatchObject({ users: 0, channels: 1 });
    await harness.advance(62_000);
    expect(harness.engine.sizes()).toMatchObject({ ...EMPTY, leases: 0 });
    await harness.close();
  });

  test('an instance superseded again is remembered anew, behind the others', async () => {
    const harness = await LocalHarness.open();
    const supersede = async (uid: string) => {
      const node = await TestNode.start(harness);
      // A published instance has the same UserSId all its life.
      await node.ports.registry.forgetSuperseded({ appId: APP, uid, userSId: 'x', ...TIMEOUT });
      await node.login(uid, { userSId: 'x', mode: 'published' });
      await node.ports.registry.forgetSuperseded({ appId: APP, uid, userSId: 'y', ...TIMEOUT });
      await node.login(uid, { userSId: 'y', mode: 'published' });
      await node.release();
    };
    const hour = 3600_000;
    await supersede('u');
    await harness.advance(hour);
    await supersede('v');
    await harness.advance(11 * hour);
    await supersede('u'); // x and y: one of them comes back as new, the other is remembered
    expect(harness.engine.sizes().superseded).toBe(2);
    await harness.advance(13.5 * hour);
    expect(harness.engine.sizes().superseded).toBe(1);
    await harness.advance(11 * hour);
    expect(harness.engine.sizes().superseded).toBe(0);
    await harness.close();
  });

  test('remembered instances are bounded', async () => {
    const harness = await LocalHarness.open({ reconnectingEntries: 10 });
    const a = await TestNode.start(harness);
    for (let i = 0; i < 25; i += 1) await (await a.login(`u${i}`, { userSId: 'x', mode: 'published' })).end('offline');
    expect(harness.engine.sizes().reconnecting).toBe(10);
    expect(await a.claim('u0', { userSId: 'x', mode: 'published' })).toMatchObject({ reconnecting: false });
    expect(await a.claim('u24', { userSId: 'x', mode: 'published' })).toMatchObject({ reconnecting: true });
    await harness.close();
  });
});

describe('Local engine: a process that stood still', () => {
  test('loses no leases, and the time is nobody’s silence', async () => {
    const harness = await LocalHarness.open();
    const a = await TestNode.start(harness);
    const u = await a.login('u');
    await u.suspend(1000);
    await harness.advance(2000);
    harness.time.stall(3600_000);
    expect(await a.renew()).toEqual({ renewed: true });
    await harness.advance(5000);
    expect(await a.renew()).toEqual({ renewed: true });
    await a.release();
    const b = await TestNode.start(harness);
    const { orphans } = await b.adopt();
    expect(orphans[0]?.silentMs).toBeGreaterThanOrEqual(8000);
    expect(orphans[0]?.silentMs).toBeLessThanOrEqual(10_000);
    await harness.close();
  });
});

describe('Local engine: damaged records', () => {
  async function filled() {
    const harness = await LocalHarness.open();
    const a = await TestNode.start(harness);
    const u = await a.login('u', { userSId: 'x', mode: 'resume' });
    const { position } = await u.join('c');
    for (let i = 0; i < 4; i += 1) await u.publish('c', String(i));
    const positions = [];
    for (let i = 0; i < 20; i += 1) positions.push(await a.sent('u', String(i)));
    await a.sent('v', 'stored', { offline: true });
    await harness.advance(1000);
    return { harness, a, u, position, positions };
  }
  const epochOf = async (harness: LocalHarness) => (await (await TestNode.start(harness)).subscribe('other')).end.epoch;

  test('one copy of the epoch is enough', async () => {
    const { harness, position } = await filled();
    await harness.engine.close({ graceful: true });
    harness.records.content.delete('epoch/1');
    await harness.crash();
    expect(await epochOf(harness)).toBe(position.epoch);
    await harness.crash();
    harness.records.content.delete('epoch/2');
    await harness.crash();
    expect(await epochOf(harness)).toBe(position.epoch + 2);
  });

  test('without any copy the epoch is raised above every one that left a trace', async () => {
    const { harness, position } = await filled();
    await harness.crash();
    await (await TestNode.start(harness)).sent('v', 'in the second epoch', { offline: true });
    harness.records.content.delete('epoch/1');
    harness.records.content.delete('epoch/2');
    await harness.crash();
    expect(await epochOf(harness)).toBeGreaterThan(position.epoch + 1);
  });

  test('a lost entry of a tail is told as a gap', async () => {
    const { harness, position, positions } = await filled();
    await harness.engine.close({ graceful: true });
    const { content } = harness.records;
    for (const family of ['tail/inbox-entry/', 'tail/channel-entry/']) {
      const keys = [...content.keys()].filter((key) => key.startsWith(family)).sort();
      content.delete(keys[2] as string);
    }
    await harness.crash();
    const a = await TestNode.start(harness);
    const u = await a.login('u', { userSId: 'x', mode: 'resume' });
    const page = await a.readChannel('c', position);
    expect(page.gap).toBe(true);
    expect(page.entries.map(({ entry }) => entry.kind === 'message' && entry.body)).toEqual(['2', '3']);
    expect(await u.read(positions[0])).toMatchObject({ gap: true, entries: { length: 18 } });
    expect((await a.sent('u', 'next')).offset).toBe((positions[19]?.offset ?? 0) + 1);
  });

  test('a lost end of a tail never leads to a position given before', async () => {
    const { harness, position, positions } = await filled();
    await harness.engine.close({ graceful: true });
    const { content } = harness.records;
    for (const key of [...content.keys()]) if (/^tail\/(inbox|channel)\//.test(key)) content.delete(key);
    await harness.crash();
    const a = await TestNode.start(harness);
    const u = await a.login('u', { userSId: 'x', mode: 'resume' });
    expect(await a.readChannel('c', position)).toMatchObject({ gap: true, entries: [] });
    expect(await u.read(positions[18])).toMatchObject({ gap: true, entries: [] });
    expect(messageIdOf(await a.sent('u', 'next'))).toBeGreaterThan(messageIdOf(positions[19] ?? position));
    const published = await u.publish('c', 'next');
    expect(published.outcome === 'accepted' && published.position.offset).toBeGreaterThan(position.offset + 4);
  });

  test('tails of a stop that was not finished are not used', async () => {
    const { harness, position } = await filled();
    harness.records.content.set('tail/channel/x/y', '{"lastOffset":5,"floor":0,"lastTs":0}');
    await harness.crash();
    expect(await epochOf(harness)).toBe(position.epoch + 1);
    expect([...harness.records.content.keys()].filter((key) => key.startsWith('tail/'))).toEqual([]);
  });

  test('of two session records of a user the older one does not come to life when the newer session is over', async () => {
    const { harness, a, u } = await filled();
    const record = [...harness.records.content].find(([key]) => key.startsWith('session/'));
    await a.login('u', { userSId: 'y' });
    await harness.advance(1000);
    if (record) harness.records.content.set(record[0], record[1]);
    await harness.crash();
    const b = await TestNode.start(harness);
    const second = await b.login('u', { userSId: 'y', mode: 'resume' });
    await second.end();
    await harness.advance(1000);
    await harness.crash();
    const c = await TestNode.start(harness);
    expect(await c.adopt()).toMatchObject({ orphans: [], unsettled: [{ session: u.session }] });
    await harness.close();
  });

  test('a user with two session records keeps the newer one; the older is to be settled', async () => {
    const { harness, a, u } = await filled();
    const record = [...harness.records.content].find(([key]) => key.startsWith('session/'));
    const second = await a.login('u', { userSId: 'y' });
    await harness.advance(1000);
    if (record) harness.records.content.set(record[0], record[1]);
    await harness.crash();
    const b = await TestNode.start(harness);
    const { orphans, unsettled } = await b.adopt();
    expect(orphans).toMatchObject([{ uid: 'u', userSId: 'y', session: second.session }]);
    expect(unsettled).toMatchObject([{ uid: 'u', session: u.session, channels: ['c'] }]);
    await harness.close();
  });
});
