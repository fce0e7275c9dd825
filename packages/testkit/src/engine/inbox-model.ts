import type { Position } from 'ar-rtm-protocol';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { EngineFactory } from './engine-factory.js';
import { isBefore, TestNode, type TestSession, unique } from './test-node.js';

const LIVE = 6;
const DURABLE = 4;

type Step =
  | { readonly do: 'send'; readonly offline: boolean }
  | { readonly do: 'acknowledge' | 'keep' | 'read' | 'discard'; readonly pick: number }
  | { readonly do: 'page'; readonly limit: number }
  | { readonly do: 'claim'; readonly instance: number }
  | { readonly do: 'end' };

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('send' as const), offline: fc.boolean() }) },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constantFrom('acknowledge' as const, 'keep' as const, 'read' as const, 'discard' as const),
      pick: fc.nat(1000),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('page' as const), limit: fc.integer({ min: 1, max: 4 }) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('claim' as const), instance: fc.nat(1) }) },
  { weight: 1, arbitrary: fc.constant({ do: 'end' as const }) },
);

interface ModelEntry {
  readonly position: Position;
  readonly body: string;
  readonly offline: boolean;
  durable: boolean;
}

/** The reference: an array. */
class InboxModel {
  entries: ModelEntry[] = [];
  /** Positions lost by a bound, and at the end of a session. */
  readonly displaced: Position[] = [];
  readonly dropped: Position[] = [];
  readonly acknowledged: Position[] = [];
  readonly all: Position[] = [];

  add(entry: ModelEntry): void {
    const last = this.all[this.all.length - 1];
    if (last) expect(isBefore(last, entry.position)).toBe(true);
    this.all.push(entry.position);
    this.entries.push(entry);
    this.#bound(entry.durable);
  }

  keep(entry: ModelEntry): void {
    entry.durable = true;
    this.#bound(true);
  }

  remove(entry: ModelEntry): void {
    this.entries = this.entries.filter((other) => other !== entry);
  }

  endSession(): void {
    for (const entry of [...this.entries]) {
      if (entry.durable) continue;
      if (entry.offline) {
        this.keep(entry);
      } else {
        this.remove(entry);
        this.dropped.push(entry.position);
      }
    }
  }

  #bound(durable: boolean): void {
    const same = this.entries.filter((entry) => entry.durable === durable);
    for (const entry of same.slice(0, Math.max(0, same.length - (durable ? DURABLE : LIVE)))) {
      this.remove(entry);
      this.displaced.push(entry.position);
    }
  }
}

/** Random sequences of inbox calls against an array. */
export function describeInboxModel(name: string, factory: EngineFactory, runs = 150): void {
  describe(`Inbox model: ${name}`, () => {
    test('reads answer exactly what is neither acknowledged nor lost, in order, and tell gaps', async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 80 }), (steps) => run(factory, steps)),
        { numRuns: runs },
      );
    });
  });
}

async function run(factory: EngineFactory, steps: readonly Step[]): Promise<void> {
  const engine = await factory({ inboxLiveEntries: LIVE, offlineEntries: DURABLE });
  const node = await TestNode.start(engine);
  const model = new InboxModel();
  let session: TestSession | undefined;
  let instance = '';
  const fed: Position[] = [];

  const check = async () => {
    const bodies = model.entries.map(({ body }) => body);
    if (session) expect(await session.bodies()).toEqual(bodies);
    const stored = await node.stored('u');
    expect(stored.map(({ position }) => position)).toEqual(
      model.entries.filter(({ durable }) => durable).map(({ position }) => position),
    );
  };
  /** A position that has been given, or none yet. */
  const picked = (pick: number): Position | undefined => model.all[pick % Math.max(1, model.all.length)];
  const entryAt = (position: Position) => model.entries.find((entry) => entry.position.offset === position.offset);

  for (const [i, action] of steps.entries()) {
    switch (action.do) {
      case 'send': {
        const body = String(i);
        const result = await node.send('u', body, { offline: action.offline });
        expect(result.outcome).toBe(session ? 'accepted' : action.offline ? 'stored' : 'offline');
        if (!('position' in result)) break;
        if (result.outcome === 'accepted') fed.push(result.position);
        model.add({ position: result.position, body, offline: action.offline, durable: result.outcome === 'stored' });
        break;
      }
      case 'acknowledge': {
        const position = picked(action.pick);
        if (!session || !position) break;
        expect(await session.acknowledge(position)).toBe('ok');
        const entry = entryAt(position);
        if (!entry) break;
        model.acknowledged.push(position);
        model.remove(entry);
        break;
      }
      case 'discard': {
        const position = picked(action.pick);
        if (!position) break;
        await node.discard('u', [position]);
        const entry = entryAt(position);
        if (!entry?.durable) break;
        model.acknowledged.push(position);
        model.remove(entry);
        break;
      }
      case 'keep': {
        const position = picked(action.pick);
        if (!position) break;
        const entry = entryAt(position);
        if (entry && !entry.offline) break;
        const result = await node.keep('u', position);
        if (entry) model.keep(entry);
        if (entryAt(position)) expect(result).toBe('kept');
        else if (model.acknowledged.includes(position)) expect(result).toBe('acknowledged');
        else expect(result).toBe('gone');
        break;
      }
      case 'read': {
        const after = picked(action.pick);
        if (!session || !after) break;
        const page = await session.read(after);
        if (page === 'stale') throw new Error('stale');
        expect(page.entries.map(({ position }) => position)).toEqual(
          model.entries.map(({ position }) => position).filter((position) => isBefore(after, position)),
        );
        const isBehind = (position: Position) => isBefore(after, position);
        if (model.displaced.some(isBehind)) expect(page.gap).toBe(true);
        else if (!model.dropped.some(isBehind)) expect(page.gap).toBe(false);
        break;
      }
      case 'page': {
        if (!session) break;
        const page = await session.read(undefined, action.limit);
        if (page === 'stale') throw new Error('stale');
        expect(page.entries.map(({ message }) => message?.body)).toEqual(
          model.entries.slice(0, action.limit).map(({ body }) => body),
        );
        expect(page.more).toBe(model.entries.length > action.limit);
        expect(page.gap).toBe(false);
        break;
      }
      case 'claim': {
        const before = session;
        // The same client goes on with its session; everybody else, itself after the end of that, is a new instance.
        const goesOn = before !== undefined && instance.startsWith(`${action.instance}-`);
        if (!goesOn) instance = unique(`${action.instance}-`);
        session = await node.login('u', { userSId: instance, mode: goesOn ? 'resume' : 'new' });
        expect(session.claimed.continued).toBe(goesOn);
        if (before) expect(await before.read()).toBe('stale');
        if (!goesOn) model.endSession();
        break;
      }
      case 'end':
        if (!session) break;
        await session.end('offline');
        session = undefined;
        model.endSession();
        break;
    }
    await check();
  }
  expect((await node.fedTo('u')).map(({ position }) => position)).toEqual(fed);
  await engine.close();
}
