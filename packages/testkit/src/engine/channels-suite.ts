import type { Position } from 'ar-rtm-protocol';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { EngineFactory, EngineUnderTest } from './engine-factory.js';
import { APP, isBefore, TestNode, type TestSession, TIMEOUT } from './test-node.js';

const LOG_MS = 60_000;

const positionOf = (result: object): Position => (result as { position: Position }).position;

/** Conformance of {@link Channels}: memberships, logs, feeds, bounds. */
export function describeChannels(name: string, factory: EngineFactory): void {
  describe(`Channels: ${name}`, () => {
    let engine: EngineUnderTest;
    let a: TestNode;
    let b: TestNode;
    let u: TestSession;
    let v: TestSession;

    beforeEach(async () => {
      engine = await factory({
        leaseMs: 10 * LOG_MS,
        channelLogMs: LOG_MS,
        channelLogEntries: 50,
        channelLogBytes: 50_000,
        membersReported: 8,
      });
      a = await TestNode.start(engine);
      b = await TestNode.start(engine);
      u = await a.login('u');
      v = await b.login('v');
    });
    afterEach(() => engine.close());

    const kinds = (entries: readonly { readonly entry: { readonly kind: string } }[]) =>
      entries.map(({ entry }) => entry.kind);

    test('a channel nobody is in', async () => {
      expect(await a.count('c')).toBe(0);
      expect(await a.members('c', 'u')).toEqual({ isMember: false, uids: [] });
      expect(await u.leave('c')).toEqual({ wasMember: false });
      expect(await u.publish('c', 'hello')).toEqual({ outcome: 'not-member' });
    });

    test('join, count and leave', async () => {
      const joined = await u.join('c');
      expect(joined).toMatchObject({ already: false, members: { count: 1 } });
      const second = await v.join('c');
      expect(second.members.count).toBe(2);
      expect(second.members.version).toBeGreaterThan(joined.members.version);
      expect(isBefore(joined.position, second.position)).toBe(true);
      expect(await u.leave('c')).toEqual({ wasMember: true });
      expect(await u.leave('c')).toEqual({ wasMember: false });
      expect(await a.count('c')).toBe(1);
    });

    test('a repeated join changes nothing', async () => {
      await a.subscribe('c');
      const first = await u.join('c');
      expect(await u.join('c')).toEqual({ ...first, already: true });
      expect(await a.fedFrom('c')).toHaveLength(1);
    });

    test('a newer session of a member replaces the older one', async () => {
      await a.subscribe('c');
      await u.join('c');
      const newer = u.session + 1000;
      const joined = await a.join('c', 'u', newer);
      expect(joined).toMatchObject({ already: false, members: { count: 1 } });
      const fed = await a.fedFrom('c');
      expect(fed.map(({ entry }) => [entry.kind, entry.session])).toEqual([
        ['joined', u.session],
        ['left', u.session],
        ['joined', newer],
      ]);
      expect(joined.position).toEqual(fed[2]?.position);
      expect(await u.leave('c')).toEqual({ wasMember: false });
      expect(await u.publish('c', 'from the old session')).toEqual({ outcome: 'not-member' });
      expect(await a.leave('c', 'u', newer)).toEqual({ wasMember: true });
    });

    test('a late join of an older session does not replace the newer one', async () => {
      await a.join('c', 'u', u.session + 1000);
      await a.join('c', 'u', u.session);
      expect(await a.leave('c', 'u', u.session)).toEqual({ wasMember: false });
      expect(await a.count('c')).toBe(1);
    });

    test('a late departure of an older generation does not end the membership', async () => {
      const u = await a.login('w', { userSId: 'x', mode: 'resume' });
      await u.join('late');
      const again = await b.login('w', { userSId: 'x', mode: 'resume' });
      expect(await again.join('late')).toMatchObject({ already: true });
      expect(await u.leave('late')).toEqual({ wasMember: false });
      expect(await a.count('late')).toBe(1);
      expect(await again.leave('late')).toEqual({ wasMember: true });
      await again.join('d');
      // A session that is over leaves whatever its generation was.
      expect(await a.leave('d', 'w', u.session)).toEqual({ wasMember: true });
    });

    test('members and counts', async () => {
      await u.join('c');
      await v.join('c');
      await v.join('d');
      expect(await a.members('c', 'u')).toEqual({ isMember: true, uids: ['u', 'v'] });
      expect(await a.members('d', 'u')).toEqual({ isMember: false, uids: ['v'] });
      expect((await a.members('c', 'u', 1)).uids).toHaveLength(1);
      const counts = await a.ports.channels.counts({ appId: APP, channelIds: ['d', 'x', 'c'], ...TIMEOUT });
      expect(counts).toEqual([1, 0, 2]);
      const elsewhere = await a.ports.channels.counts({ appId: 'b'.repeat(32), channelIds: ['c'], ...TIMEOUT });
      expect(elsewhere).toEqual([0]);
    });

    test('messages reach every subscribed node in order of position, the sender included', async () => {
      const { end } = await a.subscribe('c');
      await b.subscribe('c');
      await u.join('c');
      await v.join('c');
      const positions: Position[] = [];
      for (let i = 0; i < 5; i += 1) {
        const result = await (i % 2 ? u : v).publish('c', String(i));
        expect(result).toMatchObject({ outcome: 'accepted' });
        if (result.outcome === 'accepted') positions.push(result.position);
      }
      for (const node of [a, b]) {
        const fed = await node.fedFrom('c');
        expect(kinds(fed)).toEqual(['joined', 'joined', ...Array.from({ length: 5 }, () => 'message')]);
        expect(fed.slice(2).map(({ position }) => position)).toEqual(positions);
        expect(fed[0]?.position).toEqual({ ...end, offset: end.offset + 1 });
        expect(fed[2]?.entry).toMatchObject({
          from: 'v',
          session: v.session,
          body: '0',
          origin: { nodeId: b.nodeId, ref: 1 },
        });
      }
    });

    test('a repeated request makes one entry, and answers its position', async () => {
      const u = await a.login('u');
      await u.join('c');
      const { end } = await b.subscribe('c');
      const first = await u.publish('c', 'hello', { msgId: 7 });
      expect(first).toMatchObject({ outcome: 'accepted' });
      expect(await u.publish('c', 'hello', { msgId: 7 })).toEqual({ outcome: 'known', position: positionOf(first) });
      expect(await u.publish('c', 'hello', { msgId: 7, onlyIfKnown: true })).toEqual({
        outcome: 'known',
        position: positionOf(first),
      });
      expect(await u.publish('c', 'next', { msgId: 8, onlyIfKnown: true })).toEqual({ outcome: 'unknown' });
      expect(await u.publish('c', 'next', { msgId: 8 })).toMatchObject({ outcome: 'accepted' });
      expect(await u.publish('c', 'late', { msgId: 6 })).toEqual({ outcome: 'unknown' });
      // The number belongs to the session and the channel.
      const v = await a.login('v');
      await v.join('c');
      await u.join('d');
      expect(await v.publish('c', 'v', { msgId: 7 })).toMatchObject({ outcome: 'accepted' });
      expect(await u.publish('d', 'd', { msgId: 7 })).toMatchObject({ outcome: 'accepted' });
      const bodies = (await b.readChannel('c', end)).entries.flatMap(({ entry }) =>
        'body' in entry ? entry.body : [],
      );
      expect(bodies).toEqual(['hello', 'next', 'v']);
      // Known also when the author has left, or is a member no more.
      await u.leave('c');
      expect(await u.publish('c', 'hello', { msgId: 7 })).toMatchObject({ outcome: 'known' });
    });

    test('offsets of a log are consecutive', async () => {
      await a.subscribe('c');
      await u.join('c');
      for (let i = 0; i < 5; i += 1) await u.publish('c', String(i));
      const offsets = (await a.fedFrom('c')).map(({ position }) => position.offset);
      expect(offsets).toEqual(offsets.map((_, i) => (offsets[0] ?? 0) + i));
    });

    test('subscribe and unsubscribe may be repeated', async () => {
      const first = await a.subscribe('c');
      expect(await a.subscribe('c')).toEqual(first);
      await u.join('c');
      expect(await a.fedFrom('c')).toHaveLength(1);
      await a.unsubscribe('c');
      await a.unsubscribe('c');
      await u.publish('c', 'not heard');
      expect(await a.fedFrom('c')).toHaveLength(1);
      const again = await a.subscribe('c');
      expect(again.end.offset).toBe(first.end.offset + 2);
      expect(again.members.count).toBe(1);
    });

    test('the count is fed on every change', async () => {
      await a.subscribe('c');
      await u.join('c');
      await v.join('c');
      await u.leave('c');
      expect(await a.countsFrom('c')).toEqual([1, 2, 1]);
      const versions = a.channelFeeds.flatMap((feed) => (feed.kind === 'count' ? [feed.members.version] : []));
      expect([...versions].sort((x, y) => x - y)).toEqual(versions);
      expect(new Set(versions).size).toBe(3);
    });

    test('above the limit joins and departures are counted, not reported', async () => {
      await a.subscribe('c');
      for (let i = 0; i < 10; i += 1) await a.join('c', `m${i}`, 100 + i);
      expect(await a.fedFrom('c')).toHaveLength(8);
      await a.leave('c', 'm0', 100); // 10 before: not reported
      await a.leave('c', 'm1', 101); // 9 before: not reported
      await a.leave('c', 'm2', 102); // 8 before: reported
      expect(kinds(await a.fedFrom('c')).slice(8)).toEqual(['left']);
      expect(await a.countsFrom('c')).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 9, 8, 7]);
    });

    test('reads go from a cursor, paged, and remove nothing', async () => {
      const { position } = await u.join('c');
      for (let i = 0; i < 7; i += 1) await u.publish('c', String(i));
      const bodies: string[] = [];
      let after = position;
      for (let more = true; more; ) {
        const page = await b.readChannel('c', after, 3);
        expect(page.gap).toBe(false);
        bodies.push(...page.entries.map(({ entry }) => (entry.kind === 'message' ? entry.body : '')));
        after = page.end;
        more = page.more;
      }
      expect(bodies).toEqual(['0', '1', '2', '3', '4', '5', '6']);
      expect(await b.readChannel('c', after)).toEqual({ entries: [], end: after, more: false, gap: false });
      expect((await b.readChannel('c', position)).entries).toHaveLength(7);
    });

    test('beyond its bounds the log loses its oldest entries, and a cursor before them has a gap', async () => {
      const { position } = await u.join('c');
      const positions: Position[] = [];
      for (let i = 0; i < 60; i += 1) {
        const result = await u.publish('c', String(i));
        if (result.outcome === 'accepted') positions.push(result.position);
      }
      const all = await a.readChannel('c', position);
      expect(all.gap).toBe(true);
      expect(all.entries).toHaveLength(50);
      expect(await a.readChannel('c', positions[8] as Position)).toMatchObject({ gap: true });
      expect(await a.readChannel('c', positions[9] as Position)).toMatchObject({ gap: false });
    });

    test('the same for their size', async () => {
      const { position } = await u.join('c');
      for (let i = 0; i < 12; i += 1) await u.publish('c', 'x'.repeat(10_000));
      const all = await a.readChannel('c', position);
      expect(all.gap).toBe(true);
      expect(all.entries.length).toBeGreaterThanOrEqual(3);
      expect(all.entries.length).toBeLessThanOrEqual(5);
    });

    test('the same for their age', async () => {
      const { position } = await u.join('c');
      await u.publish('c', 'old');
      await engine.advance(LOG_MS / 2);
      await u.publish('c', 'young');
      await engine.advance(LOG_MS / 2 + 2000);
      const page = await a.readChannel('c', position);
      expect(page.gap).toBe(true);
      expect(page.entries).toMatchObject([{ entry: { body: 'young' } }]);
    });

    test('a cursor that is not of this log has a gap', async () => {
      const { position } = await u.join('c');
      expect(await a.readChannel('c', { epoch: position.epoch - 1, offset: 0 })).toMatchObject({ gap: true });
      expect(await a.readChannel('c', { ...position, offset: position.offset + 5 })).toMatchObject({
        gap: true,
        entries: [],
      });
    });

    test('ends of channels, in the order asked', async () => {
      await a.subscribe('d');
      const { position } = await u.join('c');
      const ends = await a.ports.channels.ends({ appId: APP, channelIds: ['c', 'd'], ...TIMEOUT });
      expect(ends).toMatchObject([{ end: position, members: { count: 1 } }, { members: { count: 0 } }]);
    });

    test('positions and versions are not used twice when a channel empties and fills again', async () => {
      let last: Position = { epoch: 0, offset: 0 };
      let version = 0;
      for (let i = 0; i < 4; i += 1) {
        const { position, members } = await u.join('c');
        expect(isBefore(last, position)).toBe(true);
        expect(members.version).toBeGreaterThan(version);
        const result = await u.publish('c', 'x');
        if (result.outcome === 'accepted') last = result.position;
        version = members.version;
        await u.leave('c');
        last = { ...last, offset: last.offset + 1 };
        await engine.advance(i % 2 ? 3 * LOG_MS : 1000);
        if (i % 2) {
          a = await TestNode.start(engine);
          u = await a.login('u');
        }
      }
    });

    test('the time of receipt does not go back within a log', async () => {
      await a.subscribe('c');
      await u.join('c');
      await u.publish('c', '1');
      engine.jumpWall(-3600_000);
      await u.publish('c', '2');
      const times = (await a.fedFrom('c')).map(({ ts }) => ts);
      expect([...times].sort((x, y) => x - y)).toEqual(times);
    });

    test('a handler that throws stops neither the call nor the others', async () => {
      const bad = engine.connect();
      bad.channels.onFeed(() => {
        throw new Error('a handler of the test fails');
      });
      await bad.nodes.register({ nodeId: 'bad', ...TIMEOUT });
      await bad.channels.subscribe({ appId: APP, channelId: 'c', nodeId: 'bad', ...TIMEOUT });
      await b.subscribe('c');
      await u.join('c');
      expect(await u.publish('c', 'hello')).toMatchObject({ outcome: 'accepted' });
      expect(await b.fedFrom('c')).toHaveLength(2);
    });

    test('a handler that calls the engine hears its own effects behind what it was told', async () => {
      const loud = engine.connect();
      const heard: string[] = [];
      const calls: Promise<unknown>[] = [];
      loud.channels.onFeed((feed) => {
        if (feed.kind !== 'entries') return;
        for (const { entry } of feed.entries) {
          if (entry.kind !== 'message') continue;
          heard.push(entry.body);
          const message = { session: u.session, type: 1, description: '', origin: { nodeId: 'loud', ref: 0 } };
          if (entry.body.length < 3) {
            calls.push(
              loud.channels.publish({
                appId: APP,
                channelId: 'c',
                uid: 'u',
                message: { ...message, body: `${entry.body}!` },
                ...TIMEOUT,
              }),
            );
          }
        }
      });
      await loud.nodes.register({ nodeId: 'loud', ...TIMEOUT });
      await loud.channels.subscribe({ appId: APP, channelId: 'c', nodeId: 'loud', ...TIMEOUT });
      await b.subscribe('c');
      await u.join('c');
      await u.publish('c', '1');
      await engine.settle();
      await Promise.all(calls);
      await engine.settle();
      expect(heard).toEqual(['1', '1!', '1!!']);
      const witnessed = (await b.fedFrom('c')).flatMap(({ entry }) => (entry.kind === 'message' ? [entry.body] : []));
      expect(witnessed).toEqual(heard);
    });
  });
}
