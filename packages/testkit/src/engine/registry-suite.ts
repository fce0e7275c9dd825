import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { EngineFactory, EngineUnderTest } from './engine-factory.js';
import { APP, TestNode, TIMEOUT } from './test-node.js';

/** Conformance of {@link Registry}: claims, generations, tickets and memories. */
export function describeRegistry(name: string, factory: EngineFactory): void {
  describe(`Registry: ${name}`, () => {
    let engine: EngineUnderTest;
    let a: TestNode;
    let b: TestNode;

    beforeEach(async () => {
      engine = await factory();
      a = await TestNode.start(engine);
      b = await TestNode.start(engine);
    });
    afterEach(() => engine.close());

    const forget = (uid: string, userSId: string) =>
      a.ports.registry.forgetSuperseded({ appId: APP, uid, userSId, ...TIMEOUT });

    test('a first claim begins a session', async () => {
      expect(await a.claim('u')).toMatchObject({
        outcome: 'claimed',
        continued: false,
        reconnecting: false,
        channels: [],
      });
    });

    test('users and apps do not meet', async () => {
      const u = await a.login('u');
      const v = await a.login('v');
      expect(v.session).not.toBe(u.session);
      const other = await a.ports.registry.addChannel({ ...u.ref, appId: 'b'.repeat(32), channelId: 'c' });
      expect(other).toBe('stale');
    });

    test.each(['resume', 'published'] as const)('the same instance goes on (%s)', async (mode) => {
      const first = await a.login('u', { userSId: 'x', mode });
      await first.addChannel('c');
      const result = await b.claim('u', { userSId: 'x', mode });
      expect(result).toMatchObject({
        outcome: 'claimed',
        session: first.session,
        continued: true,
        reconnecting: true,
        channels: ['c'],
      });
      expect(result).not.toHaveProperty('ended');
      expect(result.outcome === 'claimed' && result.generation).toBeGreaterThan(first.generation);
      expect(await a.noticed()).toEqual([
        { kind: 'superseded', appId: APP, uid: 'u', generation: first.generation, by: 'same' },
      ]);
      expect(await first.addChannel('d')).toBe('stale');
    });

    test('the notice comes to the same node, too', async () => {
      const first = await a.login('u', { userSId: 'x', mode: 'resume' });
      await a.login('u', { userSId: 'x', mode: 'resume' });
      expect(await a.noticed()).toMatchObject([{ kind: 'superseded', generation: first.generation, by: 'same' }]);
    });

    test('a new login of the same instance is another attempt of the same login: its session goes on', async () => {
      await b.sent('u', 'stored', { offline: true });
      const first = await a.login('u', { userSId: 'x' });
      await first.addChannel('c');
      await b.sent('u', 'live');
      const result = await b.claim('u', { userSId: 'x', mode: 'new' });
      expect(result).toMatchObject({
        outcome: 'claimed',
        continued: false,
        reconnecting: false,
        session: first.session,
        channels: ['c'],
        inboxEnd: first.claimed.inboxEnd,
      });
      expect(result).not.toHaveProperty('ended');
      expect(await a.noticed()).toMatchObject([{ kind: 'superseded', generation: first.generation, by: 'same' }]);
      expect(await b.claim('u', { userSId: 'x', mode: 'resume' })).toMatchObject({ continued: true });
    });

    test('a published login that is repeated because its answer was lost is a login; later ones are reconnects', async () => {
      const first = await a.login('u', { userSId: 'x', mode: 'published' });
      const again = await a.login('u', { userSId: 'x', mode: 'published' });
      expect(again.claimed).toMatchObject({
        continued: false,
        reconnecting: false,
        session: first.session,
        inboxEnd: first.claimed.inboxEnd,
      });
      await again.read();
      expect(await a.claim('u', { userSId: 'x', mode: 'published' })).toMatchObject({
        continued: true,
        reconnecting: true,
        session: first.session,
      });
    });

    test.each(['new', 'published'] as const)('another instance supersedes (%s)', async (mode) => {
      const first = await a.login('u', { userSId: 'x', mode: 'published' });
      await first.addChannel('c');
      const result = await b.claim('u', { userSId: 'y', mode });
      expect(result).toMatchObject({
        outcome: 'claimed',
        continued: false,
        channels: [],
        ended: { session: first.session, channels: ['c'] },
      });
      expect(await a.noticed()).toEqual([
        { kind: 'superseded', appId: APP, uid: 'u', generation: first.generation, by: 'other' },
      ]);
      for (const stale of [first.addChannel('d'), first.removeChannel('c'), first.suspend(0), first.end()]) {
        expect(await stale).toBe('stale');
      }
    });

    test('a superseded instance stays so while it is remembered', async () => {
      await a.login('u', { userSId: 'x', mode: 'published' });
      const second = await b.login('u', { userSId: 'y', mode: 'published' });
      expect(await a.claim('u', { userSId: 'x', mode: 'published' })).toEqual({ outcome: 'superseded' });
      expect(await a.claim('u', { userSId: 'x', mode: 'resume' })).toEqual({ outcome: 'superseded' });
      expect(await second.suspend(0)).toBe('ok');
      await second.end();
      expect(await a.claim('u', { userSId: 'x', mode: 'published' })).toEqual({ outcome: 'superseded' });
      await forget('u', 'x');
      expect(await a.claim('u', { userSId: 'x', mode: 'published' })).toMatchObject({ outcome: 'claimed' });
    });

    test('a login of an instance that has logged out comes late, unless it is a published client', async () => {
      const first = await a.login('u', { userSId: 'x', mode: 'new' });
      await first.end('logout');
      expect(await a.claim('u', { userSId: 'x', mode: 'new' })).toEqual({ outcome: 'superseded' });
      const published = await a.login('v', { userSId: 'x', mode: 'published' });
      await published.end('logout');
      expect(await a.claim('v', { userSId: 'x', mode: 'published' })).toMatchObject({ outcome: 'claimed' });
    });

    test('a login of a superseded instance comes late: a new login has a new instance', async () => {
      await a.login('u', { userSId: 'x', mode: 'new' });
      const second = await b.login('u', { userSId: 'y', mode: 'new' });
      expect(await a.claim('u', { userSId: 'x', mode: 'new' })).toEqual({ outcome: 'superseded' });
      expect(await second.suspend(0)).toBe('ok');
      expect(await a.claim('u', { userSId: 'z', mode: 'new' })).toMatchObject({ outcome: 'claimed', continued: false });
      expect(await b.claim('u', { userSId: 'y', mode: 'resume' })).toEqual({ outcome: 'superseded' });
    });

    test('the memory of a superseded instance ends after 24 h', async () => {
      await a.login('u', { userSId: 'x', mode: 'published' });
      await b.login('u', { userSId: 'y', mode: 'published' });
      await advanceWithLeases(24 * 3600_000 - 10_000);
      expect(await a.claim('u', { userSId: 'x', mode: 'published' })).toEqual({ outcome: 'superseded' });
      await advanceWithLeases(20_000);
      expect(await a.claim('u', { userSId: 'x', mode: 'published' })).toMatchObject({ outcome: 'claimed' });
    });

    test('a resume does not take the user from a newer login, remembered or not', async () => {
      const first = await a.login('u', { userSId: 'x', mode: 'new' });
      await first.end('offline');
      const second = await b.login('u', { userSId: 'y', mode: 'new' });
      expect(await a.claim('u', { userSId: 'x', mode: 'resume' })).toEqual({ outcome: 'superseded' });
      expect(await second.suspend(0)).toBe('ok');
    });

    test('a resume without a session begins one', async () => {
      expect(await a.claim('u', { userSId: 'x', mode: 'resume' })).toMatchObject({
        outcome: 'claimed',
        continued: false,
      });
    });

    test('of claims at the same instant the last one stays', async () => {
      const results = await Promise.all(
        ['x', 'y', 'z'].map((userSId, i) => (i % 2 ? a : b).claim('u', { userSId, mode: 'published' })),
      );
      const claimed = results.filter((result) => result.outcome === 'claimed');
      const newest = Math.max(...claimed.map(({ generation }) => generation));
      const fresh = await Promise.all(
        claimed.map(({ generation }) =>
          a.ports.registry.suspend({ appId: APP, uid: 'u', generation, silentMs: 0, served: [], ...TIMEOUT }),
        ),
      );
      expect(fresh.filter((answer) => answer === 'ok')).toHaveLength(1);
      const index = fresh.indexOf('ok');
      expect(claimed[index]?.generation).toBe(newest);
    });

    test.each([
      ['offline', true],
      ['logout', false],
      ['banned', false],
    ] as const)('after an end by %s the instance is believed to be reconnecting: %s', async (reason, reconnecting) => {
      const first = await a.login('u', { userSId: 'x', mode: 'published' });
      await first.end(reason);
      expect(await a.claim('u', { userSId: 'x', mode: 'published' })).toMatchObject({ continued: false, reconnecting });
    });

    test('a client of ours says itself whether it is reconnecting: no lost instance of it is remembered', async () => {
      const first = await a.login('u', { userSId: 'x', mode: 'resume' });
      await first.end('offline');
      expect(await a.claim('u', { userSId: 'x', mode: 'published' })).toMatchObject({ reconnecting: false });
      expect(await b.claim('w', { userSId: 'z', mode: 'resume' })).toMatchObject({
        continued: false,
        reconnecting: true,
      });
    });

    test('another instance is not reconnecting, and a logout in between ends that', async () => {
      const first = await a.login('u', { userSId: 'x', mode: 'published' });
      await first.end('offline');
      const second = await a.login('u', { userSId: 'y', mode: 'published' });
      expect(second.claimed.reconnecting).toBe(false);
      await second.end('logout');
      const third = await a.login('u', { userSId: 'x', mode: 'published' });
      expect(third.claimed.reconnecting).toBe(true);
      await third.end('logout');
      expect(await a.claim('u', { userSId: 'x', mode: 'published' })).toMatchObject({ reconnecting: false });
    });

    test('channels of the session are those added and not removed', async () => {
      const first = await a.login('u', { userSId: 'x', mode: 'resume' });
      for (const channelId of ['c', 'd', 'c', 'e']) expect(await first.addChannel(channelId)).toBe('ok');
      expect(await first.removeChannel('d')).toBe('ok');
      expect(await first.removeChannel('unknown')).toBe('ok');
      const second = await a.login('u', { userSId: 'x', mode: 'resume' });
      expect([...(second.claimed.channels ?? [])].sort()).toEqual(['c', 'e']);
      const end = await second.end();
      expect(end).toMatchObject({ ended: { session: first.session } });
      expect(await second.end()).toBe('stale');
    });

    test('a claim tells which generation it took over', async () => {
      const first = await a.login('u', { userSId: 'x', mode: 'resume' });
      expect(first.claimed.formerGeneration).toBe(0);
      const second = await b.login('u', { userSId: 'x', mode: 'resume' });
      expect(second.claimed.formerGeneration).toBe(first.generation);
    });

    test('how far a cut client was served is told to the next claim, once', async () => {
      const u = await a.login('u', { userSId: 'x', mode: 'published' });
      expect(u.claimed.served).toEqual([]);
      const served = [{ channelId: 'c', position: { epoch: 3, offset: 4 } }];
      await u.suspend(1000, served);
      const again = await b.login('u', { userSId: 'x', mode: 'published' });
      expect(again.claimed).toMatchObject({ continued: true, served });
      expect((await a.login('u', { userSId: 'x', mode: 'published' })).claimed.served).toEqual([]);
    });

    test('a ticket belongs to its first instance until it expires', async () => {
      await a.login('u', { userSId: 'x', mode: 'published', ticketId: 't', ticketExpiresInMs: 5000 });
      expect(await b.claim('u', { userSId: 'y', mode: 'published', ticketId: 't' })).toEqual({
        outcome: 'ticket-taken',
      });
      expect(await b.claim('v', { userSId: 'x', mode: 'published', ticketId: 't' })).toEqual({
        outcome: 'ticket-taken',
      });
      expect(
        await b.claim('u', { userSId: 'x', mode: 'published', ticketId: 't', ticketExpiresInMs: 5000 }),
      ).toMatchObject({ outcome: 'claimed' });
      await engine.advance(5001);
      expect(await b.claim('u', { userSId: 'y', mode: 'published', ticketId: 't' })).toMatchObject({
        outcome: 'claimed',
      });
    });

    test('an expired ticket is good for going on with the session that it let in, and for nothing else', async () => {
      const over = { ticketId: 't', ticketExpiresInMs: 0, mode: 'resume' } as const;
      const refused = { outcome: 'ticket-over' };
      expect(await a.claim('u', { userSId: 'x', ...over })).toEqual(refused);
      const first = await a.login('u', { userSId: 'x', ticketId: 't', ticketExpiresInMs: 5000 });
      await engine.advance(5001);
      expect(await b.claim('u', { userSId: 'y', ...over })).toEqual(refused);
      expect(await b.claim('v', { userSId: 'x', ...over })).toEqual(refused);
      expect(await b.claim('u', { userSId: 'x', ...over, ticketId: 'other' })).toEqual(refused);
      expect(await first.suspend(0)).toBe('ok');
      const second = await b.login('u', { userSId: 'x', ...over });
      expect(second.claimed).toMatchObject({ continued: true, formerGeneration: first.generation });
      // An older one of the same session.
      await b.login('u', { userSId: 'x', mode: 'resume', ticketId: 'newer', ticketExpiresInMs: 5000 });
      const last = await a.login('u', { userSId: 'x', ...over });
      expect(last.claimed.continued).toBe(true);
      await last.end('offline');
      expect(await b.claim('u', { userSId: 'x', ...over })).toEqual(refused);
    });

    test.each(['new', 'published'] as const)(
      'a login (%s) whose ticket expires while it waits is let in',
      async (mode) => {
        const late = { mode, ticketId: 't', ticketExpiresInMs: -1 };
        expect(await a.claim('u', { userSId: 'x', ...late })).toMatchObject({ outcome: 'claimed', continued: false });
      },
    );

    test('a refused ticket changes nothing', async () => {
      await a.login('v', { userSId: 'x', ticketId: 't' });
      const u = await a.login('u', { userSId: 'x' });
      expect(await b.claim('u', { userSId: 'y', ticketId: 't' })).toEqual({ outcome: 'ticket-taken' });
      expect(await u.suspend(0)).toBe('ok');
      expect(await a.noticed()).toEqual([]);
    });

    test('a ticket is good for HTTP while the session lives and 60 s more', async () => {
      expect(await a.holder('u', 't')).toEqual({ valid: false });
      const u = await a.login('u', { ticketId: 't' });
      const live = { valid: true, generation: u.generation, nodeId: a.nodeId };
      expect(await b.holder('u', 't')).toEqual(live);
      expect(await b.holder('v', 't')).toEqual({ valid: false });
      expect(await b.holder('u', 'other')).toEqual({ valid: false });
      await advanceWithLeases(120_000);
      expect(await b.holder('u', 't')).toEqual(live);
      await u.end();
      await advanceWithLeases(58_000);
      expect(await b.holder('u', 't')).toMatchObject({ valid: true, generation: 0 });
      await advanceWithLeases(4000);
      expect(await b.holder('u', 't')).toEqual({ valid: false });
    });

    test('an older ticket of a session that goes on names its current generation', async () => {
      const first = await a.login('u', { userSId: 'x', mode: 'published', ticketId: 't1' });
      await first.suspend(0);
      const second = await b.login('u', { userSId: 'x', mode: 'published', ticketId: 't2' });
      const holder = { valid: true, generation: second.generation, nodeId: b.nodeId };
      expect(await a.holder('u', 't1')).toEqual(holder);
      expect(await a.holder('u', 't2')).toEqual(holder);
    });

    test('the ticket of a superseded session tells nothing of the new one', async () => {
      await a.login('u', { userSId: 'x', ticketId: 't1' });
      await b.login('u', { userSId: 'y', ticketId: 't2' });
      expect(await a.holder('u', 't1')).toMatchObject({ valid: true, generation: 0 });
    });

    test('settling what is unknown does nothing', async () => {
      await a.settle('u', 12345);
      const u = await a.login('u');
      await a.settle('u', u.session);
      expect(await u.suspend(0)).toBe('ok');
    });

    /** Time passes while the nodes renew their leases. */
    async function advanceWithLeases(ms: number): Promise<void> {
      for (let left = ms; left > 0; left -= 5000) {
        await engine.advance(Math.min(5000, left));
        await Promise.all([a.renew(), b.renew()]);
      }
    }
  });
}
