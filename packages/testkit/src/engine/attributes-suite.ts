import type { Attribute, AttributeChange, AttributeOutcome, ChannelFeed } from 'ar-rtm-server/ports';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { EngineFactory, EngineUnderTest, RestartableEngine, RestartableEngineFactory } from './engine-factory.js';
import { APP, TestNode, TestSession, TIMEOUT } from './test-node.js';

const EMPTY_MS = 60_000;
const BOUNDS = { count: 4, totalBytes: 100 };
const LIMITS = { leaseMs: 100 * EMPTY_MS, emptyChannelMs: EMPTY_MS };

const pairs = (values: Readonly<Record<string, string>>): Attribute[] =>
  Object.entries(values).map(([key, value]) => ({ key, value }));
const set = (values: Readonly<Record<string, string>>): AttributeChange => ({ kind: 'set', attributes: pairs(values) });
const add = (values: Readonly<Record<string, string>>): AttributeChange => ({ kind: 'add', attributes: pairs(values) });
const remove = (...keys: string[]): AttributeChange => ({ kind: 'delete', keys });

interface ChangeOptions {
  readonly announce?: boolean;
  readonly by?: string;
  readonly msgId?: number;
}

function changeUser(session: TestSession, change: AttributeChange, msgId?: number) {
  const request = msgId === undefined ? {} : { request: { session: 1, msgId } };
  return session.node.ports.attributes.changeUser({ ...session.ref, change, bounds: BOUNDS, ...request });
}

async function ofUser(node: TestNode, uid: string): Promise<Record<string, string> | 'offline'> {
  const { isOnline, attributes } = await node.ports.attributes.ofUser({ appId: APP, uid, ...TIMEOUT });
  return isOnline ? Object.fromEntries(attributes.map(({ key, value }) => [key, value])) : 'offline';
}

function changeChannel(
  node: TestNode,
  channelId: string,
  change: AttributeChange,
  { announce = false, by = 'u', msgId }: ChangeOptions = {},
): Promise<AttributeOutcome> {
  const request = msgId === undefined ? {} : { request: { session: 1, msgId } };
  const { attributes } = node.ports;
  return attributes.changeChannel({
    appId: APP,
    channelId,
    uid: by,
    change,
    bounds: BOUNDS,
    announce,
    ...request,
    ...TIMEOUT,
  });
}

const announced = (node: TestNode, channelId: string) =>
  node.ports.attributes.ofChannel({ appId: APP, channelId, ...TIMEOUT });

async function ofChannel(node: TestNode, channelId: string): Promise<Record<string, string>> {
  const { attributes } = await announced(node, channelId);
  return Object.fromEntries(attributes.map(({ key, value, by }) => [key, `${value} by ${by}`]));
}

/** Conformance of {@link Attributes}: changes, bounds, repeated requests, feeds, lifetimes. */
export function describeAttributes(name: string, factory: EngineFactory): void {
  describe(`Attributes: ${name}`, () => {
    let engine: EngineUnderTest;
    let a: TestNode;
    let b: TestNode;

    beforeEach(async () => {
      engine = await factory(LIMITS);
      a = await TestNode.start(engine);
      b = await TestNode.start(engine);
    });
    afterEach(() => engine.close());

    const fedOf = async (node: TestNode, channelId: string) => {
      await engine.settle();
      return node.channelFeeds.filter(
        (feed): feed is Extract<ChannelFeed, { kind: 'attributes' }> =>
          feed.kind === 'attributes' && feed.channelId === channelId,
      );
    };

    describe('of a user', () => {
      test('set, add, delete; the order is that of the first writing', async () => {
        const u = await a.login('u');
        expect(await ofUser(b, 'u')).toEqual({});
        expect(await changeUser(u, set({ x: '1', y: '1' }))).toBe('done');
        expect(await changeUser(u, add({ y: '2', z: '2' }))).toBe('done');
        expect(await ofUser(b, 'u')).toEqual({ x: '1', y: '2', z: '2' });
        expect(await changeUser(u, remove('x', 'w', 'x'))).toBe('done');
        expect(await ofUser(b, 'u')).toEqual({ y: '2', z: '2' });
        expect(await changeUser(u, set({ only: 'this' }))).toBe('done');
        expect(await ofUser(b, 'u')).toEqual({ only: 'this' });
        expect(await changeUser(u, set({}))).toBe('done');
        expect(await ofUser(b, 'u')).toEqual({});
      });

      test('bounds hold for what is there afterwards; a change that is too large changes nothing', async () => {
        const u = await a.login('u');
        await changeUser(u, set({ a: '1', b: '1', c: '1', d: '1' }));
        expect(await changeUser(u, add({ a: '2', e: '1' }))).toBe('too-large');
        expect(await changeUser(u, add({ d: 'x'.repeat(94) }))).toBe('too-large');
        expect(await ofUser(a, 'u')).toEqual({ a: '1', b: '1', c: '1', d: '1' });
        expect(await changeUser(u, add({ d: 'x'.repeat(93) }))).toBe('done');
        expect(await changeUser(u, add({ d: 'é'.repeat(47) }))).toBe('too-large');
        expect(await changeUser(u, remove('d'))).toBe('done');
        expect(await ofUser(a, 'u')).toEqual({ a: '1', b: '1', c: '1' });
      });

      test('keys are data', async () => {
        const u = await a.login('u');
        const odd = JSON.parse('{"__proto__":"1","constructor":"2","":"3"}') as Record<string, string>;
        await changeUser(u, set(odd));
        const { attributes } = await b.ports.attributes.ofUser({ appId: APP, uid: 'u', ...TIMEOUT });
        expect(attributes).toEqual(pairs(odd));
      });

      test('a request is carried out once, and not behind a later one', async () => {
        const u = await a.login('u');
        expect(await changeUser(u, set({ a: '1' }), 5)).toBe('done');
        expect(await changeUser(u, set({ a: '2' }), 7)).toBe('done');
        expect(await changeUser(u, set({ a: '1' }), 5)).toBe('done');
        expect(await changeUser(u, set({ a: '3' }), 6)).toBe('unknown');
        expect(await ofUser(a, 'u')).toEqual({ a: '2' });
      });

      test('they belong to the session: kept over cuts, nodes and claims, gone with it', async () => {
        const u = await a.login('u', { userSId: 'x', mode: 'resume' });
        await changeUser(u, set({ a: '1' }));
        await u.suspend(0);
        expect(await ofUser(b, 'u')).toEqual({ a: '1' });
        const again = await b.login('u', { userSId: 'x', mode: 'resume' });
        expect(await ofUser(a, 'u')).toEqual({ a: '1' });
        expect(await changeUser(u, set({ a: '2' }))).toBe('stale');
        expect(await changeUser(again, add({ b: '2' }))).toBe('done');
        expect(await ofUser(a, 'u')).toEqual({ a: '1', b: '2' });
        await b.release();
        await a.adopt();
        expect(await ofUser(a, 'u')).toEqual({ a: '1', b: '2' });
      });

      test('another login begins without any; so does one after the end', async () => {
        const u = await a.login('u', { userSId: 'x' });
        await changeUser(u, set({ a: '1' }));
        const other = await b.login('u', { userSId: 'y' });
        expect(await ofUser(a, 'u')).toEqual({});
        await changeUser(other, set({ b: '1' }));
        await other.end();
        expect(await ofUser(a, 'u')).toBe('offline');
        await a.login('u', { userSId: 'z' });
        expect(await ofUser(a, 'u')).toEqual({});
        expect(await ofUser(a, 'nobody')).toBe('offline');
      });

      test('another app has users of its own', async () => {
        const u = await a.login('u');
        await changeUser(u, set({ a: '1' }));
        const answer = await a.ports.attributes.ofUser({ appId: 'b'.repeat(32), uid: 'u', ...TIMEOUT });
        expect(answer).toEqual({ isOnline: false, attributes: [] });
      });
    });

    describe('of a channel', () => {
      test('nobody has to be a member; author and time per key that was written', async () => {
        expect(await announced(a, 'c')).toEqual({ version: 0, attributes: [] });
        await changeChannel(a, 'c', set({ x: '1', y: '1' }), { by: 'u' });
        const before = (await announced(b, 'c')).attributes;
        await engine.advance(1000);
        await changeChannel(b, 'c', add({ y: '1', z: '2' }), { by: 'v' });
        expect(await ofChannel(b, 'c')).toEqual({ x: '1 by u', y: '1 by v', z: '2 by v' });
        const after = (await announced(a, 'c')).attributes;
        expect(after[0]).toEqual(before[0]);
        expect((after[1]?.ts ?? 0) - (before[1]?.ts ?? 0)).toBeGreaterThanOrEqual(1000);
        await changeChannel(a, 'c', remove('x', 'nothing'));
        expect(await ofChannel(b, 'c')).toEqual({ y: '1 by v', z: '2 by v' });
        await changeChannel(a, 'c', set({}));
        expect(await ofChannel(b, 'c')).toEqual({});
      });

      test('bounds hold for what is there afterwards', async () => {
        await changeChannel(a, 'c', set({ a: '1', b: '1', c: '1', d: '1' }));
        expect(await changeChannel(a, 'c', add({ a: '2', e: '1' }), { announce: true })).toBe('too-large');
        expect(await ofChannel(a, 'c')).toEqual({ a: '1 by u', b: '1 by u', c: '1 by u', d: '1 by u' });
        expect((await announced(a, 'c')).version).toBe(0);
      });

      test('an announced change is fed to those who follow, with all attributes and a growing version', async () => {
        const { attributes: first } = await a.subscribe('c');
        expect(first).toBe(0);
        await changeChannel(b, 'c', set({ x: '1' }), { announce: true });
        await changeChannel(b, 'c', add({ y: '2' }));
        await changeChannel(b, 'c', add({ x: '1' }), { announce: true, by: 'v' });
        await changeChannel(b, 'c', remove('nothing'), { announce: true });
        await changeChannel(b, 'c', set({}), { announce: true });
        const fed = (await fedOf(a, 'c')).map(({ attributes }) => attributes);
        const values = fed.map(({ attributes }) => attributes.map(({ key, value, by }) => `${key}=${value} by ${by}`));
        const both = ['x=1 by v', 'y=2 by u'];
        expect(values).toEqual([['x=1 by u'], both, both, []]);
        const versions = fed.map(({ version }) => version);
        expect([...new Set(versions)].sort((m, n) => m - n)).toEqual(versions);
        expect(await announced(a, 'c')).toEqual(fed.at(-1));
        expect((await b.subscribe('c')).attributes).toBe(versions.at(-1));
        const [end] = await b.ports.channels.ends({ appId: APP, channelIds: ['c'], ...TIMEOUT });
        expect(end?.attributes).toBe(versions.at(-1));
        expect(await fedOf(b, 'c')).toEqual([]);
      });

      test('a request is carried out and announced once, and not behind a later one', async () => {
        await a.subscribe('c');
        const options = { announce: true, msgId: 5 };
        expect(await changeChannel(a, 'c', set({ x: '1' }), options)).toBe('done');
        await changeChannel(b, 'c', set({ x: '2' }), { by: 'v' });
        expect(await changeChannel(b, 'c', set({ x: '1' }), options)).toBe('done');
        expect(await changeChannel(b, 'c', set({ x: '3' }), { msgId: 4 })).toBe('unknown');
        expect(await ofChannel(a, 'c')).toEqual({ x: '2 by v' });
        expect(await fedOf(a, 'c')).toHaveLength(1);
      });

      test('changes at the same time apply one after the other', async () => {
        await a.subscribe('c');
        const changes = ['1', '2', '3'].flatMap((value) => [
          changeChannel(a, 'c', set({ x: value, y: value }), { announce: true }),
          changeChannel(b, 'c', set({ y: value, x: value }), { announce: true }),
        ]);
        await Promise.all(changes);
        for (const { attributes } of await fedOf(a, 'c')) {
          expect(new Set(attributes.attributes.map(({ value }) => value)).size).toBe(1);
        }
        expect((await fedOf(a, 'c')).at(-1)?.attributes).toEqual(await announced(b, 'c'));
      });

      test('the time of a change does not go back', async () => {
        await changeChannel(a, 'c', set({ x: '1' }));
        engine.jumpWall(-3600_000);
        await changeChannel(a, 'c', add({ y: '1' }));
        const [x, y] = (await announced(a, 'c')).attributes;
        expect(y?.ts).toBeGreaterThanOrEqual(x?.ts ?? 0);
      });

      test('without members they are kept for a while after the last write', async () => {
        await changeChannel(a, 'c', set({ x: '1' }));
        await engine.advance(EMPTY_MS / 2);
        await changeChannel(a, 'c', add({ y: '1' }));
        await engine.advance(EMPTY_MS / 2 + 2000);
        expect(Object.keys(await ofChannel(a, 'c'))).toEqual(['x', 'y']);
        await engine.advance(EMPTY_MS / 2);
        expect(await announced(a, 'c')).toEqual({ version: 0, attributes: [] });
      });

      test('with members they stay, and go a while after the last one has left, without a word', async () => {
        const u = await a.login('u');
        await a.subscribe('c');
        await u.join('c');
        await changeChannel(a, 'c', set({ x: '1' }));
        await engine.advance(3 * EMPTY_MS);
        expect(await ofChannel(a, 'c')).toEqual({ x: '1 by u' });
        await u.leave('c');
        await engine.advance(EMPTY_MS / 2);
        await u.join('c');
        await engine.advance(2 * EMPTY_MS);
        await u.leave('c');
        await engine.advance(EMPTY_MS - 2000);
        expect(await ofChannel(a, 'c')).toEqual({ x: '1 by u' });
        await engine.advance(4000);
        expect(await ofChannel(a, 'c')).toEqual({});
        expect(await fedOf(a, 'c')).toEqual([]);
      });

      test('a version is not used twice when the attributes have expired', async () => {
        await changeChannel(a, 'c', set({ x: '1' }), { announce: true });
        const { version } = await announced(a, 'c');
        await engine.advance(2 * EMPTY_MS);
        await changeChannel(a, 'c', set({ x: '1' }), { announce: true });
        expect((await announced(a, 'c')).version).toBeGreaterThan(version);
      });
    });
  });
}

/** What of attributes an engine that keeps records brings back after a graceful stop and after a crash. */
export function describeAttributeRestart(name: string, factory: RestartableEngineFactory): void {
  describe.each(['graceful', 'crash'] as const)(`Attributes after a restart: ${name}: %s`, (how) => {
    let engine: RestartableEngine;
    let a: TestNode;

    beforeEach(async () => {
      engine = await factory(LIMITS);
      a = await TestNode.start(engine);
    });
    afterEach(() => engine.close());

    async function restart(downMs?: number): Promise<void> {
      await (how === 'graceful' ? engine.restart(downMs) : engine.crash(downMs));
      a = await TestNode.start(engine);
    }

    test('those of a channel are durable when the change is answered', async () => {
      await changeChannel(a, 'c', set({ x: '1', y: '1' }), { announce: true, by: 'u' });
      await changeChannel(a, 'c', add({ y: '2' }), { by: 'v' });
      await changeChannel(a, 'd', set({ gone: '1' }));
      await changeChannel(a, 'd', remove('gone'));
      const before = await announced(a, 'c');
      await restart(3600_000);
      expect(await announced(a, 'c')).toEqual(before);
      expect(await ofChannel(a, 'd')).toEqual({});
      await changeChannel(a, 'c', add({ z: '3' }), { announce: true });
      const after = await announced(a, 'c');
      expect(after.version).toBeGreaterThan(before.version);
      expect(after.attributes[2]?.ts).toBeGreaterThanOrEqual(before.attributes[1]?.ts ?? 0);
    });

    test('the request that changed them is known', async () => {
      await changeChannel(a, 'c', set({ x: '1' }), { msgId: 5 });
      await changeChannel(a, 'c', set({ x: '2' }));
      await restart();
      expect(await changeChannel(a, 'c', set({ x: '1' }), { msgId: 5 })).toBe('done');
      expect(await ofChannel(a, 'c')).toEqual({ x: '2 by u' });
    });

    test('they go by and by when nobody comes back', async () => {
      await changeChannel(a, 'c', set({ x: '1' }));
      await restart(10 * EMPTY_MS);
      expect(await ofChannel(a, 'c')).toEqual({ x: '1 by u' });
      await engine.advance(EMPTY_MS + 2000);
      expect(await ofChannel(a, 'c')).toEqual({});
      await engine.advance(1000);
      await restart();
      expect(await ofChannel(a, 'c')).toEqual({});
    });

    test('those of a channel whose member comes back stay', async () => {
      const u = await a.login('u', { userSId: 'x' });
      await u.join('c');
      await changeChannel(a, 'c', set({ x: '1' }));
      await engine.advance(1000);
      await restart();
      await a.adopt();
      await engine.advance(2 * EMPTY_MS);
      expect(await ofChannel(a, 'c')).toEqual({ x: '1 by u' });
    });

    test('those of a session come back with it', async () => {
      const u = await a.login('u', { userSId: 'x' });
      await changeUser(u, set({ x: '1', y: '2' }));
      const v = await a.login('v');
      await changeUser(v, set({ x: '1' }));
      await v.end();
      await engine.advance(1000);
      await restart();
      expect(await ofUser(a, 'u')).toEqual({ x: '1', y: '2' });
      expect(await ofUser(a, 'v')).toBe('offline');
      const { orphans } = await a.adopt();
      const [orphan] = orphans;
      if (!orphan) throw new Error('not restored');
      await changeUser(new TestSession(a, 'u', orphan), add({ z: '3' }));
      expect(await ofUser(a, 'u')).toEqual({ x: '1', y: '2', z: '3' });
    });
  });
}
