import type { Position } from 'ar-rtm-protocol';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { RestartableEngine, RestartableEngineFactory } from './engine-factory.js';
import { APP, isBefore, TestNode, TestSession } from './test-node.js';

const START: Position = { epoch: 0, offset: 0 };
const positionOf = (result: object): Position => ('position' in result ? (result.position as Position) : START);

/** What an engine that keeps records brings back after a graceful stop and after a crash (design 1, 2, 5). */
export function describeRestart(name: string, factory: RestartableEngineFactory): void {
  describe(`Restart: ${name}`, () => {
    let engine: RestartableEngine;
    let a: TestNode;

    beforeEach(async () => {
      engine = await factory();
      a = await TestNode.start(engine);
    });
    afterEach(() => engine.close());

    const endOf = async (channelId: string) => (await a.subscribe(channelId)).end;

    /** The session as its adopting node has it. */
    async function adopted(uid: string): Promise<TestSession> {
      a = await TestNode.start(engine);
      const { orphans } = await a.adopt();
      const orphan = orphans.find((found) => found.uid === uid);
      if (!orphan) throw new Error(`${uid} was not restored`);
      return new TestSession(a, uid, orphan);
    }

    describe.each(['graceful', 'crash'] as const)('%s', (how) => {
      const restart = (downMs?: number) => (how === 'graceful' ? engine.restart(downMs) : engine.crash(downMs));

      test('sessions, their channels and memberships come back without entries', async () => {
        const u = await a.login('u', { userSId: 'x' });
        await u.join('c');
        await u.join('d');
        await engine.advance(1000);
        await restart();
        const again = await adopted('u');
        expect(again.session).toBe(u.session);
        expect(again.generation).toBeGreaterThan(u.generation);
        const { end } = await a.subscribe('c');
        expect((await a.readChannel('c', end)).entries).toEqual([]);
        expect(await a.members('c', 'u')).toEqual({ isMember: true, uids: ['u'] });
        expect(await a.count('d')).toBe(1);
        expect(await again.publish('c', 'back')).toMatchObject({ outcome: 'accepted' });
        expect(await again.leave('c')).toEqual({ wasMember: true });
        expect(await a.fedFrom('c')).toMatchObject([{ entry: { body: 'back' } }, { entry: { kind: 'left' } }]);
      });

      test('what a session watches comes back, and whether its client was heard', async () => {
        const u = await a.login('u', { userSId: 'x', mode: 'resume' });
        await a.login('v');
        await u.addPeers(['p', 'q']);
        await u.report(false, 1);
        const [before] = await a.watch('u');
        await engine.advance(1000);
        await restart();
        const again = await adopted('u');
        expect(again.claimed).toMatchObject({ peers: ['p', 'q'] });
        const [after] = await a.watch('u', 'v');
        expect(after?.state).toBe('UNREACHABLE');
        expect(after?.version).toBeGreaterThan(before?.version ?? Number.POSITIVE_INFINITY);
        expect(await a.query('u', 'v')).toEqual(['UNREACHABLE', 'ONLINE']);
      });

      test('a client goes on with its session', async () => {
        const u = await a.login('u', { userSId: 'x', mode: 'resume' });
        await engine.advance(1000);
        await restart();
        a = await TestNode.start(engine);
        expect(await a.claim('u', { userSId: 'x', mode: 'resume' })).toMatchObject({
          outcome: 'claimed',
          continued: true,
          session: u.session,
        });
        expect(await a.adopt()).toEqual({ orphans: [], unsettled: [] });
      });

      test('how far a cut client was served comes back', async () => {
        const u = await a.login('u', { userSId: 'x', mode: 'published' });
        const served = [{ channelId: 'c', position: { epoch: 3, offset: 4 } }];
        await u.suspend(1000, served);
        await engine.advance(1000);
        await restart();
        a = await TestNode.start(engine);
        expect((await a.adopt()).orphans).toMatchObject([{ uid: 'u', served }]);
      });

      test('the request that made a durable entry is known', async () => {
        const stored = await a.send('u', 'hello', { msgId: 7, offline: true });
        await restart();
        a = await TestNode.start(engine);
        const again = await a.send('u', 'hello', { msgId: 7, offline: true, onlyIfKnown: true });
        expect(again).toEqual({ ...stored, outcome: 'stored' });
        expect(await a.stored('u')).toHaveLength(1);
      });

      test('the time in which the server was down is not silence', async () => {
        const u = await a.login('u');
        await u.suspend(4000);
        await engine.advance(2000);
        await restart(3600_000);
        a = await TestNode.start(engine);
        const { orphans } = await a.adopt();
        expect(orphans[0]?.silentMs).toBeGreaterThanOrEqual(4000);
        expect(orphans[0]?.silentMs).toBeLessThanOrEqual(6000);
      });

      test('departures that were not settled come back', async () => {
        const u = await a.login('u', { userSId: 'x' });
        await u.join('c');
        await u.end();
        const v = await a.login('v');
        await v.join('c');
        await v.end();
        await v.leave('c');
        await a.settle('v', v.session);
        await engine.advance(1000);
        await restart();
        a = await TestNode.start(engine);
        expect(await a.adopt()).toEqual({
          orphans: [],
          unsettled: [{ appId: APP, uid: 'u', session: u.session, channels: ['c'] }],
        });
        expect(await a.leave('c', 'u', u.session)).toEqual({ wasMember: true });
        expect(await a.count('c')).toBe(0);
        await a.settle('u', u.session);
        await engine.advance(1000);
        await restart();
        a = await TestNode.start(engine);
        expect(await a.adopt()).toEqual({ orphans: [], unsettled: [] });
      });

      test('durable entries keep their position', async () => {
        const stored = await a.sent('u', '1', { offline: true });
        const u = await a.login('u', { userSId: 'x', mode: 'resume' });
        await a.sent('u', 'live');
        const kept = await a.sent('u', '2', { offline: true });
        expect(await a.keep('u', kept)).toBe('kept');
        const gone = await a.sent('u', '3', { offline: true });
        await a.keep('u', gone);
        await u.acknowledge(gone);
        await engine.advance(1000);
        await restart();
        a = await TestNode.start(engine);
        expect((await a.stored('u')).map(({ position }) => position)).toEqual([stored, kept]);
        const again = await a.login('u', { userSId: 'x', mode: 'resume' });
        const next = await a.sent('u', '4');
        expect(isBefore(kept, next)).toBe(true);
        const page = await again.read();
        expect(page).not.toBe('stale');
        const bodies = page === 'stale' ? [] : page.entries.map(({ message }) => message?.body);
        expect(bodies).toEqual(how === 'graceful' ? ['1', 'live', '2', '4'] : ['1', '2', '4']);
      });

      test('superseded and reconnecting instances are remembered', async () => {
        await a.login('u', { userSId: 'x', mode: 'published' });
        await a.login('u', { userSId: 'y', mode: 'published' });
        const v = await a.login('v', { userSId: 'x', mode: 'published' });
        await v.end('offline');
        await engine.advance(1000);
        await restart(1000);
        a = await TestNode.start(engine);
        expect(await a.claim('u', { userSId: 'x', mode: 'published' })).toEqual({ outcome: 'superseded' });
        expect(await a.claim('u', { userSId: 'y', mode: 'published' })).toMatchObject({ continued: true });
        expect(await a.claim('v', { userSId: 'x', mode: 'published' })).toMatchObject({
          continued: false,
          reconnecting: true,
        });
        await restart(24 * 3600_000);
        await engine.advance(1000);
        a = await TestNode.start(engine);
        expect(await a.claim('u', { userSId: 'x', mode: 'published' })).toMatchObject({ outcome: 'claimed' });
      });

      test('a user who logged in anew just before is not mistaken for the one before', async () => {
        await a.login('u', { userSId: 'x' });
        await engine.advance(1000);
        const second = await a.login('u', { userSId: 'y' });
        await restart();
        const again = await adopted('u');
        expect(again.session).toBe(second.session);
      });

      test('a session that ended stays ended', async () => {
        const u = await a.login('u', { userSId: 'x' });
        await engine.advance(1000);
        await u.end();
        await engine.advance(1000);
        await restart();
        a = await TestNode.start(engine);
        expect(await a.adopt()).toEqual({ orphans: [], unsettled: [] });
      });

      test('displaced entries stay gone', async () => {
        for (let i = 0; i < 203; i += 1) await a.sent('u', String(i), { offline: true });
        await restart();
        a = await TestNode.start(engine);
        expect((await a.stored('u')).map(({ message }) => message?.body)).toEqual(
          Array.from({ length: 200 }, (_, i) => String(i + 3)),
        );
      });

      test('silence that a dead node left is recorded when its session is adopted', async () => {
        await a.login('u');
        await a.release();
        for (let i = 0; i < 3; i += 1) await engine.advance(4000);
        a = await TestNode.start(engine);
        const { orphans } = await a.adopt();
        await engine.advance(1000);
        await restart();
        a = await TestNode.start(engine);
        const again = await a.adopt();
        expect(orphans[0]?.silentMs).toBe(12_000);
        expect(again.orphans[0]?.silentMs).toBeGreaterThanOrEqual(12_000);
        expect(again.orphans[0]?.silentMs).toBeLessThanOrEqual(13_000);
      });

      test('a forgotten instance stays forgotten', async () => {
        await a.login('u', { userSId: 'x', mode: 'published' });
        await a.login('u', { userSId: 'y', mode: 'published' });
        await a.ports.registry.forgetSuperseded({ appId: APP, uid: 'u', userSId: 'x', timeoutMs: 1000 });
        await restart();
        a = await TestNode.start(engine);
        expect(await a.claim('u', { userSId: 'x', mode: 'published' })).toMatchObject({ outcome: 'claimed' });
      });

      test('the ticket of a session is good for HTTP again', async () => {
        await a.login('u', { ticketId: 't' });
        await engine.advance(1000);
        await restart();
        a = await TestNode.start(engine);
        expect(await a.holder('u', 't')).toMatchObject({ valid: true });
        expect(await a.holder('u', 'other')).toEqual({ valid: false });
      });

      test('numbers are not given twice', async () => {
        const seen = new Set<number>();
        let highest = 0;
        for (let i = 0; i < 4; i += 1) {
          const u = await a.login('u', { userSId: `x${i}` });
          for (const number of [u.session, u.generation]) {
            expect(seen.has(number)).toBe(false);
            expect(number).toBeGreaterThan(highest);
            seen.add(number);
          }
          highest = u.generation;
          await restart();
          a = await TestNode.start(engine);
        }
      });
    });

    test('a departure that was carried out is not carried out again, nor is a join that was not carried out', async () => {
      const u = await a.login('u', { userSId: 'x' });
      await u.join('c');
      await u.join('d');
      await u.end();
      await a.leave('c', 'u', u.session);
      const w = await a.login('w');
      await w.addChannel('e');
      const v = await a.login('v', { userSId: 'x' });
      await v.join('e');
      const newer = await a.login('v', { userSId: 'y' });
      await newer.join('e');
      await newer.leave('e');
      await newer.removeChannel('e');
      await engine.restart();
      a = await TestNode.start(engine);
      expect([await a.count('c'), await a.count('e')]).toEqual([0, 0]);
      const { unsettled } = await a.adopt();
      expect(unsettled.filter(({ channels }) => channels.length > 0)).toMatchObject([{ uid: 'u', channels: ['d'] }]);
    });

    test('a graceful restart keeps the memory of requests, a crash does not', async () => {
      const u = await a.login('u', { userSId: 'x', mode: 'resume' });
      const v = await a.login('v');
      await u.join('c');
      const message = await u.publish('c', '1', { msgId: 1 });
      const waiting = await a.sent('u', '2', { msgId: 2 });
      await u.acknowledge(await a.sent('u', '3', { msgId: 3 }));
      await v.acknowledge(await a.sent('v', '4', { msgId: 4 }));
      await v.end();
      await engine.restart();
      const again = await adopted('u');
      const ask = (to: string, msgId: number) => a.send(to, 'again', { msgId, onlyIfKnown: true });
      expect(await again.publish('c', '1', { msgId: 1 })).toEqual({ outcome: 'known', position: positionOf(message) });
      expect(await ask('u', 2)).toMatchObject({ outcome: 'accepted', position: waiting });
      expect([await ask('u', 3), await ask('v', 4)]).toEqual([
        { outcome: 'acknowledged' },
        { outcome: 'acknowledged' },
      ]);
      expect(await again.bodies()).toEqual(['2']);
      await engine.advance(1000);
      await engine.crash();
      const after = await adopted('u');
      expect(await ask('u', 2)).toEqual({ outcome: 'unknown' });
      expect(await after.publish('c', '1', { msgId: 1, onlyIfKnown: true })).toEqual({ outcome: 'unknown' });
    });

    test('a graceful restart keeps epoch, positions and entries', async () => {
      const u = await a.login('u', { userSId: 'x', mode: 'resume' });
      const { position } = await u.join('c');
      const message = positionOf(await u.publish('c', '1'));
      const first = await a.sent('u', '1');
      const second = await a.sent('u', '2', { offline: true });
      const third = await a.sent('u', '3');
      await u.acknowledge(third);
      await engine.restart(3600_000);
      const again = await adopted('u');
      expect(await a.readChannel('c', position)).toMatchObject({
        gap: false,
        entries: [{ position: message }],
        end: message,
      });
      expect(await again.read(u.claimed.inboxEnd)).toMatchObject({
        gap: false,
        end: third,
        entries: [{ position: first, durable: false }, { position: second }],
      });
      expect(await again.read(third)).toMatchObject({ gap: false, entries: [] });
      expect(positionOf(await again.publish('c', '2'))).toEqual({ ...message, offset: message.offset + 1 });
      expect(await a.sent('u', '4')).toEqual({ ...third, offset: third.offset + 1 });
    });

    test('a graceful stop records the silence of that moment', async () => {
      await (await a.login('u')).suspend(4000);
      await engine.advance(2000);
      await engine.restart(3600_000);
      a = await TestNode.start(engine);
      expect((await a.adopt()).orphans[0]?.silentMs).toBe(6000);
    });

    test('after a graceful restart acknowledged and lost entries are told apart as before', async () => {
      await (await a.login('v')).join('c');
      for (let i = 0; i < 10; i += 1) await a.sent('v', 'raises the offsets of another log');
      await a.login('u', { userSId: 'x', mode: 'resume' });
      const before = await a.sent('u', '1', { offline: true });
      await engine.restart();
      a = await TestNode.start(engine);
      const again = await a.login('u', { userSId: 'x', mode: 'resume' });
      const after = await a.sent('u', '2', { offline: true });
      await again.acknowledge(before, after);
      expect(await a.keep('u', before)).toBe('gone'); // from before the start: not known any more
      expect(await a.keep('u', after)).toBe('acknowledged');
    });

    test('a graceful restart keeps the gaps, and offsets of discarded logs stay used', async () => {
      const u = await a.login('u', { userSId: 'x' });
      await u.join('c');
      const lost = positionOf(await u.publish('c', '1'));
      await u.leave('c');
      await u.end();
      await engine.advance(200_000);
      await engine.restart();
      a = await TestNode.start(engine);
      const again = await a.login('u', { userSId: 'y' });
      const joined = await again.join('c');
      expect(isBefore(lost, joined.position)).toBe(true);
      expect(joined.position.epoch).toBe(lost.epoch);
      expect(await a.readChannel('c', lost)).toMatchObject({ gap: true });
    });

    test('a graceful restart keeps ticket bindings, without the time of being down', async () => {
      await a.login('u', { userSId: 'x', ticketId: 't', ticketExpiresInMs: 30_000 });
      await engine.restart(3600_000);
      a = await TestNode.start(engine);
      expect(await a.claim('u', { userSId: 'y', ticketId: 't' })).toEqual({ outcome: 'ticket-taken' });
    });

    test('a crash raises the epoch, and cursors of the old one have a gap', async () => {
      const u = await a.login('u', { userSId: 'x', mode: 'resume' });
      await u.join('c');
      const message = positionOf(await u.publish('c', 'lost'));
      const live = await a.sent('u', 'lost');
      await engine.advance(1000);
      await engine.crash();
      const again = await adopted('u');
      expect((await endOf('c')).epoch).toBeGreaterThan(message.epoch);
      expect(await a.readChannel('c', message)).toMatchObject({ gap: true, entries: [] });
      expect(await again.read(live)).toMatchObject({ gap: true, entries: [] });
      const next = await a.sent('u', 'new');
      expect(isBefore(live, next)).toBe(true);
      expect(await again.read(live)).toMatchObject({ gap: true, entries: [{ position: next }] });
    });

    test('a crash soon after a graceful restart raises the epoch', async () => {
      const before = (await endOf('c')).epoch;
      await engine.restart();
      a = await TestNode.start(engine);
      expect((await endOf('c')).epoch).toBe(before);
      await engine.crash();
      a = await TestNode.start(engine);
      const after = (await endOf('c')).epoch;
      expect(after).toBeGreaterThan(before);
      await engine.crash();
      a = await TestNode.start(engine);
      expect((await endOf('c')).epoch).toBeGreaterThan(after);
    });

    test('after a crash an older position is no acknowledgement', async () => {
      const u = await a.login('u', { userSId: 'x', mode: 'resume' });
      const position = await a.sent('u', 'lost', { offline: true });
      await engine.advance(1000);
      await engine.crash();
      a = await TestNode.start(engine);
      expect(await a.keep('u', position)).toBe('gone');
      expect(u.uid).toBe('u');
    });

    test('many users, channels and entries over a graceful restart', async () => {
      const sessions: TestSession[] = [];
      for (let i = 0; i < 40; i += 1) {
        const session = await a.login(`u${i}`, { userSId: 'x', mode: 'resume' });
        sessions.push(session);
        await session.join(`c${i % 7}`);
        for (let k = 0; k < 60; k += 1) await a.sent(session.uid, `${i}-${k}`);
        await session.publish(`c${i % 7}`, `${i}`);
      }
      await engine.restart();
      a = await TestNode.start(engine);
      for (const { uid } of sessions) {
        const session = await a.login(uid, { userSId: 'x', mode: 'resume' });
        expect(await session.bodies()).toHaveLength(60);
      }
      let messages = 0;
      for (let c = 0; c < 7; c += 1) {
        const page = await a.readChannel(`c${c}`, { epoch: 0, offset: 0 });
        messages += page.entries.filter(({ entry }) => entry.kind === 'message').length;
      }
      expect(messages).toBe(40);
    });
  });
}
