/** Attributes over several nodes: who is told what, in which order, and what survives cuts, moves and a bad network. */
import { ATTRIBUTE_CODE, type CommandName, type ServerFrameName } from 'ar-rtm-protocol';
import { SeededChance } from 'ar-rtm-testkit';
import { afterEach, describe, expect, test } from 'vitest';
import { Cluster, type ClusterOptions, type ScriptedClient } from './cluster.js';

let cluster: Cluster;
let lastId = 1000;

async function start(options: Partial<ClusterOptions> = {}): Promise<void> {
  cluster = await Cluster.start({ nodes: 3, ...options });
}

afterEach(() => {
  expect(cluster.complaints).toEqual([]);
});

const SLOW = { callDelayMs: 30, answerDelayMs: 30, feedDelayMs: 60 };
/** Without limits of frequency, which are not what is tested. */
const OFTEN = { calls: 1000, windowMs: 1000 };
const UNLIMITED = {
  userAttributeWrites: OFTEN,
  userAttributeReads: OFTEN,
  channelAttributeWrites: OFTEN,
  channelAttributeReads: OFTEN,
};

interface Reply {
  readonly MsgId: number;
  readonly Code: number;
  readonly Attribs?: string;
  readonly Attributes?: string;
}

const replyName = (cmd: CommandName): ServerFrameName =>
  cmd === 'GetUserAttributes' ? 'QueryAttribKeys' : (cmd as ServerFrameName);

const replyTo = (client: ScriptedClient, cmd: CommandName, id: number): Reply | undefined =>
  (client.contents(replyName(cmd)) as readonly unknown[] as readonly Reply[]).find(({ MsgId }) => MsgId === id);

/** Sends a command and answers its reply. */
async function ask(client: ScriptedClient, cmd: CommandName, content: object, MsgId = ++lastId): Promise<Reply> {
  client.say(cmd, { MsgId, ...content });
  await cluster.until(() => replyTo(client, cmd, MsgId) !== undefined, `${client.uid}: ${cmd}`, 20_000);
  return replyTo(client, cmd, MsgId) as Reply;
}

const write = (client: ScriptedClient, values: object, more: object = {}, id?: number) =>
  ask(client, 'AddOrUpdateChanAttributes', { ChanId: 'room', Attributes: JSON.stringify(values), ...more }, id);

const writeOwn = (client: ScriptedClient, values: object, SetLocal = false, id?: number) =>
  ask(client, 'AddOrUpdateUserAttributes', { Attributes: JSON.stringify(values), SetLocal }, id);

const ownOf = async (client: ScriptedClient, UserId: string) => {
  const { Code, Attribs = '' } = await ask(client, 'GetUserAttributes', { UserId });
  return Code === 0 ? JSON.parse(Attribs) : Code;
};

/** What a client was told of the room's attributes: version and values. */
const told = (client: ScriptedClient) =>
  client.contents('ChanAttribChanged').map(({ AttrVersion, Attributes }) => ({
    version: AttrVersion ?? 0,
    values: Object.fromEntries(Attributes.map(({ Key, Val }) => [Key, Val])),
  }));
const toldValues = (client: ScriptedClient) => told(client).map(({ values }) => values);

const versionOf = (client: ScriptedClient): number =>
  Math.max(
    ...client.contents('JoinChannel').map(({ AttrVersion = 0 }) => AttrVersion),
    ...told(client).map(({ version }) => version),
  );

async function member(uid: string, node: number, kind: 'ours' | 'published' = 'ours'): Promise<ScriptedClient> {
  const client = await cluster.login(uid, node, kind);
  await client.join('room');
  return client;
}

/** Back in the room on a node, naming what it knows; `version` is what it was told last. */
async function back(client: ScriptedClient, node: number, version = versionOf(client)) {
  const place = client.placeIn('room');
  await client.connect(node, { resume: true });
  const before = client.contents('JoinChannel').length;
  client.say('JoinChannel', { ChanId: 'room', ...place, AttrVersion: version });
  await cluster.until(() => client.contents('JoinChannel').length > before, `${client.uid} is back`);
}

describe('channel attributes', () => {
  test('members on all nodes are told, whoever wrote; nobody without the flag or after a refusal', async () => {
    await start({ faults: SLOW });
    const alice = await member('alice', 0);
    const bob = await member('bob', 1, 'published');
    const cara = await cluster.login('cara', 2);
    expect(await write(cara, { a: '1' })).toMatchObject({ Code: 0 });
    expect(await write(cara, { b: '2' }, { Notify: true })).toMatchObject({ Code: 0 });
    expect(await write(cara, { b: 'x'.repeat(8193) }, { Notify: true })).toMatchObject({ Code: 4 });
    await cluster.until(() => told(alice).length === 1 && told(bob).length === 1, 'both are told');
    expect(await ask(alice, 'DeleteChanAttributes', { ChanId: 'room', Keys: '["b"]', Notify: true })).toMatchObject({
      Code: 0,
    });
    await cluster.until(() => told(alice).length === 2 && told(bob).length === 2, 'both are told');
    expect(await ask(bob, 'ClearChanAttributes', { ChanId: 'room', Notify: true })).toMatchObject({ Code: 0 });
    await cluster.until(() => told(alice).length === 3 && told(bob).length === 3, 'both are told');
    await cluster.time.advance(15_000);
    expect(toldValues(alice)).toEqual([{ a: '1', b: '2' }, { a: '1' }, {}]);
    expect(told(bob)).toEqual(told(alice));
    expect(told(cara)).toEqual([]);
    expect(bob.contents('ChanAttribChanged')[0]?.Attributes[1]).toMatchObject({ Key: 'b', Val: '2', UId: 'cara' });
  });

  test.each([1, 2, 3, 4, 5, 6])('whoever writes is told behind the reply, once (seed %i)', async (seed) => {
    const faults = { callDelayMs: 40, answerDelayMs: 80, feedDelayMs: 80, feedsInOrder: true };
    await start({ seed, faults, settings: UNLIMITED });
    const alice = await member('alice', 0);
    await member('bob', 1);
    for (let i = 0; i < 5; i++) await write(alice, { i: String(i) }, { Notify: true });
    await cluster.until(() => told(alice).length === 5, 'all');
    await cluster.time.advance(1000);
    expect(toldValues(alice)).toEqual(['0', '1', '2', '3', '4'].map((i) => ({ i })));
    const placesOf = (name: string) => alice.frames.flatMap(({ cmd }, place) => (cmd === name ? [place] : []));
    const replies = placesOf('AddOrUpdateChanAttributes');
    for (const [i, place] of placesOf('ChanAttribChanged').entries()) {
      expect(place).toBeGreaterThan(replies[i] ?? Infinity);
    }
  });

  test('a lost feed is found', async () => {
    await start();
    const alice = await member('alice', 0);
    const bob = await member('bob', 1);
    cluster.network.faults = { ...cluster.network.faults, loseFeeds: 1 };
    await write(alice, { a: '1' }, { Notify: true });
    expect([told(alice), told(bob)]).toEqual([[], []]);
    cluster.network.faults = { ...cluster.network.faults, loseFeeds: 0 };
    await cluster.time.advance(25_000);
    expect([toldValues(alice), toldValues(bob)]).toEqual([[{ a: '1' }], [{ a: '1' }]]);
  });

  test.each([1, 2])('a client that is back is told what changed meanwhile, by version (node %i)', async (node) => {
    await start({ faults: SLOW, settings: UNLIMITED });
    const alice = await member('alice', 0);
    const bob = await member('bob', 1);
    await write(alice, { a: '1' }, { Notify: true });
    await cluster.until(() => told(bob).length === 1, 'told');
    bob.breakSocket();
    await back(bob, node);
    await cluster.time.advance(1000);
    expect(told(bob)).toHaveLength(1);
    bob.breakSocket();
    await write(alice, { quiet: '2' });
    await back(bob, node);
    await cluster.time.advance(1000);
    expect(told(bob)).toHaveLength(1);
    bob.breakSocket();
    await write(alice, { a: '3' }, { Notify: true });
    await write(alice, { b: '4' }, { Notify: true });
    await cluster.time.advance(100);
    await back(bob, node);
    await cluster.until(() => told(bob).length === 2, 'told what changed');
    await cluster.time.advance(1000);
    expect(toldValues(bob)).toEqual([{ a: '1' }, { a: '3', quiet: '2', b: '4' }]);
    expect(bob.contents('JoinChannel').at(-1)?.AttrVersion).toBe(told(bob)[1]?.version);
    await write(alice, { c: '5' }, { Notify: true });
    await cluster.until(() => told(bob).length === 3, 'told what is new');
  });

  test('so is one whose session was over', async () => {
    await start();
    const alice = await member('alice', 0);
    const bob = await member('bob', 1);
    await write(alice, { a: '1' }, { Notify: true });
    await cluster.until(() => told(bob).length === 1, 'told');
    bob.breakSocket();
    await cluster.time.advance(35_000);
    await write(alice, { a: '2' }, { Notify: true });
    await bob.connect(2, { resume: true });
    bob.say('JoinChannel', { ChanId: 'room', AttrVersion: told(bob)[0]?.version });
    await cluster.until(() => told(bob).length === 2, 'told what changed');
    expect(toldValues(bob)).toEqual([{ a: '1' }, { a: '2' }]);
  });

  test('a published client that is back hears of the last change', async () => {
    await start();
    const alice = await member('alice', 0);
    const bob = await member('bob', 1, 'published');
    bob.breakSocket();
    await write(alice, { a: '1' }, { Notify: true });
    await bob.connect(1);
    await bob.join('room');
    await cluster.until(() => told(bob).length === 1, 'told');
    await cluster.time.advance(1000);
    expect(toldValues(bob)).toEqual([{ a: '1' }]);
  });

  test('a repeated request changes nothing and is not announced a second time, over nodes too', async () => {
    await start({ settings: UNLIMITED });
    const alice = await member('alice', 0);
    const bob = await member('bob', 1);
    const id = ++lastId;
    await write(alice, { a: 'alice' }, { Notify: true }, id);
    await write(bob, { a: 'bob' });
    alice.breakSocket();
    await back(alice, 2);
    alice.frames.length = 0;
    expect(await write(alice, { a: 'alice' }, { Notify: true }, id)).toMatchObject({ Code: 0 });
    const { Attributes = '' } = await ask(bob, 'GetChanAttributes', { ChanId: 'room' });
    expect(JSON.parse(Attributes)).toMatchObject([{ Key: 'a', Val: 'bob', UId: 'bob' }]);
    expect(told(bob)).toHaveLength(1);
  });

  test('an engine out of reach: the outcome is unknown, and nothing stays behind', async () => {
    await start({ settings: { engineTimeoutMs: 500 } });
    const alice = await member('alice', 0);
    cluster.network.faults = { ...cluster.network.faults, failBefore: 1 };
    expect(await write(alice, { a: '1' }, { Notify: true })).toMatchObject({ Code: ATTRIBUTE_CODE.TIMEOUT });
    expect(await ask(alice, 'GetChanAttributes', { ChanId: 'room' })).toMatchObject({ Code: ATTRIBUTE_CODE.FAILURE });
    expect(await writeOwn(alice, { a: '1' })).toMatchObject({ Code: ATTRIBUTE_CODE.TIMEOUT });
    expect(await ownOf(alice, 'alice')).toBe(ATTRIBUTE_CODE.FAILURE);
    cluster.network.faults = { ...cluster.network.faults, failBefore: 0 };
    expect(await write(alice, { a: '1' }, { Notify: true })).toMatchObject({ Code: 0 });
    await cluster.until(() => told(alice).length === 1, 'told');
  });

  test.each([1, 2, 3, 4, 5, 6, 7, 8])(
    'whatever the network does, all members end with what is there (seed %i)',
    async (seed) => {
      await start({ seed, settings: { ...UNLIMITED, engineTimeoutMs: 300 } });
      const chance = new SeededChance(100 + seed);
      const members = [await member('alice', 0), await member('bob', 1), await member('cara', 2, 'published')];
      const bad = {
        callDelayMs: 60,
        answerDelayMs: 60,
        feedDelayMs: 150,
        failBefore: 0.1,
        failAfter: 0.1,
        loseFeeds: 0.2,
      };
      cluster.network.faults = { ...cluster.network.faults, ...bad };
      for (let i = 0; i < 40; i++) {
        const writer = members[Math.floor(chance.fraction() * 3)] as ScriptedClient;
        if (writer.kind === 'ours' && chance.fraction() < 0.15) {
          writer.breakSocket();
          await back(writer, Math.floor(chance.fraction() * 3));
        }
        const values = { [`k${Math.floor(chance.fraction() * 4)}`]: String(i) };
        await write(writer, values, { Notify: true, SetChan: chance.fraction() < 0.2 });
      }
      cluster.network.faults = {
        ...cluster.network.faults,
        ...Object.fromEntries(Object.keys(bad).map((key) => [key, 0])),
      };
      await write(members[0] as ScriptedClient, { last: 'one' }, { Notify: true });
      await cluster.time.advance(30_000);
      const { Attributes = '' } = await ask(members[1] as ScriptedClient, 'GetChanAttributes', { ChanId: 'room' });
      const items = JSON.parse(Attributes) as { Key: string; Val: string }[];
      const there = Object.fromEntries(items.map(({ Key, Val }) => [Key, Val]));
      for (const one of members) {
        expect(toldValues(one).at(-1)).toEqual(there);
        const versions = told(one).map(({ version }) => version);
        expect([...new Set(versions)].sort((a, b) => a - b)).toEqual(versions);
      }
    },
  );
});

describe('user attributes', () => {
  test('they survive the death of the node, and end with the session', async () => {
    await start();
    const alice = await cluster.login('alice', 0);
    const bob = await cluster.login('bob', 1);
    await writeOwn(alice, { a: '1', b: '1' }, true);
    await writeOwn(alice, { b: '2' });
    await ask(alice, 'DeleteUserAttributes', { Keys: '["a","x"]' });
    await cluster.kill(0);
    expect(await ownOf(bob, 'alice')).toEqual({ b: '2' });
    await cluster.until(() => cluster.node(1).isReady, 'ready');
    await alice.connect(2, { resume: true });
    await writeOwn(alice, { c: '3' });
    expect(await ownOf(bob, 'alice')).toEqual({ b: '2', c: '3' });
    alice.breakSocket();
    await cluster.time.advance(35_000);
    expect(await ownOf(bob, 'alice')).toBe(ATTRIBUTE_CODE.USER_NOT_FOUND);
  });

  test('what a published client restores after a cut is merged, once; ours replaces (Q16)', async () => {
    await start();
    const bob = await cluster.login('bob', 1);
    for (const kind of ['published', 'ours'] as const) {
      const alice = await cluster.login(kind, 0, kind);
      await writeOwn(alice, { a: '1', b: '1' }, true);
      alice.breakSocket();
      await alice.connect(2, { resume: true });
      expect(await writeOwn(alice, { b: '2' }, true)).toMatchObject({ Code: 0 });
      expect(await ownOf(bob, kind)).toEqual(kind === 'published' ? { a: '1', b: '2' } : { b: '2' });
      alice.breakSocket();
      await alice.connect(0, { resume: true });
      expect(await writeOwn(alice, {}, true)).toMatchObject({ Code: 0 });
      expect(await ownOf(bob, kind)).toEqual(kind === 'published' ? { a: '1', b: '2' } : {});
      expect(await writeOwn(alice, { only: 'this' }, true)).toMatchObject({ Code: 0 });
      expect(await ownOf(bob, kind)).toEqual({ only: 'this' });
    }
  });

  test('the first login replaces: there is nothing to restore', async () => {
    await start();
    const alice = await cluster.login('alice', 0, 'published');
    await writeOwn(alice, { a: '1' }, true);
    await writeOwn(alice, { b: '1' }, true);
    expect(await ownOf(alice, 'alice')).toEqual({ b: '1' });
  });

  test('limits: bad input has its code, and nothing is changed', async () => {
    await start({ settings: UNLIMITED });
    const alice = await cluster.login('alice', 0);
    await writeOwn(alice, { a: '1' }, true);
    const many = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, i) => [`k${i}`, 'v']));
    const cases: readonly (readonly [values: object, code: number])[] = [
      [{ '': '1' }, 3],
      [{ ['x'.repeat(33)]: '1' }, 3],
      [{ a: '' }, 3],
      [{ a: 7 }, 3],
      [{ a: null }, 3],
      [{ a: ['1'] }, 3],
      [{ a: 'x'.repeat(8193) }, 4],
      [many(32), 4],
      [{ b: 'x'.repeat(8192), c: 'x'.repeat(8192) }, 4],
    ];
    for (const [values, code] of cases) {
      expect([values, (await writeOwn(alice, values)).Code]).toEqual([values, code]);
      expect([values, (await write(alice, { ...values, ...(code === 4 && many(33)) })).Code]).toEqual([values, code]);
    }
    for (const Keys of ['[]', '[""]', `["${'x'.repeat(33)}"]`]) {
      expect((await ask(alice, 'DeleteUserAttributes', { Keys })).Code).toBe(3);
      expect((await ask(alice, 'DeleteChanAttributes', { ChanId: 'room', Keys })).Code).toBe(3);
      expect((await ask(alice, 'GetChanAttributesByKeys', { ChanId: 'room', Keys })).Code).toBe(3);
      expect((await ask(alice, 'GetUserAttributes', { UserId: 'alice', Keys: JSON.parse(Keys) })).Code).toBe(3);
    }
    for (const ChanId of ['', 'null', 'a/b', 'x'.repeat(65)]) {
      expect((await ask(alice, 'GetChanAttributes', { ChanId })).Code).toBe(3);
      expect((await ask(alice, 'ClearChanAttributes', { ChanId })).Code).toBe(3);
      expect((await ask(alice, 'GetUserAttributes', { UserId: ChanId })).Code).toBe(3);
    }
    expect(await ownOf(alice, 'alice')).toEqual({ a: '1' });
    expect(await ask(alice, 'GetChanAttributes', { ChanId: 'room' })).toMatchObject({ Code: 0, Attributes: '[]' });
  });

  test('too often: a code; a published client, which cannot show that for users, waits', async () => {
    const rule = { calls: 2, windowMs: 1000 };
    await start({ settings: Object.fromEntries(Object.keys(UNLIMITED).map((name) => [name, rule])) });
    const ours = await cluster.login('ours', 0);
    const calls = [
      () => writeOwn(ours, { a: '1' }),
      () => ask(ours, 'GetUserAttributes', { UserId: 'ours' }),
      () => write(ours, { a: '1' }),
      () => ask(ours, 'GetChanAttributes', { ChanId: 'room' }),
    ];
    for (const call of calls) {
      const codes = [(await call()).Code, (await call()).Code, (await call()).Code];
      expect(codes).toEqual([0, 0, ATTRIBUTE_CODE.TOO_OFTEN]);
    }
    const published = await cluster.login('published', 0, 'published');
    for (let i = 0; i < 4; i++) {
      expect(await ask(published, 'GetUserAttributes', { UserId: 'ours' })).toMatchObject({
        Code: 0,
        Attribs: '{"a":"1"}',
      });
    }
  });
});
