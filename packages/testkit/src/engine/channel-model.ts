import type { Position } from 'ar-rtm-protocol';
import type { ChannelEntry, PlacedChannelEntry } from 'ar-rtm-server/ports';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { EngineFactory } from './engine-factory.js';
import { TestNode } from './test-node.js';

const ENTRIES = 8;
const REPORTED = 3;
const UIDS = ['a', 'b', 'c', 'd', 'e'];

interface Step {
  readonly do: 'join' | 'leave' | 'publish' | 'read' | 'page' | 'subscribe' | 'unsubscribe';
  readonly uid: string;
  /** Sessions of a uid: 1 is older than 2. */
  readonly session: number;
  readonly pick: number;
}

const step: fc.Arbitrary<Step> = fc.record({
  do: fc.constantFrom(
    'join',
    'join',
    'leave',
    'publish',
    'publish',
    'publish',
    'read',
    'page',
    'subscribe',
    'unsubscribe',
  ),
  uid: fc.constantFrom(...UIDS),
  session: fc.integer({ min: 1, max: 2 }),
  pick: fc.nat(1000),
});

/** Random sequences of channel calls against an array and a map. */
export function describeChannelModel(name: string, factory: EngineFactory, runs = 150): void {
  describe(`Channel model: ${name}`, () => {
    test('log, membership, count and feed are always those of the model', async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 80 }), (steps) => run(factory, steps)),
        { numRuns: runs },
      );
    });
  });
}

async function run(factory: EngineFactory, steps: readonly Step[]): Promise<void> {
  const engine = await factory({ channelLogEntries: ENTRIES, membersReported: REPORTED });
  const node = await TestNode.start(engine);
  const witness = await TestNode.start(engine);
  const members = new Map<string, number>();
  const log: ChannelEntry[] = [];
  const heard: ChannelEntry[] = [];
  let isSubscribed = false;
  let version = 0;
  // The witness holds the log, so that its start is known.
  const start = (await witness.subscribe('c')).end;
  const positionOf = (index: number): Position => ({ ...start, offset: start.offset + 1 + index });
  const add = (entry: ChannelEntry) => {
    log.push(entry);
    if (isSubscribed) heard.push(entry);
  };
  const remove = (uid: string, session: number) => {
    if (members.size <= REPORTED) add({ kind: 'left', uid, session });
    members.delete(uid);
  };
  const expectEntries = (entries: readonly PlacedChannelEntry[], from: number, to: number) => {
    expect(entries).toMatchObject(log.slice(from, to).map((entry, i) => ({ entry, position: positionOf(from + i) })));
    expect(entries).toHaveLength(Math.min(to, log.length) - from);
  };

  for (const { do: action, uid, session, pick } of steps) {
    switch (action) {
      case 'join': {
        const before = members.get(uid);
        const isMember = before !== undefined && before >= session;
        const result = await node.join('c', uid, session);
        if (!isMember) {
          if (before !== undefined) remove(uid, before);
          members.set(uid, session);
          if (members.size <= REPORTED) add({ kind: 'joined', uid, session });
          expect(result.members.version).toBeGreaterThan(version);
        }
        version = result.members.version;
        expect(result).toMatchObject({
          already: isMember,
          position: positionOf(log.length - 1),
          members: { count: members.size },
        });
        break;
      }
      case 'leave': {
        const isMember = members.get(uid) === session;
        if (isMember) remove(uid, session);
        expect(await node.leave('c', uid, session)).toEqual({ wasMember: isMember });
        break;
      }
      case 'publish': {
        const body = String(pick);
        const result = await node.publish('c', uid, session, body);
        if (members.get(uid) === session) {
          expect(result).toMatchObject({ outcome: 'accepted', position: positionOf(log.length) });
          add({
            kind: 'message',
            from: uid,
            session,
            type: 1,
            body,
            description: '',
            origin: { nodeId: node.nodeId, ref: 1 },
          });
        } else {
          expect(result).toEqual({ outcome: 'not-member' });
        }
        break;
      }
      case 'read':
      case 'page': {
        const cursor = pick % (log.length + 1); // entries before the cursor
        const after = positionOf(cursor - 1);
        const limit = action === 'read' ? 1000 : 1 + (pick % 4);
        const first = Math.max(0, log.length - ENTRIES);
        const from = Math.max(cursor, first);
        const page = await node.readChannel('c', after, limit);
        expect(page.gap).toBe(cursor < first);
        expectEntries(page.entries, from, Math.min(log.length, from + limit));
        expect(page.more).toBe(from + limit < log.length);
        expect(page.end).toEqual(positionOf(Math.min(log.length, from + limit) - 1));
        break;
      }
      case 'subscribe':
        expect((await node.subscribe('c')).end).toEqual(positionOf(log.length - 1));
        isSubscribed = true;
        break;
      case 'unsubscribe':
        await node.unsubscribe('c');
        isSubscribed = false;
        break;
    }
    expect(await node.count('c')).toBe(members.size);
    expect(new Set((await node.members('c', uid)).uids)).toEqual(new Set(members.keys()));
  }
  expect((await node.fedFrom('c')).map(({ entry }) => entry)).toEqual(heard);
  const all = await witness.fedFrom('c');
  expectEntries(all, 0, log.length);
  await engine.close();
}
