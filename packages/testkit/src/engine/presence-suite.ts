import { EngineUnavailable, type PresenceChange } from 'ar-rtm-server/ports';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { EngineFactory, EngineUnderTest } from './engine-factory.js';
import { TestNode, TestSession } from './test-node.js';

const LEASE_MS = 10_000;

/** Conformance of {@link Presence}: states, versions, feeds, and what sessions watch. */
export function describePresence(name: string, factory: EngineFactory): void {
  describe(`Presence: ${name}`, () => {
    let engine: EngineUnderTest;
    let a: TestNode;
    let b: TestNode;

    beforeEach(async () => {
      engine = await factory({ leaseMs: LEASE_MS });
      a = await TestNode.start(engine);
      b = await TestNode.start(engine);
    });
    afterEach(() => engine.close());

    const states = async (node: TestNode) => (await node.seen()).map(({ uid, state }) => `${uid} ${state}`);

    function expectGrowing(changes: readonly Pick<PresenceChange, 'version'>[]): void {
      const versions = changes.map(({ version }) => version);
      expect([...new Set(versions)].sort((one, other) => one - other)).toEqual(versions);
    }

    test('users who were never there are OFFLINE; a login is fed, a logout too', async () => {
      const [before] = await b.watch('u');
      expect(before?.state).toBe('OFFLINE');
      const u = await a.login('u');
      await u.end();
      const changes = await b.seen();
      expect(changes.map(({ state }) => state)).toEqual(['ONLINE', 'OFFLINE']);
      expectGrowing([{ version: before?.version ?? 0 }, ...changes]);
    });

    test('answers come in the order asked, and a repeated watch changes nothing', async () => {
      await a.login('u');
      const values = await b.watch('v', 'u', 'w');
      expect(values.map(({ state }) => state)).toEqual(['OFFLINE', 'ONLINE', 'OFFLINE']);
      expect(await b.watch('v', 'u', 'w')).toEqual(values);
      expect(await b.seen()).toEqual([]);
      expect(await b.query('u', 'v')).toEqual(['ONLINE', 'OFFLINE']);
    });

    test('a node hears of those it watches and of nobody else, each change once', async () => {
      await b.watch('u');
      await b.watch('u', 'w');
      await a.watch('v');
      await a.login('u');
      await a.login('v');
      expect([await states(a), await states(b)]).toEqual([['v ONLINE'], ['u ONLINE']]);
      await b.unwatch('u');
      await b.unwatch('never watched');
      await a.login('w');
      const u = await a.login('u', { userSId: 'z' });
      await u.end();
      expect(await states(b)).toEqual(['w ONLINE']);
    });

    test('what is watched again has a higher version than before', async () => {
      const versions = [];
      for (let round = 0; round < 3; round += 1) {
        const [value] = await b.watch('u');
        versions.push({ version: value?.version ?? 0 });
        await b.unwatch('u');
      }
      expectGrowing(versions);
    });

    test('silence and return are told by the host, once each', async () => {
      const u = await a.login('u');
      await b.watch('u');
      expect(await u.report(false, 1)).toBe('ok');
      expect(await u.report(false, 2)).toBe('ok');
      expect(await b.query('u')).toEqual(['UNREACHABLE']);
      expect(await u.report(true, 3)).toBe('ok');
      expect(await states(b)).toEqual(['u UNREACHABLE', 'u ONLINE']);
    });

    test('a report that comes late changes nothing', async () => {
      const u = await a.login('u');
      await b.watch('u');
      await u.report(true, 2);
      expect(await u.report(false, 1)).toBe('ok');
      expect(await states(b)).toEqual([]);
    });

    test('a client that is back is ONLINE at once, and its former host says nothing more', async () => {
      const u = await a.login('u', { userSId: 'x', mode: 'resume' });
      await b.watch('u');
      await u.report(false, 7);
      const again = await b.login('u', { userSId: 'x', mode: 'resume' });
      expect(await u.report(false, 8)).toBe('stale');
      expect(await states(b)).toEqual(['u UNREACHABLE', 'u ONLINE']);
      expect(await again.report(false, 1)).toBe('ok');
      expect(await states(b)).toEqual(['u UNREACHABLE']);
    });

    test('a kick shows no OFFLINE in between', async () => {
      const first = await a.login('u', { userSId: 'x' });
      await b.watch('u');
      await b.login('u', { userSId: 'y' });
      expect(await first.end()).toBe('stale');
      expect(await b.seen()).toEqual([]);
      expect(await b.query('u')).toEqual(['ONLINE']);
    });

    test('a kick of somebody unreachable shows ONLINE only', async () => {
      const first = await a.login('u', { userSId: 'x' });
      await b.watch('u');
      await first.report(false, 1);
      await b.seen();
      await b.login('u', { userSId: 'y' });
      expect(await states(b)).toEqual(['u ONLINE']);
    });

    test('an adopted session reports under its new generation, from 1', async () => {
      const u = await a.login('u');
      await b.watch('u');
      await u.report(false, 5);
      await u.report(true, 6);
      await a.release();
      const { orphans } = await b.adopt();
      const adopted = new TestSession(b, 'u', orphans[0] as (typeof orphans)[0]);
      await b.seen();
      expect(await u.report(false, 7)).toBe('stale');
      expect(await adopted.report(false, 1)).toBe('ok');
      expect(await states(b)).toEqual(['u UNREACHABLE']);
    });

    test('feeds end with the lease', async () => {
      await a.watch('u');
      await engine.advance(LEASE_MS / 2);
      await b.renew();
      await engine.advance(LEASE_MS / 2 + 1000);
      await b.login('u');
      expect(await a.seen()).toEqual([]);
      await expect(a.watch('u')).rejects.toThrow(EngineUnavailable);
      await a.ports.nodes.register({ nodeId: a.nodeId, timeoutMs: 1000 });
      expect((await a.watch('u')).map(({ state }) => state)).toEqual(['ONLINE']);
    });

    describe('what a session watches', () => {
      const claim = (node: TestNode) => node.login('u', { userSId: 'x', mode: 'resume' });

      test('is kept in the order of the first call, each once, and goes on with the session', async () => {
        const u = await claim(a);
        expect(u.claimed.peers).toEqual([]);
        expect(await u.addPeers(['p', 'q'])).toBe('ok');
        expect(await u.addPeers(['q', 'r', 'p', 's'])).toBe('ok');
        expect(await u.removePeers('q', 'unknown')).toBe('ok');
        const again = await claim(b);
        expect(again.claimed.peers).toEqual(['p', 'r', 's']);
        await b.release();
        const { orphans } = await a.adopt();
        expect(orphans).toMatchObject([{ uid: 'u', peers: ['p', 'r', 's'] }]);
      });

      test('is bounded: what would be above the limit changes nothing', async () => {
        const u = await claim(a);
        expect(await u.addPeers(['p', 'q', 'r'], 3)).toBe('ok');
        expect(await u.addPeers(['s'], 3)).toBe('overflow');
        expect(await u.addPeers(['p', 'r'], 3)).toBe('ok');
        expect((await claim(b)).claimed.peers).toEqual(['p', 'q', 'r']);
      });

      test('is changed by the newest host only, and is gone with the session', async () => {
        const u = await claim(a);
        await u.addPeers(['p']);
        const again = await claim(b);
        expect([await u.addPeers(['q']), await u.removePeers('p')]).toEqual(['stale', 'stale']);
        await again.end('offline');
        expect((await claim(a)).claimed.peers).toEqual([]);
      });

      test('is not handed to another client instance', async () => {
        await (await claim(a)).addPeers(['p']);
        expect((await b.login('u', { userSId: 'y' })).claimed.peers).toEqual([]);
      });
    });
  });
}
