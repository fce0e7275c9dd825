/** History of the local engine: what is on disk when an append is answered, and what damage costs. */
import { EngineUnavailable } from 'ar-rtm-server/ports';
import { APP, TestNode, TIMEOUT } from 'ar-rtm-testkit/engine';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { LocalHarness } from './local-harness.js';

const ROOM = { kind: 'channel', channelId: 'room' } as const;
const HEAD = `history-head/${APP}/channel/room`;

let engine: LocalHarness;
let node: TestNode;

beforeEach(async () => {
  engine = await LocalHarness.open({ leaseMs: 10 ** 9 });
  node = await TestNode.start(engine);
});
afterEach(() => engine.close());

function append(body: string, msgId?: number) {
  const message = { from: 'u', type: 1, body, description: '' };
  const request = msgId === undefined ? {} : { request: { session: 1, msgId } };
  return node.ports.history.append({ appId: APP, conversation: ROOM, message, ...request, ...TIMEOUT });
}

async function read() {
  const query = { order: 'asc', limit: 100, maxBytes: 10 ** 6 } as const;
  const { entries, total } = await node.ports.history.read({ appId: APP, conversation: ROOM, query, ...TIMEOUT });
  return { offsets: entries.map(({ offset }) => offset), bodies: entries.map(({ message }) => message.body), total };
}

/** The next run, over what is on disk now. */
async function next(): Promise<void> {
  await engine.crash();
  node = await TestNode.start(engine);
}

test('an append is answered behind its flush, with the entry and its request in one transaction', async () => {
  const release = engine.holdFlushes();
  let isAnswered = false;
  const answer = append('x', 1).then((result) => {
    isAnswered = true;
    return result;
  });
  await engine.settle();
  expect([isAnswered, [...engine.records.content.keys()].filter((key) => key.startsWith('history'))]).toEqual([
    false,
    [],
  ]);
  release();
  expect(await answer).toMatchObject({ outcome: 'kept' });
  const keys = [...engine.records.content.keys()].filter((key) => key.startsWith('history'));
  expect(keys.map((key) => key.split('/')[0]).sort()).toEqual(['history', 'history-head']);
});

test('a crash before the flush: nothing of it is there, and its request is not known', async () => {
  await append('1', 1);
  engine.holdFlushes();
  append('2', 2).catch(() => undefined);
  await engine.settle();
  const crashed = next();
  engine.healFlushes();
  await crashed;
  expect((await read()).bodies).toEqual(['1']);
  const again = { appId: APP, conversation: ROOM, message: { from: 'u', type: 1, body: '2', description: '' } };
  const request = { session: 1, msgId: 2 };
  expect(await node.ports.history.append({ ...again, request, onlyIfKnown: true, ...TIMEOUT })).toEqual({
    outcome: 'unknown',
  });
});

test('a flush that fails is no answer, and the repeated request is written anew', async () => {
  engine.failFlushes();
  await expect(append('x', 1)).rejects.toBeInstanceOf(EngineUnavailable);
  engine.healFlushes();
  expect(await append('x', 1)).toMatchObject({ outcome: 'kept' });
  await next();
  expect(await read()).toMatchObject({ bodies: ['x'], total: 1 });
  expect(await append('x', 1)).toMatchObject({ outcome: 'kept' });
  expect((await read()).total).toBe(1);
});

test('a head that is lost is made anew from the entries; offsets go on', async () => {
  for (const body of ['1', '2', '3']) await append(body);
  const before = await read();
  expect(engine.records.content.delete(HEAD)).toBe(true);
  await next();
  expect(await read()).toEqual(before);
  await append('4');
  const after = await read();
  expect(after).toMatchObject({ bodies: ['1', '2', '3', '4'], total: 4 });
  expect(after.offsets[3]).toBeGreaterThan(before.offsets[2] as number);
});

test('entries that are lost cost themselves only', async () => {
  for (const body of ['1', '2', '3', '4']) await append(body);
  const { offsets } = await read();
  for (const index of [0, 2]) {
    const key = [...engine.records.content.keys()].find((one) => one.endsWith(String(offsets[index])));
    expect(engine.records.content.delete(key ?? '')).toBe(true);
  }
  await next();
  expect((await read()).bodies).toEqual(['2', '4']);
  await append('5');
  expect((await read()).bodies).toEqual(['2', '4', '5']);
});

test('without the record of the epoch, offsets are still not used again', async () => {
  await append('1');
  const [first = 0] = (await read()).offsets;
  for (const key of [...engine.records.content.keys()])
    if (key.startsWith('epoch/')) engine.records.content.delete(key);
  await next();
  await append('2');
  expect((await read()).offsets[1]).toBeGreaterThan(first);
  expect((await read()).offsets[1]).toBeGreaterThanOrEqual((Math.floor(first / 2 ** 36) + 1) * 2 ** 36);
});

test('what was not used for a while is not in memory', async () => {
  await append('1');
  expect(engine.engine.sizes().histories).toBe(1);
  await engine.advance(20_000);
  expect(engine.engine.sizes().histories).toBe(0);
  await append('2', 7);
  await engine.advance(50_000);
  expect(engine.engine.sizes().histories).toBe(1);
  await engine.advance(40_000);
  expect(engine.engine.sizes().histories).toBe(0);
  expect((await read()).bodies).toEqual(['1', '2']);
});
