import type { Position } from 'ar-rtm-protocol';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { EngineFactory, EngineUnderTest } from './engine-factory.js';
import { APP, isBefore, TestNode, TIMEOUT } from './test-node.js';

const positionOf = (result: object): Position => (result as { position: Position }).position;

/** Conformance of {@link Inboxes}: positions, feeds, acknowledgements, durable entries, bounds. */
export function describeInboxes(name: string, factory: EngineFactory): void {
  describe(`Inboxes: ${name}`, () => {
    let engine: EngineUnderTest;
    let a: TestNode;
    let b: TestNode;

    beforeEach(async () => {
      engine = await factory({ inboxLiveEntries: 20, inboxLiveBytes: 20_000, offlineEntries: 10 });
      a = await TestNode.start(engine);
      b = await TestNode.start(engine);
    });
    afterEach(() => engine.close());

    test('nobody is logged in', async () => {
      expect(await a.send('u', 'hello')).toEqual({ outcome: 'offline' });
      expect(await a.stored('u')).toEqual([]);
    });

    test('a live session is fed in order, on the node that hosts it', async () => {
      const u = await a.login('u');
      const positions: Position[] = [];
      for (const body of ['1', '2', '3']) positions.push(await b.sent('u', body));
      const fed = await a.fedTo('u');
      expect(fed.map(({ message }) => message?.body)).toEqual(['1', '2', '3']);
      expect(fed.map(({ position }) => position)).toEqual(positions);
      expect(fed.every(({ durable }) => !durable)).toBe(true);
      expect(a.inboxFeeds[0]?.generation).toBe(u.generation);
      expect(await b.fedTo('u')).toEqual([]);
      expect(await u.bodies()).toEqual(['1', '2', '3']);
    });

    test('positions grow, and entries before the claim are not behind its inbox end', async () => {
      const stored = await b.sent('u', 'before', { offline: true });
      const u = await a.login('u');
      const end = u.claimed.inboxEnd ?? { epoch: 0, offset: 0 };
      expect(isBefore(end, stored)).toBe(false);
      const live = await b.sent('u', 'after');
      expect(isBefore(end, live)).toBe(true);
      expect(await u.bodies()).toEqual(['before', 'after']);
      expect(await u.bodies(end)).toEqual(['after']);
    });

    test('a suspended session still accepts', async () => {
      const u = await a.login('u');
      await u.suspend(1000);
      expect(await b.send('u', 'hello', { offline: true })).toMatchObject({ outcome: 'accepted' });
      expect(await u.bodies()).toEqual(['hello']);
    });

    test('an acknowledgement removes the entry and tells its origin, once', async () => {
      const u = await a.login('u');
      const first = await b.sent('u', '1', { ref: 11 });
      const second = await b.sent('u', '2', { ref: 12, offline: true });
      const third = await b.sent('u', '3', { ref: 13 });
      expect(await u.acknowledge(third, second)).toBe('ok');
      expect(await u.acknowledge(third, second)).toBe('ok');
      const notices = await b.noticed();
      expect(notices).toHaveLength(2);
      expect(notices).toEqual(
        expect.arrayContaining([
          { kind: 'acknowledged', ref: 13 },
          { kind: 'acknowledged', ref: 12 },
        ]),
      );
      expect(await u.bodies()).toEqual(['1']);
      expect(await u.bodies(first)).toEqual([]);
      expect(await u.acknowledge({ epoch: 99_999, offset: 1 })).toBe('ok');
    });

    describe('repeated requests', () => {
      test('make one entry, and answer what has become of it', async () => {
        const u = await a.login('u');
        const first = await b.send('u', 'hello', { msgId: 7, ref: 1 });
        const again = await a.send('u', 'hello', { msgId: 7, ref: 2 });
        expect(again).toEqual(first);
        expect(await u.bodies()).toEqual(['hello']);
        expect(await a.fedTo('u')).toHaveLength(1);
        // Who asked last waits for the acknowledgement.
        await u.acknowledge(positionOf(first));
        expect([await b.noticed(), await a.noticed()]).toEqual([[], [{ kind: 'acknowledged', ref: 2 }]]);
        expect(await b.send('u', 'hello', { msgId: 7 })).toEqual({ outcome: 'acknowledged' });
        expect(await u.bodies()).toEqual([]);
      });

      test('are told apart by session and number', async () => {
        const u = await a.login('u');
        await b.send('u', '1', { msgId: 7 });
        await b.send('u', '2', { msgId: 8 });
        await b.send('u', '3', { msgId: 7, session: 2 });
        await b.send('u', '4', { msgId: 7, session: 3 });
        await b.send('v', 'x', { msgId: 9 });
        await b.send('u', '5', { msgId: 9 });
        await b.send('u', '6');
        await b.send('u', '6');
        expect(await u.bodies()).toEqual(['1', '2', '3', '4', '5', '6', '6']);
      });

      test('that nothing is known of are carried out, or only asked for', async () => {
        const u = await a.login('u');
        expect(await b.send('u', 'x', { msgId: 1, onlyIfKnown: true })).toEqual({ outcome: 'unknown' });
        expect(await u.bodies()).toEqual([]);
        await b.send('u', 'x', { msgId: 1 });
        expect(await b.send('u', 'x', { msgId: 1, onlyIfKnown: true })).toMatchObject({ outcome: 'accepted' });
        expect(await u.bodies()).toEqual(['x']);
        // A refusal made nothing, so the repetition is the first.
        expect(await b.send('v', 'y', { msgId: 2 })).toEqual({ outcome: 'offline' });
        const v = await a.login('v');
        expect(await b.send('v', 'y', { msgId: 2 })).toMatchObject({ outcome: 'accepted' });
        expect(await v.bodies()).toEqual(['y']);
      });

      test('come not behind a later one of the same session', async () => {
        const u = await a.login('u');
        await b.send('u', '2', { msgId: 2 });
        expect(await b.send('u', '1', { msgId: 1 })).toEqual({ outcome: 'unknown' });
        expect(await b.send('u', '1', { msgId: 1, session: 2 })).toMatchObject({ outcome: 'accepted' });
        expect(await u.bodies()).toEqual(['2', '1']);
      });

      test('find a stored entry, one that became durable, and one that was lost', async () => {
        const stored = await b.send('u', '1', { msgId: 1, offline: true });
        expect(await b.send('u', '1', { msgId: 1, offline: true })).toEqual({ ...stored, outcome: 'stored' });
        const u = await a.login('u');
        const live = await b.sent('u', '2', { msgId: 2, offline: true });
        await b.send('u', '3', { msgId: 3 });
        await b.keep('u', live);
        expect(await b.send('u', '2', { msgId: 2, offline: true })).toMatchObject({
          outcome: 'stored',
          position: live,
        });
        await u.end();
        expect(await b.send('u', '3', { msgId: 3 })).toEqual({ outcome: 'offline' });
        expect((await b.stored('u')).map(({ message }) => message?.body)).toEqual(['1', '2']);
      });

      test('are remembered when the receiver is gone, and forgotten with time', async () => {
        const u = await a.login('u');
        const position = await b.sent('u', 'hello', { msgId: 7, offline: true });
        await u.acknowledge(position);
        await u.end();
        await engine.advance(30_000);
        await a.renew();
        await b.renew();
        expect(await b.send('u', 'hello', { msgId: 7, offline: true })).not.toMatchObject({ outcome: 'stored' });
        expect(await a.stored('u')).toEqual([]);
        for (let i = 0; i < 8; i += 1) {
          await engine.advance(9000);
          await b.renew();
        }
        expect(await b.send('u', 'hello', { msgId: 7, onlyIfKnown: true })).toEqual({ outcome: 'unknown' });
      });

      test('are forgotten beyond the bound, the oldest first', async () => {
        await engine.close();
        engine = await factory({ requestEntries: 3 });
        a = await TestNode.start(engine);
        const u = await a.login('u');
        for (const msgId of [1, 2, 3, 4, 5, 6]) await u.acknowledge(await a.sent('u', 'x', { msgId }));
        expect(await a.send('u', 'x', { msgId: 1 })).toEqual({ outcome: 'unknown' });
        for (const msgId of [4, 5, 6]) expect(await a.send('u', 'x', { msgId })).toEqual({ outcome: 'acknowledged' });
        expect(await u.bodies()).toEqual([]);
      });
    });

    test('the ends of inboxes, and of stale generations nothing', async () => {
      const u = await a.login('u', { userSId: 'x', mode: 'resume' });
      const position = await b.sent('u', '1');
      const ends = (generation: number) =>
        a.ports.inboxes.ends({ appId: APP, sessions: [{ uid: 'u', generation }], ...TIMEOUT });
      expect(await ends(u.generation)).toEqual([position]);
      const later = await a.login('u', { userSId: 'x', mode: 'resume' });
      expect(await ends(u.generation)).toEqual([undefined]);
      expect(await ends(later.generation)).toEqual([position]);
    });

    test('a client that resumes hears whether entries behind its position are lost', async () => {
      const u = await a.login('u', { userSId: 'x', mode: 'resume' });
      const resume = async (inboxAt?: Position) =>
        (await a.login('u', { userSId: 'x', mode: 'resume', ...(inboxAt && { inboxAt }) })).claimed;
      const start = u.claimed.inboxStart as Position;
      const position = await b.sent('u', '1');
      expect(await resume(start)).toMatchObject({ inboxGap: false, inboxStart: start });
      expect(await resume(position)).toMatchObject({ inboxGap: false, inboxStart: position });
      // The bound of 20 live entries drops the first two of 22.
      for (let i = 2; i <= 22; i += 1) await b.send('u', `${i}`);
      const gap = await resume(start);
      expect(gap.inboxGap).toBe(true);
      expect(await resume(position)).toMatchObject({ inboxGap: true });
      // Told once: who goes on from the new start has no gap any more.
      expect(await resume(gap.inboxStart)).toMatchObject({ inboxGap: false });
      expect(await resume({ epoch: 99_999, offset: 1 })).toMatchObject({ inboxGap: true });
    });

    test('calls of an older generation are refused', async () => {
      const first = await a.login('u', { userSId: 'x', mode: 'resume' });
      const position = await b.sent('u', '1');
      const second = await a.login('u', { userSId: 'x', mode: 'resume' });
      expect(await first.acknowledge(position)).toBe('stale');
      expect(await first.read()).toBe('stale');
      expect(await second.bodies()).toEqual(['1']);
      await second.end();
      expect(await second.read()).toBe('stale');
    });

    test('reads are paged and remove nothing', async () => {
      const u = await a.login('u');
      for (let i = 0; i < 7; i += 1) await b.sent('u', String(i));
      const bodies: string[] = [];
      let after: Position | undefined;
      for (let more = true; more; ) {
        const page = await u.read(after, 3);
        if (page === 'stale') throw new Error('stale');
        expect(page.entries.length).toBeLessThanOrEqual(3);
        expect(page.gap).toBe(false);
        bodies.push(...page.entries.map(({ message }) => message?.body ?? ''));
        after = page.end;
        more = page.more;
      }
      expect(bodies).toEqual(['0', '1', '2', '3', '4', '5', '6']);
      expect(await u.bodies()).toHaveLength(7);
      // The end lies behind acknowledged entries, too.
      const last = await b.sent('u', 'last');
      await u.acknowledge(last);
      expect(await u.read(after)).toEqual({ entries: [], end: last, more: false, gap: false });
    });

    test('with the offline flag an entry is stored when nobody is there', async () => {
      const result = await b.send('u', 'later', { offline: true });
      expect(result).toMatchObject({ outcome: 'stored' });
      const stored = await a.stored('u');
      expect(stored).toMatchObject([{ durable: true, message: { from: 'sender', body: 'later', offline: true } }]);
      expect(stored[0]?.position).toEqual(result.outcome === 'stored' && result.position);
      const u = await a.login('u');
      expect(await a.fedTo('u')).toEqual([]);
      expect(await u.bodies()).toEqual(['later']);
      expect(engine.counted('offline_messages_stored')).toBe(1);
    });

    test('an acknowledged durable entry is gone for good', async () => {
      const position = await b.sent('u', 'later', { offline: true });
      const u = await a.login('u');
      await u.acknowledge(position);
      expect(await a.stored('u')).toEqual([]);
      await u.end();
      const again = await a.login('u', { userSId: 'y' });
      expect(await again.bodies()).toEqual([]);
    });

    test('keep makes the same entry durable, in its place', async () => {
      const u = await a.login('u');
      await b.sent('u', '1');
      const second = await b.sent('u', '2', { offline: true, ref: 2 });
      await b.sent('u', '3');
      expect(await b.keep('u', second)).toBe('kept');
      expect(await b.keep('u', second)).toBe('kept');
      expect(await u.bodies()).toEqual(['1', '2', '3']);
      const stored = await a.stored('u');
      expect(stored).toMatchObject([{ position: second, durable: true }]);
      expect(engine.counted('offline_messages_stored')).toBe(1);
      await u.acknowledge(second);
      expect(await a.stored('u')).toEqual([]);
      expect(await b.keep('u', second)).toBe('acknowledged');
    });

    test('keep after the acknowledgement, and of what never was', async () => {
      const u = await a.login('u');
      const position = await b.sent('u', '1', { offline: true });
      await u.acknowledge(position);
      expect(await b.keep('u', position)).toBe('acknowledged');
      expect(await b.keep('u', { ...position, offset: position.offset + 5 })).toBe('gone');
      expect(await b.keep('nobody', position)).toBe('gone');
    });

    test('at the end of a session flagged entries stay and the others are lost', async () => {
      const u = await a.login('u', { userSId: 'x' });
      await b.sent('u', '1', { ref: 1 });
      const second = await b.sent('u', '2', { ref: 2, offline: true });
      await b.sent('u', '3', { ref: 3 });
      await u.end('offline');
      const notices = await b.noticed();
      expect(notices.map((notice) => (notice.kind === 'undelivered' ? notice.ref : 0)).sort()).toEqual([1, 2, 3]);
      expect(engine.counted('live_entries_dropped_session_end')).toBe(2);
      expect(await a.stored('u')).toMatchObject([{ position: second, durable: true }]);
      expect(await b.keep('u', second)).toBe('kept');
      const again = await a.login('u', { userSId: 'y' });
      expect(await again.bodies()).toEqual(['2']);
    });

    test('the same when the session is superseded, whose unread entries its successor gets', async () => {
      await a.login('u', { userSId: 'x' });
      await b.sent('u', '1', { ref: 1 });
      await b.sent('u', '2', { ref: 2, offline: true });
      const second = await b.login('u', { userSId: 'y' });
      expect(await b.noticed()).toEqual([
        { kind: 'undelivered', ref: 1 },
        { kind: 'undelivered', ref: 2 },
      ]);
      expect(await second.bodies()).toEqual(['2']);
      expect(await second.bodies(second.claimed.inboxEnd)).toEqual([]);
    });

    test('a session that goes on keeps its entries and is fed by its new host', async () => {
      await a.login('u', { userSId: 'x', mode: 'resume' });
      const first = await b.sent('u', '1', { ref: 1 });
      const second = await b.login('u', { userSId: 'x', mode: 'resume' });
      await a.sent('u', '2');
      expect((await b.fedTo('u')).map(({ message }) => message?.body)).toEqual(['2']);
      expect((await a.fedTo('u')).map(({ message }) => message?.body)).toEqual(['1']);
      expect(await second.bodies()).toEqual(['1', '2']);
      await second.acknowledge(first);
      expect(await b.noticed()).toEqual([{ kind: 'acknowledged', ref: 1 }]);
    });

    test('stored up to a position, and discarded', async () => {
      const positions: Position[] = [];
      for (const body of ['1', '2', '3']) positions.push(await b.sent('u', body, { offline: true }));
      expect((await a.stored('u', positions[1])).map(({ message }) => message?.body)).toEqual(['1', '2']);
      await a.discard('u', positions.slice(0, 2));
      await a.discard('u', positions.slice(0, 2));
      expect((await a.stored('u')).map(({ message }) => message?.body)).toEqual(['3']);
      await a.discard('nobody', positions);
    });

    test('discard leaves live entries alone', async () => {
      const u = await a.login('u');
      const position = await b.sent('u', '1', { offline: true });
      await a.discard('u', [position]);
      expect(await u.bodies()).toEqual(['1']);
      expect(await a.stored('u')).toEqual([]);
    });

    test('the oldest of too many durable entries goes, counted, and leaves a gap', async () => {
      const first = await b.sent('u', '0', { offline: true });
      for (let i = 1; i < 12; i += 1) await b.sent('u', String(i), { offline: true });
      expect((await a.stored('u')).map(({ message }) => message?.body)).toEqual(
        Array.from({ length: 10 }, (_, i) => String(i + 2)),
      );
      expect(engine.counted('offline_messages_displaced')).toBe(2);
      expect(await b.keep('u', first)).toBe('gone');
      const u = await a.login('u');
      expect(await u.read(first)).toMatchObject({ gap: true });
    });

    test('durable entries expire after 7 days, counted', async () => {
      await b.sent('u', 'old', { offline: true });
      await engine.advance(3 * 24 * 3600_000);
      const c = await TestNode.start(engine);
      await c.sent('u', 'younger', { offline: true });
      await engine.advance(4 * 24 * 3600_000 + 3600_000);
      const d = await TestNode.start(engine);
      expect((await d.stored('u')).map(({ message }) => message?.body)).toEqual(['younger']);
      expect(engine.counted('offline_messages_expired')).toBe(1);
      expect(await (await d.login('u')).bodies()).toEqual(['younger']);
    });

    test('beyond the bound of live entries the oldest goes, counted, and a cursor before it has a gap', async () => {
      const u = await a.login('u');
      const positions: Position[] = [];
      for (let i = 0; i < 25; i += 1) positions.push(await b.sent('u', String(i), { offline: i === 0 }));
      expect(engine.counted('live_entries_dropped_bound')).toBe(5);
      const page = await u.read();
      expect(page).toMatchObject({ more: false });
      expect(page !== 'stale' && page.entries).toHaveLength(20);
      expect(await u.read(u.claimed.inboxEnd)).toMatchObject({ gap: true });
      expect(await u.read(positions[3])).toMatchObject({ gap: true });
      expect(await u.read(positions[4])).toMatchObject({ gap: false });
      expect(await b.keep('u', positions[0] as Position)).toBe('gone');
    });

    test('the same beyond the bound of their size; durable ones do not count', async () => {
      const u = await a.login('u');
      const body = 'x'.repeat(6000);
      const kept = await b.sent('u', body, { offline: true });
      expect(await b.keep('u', kept)).toBe('kept');
      for (let i = 0; i < 5; i += 1) await b.sent('u', body);
      const bodies = await u.bodies();
      expect(bodies.length).toBeGreaterThanOrEqual(3);
      expect(bodies.length).toBeLessThanOrEqual(4);
      expect(await a.stored('u')).toHaveLength(1);
      expect(engine.counted('live_entries_dropped_bound')).toBe(6 - bodies.length);
    });

    test('a cursor that is not of this log has a gap', async () => {
      const u = await a.login('u');
      const position = await b.sent('u', '1');
      expect(await u.read({ epoch: position.epoch - 1, offset: position.offset })).toMatchObject({
        gap: true,
        entries: [{ position }],
      });
      expect(await u.read({ ...position, offset: position.offset + 1 })).toMatchObject({ gap: true, entries: [] });
    });

    test('positions are not used twice when a user goes and comes again', async () => {
      let last: Position = { epoch: 0, offset: 0 };
      for (let i = 0; i < 5; i += 1) {
        const node = await TestNode.start(engine);
        const u = await node.login('u', { userSId: `x${i}` });
        expect(isBefore(u.claimed.inboxEnd ?? last, last)).toBe(false);
        for (let k = 0; k < 3; k += 1) {
          const position = await node.sent('u', 'x', { offline: k === 1 });
          expect(isBefore(last, position)).toBe(true);
          last = position;
          await u.acknowledge(position);
        }
        await u.end();
        await engine.advance(i % 2 ? 30_000 : 1000);
      }
    });

    test('the time of receipt does not go back within a log', async () => {
      await a.login('u');
      await b.sent('u', '1');
      engine.jumpWall(-3600_000);
      await b.sent('u', '2');
      const [first, second] = await a.fedTo('u');
      expect(second?.ts).toBeGreaterThanOrEqual(first?.ts ?? 0);
    });
  });
}
