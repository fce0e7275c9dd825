import { EngineUnavailable } from 'ar-rtm-server/ports';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { EngineFactory, EngineUnderTest } from './engine-factory.js';
import { APP, TestNode, TIMEOUT } from './test-node.js';

const LEASE_MS = 10_000;

/** Conformance of {@link Nodes}: leases, adoption and notices. */
export function describeNodes(name: string, factory: EngineFactory): void {
  describe(`Nodes: ${name}`, () => {
    let engine: EngineUnderTest;
    let a: TestNode;
    let b: TestNode;

    beforeEach(async () => {
      engine = await factory({ leaseMs: LEASE_MS });
      a = await TestNode.start(engine);
      b = await TestNode.start(engine);
    });
    afterEach(() => engine.close());

    /** Time passes in which only `b` renews. */
    async function advanceWithB(ms: number): Promise<void> {
      for (let left = ms; left > 0; left -= 2000) {
        await engine.advance(Math.min(2000, left));
        await b.renew();
      }
    }

    test('register tells the lease and may be repeated', async () => {
      expect(await a.ports.nodes.register({ nodeId: a.nodeId, ...TIMEOUT })).toEqual({ leaseMs: LEASE_MS });
      expect(await a.renew()).toEqual({ renewed: true });
    });

    test('a lease lapses when it is not renewed', async () => {
      await engine.advance(LEASE_MS - 1000);
      expect(await a.renew()).toEqual({ renewed: true });
      await engine.advance(LEASE_MS + 1000);
      expect(await a.renew()).toEqual({ renewed: false });
      expect(await a.renew()).toEqual({ renewed: false });
      await a.ports.nodes.register({ nodeId: a.nodeId, ...TIMEOUT });
      expect(await a.renew()).toEqual({ renewed: true });
    });

    test('a node without a lease gets neither sessions nor feeds', async () => {
      await engine.advance(LEASE_MS + 1000);
      await expect(a.claim('u')).rejects.toThrow(EngineUnavailable);
      await expect(a.subscribe('c')).rejects.toThrow(EngineUnavailable);
      await expect(a.adopt()).rejects.toThrow(EngineUnavailable);
    });

    test('nothing to adopt', async () => {
      await a.login('u');
      expect(await b.adopt()).toEqual({ orphans: [], unsettled: [] });
    });

    test('sessions of a lapsed node are adopted, silent since it was last heard of', async () => {
      const u = await a.login('u', { userSId: 'x' });
      await u.addChannel('c');
      await advanceWithB(4000);
      await a.renew();
      await advanceWithB(LEASE_MS + 2000);
      const { orphans, unsettled } = await b.adopt();
      expect(unsettled).toEqual([]);
      expect(orphans).toMatchObject([{ appId: APP, uid: 'u', userSId: 'x', session: u.session, channels: ['c'] }]);
      const [orphan] = orphans;
      expect(orphan?.silentMs).toBeGreaterThanOrEqual(LEASE_MS);
      expect(orphan?.silentMs).toBeLessThanOrEqual(LEASE_MS + 3000);
      expect(orphan?.generation).toBeGreaterThan(u.generation);
      expect(await u.suspend(0)).toBe('stale');
      expect(await b.adopt()).toEqual({ orphans: [], unsettled: [] });
    });

    test('silence goes on from what was recorded at the cut', async () => {
      const u = await a.login('u');
      await u.suspend(3000);
      await advanceWithB(LEASE_MS + 2000);
      const { orphans } = await b.adopt();
      expect(orphans[0]?.silentMs).toBeGreaterThanOrEqual(LEASE_MS + 4500);
      expect(orphans[0]?.silentMs).toBeLessThanOrEqual(LEASE_MS + 6000);
      await b.release();
      const c = await TestNode.start(engine);
      const again = await c.adopt();
      expect(again.orphans[0]?.silentMs).toBe(orphans[0]?.silentMs);
    });

    test('silence goes on through several hosts, and a return ends it', async () => {
      const u = await a.login('u', { userSId: 'x', mode: 'resume' });
      await u.suspend(20_000);
      await a.login('u', { userSId: 'x', mode: 'resume' });
      await advanceWithB(LEASE_MS + 2000);
      const { orphans } = await b.adopt();
      expect(orphans[0]?.silentMs).toBeLessThanOrEqual(LEASE_MS + 3000);
      await advanceWithB(6000);
      await b.release();
      const c = await TestNode.start(engine);
      const again = await c.adopt();
      expect(again.orphans[0]?.silentMs).toBeGreaterThanOrEqual((orphans[0]?.silentMs ?? 0) + 5500);
    });

    test('a released node gives its sessions away at once', async () => {
      const u = await a.login('u');
      const v = await a.login('v');
      await advanceWithB(3000);
      await v.suspend(2000);
      await a.release();
      expect(await a.renew()).toEqual({ renewed: false });
      const { orphans } = await b.adopt();
      expect(orphans.map(({ uid, silentMs }) => [uid, silentMs]).sort()).toEqual([
        ['u', 0],
        ['v', 2000],
      ]);
      expect(await u.suspend(0)).toBe('stale');
    });

    test('every session is adopted by one node, at most as many as asked for', async () => {
      for (let i = 0; i < 10; i += 1) await a.login(`u${i}`);
      const ended = await a.login('ended');
      await ended.addChannel('c');
      await ended.end();
      await a.release();
      const c = await TestNode.start(engine);
      const uids: string[] = [];
      for (let round = 0; round < 10; round += 1) {
        const taken = await Promise.all([b.adopt(2), c.adopt(1)]);
        for (const { orphans, unsettled } of taken) {
          expect(orphans.length + unsettled.length).toBeLessThanOrEqual(2);
          uids.push(...orphans.map(({ uid }) => uid), ...unsettled.map(({ uid }) => uid));
        }
      }
      expect(uids).toHaveLength(11);
      expect(new Set(uids).size).toBe(11);
    });

    test('an adopted session is fed to its new host', async () => {
      await a.login('u');
      await a.release();
      const { orphans } = await b.adopt();
      const position = await b.sent('u', 'hello');
      expect(await b.fedTo('u')).toMatchObject([{ position, message: { body: 'hello' } }]);
      expect(b.inboxFeeds[0]?.generation).toBe(orphans[0]?.generation);
      expect(await a.fedTo('u')).toEqual([]);
    });

    test('an orphan can still be claimed and sent to', async () => {
      await a.login('u', { userSId: 'x', mode: 'resume' });
      await a.release();
      await b.sent('u', 'while nobody hosts');
      const again = await b.login('u', { userSId: 'x', mode: 'resume' });
      expect(again.claimed.continued).toBe(true);
      expect(await again.bodies()).toEqual(['while nobody hosts']);
      expect(await b.adopt()).toEqual({ orphans: [], unsettled: [] });
    });

    test('a host that never calls on behalf of a session is told of it again', async () => {
      const known = await a.login('known');
      const lost = await a.login('lost', { userSId: 'x' });
      const heard = () =>
        a.ports.inboxes.ends({ appId: APP, sessions: [{ uid: 'known', generation: known.generation }], ...TIMEOUT });
      for (let waited = 0; waited < 40_000; waited += 4000) {
        expect(await b.adopt()).toEqual({ orphans: [], unsettled: [] });
        await engine.advance(4000);
        await Promise.all([a.renew(), b.renew(), heard()]);
      }
      const { orphans } = await a.adopt();
      expect(orphans).toMatchObject([{ uid: 'lost', session: lost.session, userSId: 'x' }]);
      expect(orphans[0]?.generation).toBeGreaterThan(lost.generation);
      expect(await a.adopt()).toEqual({ orphans: [], unsettled: [] });
    });

    test('unsettled departures go on until they are settled', async () => {
      const u = await a.login('u');
      await u.addChannel('c');
      await u.end();
      await a.release();
      const departure = { appId: APP, uid: 'u', session: u.session, channels: ['c'] };
      expect(await b.adopt()).toEqual({ orphans: [], unsettled: [departure] });
      await b.release();
      const c = await TestNode.start(engine);
      expect(await c.adopt()).toEqual({ orphans: [], unsettled: [departure] });
      await c.settle('u', u.session);
      await c.release();
      const d = await TestNode.start(engine);
      expect(await d.adopt()).toEqual({ orphans: [], unsettled: [] });
    });

    test('the node that superseded a session has to settle it', async () => {
      const first = await a.login('u', { userSId: 'x' });
      await first.addChannel('c');
      const second = await b.login('u', { userSId: 'y' });
      await b.release();
      const { orphans, unsettled } = await a.adopt();
      expect(orphans).toMatchObject([{ uid: 'u', session: second.session }]);
      expect(unsettled).toMatchObject([{ uid: 'u', session: first.session, channels: ['c'] }]);
    });

    test('the feeds of channels end with the lease', async () => {
      const u = await b.login('u');
      await a.subscribe('c');
      await b.subscribe('c');
      await advanceWithB(LEASE_MS + 1000);
      await u.join('c');
      expect(await a.fedFrom('c')).toEqual([]);
      expect(await b.fedFrom('c')).toHaveLength(1);
    });

    test('notices reach the node they are sent to, the sender included', async () => {
      const notice = {
        kind: 'offline-fetched',
        appId: APP,
        uid: 'u',
        generation: 1,
        upTo: { epoch: 1, offset: 1 },
      } as const;
      await a.ports.nodes.notify({ to: b.nodeId, notice, ...TIMEOUT });
      await a.ports.nodes.notify({ to: a.nodeId, notice, ...TIMEOUT });
      await a.ports.nodes.notify({ to: 'nobody', notice, ...TIMEOUT });
      expect(await a.noticed()).toEqual([notice]);
      expect(await b.noticed()).toEqual([notice]);
    });
  });
}
