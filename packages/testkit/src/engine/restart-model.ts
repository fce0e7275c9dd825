import type { Position } from 'ar-rtm-protocol';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { RestartableEngineFactory } from './engine-factory.js';
import { isBefore, TestNode, type TestSession } from './test-node.js';

const UIDS = ['u', 'v'];
const CHANNELS = ['c', 'd'];

interface Step {
  readonly do:
    | 'send'
    | 'store'
    | 'keep'
    | 'acknowledge'
    | 'login'
    | 'wait'
    | 'end'
    | 'join'
    | 'leave'
    | 'publish'
    | 'graceful'
    | 'crash';
  readonly uid: string;
  readonly channelId: string;
  readonly pick: number;
}

const step: fc.Arbitrary<Step> = fc.record({
  do: fc.constantFrom(
    'send',
    'send',
    'store',
    'store',
    'keep',
    'acknowledge',
    'login',
    'login',
    'end',
    'join',
    'join',
    'leave',
    'publish',
    'publish',
    'wait',
    'graceful',
    'crash',
  ),
  uid: fc.constantFrom(...UIDS),
  channelId: fc.constantFrom(...CHANNELS),
  pick: fc.nat(1000),
});

interface Sent {
  readonly position: Position;
  readonly body: string;
  readonly offline: boolean;
  durable: boolean;
}

/** What must be there whatever happens: per user the unacknowledged entries and the session, per channel the log. */
interface User {
  entries: Sent[];
  session: TestSession | undefined;
  readonly channels: Set<string>;
}

/** Random lives of an engine: calls, graceful restarts and crashes, against what must survive each of them. */
export function describeRestartModel(name: string, factory: RestartableEngineFactory, runs = 150): void {
  describe(`Restart model: ${name}`, () => {
    test('durable entries and sessions survive everything, live ones a graceful restart; no position comes twice', async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 60 }), (steps) => run(factory, steps)),
        { numRuns: runs },
      );
    });
  });
}

async function run(factory: RestartableEngineFactory, steps: readonly Step[]): Promise<void> {
  const engine = await factory();
  let node = await TestNode.start(engine);
  const users = new Map<string, User>(
    UIDS.map((uid) => [uid, { entries: [], session: undefined, channels: new Set() }]),
  );
  const logs = new Map<string, string[]>(CHANNELS.map((channelId) => [channelId, []]));
  const lasts = new Map<string, Position>();
  let serial = 0;

  const place = (log: string, position: Position) => {
    const last = lasts.get(log);
    if (last) expect(isBefore(last, position)).toBe(true);
    lasts.set(log, position);
  };

  const endSession = (user: User) => {
    user.session = undefined;
    user.channels.clear();
    user.entries = user.entries.filter((entry) => entry.offline);
    for (const entry of user.entries) entry.durable = true;
  };

  const checkAll = async () => {
    for (const [uid, user] of users) {
      const { entries, session } = user;
      const stored = await node.stored(uid);
      expect(stored.map(({ position }) => position)).toEqual(
        entries.filter((e) => e.durable).map(({ position }) => position),
      );
      if (session) expect(await session.bodies()).toEqual(entries.map(({ body }) => body));
    }
    for (const channelId of CHANNELS) {
      const expected = UIDS.filter((uid) => users.get(uid)?.channels.has(channelId));
      expect(new Set((await node.members(channelId, 'u')).uids)).toEqual(new Set(expected));
      const page = await node.readChannel(channelId, { epoch: 0, offset: 0 });
      const bodies = page.entries.flatMap(({ entry }) => (entry.kind === 'message' ? [entry.body] : []));
      expect(bodies).toEqual(logs.get(channelId));
    }
  };

  for (const { do: action, uid, channelId, pick } of steps) {
    const user = users.get(uid) as User;
    const { session } = user;
    serial += 1;
    const body = `${action}-${serial}`;
    switch (action) {
      case 'send':
      case 'store': {
        const offline = action === 'store';
        const result = await node.send(uid, body, { offline });
        if (!('position' in result)) break;
        place(`inbox ${uid}`, result.position);
        user.entries.push({ position: result.position, body, offline, durable: result.outcome === 'stored' });
        break;
      }
      case 'keep': {
        const entry = user.entries[pick % Math.max(1, user.entries.length)];
        if (!entry?.offline) break;
        expect(await node.keep(uid, entry.position)).toBe('kept');
        entry.durable = true;
        break;
      }
      case 'acknowledge': {
        const entry = user.entries[pick % Math.max(1, user.entries.length)];
        if (!session || !entry) break;
        await session.acknowledge(entry.position);
        user.entries = user.entries.filter((other) => other !== entry);
        break;
      }
      case 'login':
        user.session = await node.login(uid, { userSId: `${uid}-instance`, mode: 'resume' });
        expect(user.session.claimed.continued).toBe(session !== undefined);
        expect(new Set(user.session.claimed.channels)).toEqual(user.channels);
        break;
      case 'end': {
        if (!session) break;
        await session.end('offline');
        for (const joined of user.channels) await node.leave(joined, uid, session.session);
        await node.settle(uid, session.session);
        endSession(user);
        break;
      }
      case 'join': {
        if (!session) break;
        const { already, position } = await session.join(channelId);
        expect(already).toBe(user.channels.has(channelId));
        if (!already) place(`channel ${channelId}`, position);
        user.channels.add(channelId);
        break;
      }
      case 'wait':
        await engine.advance(1000);
        break;
      case 'leave':
        if (!session) break;
        expect(await session.leave(channelId)).toEqual({ wasMember: user.channels.delete(channelId) });
        await session.removeChannel(channelId);
        break;
      case 'publish': {
        if (!session) break;
        const result = await session.publish(channelId, body);
        expect(result.outcome).toBe(user.channels.has(channelId) ? 'accepted' : 'not-member');
        if (result.outcome !== 'accepted') break;
        place(`channel ${channelId}`, result.position);
        logs.get(channelId)?.push(body);
        break;
      }
      case 'graceful':
      case 'crash':
        // Records of sessions may be a second old.
        await engine.advance(1000);
        if (action === 'graceful') {
          await engine.restart(pick);
        } else {
          await engine.crash(pick);
          for (const lost of users.values()) lost.entries = lost.entries.filter(({ durable }) => durable);
          for (const log of logs.values()) log.length = 0;
        }
        node = await TestNode.start(engine);
        // Clients come back and go on.
        for (const [id, back] of users) {
          if (!back.session) continue;
          const before: number = back.session.session;
          back.session = await node.login(id, { userSId: `${id}-instance`, mode: 'resume' });
          expect(back.session.claimed).toMatchObject({ continued: true, session: before });
        }
        expect(await node.adopt()).toEqual({ orphans: [], unsettled: [] });
        break;
    }
    await node.renew();
    await checkAll();
  }
  await engine.close();
}
