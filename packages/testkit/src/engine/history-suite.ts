import type { Conversation, HistoryEntry, HistoryPage, HistoryQuery } from 'ar-rtm-server/ports';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { EngineFactory, EngineUnderTest, RestartableEngine, RestartableEngineFactory } from './engine-factory.js';
import { APP, TestNode, TIMEOUT } from './test-node.js';

const ROOM: Conversation = { kind: 'channel', channelId: 'room' };
const ALL: HistoryQuery = { order: 'asc', limit: 1000, maxBytes: 10 ** 9 };

const peers = (one: string, other: string): Conversation => ({ kind: 'peers', uids: [one, other] });

interface AppendOptions {
  readonly conversation?: Conversation;
  readonly msgId?: number;
  readonly session?: number;
  readonly onlyIfKnown?: boolean;
  readonly ts?: number;
  readonly appId?: string;
}

function append(node: TestNode, body: string, options: AppendOptions = {}) {
  const { conversation = ROOM, msgId, session = 1, onlyIfKnown = false, ts, appId = APP } = options;
  return node.ports.history.append({
    appId,
    conversation,
    message: { from: 'u', type: 1, body, description: '' },
    onlyIfKnown,
    ...(msgId !== undefined && { request: { session, msgId } }),
    ...(ts !== undefined && { ts }),
    ...TIMEOUT,
  });
}

/** Appends and answers the offset. */
async function kept(node: TestNode, body: string, options: AppendOptions = {}): Promise<number> {
  const result = await append(node, body, options);
  if (result.outcome !== 'kept') throw new Error(`"${body}": ${result.outcome}`);
  return result.offset;
}

function read(
  node: TestNode,
  query: Partial<HistoryQuery> = {},
  conversation = ROOM,
  appId = APP,
): Promise<HistoryPage> {
  return node.ports.history.read({ appId, conversation, query: { ...ALL, ...query }, ...TIMEOUT });
}

const bodiesOf = ({ entries }: HistoryPage) => entries.map(({ message }) => message.body);

/** What the contract says about a page, of a list of all entries. */
function expectedPage(all: readonly HistoryEntry[], query: HistoryQuery): readonly [offsets: number[], more: boolean] {
  const { order, after, startTs = 0, endTs = Number.POSITIVE_INFINITY, limit } = query;
  const inOrder = order === 'asc' ? all : [...all].reverse();
  const isBehind = ({ offset }: HistoryEntry) =>
    after === undefined || (order === 'asc' ? offset > after : offset < after);
  const fit = inOrder.filter((entry) => isBehind(entry) && entry.ts >= startTs && entry.ts <= endTs);
  return [fit.slice(0, limit).map(({ offset }) => offset), fit.length > limit];
}

/** Conformance of {@link History}: order, pages, repeated requests, bounds. */
export function describeHistory(name: string, factory: EngineFactory): void {
  describe(`History: ${name}`, () => {
    let engine: EngineUnderTest | undefined;
    let a: TestNode;
    let b: TestNode;

    async function start(limits: Parameters<EngineFactory>[0] = {}): Promise<EngineUnderTest> {
      await engine?.close();
      engine = await factory({ leaseMs: 10 ** 9, ...limits });
      a = await TestNode.start(engine);
      b = await TestNode.start(engine);
      return engine;
    }
    beforeEach(async () => {
      await start();
    });
    afterEach(() => engine?.close());

    test('entries come in the order of their offsets, with all that they were given, on every node', async () => {
      const message = { from: 'u', type: 2, body: 'AAE=', description: 'bytes' };
      const first = await a.ports.history.append({ appId: APP, conversation: ROOM, message, ...TIMEOUT });
      expect(first).toEqual({ outcome: 'kept', offset: expect.any(Number) });
      const second = await kept(b, '2');
      const { entries, more, total } = await read(b);
      expect([more, total]).toEqual([false, 2]);
      expect(entries.map(({ offset }) => offset)).toEqual([(first as { offset: number }).offset, second]);
      expect(second).toBeGreaterThan((first as { offset: number }).offset);
      expect(Number.isSafeInteger(second)).toBe(true);
      expect(entries.map((entry) => entry.message.body)).toEqual(['AAE=', '2']);
      expect(entries[0]?.message).toEqual(message);
    });

    test('apps, channels and pairs of users are apart; a pair has no order, and may be one user', async () => {
      const other = 'b'.repeat(32);
      await kept(a, 'room');
      await kept(a, 'u v', { conversation: peers('u', 'v') });
      await kept(a, 'v u', { conversation: peers('v', 'u') });
      await kept(a, 'u u', { conversation: peers('u', 'u') });
      await kept(a, 'other', { appId: other });
      await kept(a, 'channel u', { conversation: { kind: 'channel', channelId: 'u' } });
      await kept(a, 'room 2', { conversation: { kind: 'channel', channelId: 'room2' } });
      expect(bodiesOf(await read(b))).toEqual(['room']);
      expect(bodiesOf(await read(b, {}, peers('u', 'v')))).toEqual(['u v', 'v u']);
      expect(bodiesOf(await read(b, {}, peers('v', 'u')))).toEqual(['u v', 'v u']);
      expect(bodiesOf(await read(b, {}, peers('u', 'u')))).toEqual(['u u']);
      expect(bodiesOf(await read(b, {}, ROOM, other))).toEqual(['other']);
      expect(await read(b, {}, peers('u', 'nobody'))).toEqual({ entries: [], more: false, total: 0 });
    });

    test('times never go back', async () => {
      await kept(a, '1');
      const first = (await read(a)).entries[0]?.ts ?? 0;
      engine?.jumpWall(-50_000);
      await kept(a, '2');
      await kept(a, '3', { ts: first - 1 });
      await kept(a, '4', { ts: first + 5 });
      expect((await read(a)).entries.map(({ ts }) => ts - first)).toEqual([0, 0, 0, 5]);
    });

    test('a repeated request appends nothing and is answered like the first', async () => {
      const first = await kept(a, '1', { msgId: 1 });
      const second = await kept(a, '2', { msgId: 2 });
      expect(await kept(b, '1 again', { msgId: 1, onlyIfKnown: true })).toBe(first);
      expect(await kept(b, '2 again', { msgId: 2 })).toBe(second);
      expect(await append(b, 'never', { msgId: 3, onlyIfKnown: true })).toEqual({ outcome: 'unknown' });
      const other = await kept(b, 'of another session', { msgId: 1, session: 2 });
      await kept(b, 'of no request');
      expect(other).toBeGreaterThan(second);
      expect(bodiesOf(await read(a))).toEqual(['1', '2', 'of another session', 'of no request']);
    });

    test('one that comes behind a later one of its session is not carried out, in this conversation', async () => {
      await kept(a, '5', { msgId: 5 });
      expect(await append(a, '4', { msgId: 4 })).toEqual({ outcome: 'unknown' });
      await kept(a, '4', { msgId: 4, conversation: peers('u', 'v') });
      expect(bodiesOf(await read(a))).toEqual(['5']);
    });

    test('appends at the same time: each once, none lost', async () => {
      const all = Array.from({ length: 40 }, (_, i) => kept(i % 2 ? a : b, String(i), { msgId: i, session: i }));
      const again = Array.from({ length: 40 }, (_, i) => kept(i % 2 ? b : a, String(i), { msgId: i, session: i }));
      const offsets = await Promise.all(all);
      expect(await Promise.all(again)).toEqual(offsets);
      expect(new Set(offsets).size).toBe(40);
      expect(bodiesOf(await read(a)).sort()).toEqual(Array.from({ length: 40 }, (_, i) => String(i)).sort());
    });

    test('a page ends before it gets too large, but not without an entry', async () => {
      for (const body of ['x'.repeat(3000), 'y', 'z'.repeat(1000)]) await kept(a, body);
      const small = await read(a, { maxBytes: 100 });
      expect([small.entries.length, small.more]).toEqual([1, true]);
      const two = await read(a, { maxBytes: 3900 });
      expect([two.entries.length, two.more]).toEqual([2, true]);
      const all = await read(a, { maxBytes: 100_000 });
      expect([all.entries.length, all.more]).toEqual([3, false]);
    });

    test('any page is what a list of all entries says', async () => {
      const made = fc.array(fc.nat(3), { minLength: 1, maxLength: 30 });
      const query = fc.record({
        order: fc.constantFrom('asc' as const, 'desc' as const),
        after: fc.option(fc.integer({ min: -2, max: 33 }), { nil: undefined }),
        startTs: fc.option(fc.integer({ min: -2, max: 60 }), { nil: undefined }),
        endTs: fc.option(fc.integer({ min: -2, max: 60 }), { nil: undefined }),
        limit: fc.integer({ min: 1, max: 12 }),
      });
      let round = 0;
      await fc.assert(
        fc.asyncProperty(made, fc.array(query, { minLength: 5, maxLength: 10 }), async (steps, queries) => {
          round += 1;
          const conversation = peers('u', `v${round}`);
          await kept(a, 'other', { conversation });
          const startedTs = (await read(a, {}, conversation)).entries[0]?.ts ?? 0;
          let ts = startedTs;
          for (const [i, step] of steps.entries()) {
            ts += step;
            await kept(a, String(i), { conversation, ts });
          }
          const { entries } = await read(a, {}, conversation);
          expect(entries).toHaveLength(steps.length + 1);
          const firstOffset = entries[0]?.offset ?? 0;
          for (const { order, limit, after, startTs, endTs } of queries) {
            const asked: HistoryQuery = {
              ...ALL,
              order,
              limit,
              ...(after !== undefined && { after: firstOffset + after }),
              ...(startTs !== undefined && { startTs: startedTs + startTs }),
              ...(endTs !== undefined && { endTs: startedTs + endTs }),
            };
            const page = await read(a, asked, conversation);
            expect([page.entries.map(({ offset }) => offset), page.more]).toEqual(expectedPage(entries, asked));
          }
        }),
        { numRuns: 40 },
      );
    });

    test('pages by offset give every entry once, either way, whatever is appended meanwhile', async () => {
      for (let i = 0; i < 25; i += 1) await kept(a, String(i));
      for (const order of ['asc', 'desc'] as const) {
        const found: string[] = [];
        let after: number | undefined;
        for (let pages = 0; pages < 10; pages += 1) {
          const page = await read(a, { order, limit: 7, ...(after !== undefined && { after }) });
          found.push(...bodiesOf(page));
          after = page.entries.at(-1)?.offset;
          if (order === 'desc') await kept(a, 'new');
          if (!page.more) break;
        }
        const bodies = Array.from({ length: 25 }, (_, i) => String(i));
        expect(found).toEqual(order === 'asc' ? bodies : bodies.reverse());
      }
    });

    test('the oldest go when there are too many, or too many bytes; positions go on', async () => {
      await start({ historyEntries: 3 });
      const offsets = [];
      for (const body of ['1', '2', '3', '4', '5']) offsets.push(await kept(a, body));
      expect(bodiesOf(await read(a))).toEqual(['3', '4', '5']);
      expect((await read(a)).total).toBe(3);
      expect(bodiesOf(await read(a, { after: offsets[0] as number }))).toEqual(['3', '4', '5']);
      expect(engine?.counted('history_messages_displaced')).toBe(2);
      await start({ historyBytes: 10_000 });
      for (const body of ['1', '2', '3', '4', '5']) await kept(a, body.repeat(3000));
      expect(bodiesOf(await read(a)).map((body) => body[0])).toEqual(['3', '4', '5']);
      await kept(a, '6'.repeat(20_000));
      expect(bodiesOf(await read(a)).map((body) => body[0])).toEqual(['6']);
    });

    test('what was kept for its time is not read any more, and removed; positions are not used again', async () => {
      const running = await start({ historyMs: 100_000 });
      const first = await kept(a, 'old');
      await running.advance(60_000);
      await kept(a, 'young');
      running.jumpWall(41_000);
      expect(bodiesOf(await read(a))).toEqual(['young']);
      expect(bodiesOf(await read(a, { order: 'desc' }))).toEqual(['young']);
      await running.advance(130_000);
      expect(await read(a)).toEqual({ entries: [], more: false, total: 0 });
      expect(running.counted('history_messages_expired')).toBe(2);
      const next = await kept(a, 'new');
      expect(next).toBeGreaterThan(first + 1);
      expect(bodiesOf(await read(a))).toEqual(['new']);
    });
  });
}

/** What of {@link History} survives. */
export function describeHistoryRestart(name: string, factory: RestartableEngineFactory): void {
  describe(`History over restarts: ${name}`, () => {
    let engine: RestartableEngine;
    let a: TestNode;

    beforeEach(async () => {
      engine = await factory({ leaseMs: 10 ** 9, historyMs: 10 ** 9 });
      a = await TestNode.start(engine);
    });
    afterEach(() => engine.close());

    test.each(['graceful', 'crash'] as const)(
      '%s: entries are there, offsets go on, requests are known',
      async (how) => {
        const message = { from: 'u', type: 2, body: 'AAE=', description: 'bytes' };
        await a.ports.history.append({ appId: APP, conversation: ROOM, message, ...TIMEOUT });
        const second = await kept(a, '2', { msgId: 2 });
        await kept(a, 'to v', { conversation: peers('u', 'v'), msgId: 3 });
        const before = await read(a);
        await (how === 'graceful' ? engine.restart(1000) : engine.crash(1000));
        a = await TestNode.start(engine);
        expect(await read(a)).toEqual(before);
        expect(bodiesOf(await read(a, {}, peers('v', 'u')))).toEqual(['to v']);
        expect(await kept(a, '2 again', { msgId: 2, onlyIfKnown: true })).toBe(second);
        expect(await append(a, '1', { msgId: 1 })).toEqual({ outcome: 'unknown' });
        expect(await kept(a, '4', { msgId: 4 })).toBeGreaterThan(second);
        expect(bodiesOf(await read(a, { after: second }))).toEqual(['4']);
        expect(bodiesOf(await read(a, { order: 'desc', limit: 2 }))).toEqual(['4', '2']);
      },
    );

    test('a graceful stop keeps the memory of all requests, not only of the newest', async () => {
      const offsets: number[] = [];
      for (let i = 0; i < 200; i += 1) offsets.push(await kept(a, String(i), { msgId: i, session: i % 3 }));
      await engine.restart();
      a = await TestNode.start(engine);
      for (const i of [0, 1, 100, 199]) {
        expect(await kept(a, 'again', { msgId: i, session: i % 3 })).toBe(offsets[i]);
      }
      expect((await read(a)).total).toBe(200);
    });

    test('an offset is not used again when the log was emptied before', async () => {
      const first = await kept(a, '1');
      const last = await kept(a, '2');
      await engine.advance(1000);
      engine.jumpWall(2 * 10 ** 9);
      await engine.advance(200_000);
      expect((await read(a)).total).toBe(0);
      await engine.restart();
      a = await TestNode.start(engine);
      const next = await kept(a, '3');
      expect([next > first, next > last]).toEqual([true, true]);
      await engine.crash();
      a = await TestNode.start(engine);
      expect(await kept(a, '4')).toBeGreaterThan(next);
    });

    test('pages cross the epochs of several runs', async () => {
      const made: string[] = [];
      const times: number[] = [];
      for (let run = 0; run < 4; run += 1) {
        for (let i = 0; i < 5; i += 1) {
          await kept(a, `${run}.${i}`);
          made.push(`${run}.${i}`);
          engine.jumpWall(10);
        }
        times.push((await read(a)).entries.at(-1)?.ts ?? 0);
        await engine.crash(50);
        a = await TestNode.start(engine);
      }
      expect(bodiesOf(await read(a))).toEqual(made);
      const [, second = 0, third = 0] = times;
      expect(bodiesOf(await read(a, { startTs: second, endTs: third - 1 }))).toEqual(made.slice(9, 14));
      expect(bodiesOf(await read(a, { order: 'desc', endTs: second, limit: 6 }))).toEqual(made.slice(4, 10).reverse());
    });
  });
}
