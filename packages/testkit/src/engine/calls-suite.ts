import { EngineUnavailable } from 'ar-rtm-server/ports';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { EngineFactory, EngineUnderTest, RestartableEngine, RestartableEngineFactory } from './engine-factory.js';
import { APP, TestNode, type TestSession, TIMEOUT } from './test-node.js';

/** Conformance of {@link Calls}: who decides, what each side is told and in which order, deadlines, and what goes with a session. */
export function describeCalls(name: string, factory: EngineFactory): void {
  describe(`Calls: ${name}`, () => {
    let engine: EngineUnderTest;
    let a: TestNode;
    let b: TestNode;
    let ann: TestSession;
    let bob: TestSession;

    beforeEach(async () => {
      engine = await factory({ leaseMs: 1000_000 });
      a = await TestNode.start(engine);
      b = await TestNode.start(engine);
      ann = await a.login('ann');
      bob = await b.login('bob');
    });
    afterEach(() => engine.close());

    /** A call that the callee's client has. */
    async function ringing(callId = 'c'): Promise<void> {
      expect(await ann.call('bob', callId)).toEqual({ outcome: 'made' });
      expect(await bob.act('received', 'ann', callId)).toBe('done');
    }

    test('made, received, accepted, confirmed: each side is told of the other one', async () => {
      expect(await ann.call('bob', 'c', { content: 'come', channelId: 'room' })).toEqual({ outcome: 'made' });
      expect(await bob.callNews()).toEqual([
        {
          ...{ side: 'callee', caller: 'ann', callee: 'bob', callId: 'c', state: 'pending' },
          ...{ content: 'come', channelId: 'room', response: '' },
        },
      ]);
      expect(await ann.news()).toEqual([]);
      expect(await bob.act('received', 'ann', 'c')).toBe('done');
      expect(await ann.news()).toEqual(['c ringing']);
      expect(await bob.act('accept', 'ann', 'c', { text: 'yes' })).toBe('done');
      expect(await ann.callNews()).toMatchObject([{ side: 'caller', state: 'accepted', response: 'yes' }]);
      expect(await bob.news()).toEqual([]);
      expect(await ann.act('confirm', 'bob', 'c')).toBe('done');
      expect(await bob.news()).toEqual(['c established']);
    });

    test('steps are fed in their order, among messages', async () => {
      await ann.call('bob', 'c');
      await b.sent('bob', 'message');
      await ann.act('cancel', 'bob', 'c', { text: 'never mind' });
      const fed = await b.fedTo('bob');
      expect(fed.map(({ message, call }) => message?.body ?? call?.state)).toEqual(['pending', 'message', 'canceled']);
      expect(fed.map(({ position }) => position.offset - (fed[0]?.position.offset ?? 0))).toEqual([0, 1, 2]);
      expect((await bob.callNews())[0]?.content).toBe('never mind');
    });

    test.each([
      ['refuse', 'bob', 'refused', 'ann'],
      ['cancel', 'ann', 'canceled', 'bob'],
    ] as const)('%s ends it', async (act, by, state, told) => {
      await ringing();
      const sessions = { ann, bob };
      await sessions[told].acknowledge(...(await positions(sessions[told])));
      expect(await sessions[by].act(act, told, 'c', { text: 'no' })).toBe('done');
      expect(await sessions[told].news()).toEqual([`c ${state}`]);
      for (const again of ['accept', 'refuse', 'received'] as const) {
        expect(await bob.act(again, 'ann', 'c')).toBe('ignored');
      }
      for (const again of ['cancel', 'confirm', 'giveUp'] as const) {
        expect(await ann.act(again, 'bob', 'c')).toBe('ignored');
      }
      expect(await sessions[told].news()).toEqual([`c ${state}`]);
    });

    test('what was told before and not acknowledged is told no more', async () => {
      await ann.call('bob', 'c');
      await ann.act('cancel', 'bob', 'c');
      expect(await bob.news()).toEqual(['c canceled']);
      await ann.call('bob', 'd');
      await bob.act('refuse', 'ann', 'd');
      expect(await bob.news()).toEqual(['c canceled']);
      expect(await ann.news()).toEqual(['d refused']);
    });

    test('the invitation stays with the callee while it rings, unless it is acknowledged', async () => {
      await ringing('c');
      expect(await bob.news()).toEqual(['c pending']);
      await bob.acknowledge(...(await positions(bob)));
      expect(await bob.news()).toEqual([]);
      await ann.act('cancel', 'bob', 'c');
      expect(await bob.news()).toEqual(['c canceled']);
    });

    test('an accept that overtakes the receipt counts', async () => {
      await ann.call('bob', 'c');
      expect(await bob.act('accept', 'ann', 'c')).toBe('done');
      expect(await bob.act('received', 'ann', 'c')).toBe('ignored');
      expect(await ann.news()).toEqual(['c accepted']);
    });

    test('a cancel before the confirmation wins, and an established call may be taken back', async () => {
      await ringing();
      await bob.act('accept', 'ann', 'c');
      expect(await ann.act('cancel', 'bob', 'c')).toBe('done');
      expect(await ann.act('confirm', 'bob', 'c')).toBe('ignored');
      expect(await bob.news()).toEqual(['c canceled']);
      await ringing('d');
      await bob.act('accept', 'ann', 'd');
      await ann.act('confirm', 'bob', 'd');
      expect(await ann.act('cancel', 'bob', 'd', { text: 'bye' })).toBe('done');
      expect((await bob.callNews()).at(-1)).toMatchObject({ callId: 'd', state: 'canceled', content: 'bye' });
    });

    test('of many at once exactly one decides', async () => {
      for (let round = 0; round < 10; round += 1) {
        const callId = `c${round}`;
        await ringing(callId);
        const acts = [
          () => bob.act('accept', 'ann', callId),
          () => bob.act('refuse', 'ann', callId),
          () => ann.act('cancel', 'bob', callId),
          () => ann.act('giveUp', 'bob', callId),
        ];
        const first = round % acts.length;
        const order = [...acts.slice(first), ...acts.slice(0, first)];
        const results = await Promise.all(order.map((act) => act()));
        // A cancel still wins over an accept that is not confirmed, and so does giving up.
        expect(results.filter((result) => result === 'done').length).toBeLessThanOrEqual(2);
        expect(results).toContain('done');
        const [told] = (await bob.callNews()).filter((news) => news.callId === callId);
        const heard = (await ann.callNews()).filter((news) => news.callId === callId);
        expect(heard.length).toBeLessThanOrEqual(1);
        expect(told ?? heard[0]).toBeDefined();
      }
    });

    test('nobody acts for the other side, for calls of others, or for calls that are not there', async () => {
      const eve = await a.login('eve');
      await ringing();
      const key = { caller: 'ann', callee: 'bob', callId: 'c' };
      for (const act of ['accept', 'refuse', 'received', 'cancel', 'confirm', 'giveUp', 'withdraw'] as const) {
        expect(await a.ports.calls.act({ ...eve.ref, ...key, act })).toBe('ignored');
        expect(await eve.act(act, 'ann', 'c')).toBe('ignored');
        expect(await eve.act(act, 'bob', 'c')).toBe('ignored');
      }
      for (const act of ['accept', 'refuse', 'received', 'withdraw'] as const) {
        expect(await a.ports.calls.act({ ...ann.ref, ...key, act })).toBe('ignored');
      }
      for (const act of ['cancel', 'confirm', 'giveUp'] as const) {
        expect(await b.ports.calls.act({ ...bob.ref, ...key, act })).toBe('ignored');
      }
      const otherApp = { ...bob.ref, appId: 'b'.repeat(32), ...key, act: 'refuse' } as const;
      expect(await b.ports.calls.act(otherApp)).toBe('stale');
      expect(await ann.news()).toEqual(['c ringing']);
    });

    test('calls of one name do not meet: other callers, other callees, oneself', async () => {
      const eve = await a.login('eve');
      await ann.call('bob', 'c');
      await eve.call('bob', 'c');
      await ann.call('eve', 'c');
      expect(await ann.call('ann', 'c')).toEqual({ outcome: 'made' });
      expect(await bob.act('refuse', 'eve', 'c')).toBe('done');
      expect(await ann.act('received', 'ann', 'c')).toBe('done');
      expect(await ann.act('accept', 'ann', 'c')).toBe('done');
      expect(await ann.act('confirm', 'ann', 'c')).toBe('done');
      expect(await bob.news()).toEqual(['c pending']);
      expect(await eve.news()).toEqual(['c pending', 'c refused']);
      expect(await ann.callNews()).toMatchObject([{ side: 'callee', state: 'established' }]);
    });

    test('made twice it is one call; again after its end only if that is a new try', async () => {
      await ann.call('bob', 'c', { attempt: 1 });
      expect(await ann.call('bob', 'c', { attempt: 1 })).toEqual({ outcome: 'known', state: 'pending' });
      expect(await ann.call('bob', 'c', { attempt: 2 })).toEqual({ outcome: 'known', state: 'pending' });
      await bob.act('refuse', 'ann', 'c');
      expect(await ann.call('bob', 'c', { attempt: 1 })).toEqual({ outcome: 'known', state: 'refused' });
      expect(await ann.call('bob', 'c', { attempt: 0 })).toEqual({ outcome: 'known', state: 'refused' });
      expect(await ann.call('bob', 'c', { attempt: 2, content: 'again' })).toEqual({ outcome: 'made' });
      expect((await bob.callNews())[0]).toMatchObject({ state: 'pending', content: 'again' });
      await engine.advance(59_000);
      expect(await ann.call('bob', 'c', { attempt: 0 })).toMatchObject({ outcome: 'known' });
    });

    test('a call that is over is forgotten a minute later', async () => {
      await ann.call('bob', 'c');
      await bob.act('refuse', 'ann', 'c');
      await engine.advance(62_000);
      expect(await ann.call('bob', 'c')).toEqual({ outcome: 'made' });
    });

    test('running calls are limited, for callers and callees; those that are over do not count', async () => {
      const [eve, carl] = [await a.login('eve'), await a.login('carl')];
      const limit = 2;
      expect(await ann.call('bob', '1', { limit })).toEqual({ outcome: 'made' });
      expect(await ann.call('eve', '1', { limit })).toEqual({ outcome: 'made' });
      expect(await ann.call('carl', '1', { limit })).toEqual({ outcome: 'too-many' });
      expect(await eve.call('bob', '1', { limit })).toEqual({ outcome: 'made' });
      expect(await carl.call('bob', '1', { limit })).toEqual({ outcome: 'too-many' });
      expect(await carl.call('ann', '1', { limit })).toEqual({ outcome: 'made' });
      await bob.act('refuse', 'ann', '1');
      expect(await carl.call('bob', '1', { limit })).toEqual({ outcome: 'made' });
      expect(await ann.call('bob', '2', { limit })).toEqual({ outcome: 'too-many' });
    });

    test('one caller gets a tenth of what a callee may get, and keeps nobody else from calling', async () => {
      const eve = await a.login('eve');
      for (const callId of ['1', '2'])
        expect(await eve.call('bob', callId, { limit: 20 })).toEqual({ outcome: 'made' });
      expect(await eve.call('bob', '3', { limit: 20 })).toEqual({ outcome: 'too-many' });
      expect(await ann.call('bob', '3', { limit: 20 })).toEqual({ outcome: 'made' });
    });

    describe('deadlines', () => {
      test('the callee is there and does not confirm: unanswered after 30 s, for both', async () => {
        await ann.call('bob', 'c');
        await engine.advance(29_000);
        expect(await ann.news()).toEqual([]);
        await engine.advance(2000);
        expect(await ann.news()).toEqual(['c unanswered']);
        expect(await bob.news()).toEqual(['c unanswered']);
      });

      test('the callee is away: unreachable after 30 s, and it never hears of it', async () => {
        await ann.call('carol', 'c');
        await engine.advance(31_000);
        expect(await ann.news()).toEqual(['c unreachable']);
        const carol = await b.login('carol');
        expect(await carol.news()).toEqual([]);
      });

      test('nobody answers: expired 60 s after the make, however late it was received', async () => {
        await ann.call('bob', 'c');
        await engine.advance(25_000);
        await bob.act('received', 'ann', 'c');
        await engine.advance(34_000);
        expect(await ann.news()).toEqual(['c ringing']);
        await engine.advance(2000);
        expect([await ann.news(), await bob.news()]).toEqual([['c expired'], ['c expired']]);
      });

      test('a receipt may bring the end forward, but not back', async () => {
        await ann.call('bob', 'c');
        await ann.call('bob', 'd');
        await bob.act('received', 'ann', 'c', { expireMs: 10_000 });
        await bob.act('received', 'ann', 'd', { expireMs: 90_000 });
        await engine.advance(11_000);
        expect(await ann.news()).toEqual(['d ringing', 'c expired']);
        await engine.advance(50_000);
        expect(await ann.news()).toEqual(['c expired', 'd expired']);
      });

      test('an accept that is not confirmed fails after 5 s, for both', async () => {
        await ringing();
        await engine.advance(58_000);
        await bob.act('accept', 'ann', 'c');
        await engine.advance(4000);
        expect(await ann.news()).toEqual(['c accepted']);
        await engine.advance(2000);
        expect([await ann.news(), await bob.news()]).toEqual([['c unconfirmed'], ['c unconfirmed']]);
        expect(await ann.act('confirm', 'bob', 'c')).toBe('ignored');
      });

      test('clients that give up by themselves', async () => {
        await ann.call('bob', 'pending');
        await ringing('ringing');
        await ringing('accepted');
        await bob.act('accept', 'ann', 'accepted');
        for (const callId of ['pending', 'ringing', 'accepted']) {
          expect(await ann.act('giveUp', 'bob', callId)).toBe('done');
        }
        expect(await bob.news()).toEqual(['pending unanswered', 'ringing expired', 'accepted unconfirmed']);
        await ringing('withdrawn');
        expect(await bob.act('withdraw', 'ann', 'withdrawn')).toBe('done');
        expect((await ann.news()).at(-1)).toBe('withdrawn unconfirmed');
      });
    });

    describe('sessions', () => {
      test('who logs in while it waits gets it; the minute runs from the make', async () => {
        await ann.call('carol', 'c');
        await engine.advance(20_000);
        const carol = await b.login('carol');
        expect(await carol.news()).toEqual(['c pending']);
        await carol.act('received', 'ann', 'c');
        await engine.advance(38_000);
        expect(await ann.news()).toEqual(['c ringing']);
        await engine.advance(3000);
        expect(await ann.news()).toEqual(['c expired']);
      });

      test('what waits lies behind the end of the inbox that the login tells', async () => {
        await ann.call('carol', 'c');
        const carol = await b.login('carol', { mode: 'published' });
        const page = await carol.read(carol.claimed.inboxEnd);
        expect(page === 'stale' ? [] : page.entries.map(({ call }) => call?.callId)).toEqual(['c']);
      });

      test('a callee that leaves before the receipt gets it when it comes back', async () => {
        await ann.call('bob', 'c');
        await bob.end();
        expect(await ann.news()).toEqual([]);
        const again = await b.login('bob', { userSId: 'again' });
        expect(await again.news()).toEqual(['c pending']);
      });

      test('a callee that leaves while it rings, or before its accept is confirmed: the caller is told', async () => {
        await ringing('c');
        await ringing('d');
        await bob.act('accept', 'ann', 'd');
        await bob.end('offline');
        expect(await ann.news()).toEqual(['c callee-gone', 'd callee-gone']);
        const again = await b.login('bob', { userSId: 'again' });
        expect(await again.news()).toEqual([]);
      });

      test.each(['logout', 'offline', 'kick', 'abandon'] as const)(
        'a caller that leaves (%s): the callee is told',
        async (how) => {
          await ann.call('bob', 'pending');
          await ringing('ringing');
          await ringing('accepted');
          await bob.act('accept', 'ann', 'accepted');
          await ringing('over');
          await bob.act('refuse', 'ann', 'over');
          if (how === 'kick') await b.login('ann', { userSId: 'other' });
          else if (how === 'abandon') expect(await ann.abandon()).toBe('ok');
          else await ann.end(how);
          expect(await bob.news()).toEqual(['pending caller-gone', 'ringing caller-gone', 'accepted caller-gone']);
          expect(await bob.act('accept', 'ann', 'ringing')).toBe('ignored');
        },
      );

      test('a kick of the callee: what it had is over, what it had not goes to the newer client', async () => {
        await ann.call('bob', 'pending');
        await ringing('ringing');
        const other = await a.login('bob', { userSId: 'other' });
        expect(await other.news()).toEqual(['pending pending']);
        expect(await ann.news()).toEqual(['ringing callee-gone']);
        expect(await bob.act('accept', 'ann', 'pending')).toBe('stale');
      });

      test('a session that goes on elsewhere goes on with its calls, and its former host says nothing more', async () => {
        const u = await a.login('u', { userSId: 'x', mode: 'resume' });
        await u.call('bob', 'c');
        const again = await b.login('u', { userSId: 'x', mode: 'resume' });
        await bob.act('received', 'u', 'c');
        expect(await u.call('bob', 'd')).toBe('stale');
        expect(await u.act('cancel', 'bob', 'c')).toBe('stale');
        expect(await u.abandon()).toBe('stale');
        expect(await again.news()).toEqual(['c ringing']);
        expect(await again.act('cancel', 'bob', 'c')).toBe('done');
      });

      test('what a session was told of calls goes with it, and is no gap to anybody', async () => {
        await ann.call('bob', 'c');
        await bob.end();
        expect(engine.counted('live_entries_dropped_session_end')).toBe(0);
      });
    });

    test('a closed engine refuses', async () => {
      await engine.close();
      await expect(ann.call('bob', 'c')).rejects.toBeInstanceOf(EngineUnavailable);
      await expect(ann.act('cancel', 'bob', 'c')).rejects.toBeInstanceOf(EngineUnavailable);
      await expect(ann.abandon()).rejects.toBeInstanceOf(EngineUnavailable);
      const request = { appId: APP, uid: 'nobody', generation: 1, ...TIMEOUT };
      await expect(a.ports.calls.abandon(request)).rejects.toBeInstanceOf(EngineUnavailable);
    });
  });
}

/** Calls over a restart: a graceful one goes on with them, a crash forgets them. */
export function describeCallRestart(name: string, factory: RestartableEngineFactory): void {
  describe(`Calls over a restart: ${name}`, () => {
    let engine: RestartableEngine;
    afterEach(() => engine.close());

    async function begin() {
      engine = await factory({ leaseMs: 10_000 });
      const node = await TestNode.start(engine);
      const ann = await node.login('ann', { userSId: 'x', mode: 'resume' });
      const bob = await node.login('bob', { userSId: 'y', mode: 'resume' });
      for (const callId of ['pending', 'ringing', 'accepted', 'over']) await ann.call('bob', callId);
      for (const callId of ['ringing', 'accepted', 'over']) await bob.act('received', 'ann', callId);
      await bob.act('accept', 'ann', 'accepted', { text: 'yes' });
      await bob.act('refuse', 'ann', 'over');
      await engine.advance(1500);
    }

    async function goOn() {
      const node = await TestNode.start(engine);
      await node.adopt();
      const ann = await node.login('ann', { userSId: 'x', mode: 'resume' });
      const bob = await node.login('bob', { userSId: 'y', mode: 'resume' });
      return { ann, bob };
    }

    test('a graceful one goes on: states, texts, what was told, and the time that is left', async () => {
      await begin();
      await engine.restart(3_600_000);
      const { ann, bob } = await goOn();
      expect(await ann.news()).toEqual(['ringing ringing', 'accepted accepted', 'over refused']);
      expect((await ann.callNews())[1]).toMatchObject({ response: 'yes' });
      expect(await bob.news()).toEqual(['pending pending', 'ringing pending']);
      expect(await ann.call('bob', 'over')).toEqual({ outcome: 'known', state: 'refused' });
      expect(await ann.act('confirm', 'bob', 'accepted')).toBe('done');
      expect(await bob.act('accept', 'ann', 'ringing')).toBe('done');
      expect(await bob.news()).toEqual(['pending pending', 'accepted established']);
      await engine.advance(30_000);
      expect(await ann.news()).toContain('pending unanswered');
    });

    test('a crash forgets them, and what was told of them', async () => {
      await begin();
      await engine.crash();
      const { ann, bob } = await goOn();
      expect([await ann.news(), await bob.news()]).toEqual([[], []]);
      expect(await bob.act('accept', 'ann', 'ringing')).toBe('ignored');
      expect(await ann.call('bob', 'ringing')).toEqual({ outcome: 'made' });
    });
  });
}

async function positions(session: TestSession) {
  const page = await session.read();
  return page === 'stale' ? [] : page.entries.map(({ position }) => position);
}
