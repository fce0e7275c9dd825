import type { Directory, Page } from 'ar-rtm-server/ports';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { EngineFactory, EngineUnderTest, RestartableEngine, RestartableEngineFactory } from './engine-factory.js';
import { APP, TestNode, TIMEOUT } from './test-node.js';

const OTHER_APP = 'b'.repeat(32);
const SECRET = 'nobody-else-may-read-this';

interface Query {
  readonly search?: string;
  readonly after?: string;
  readonly limit?: number;
  readonly patienceMs?: number;
}

const asked = ({ search = '', after, limit = 100, patienceMs = 1000 }: Query) => ({
  search,
  limit,
  patienceMs,
  ...(after !== undefined && { after }),
  ...TIMEOUT,
});

/** Conformance of {@link Directory}: what is found, in pages, and that nothing secret is among it. */
export function describeDirectory(name: string, factory: EngineFactory): void {
  describe(`Directory: ${name}`, () => {
    let engine: EngineUnderTest;
    let a: TestNode;
    let b: TestNode;
    let directory: Directory;

    beforeEach(async () => {
      engine = await factory({ leaseMs: 10 ** 9, channelLogEntries: 3 });
      a = await TestNode.start(engine);
      b = await TestNode.start(engine);
      directory = b.ports.directory;
    });
    afterEach(() => engine.close());

    const users = (query: Query = {}, appId = APP) => directory.users({ appId, ...asked(query) });
    const user = async (uid: string, appId = APP) => (await directory.user({ appId, uid, ...TIMEOUT })).found;
    const channels = (query: Query = {}) => directory.channels({ appId: APP, ...asked(query) });
    const channel = async (channelId: string) => (await directory.channel({ appId: APP, channelId, ...TIMEOUT })).found;
    const members = (channelId: string, query: Query = {}) =>
      directory.members({ appId: APP, channelId, ...asked(query) });
    const uids = ({ items }: Page<{ readonly uid: string }>) => items.map(({ uid }) => uid);
    const setUser = (session: Awaited<ReturnType<TestNode['login']>>, key: string, value: string) =>
      a.ports.attributes.changeUser({
        ...session.ref,
        change: { kind: 'set', attributes: [{ key, value }] },
        bounds: { count: 10, totalBytes: 10_000 },
      });
    const setChannel = (channelId: string, key: string, value: string) =>
      a.ports.attributes.changeChannel({
        appId: APP,
        channelId,
        uid: 'ann',
        change: { kind: 'set', attributes: [{ key, value }] },
        bounds: { count: 10, totalBytes: 10_000 },
        announce: true,
        ...TIMEOUT,
      });

    test('users with a session or with stored messages, each once, of one app alone', async () => {
      await a.login('ann');
      await (await a.login('gone')).end('logout');
      await (await a.login('bob')).join('c');
      await a.send('bob', 'live');
      await a.send('carl', 'stored', { offline: true });
      await a.send('bob-2', 'lost');
      const { items, more, isComplete } = await users();
      expect([more, isComplete]).toEqual([false, true]);
      expect(items).toEqual([
        { uid: 'ann', presence: 'ONLINE', channels: 0, hasStored: false },
        { uid: 'bob', presence: 'ONLINE', channels: 1, hasStored: false },
        { uid: 'carl', presence: 'OFFLINE', channels: 0, hasStored: true },
      ]);
      await a.login('carl');
      expect((await users()).items.at(-1)).toEqual({ uid: 'carl', presence: 'ONLINE', channels: 0, hasStored: true });
      expect((await users({}, OTHER_APP)).items).toEqual([]);
    });

    test('a search finds what contains the text, in upper and lower case; pages follow each other', async () => {
      const all = ['Alpha-1', 'alpha-2', 'beta', 'gamma-ALPHA', 'zeta'];
      for (const uid of [...all].reverse()) await a.login(uid);
      expect(uids(await users())).toEqual([...all].sort());
      expect(uids(await users({ search: 'alpha' }))).toEqual(['Alpha-1', 'alpha-2', 'gamma-ALPHA']);
      expect(uids(await users({ search: 'LPHA-' }))).toEqual(['Alpha-1', 'alpha-2']);
      expect(await users({ search: 'nobody' })).toEqual({ items: [], more: false, isComplete: true });
      const first = await users({ search: 'alpha', limit: 2 });
      expect([uids(first), first.more]).toEqual([['Alpha-1', 'alpha-2'], true]);
      const second = await users({ search: 'alpha', limit: 2, after: 'alpha-2' });
      expect([uids(second), second.more]).toEqual([['gamma-ALPHA'], false]);
      // A full last page is the last one.
      expect(await users({ search: 'alpha', limit: 3 })).toMatchObject({ more: false });
    });

    test('one user: who hosts it, since when, its channels, and what lies in its inbox', async () => {
      const ann = await a.login('ann', {
        mode: 'published',
        userSId: SECRET,
        ticketId: `${SECRET}-ticket`,
        token: { name: `${SECRET}-token`, endTs: 4_000_000_000 },
      });
      await ann.join('one');
      await ann.join('two');
      await ann.addPeers(['bob', 'carl']);
      await setUser(ann, 'mood', SECRET);
      const start = ann.claimed.inboxEnd;
      const first = await a.sent('ann', SECRET);
      const second = await a.sent('ann', SECRET);
      const facts = await user('ann');
      expect(facts).toEqual({
        presence: 'ONLINE',
        session: {
          nodeId: a.nodeId,
          isPublished: true,
          beganTs: expect.any(Number),
          tokenEndTs: 4_000_000_000,
          channels: ['one', 'two'],
          served: [],
          watchedPeers: 2,
          attributeKeys: ['mood'],
        },
        inbox: { end: second, floor: start, oldest: first, waiting: 2, waitingBytes: expect.any(Number), stored: 0 },
      });
      expect(facts?.inbox.waitingBytes).toBeGreaterThan(2 * SECRET.length);
      expect(JSON.stringify([facts, await users()])).not.toContain(SECRET);

      await ann.acknowledge(first);
      expect((await user('ann'))?.inbox).toMatchObject({ end: second, oldest: second, waiting: 1 });
      await ann.acknowledge(second);
      const idle = await user('ann');
      expect(idle?.inbox).toMatchObject({ end: second, waiting: 0, waitingBytes: 0, stored: 0 });
      expect(idle?.inbox).not.toHaveProperty('oldest');
    });

    test('a user that is cut, and one that is offline with stored messages', async () => {
      const ann = await a.login('ann');
      await ann.join('c');
      const served = [{ channelId: 'c', position: { epoch: 1, offset: 7 } }];
      await ann.suspend(1200, served);
      const { session } = (await user('ann')) ?? {};
      expect(session).toMatchObject({ isPublished: false, served });
      expect(session?.silentMs).toBeGreaterThanOrEqual(1200);
      await a.sent('bob', SECRET, { offline: true });
      await a.sent('bob', SECRET, { offline: true });
      expect(await user('bob')).toMatchObject({ presence: 'OFFLINE', inbox: { waiting: 0, stored: 2 } });
      expect(await user('bob')).not.toHaveProperty('session');
      expect(await user('nobody')).toBeUndefined();
      expect(await user('ann', OTHER_APP)).toBeUndefined();
    });

    test('what a session has, it keeps over a reconnect; a new one begins anew', async () => {
      await a.login('ann', { mode: 'resume', userSId: 'x' });
      const began = (await user('ann'))?.session?.beganTs;
      await engine.advance(5000);
      await b.login('ann', { mode: 'resume', userSId: 'x' });
      expect((await user('ann'))?.session).toMatchObject({ nodeId: b.nodeId, beganTs: began });
      await b.login('ann', { mode: 'new', userSId: 'y' });
      expect((await user('ann'))?.session?.beganTs).toBeGreaterThan(began ?? 0);
    });

    test('channels, and one of them: members, log, names of attributes, who follows it', async () => {
      const ann = await a.login('ann');
      const bob = await a.login('bob');
      await ann.join('room');
      await bob.join('room');
      await ann.join('Room 2');
      await a.subscribe('room');
      await b.subscribe('room');
      await setChannel('room', 'topic', SECRET);
      let last = await ann.publish('room', SECRET);
      for (let i = 0; i < 3; i += 1) last = await ann.publish('room', SECRET);
      if (!('position' in last)) throw new Error('not published');
      const { items } = await channels({ search: 'ROOM' });
      expect(items).toEqual([
        { channelId: 'Room 2', members: 1, entries: 1, bytes: expect.any(Number) },
        { channelId: 'room', members: 2, entries: 3, bytes: expect.any(Number) },
      ]);
      expect((await channels({ limit: 1, after: 'Room 2' })).items).toMatchObject([{ channelId: 'room' }]);
      const facts = await channel('room');
      const { epoch, offset } = last.position;
      expect(facts).toEqual({
        members: { count: 2, version: expect.any(Number) },
        end: last.position,
        floor: { epoch, offset: offset - 3 },
        entries: 3,
        bytes: items[1]?.bytes,
        attributesVersion: expect.any(Number),
        attributeKeys: ['topic'],
        followers: 2,
      });
      expect(facts?.bytes).toBeGreaterThan(3 * SECRET.length);
      expect(facts?.attributesVersion).toBeGreaterThan(0);
      expect(await channel('none')).toBeUndefined();
      expect(JSON.stringify([facts, items])).not.toContain(SECRET);
    });

    test('members of a channel come in pages', async () => {
      for (const uid of ['eve', 'carl', 'ann', 'dora', 'bob']) await (await a.login(uid)).join('c');
      expect(await members('c')).toEqual({
        items: ['ann', 'bob', 'carl', 'dora', 'eve'],
        more: false,
        isComplete: true,
      });
      expect(await members('c', { limit: 2 })).toMatchObject({ items: ['ann', 'bob'], more: true });
      expect(await members('c', { limit: 3, after: 'bob' })).toMatchObject({
        items: ['carl', 'dora', 'eve'],
        more: false,
      });
      expect(await members('c', { search: 'R' })).toMatchObject({ items: ['carl', 'dora'] });
      expect(await members('none')).toEqual({ items: [], more: false, isComplete: true });
    });

    test('apps with users, channels or stored messages', async () => {
      await (await a.login('ann')).join('c');
      await a.ports.inboxes.send({
        appId: OTHER_APP,
        to: 'bob',
        message: { from: 'x', type: 1, body: SECRET, description: '', offline: true },
        origin: { nodeId: a.nodeId, ref: 0 },
        ...TIMEOUT,
      });
      const { items, more, isComplete } = await directory.apps(asked({}));
      expect([more, isComplete]).toEqual([false, true]);
      expect(items).toEqual([
        { appId: APP, users: 1, channels: 1, boxes: 0 },
        { appId: OTHER_APP, users: expect.any(Number), channels: 0, boxes: 1 },
      ]);
      expect((await directory.apps(asked({ search: 'b' }))).items).toMatchObject([{ appId: OTHER_APP }]);
    });

    test('nothing that is looked up stays behind, or changes anything', async () => {
      await user('nobody');
      await channel('nothing');
      await members('nothing');
      expect((await users()).items).toEqual([]);
      expect((await channels()).items).toEqual([]);
      const ann = await a.login('ann');
      const before = await ann.read();
      await user('ann');
      expect(await ann.read()).toEqual(before);
    });
  });
}

/** Conformance of {@link Directory} over a restart. */
export function describeDirectoryRestart(name: string, factory: RestartableEngineFactory): void {
  describe(`Directory and restarts: ${name}`, () => {
    let engine: RestartableEngine;
    beforeEach(async () => {
      engine = await factory();
    });
    afterEach(() => engine.close());

    test.each(['restart', 'crash'] as const)('after a %s: sessions, when they began, stored messages', async (kind) => {
      const a = await TestNode.start(engine);
      const ann = await a.login('ann');
      await ann.join('c');
      await a.sent('bob', SECRET, { offline: true });
      const directory = () => engine.connect().directory;
      const user = async (uid: string) => (await directory().user({ appId: APP, uid, ...TIMEOUT })).found;
      const before = await user('ann');
      // Records of sessions follow within a second.
      await engine.advance(2000);
      await engine[kind](60_000);
      const after = await user('ann');
      expect(after?.session).toMatchObject({ beganTs: before?.session?.beganTs, channels: ['c'] });
      expect(after?.session).not.toHaveProperty('nodeId');
      expect(await user('bob')).toMatchObject({ presence: 'OFFLINE', inbox: { stored: 1 } });
      const { items } = await directory().users({ appId: APP, ...asked({}) });
      expect(items.map(({ uid }) => uid)).toEqual(['ann', 'bob']);
    });
  });
}
