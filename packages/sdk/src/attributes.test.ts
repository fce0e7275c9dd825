import { describe, expect, test } from 'vitest';
import { setUp } from '../test/set-up.js';
import type { BaseClient } from './client.js';
import type { AttributesMap } from './public-types.js';

async function loggedIn() {
  const all = setUp();
  await all.logIn();
  all.resumes();
  return all;
}

/** All methods, by name, with arguments that are valid. */
const METHODS = {
  setLocalUserAttributes: (client: BaseClient) => client.setLocalUserAttributes({ a: '1' }),
  addOrUpdateLocalUserAttributes: (client: BaseClient) => client.addOrUpdateLocalUserAttributes({ a: '1' }),
  deleteLocalUserAttributesByKeys: (client: BaseClient) => client.deleteLocalUserAttributesByKeys(['a']),
  clearLocalUserAttributes: (client: BaseClient) => client.clearLocalUserAttributes(),
  getUserAttributes: (client: BaseClient) => client.getUserAttributes('bob'),
  getUserAttributesByKeys: (client: BaseClient) => client.getUserAttributesByKeys('bob', ['a']),
  setChannelAttributes: (client: BaseClient) => client.setChannelAttributes('room', { a: '1' }),
  addOrUpdateChannelAttributes: (client: BaseClient) => client.addOrUpdateChannelAttributes('room', { a: '1' }),
  deleteChannelAttributesByKeys: (client: BaseClient) => client.deleteChannelAttributesByKeys('room', ['a']),
  clearChannelAttributes: (client: BaseClient) => client.clearChannelAttributes('room'),
  getChannelAttributes: (client: BaseClient) => client.getChannelAttributes('room'),
  getChannelAttributesByKeys: (client: BaseClient) => client.getChannelAttributesByKeys('room', ['a']),
};

const COMMANDS = [
  'AddOrUpdateUserAttributes',
  'DeleteUserAttributes',
  'GetUserAttributes',
  'AddOrUpdateChanAttributes',
  'DeleteChanAttributes',
  'GetChanAttributes',
  'GetChanAttributesByKeys',
] as const;

const many = (count: number): AttributesMap =>
  Object.fromEntries(Array.from({ length: count }, (_, i) => [`key${i}`, 'v'] as const));
const item = (Key: string, Val: string) => ({ Key, Val, UId: 'bob', Time: 17 });
const updated = (...items: ReturnType<typeof item>[]) =>
  `AttributesUpdated ${JSON.stringify(
    Object.fromEntries(items.map(({ Key, Val }) => [Key, { value: Val, lastUpdateUserId: 'bob', lastUpdateTs: 17 }])),
  )}`;

test('not logged in; nothing is sent', async () => {
  const { client, recorder, events, server } = setUp();
  for (const [name, call] of Object.entries(METHODS)) void recorder.settles(name, call(client));
  expect(await events()).toEqual(Object.keys(METHODS).map((name) => `${name} rejected RtmInvalidStatusError 102`));
  expect(server.received).toEqual([]);
});

test('what goes over the wire', async () => {
  const { client, events, server } = await loggedIn();
  server.received.length = 0;
  const calls = [
    ...Object.values(METHODS).map((call) => call(client)),
    client.setLocalUserAttributes({}),
    client.setChannelAttributes('room', {}, { enableNotificationToChannelMembers: true }),
    client.addOrUpdateChannelAttributes('room', { a: '1' }, { enableNotificationToChannelMembers: 1 as never }),
    client.deleteChannelAttributesByKeys('room', ['a', 'a'], { enableNotificationToChannelMembers: true }),
    client.clearChannelAttributes('room', { enableNotificationToChannelMembers: true }),
  ];
  await events();
  await Promise.all(calls);
  const written = (cmd: 'AddOrUpdateUserAttributes' | 'AddOrUpdateChanAttributes') =>
    server
      .commands(cmd)
      .map((content) => [
        'SetChan' in content ? content.SetChan : content.SetLocal,
        JSON.stringify([...content.Attributes]),
        ...('Notify' in content ? [content.Notify] : []),
      ]);
  expect(written('AddOrUpdateUserAttributes')).toEqual([
    [true, '[["a","1"]]'],
    [false, '[["a","1"]]'],
    [true, '[]'],
    [true, '[]'],
  ]);
  expect(written('AddOrUpdateChanAttributes')).toEqual([
    [true, '[["a","1"]]', false],
    [false, '[["a","1"]]', false],
    [true, '[]', false],
    [true, '[]', true],
    [false, '[["a","1"]]', false],
    [true, '[]', true],
  ]);
  expect(server.commands('DeleteChanAttributes').map(({ Keys, Notify }) => [Keys, Notify])).toEqual([
    [['a'], false],
    [['a', 'a'], true],
  ]);
  expect(server.commands('GetUserAttributes').map(({ UserId, Keys }) => [UserId, Keys])).toEqual([
    ['bob', undefined],
    ['bob', ['a']],
  ]);
  expect(server.commands('GetChanAttributesByKeys').map(({ Keys }) => Keys)).toEqual([['a']]);
});

describe('arguments', () => {
  test.each([
    ['no object', 7, 3],
    ['null', null, 3],
    ['an array', ['a'], 3],
    ['a Map', new Map([['a', '1']]), 3],
    ['an empty value', { a: '' }, 3],
    ['a number as value', { a: 7 }, 3],
    ['an empty key', { '': '1' }, 3],
    ['a key of 33 bytes', { ['x'.repeat(33)]: '1' }, 3],
    ['a key with a line break', { 'a\nb': '1' }, 3],
    ['a key of spaces', { '  ': '1' }, 3],
    ['a value of 8193 bytes', { a: 'x'.repeat(8193) }, 4],
    ['a value of 8193 bytes in other letters', { a: `${'é'.repeat(4096)}x` }, 4],
    ['33 attributes', many(33), 4],
    ['a bad value behind one that is too large', { a: 'x'.repeat(8193), b: '' }, 3],
  ])('attributes: %s', async (_name, attributes, code) => {
    const { client, recorder, events, server } = await loggedIn();
    server.received.length = 0;
    const map = attributes as AttributesMap;
    const calls = {
      set: client.setLocalUserAttributes(map),
      add: client.addOrUpdateLocalUserAttributes(map),
      setChannel: client.setChannelAttributes('room', map),
      addChannel: client.addOrUpdateChannelAttributes('room', map),
    };
    for (const [name, call] of Object.entries(calls)) void recorder.settles(name, call);
    const error = code === 3 ? 'RtmInvalidArgumentError 3' : 'RtmLimitExceededError 4';
    expect(await events()).toEqual(Object.keys(calls).map((name) => `${name} rejected ${error}`));
    expect(server.received).toEqual([]);
  });

  test('totals: 16 KB for a user, 32 KB for a channel, keys included', async () => {
    const { client, recorder, events } = await loggedIn();
    const total = (bytes: number) =>
      Object.fromEntries(Array.from({ length: bytes / 4096 }, (_, i) => [`k${i}`, 'x'.repeat(4094)] as const));
    const above = (bytes: number) => ({ ...total(bytes), l: 'x' });
    void recorder.settles('user', client.setLocalUserAttributes(total(16_384)));
    void recorder.settles('user above', client.setLocalUserAttributes(above(16_384)));
    void recorder.settles('channel', client.setChannelAttributes('room', total(32_768)));
    void recorder.settles('channel above', client.setChannelAttributes('room', above(32_768)));
    expect((await events()).sort()).toEqual([
      'channel above rejected RtmLimitExceededError 4',
      'channel resolved',
      'user above rejected RtmLimitExceededError 4',
      'user resolved',
    ]);
  });

  test('nothing to add is not valid, nothing to set is', async () => {
    const { client, recorder, events } = await loggedIn();
    void recorder.settles('add', client.addOrUpdateLocalUserAttributes({}));
    void recorder.settles('addChannel', client.addOrUpdateChannelAttributes('room', {}));
    void recorder.settles('set', client.setLocalUserAttributes({}));
    void recorder.settles('setChannel', client.setChannelAttributes('room', {}));
    expect((await events()).sort()).toEqual([
      'add rejected RtmInvalidArgumentError 3',
      'addChannel rejected RtmInvalidArgumentError 3',
      'set resolved',
      'setChannel resolved',
    ]);
  });

  test.each([[undefined], [null], [[]], ['a'], [['']], [[7]], [['a', 'x'.repeat(33)]]])('keys: %j', async (value) => {
    const { client, recorder, events, server } = await loggedIn();
    server.received.length = 0;
    const keys = value as string[];
    const calls = {
      remove: client.deleteLocalUserAttributesByKeys(keys),
      get: client.getUserAttributesByKeys('bob', keys),
      removeChannel: client.deleteChannelAttributesByKeys('room', keys),
      getChannel: client.getChannelAttributesByKeys('room', keys),
    };
    for (const [name, call] of Object.entries(calls)) void recorder.settles(name, call);
    expect(await events()).toEqual(Object.keys(calls).map((name) => `${name} rejected RtmInvalidArgumentError 3`));
    expect(server.received).toEqual([]);
  });

  test.each([undefined, null, '', 7, 'null', 'a/b', 'x'.repeat(65)])('ids: %j (B45)', async (value) => {
    const { client, recorder, events, server } = await loggedIn();
    server.received.length = 0;
    const id = value as string;
    const calls = {
      getUser: client.getUserAttributes(id),
      getUserByKeys: client.getUserAttributesByKeys(id, ['a']),
      set: client.setChannelAttributes(id, { a: '1' }),
      add: client.addOrUpdateChannelAttributes(id, { a: '1' }),
      remove: client.deleteChannelAttributesByKeys(id, ['a']),
      clear: client.clearChannelAttributes(id),
      get: client.getChannelAttributes(id),
      getByKeys: client.getChannelAttributesByKeys(id, ['a']),
    };
    for (const [name, call] of Object.entries(calls)) void recorder.settles(name, call);
    expect(await events()).toEqual(Object.keys(calls).map((name) => `${name} rejected RtmInvalidArgumentError 3`));
    expect(server.received).toEqual([]);
  });
});

test.each([
  ['writes of user attributes', 10, (client: BaseClient) => client.clearLocalUserAttributes()],
  ['reads of user attributes', 40, (client: BaseClient) => client.getUserAttributes('bob')],
  ['writes of channel attributes', 10, (client: BaseClient) => client.clearChannelAttributes('room')],
  ['reads of channel attributes', 10, (client: BaseClient) => client.getChannelAttributes('room')],
])('%s: %i in 5 s, together', async (_name, limit, call) => {
  const { client, recorder, events, idle } = await loggedIn();
  for (let i = 0; i < limit; i++) void call(client);
  await events();
  void recorder.settles('one more', call(client));
  expect(await events()).toEqual(['one more rejected RtmInvokeTooOftenError 5']);
  await idle(5000);
  void recorder.settles(
    'later',
    call(client).then(() => undefined),
  );
  expect(await events()).toEqual(['later resolved']);
});

test('the methods of one group are counted together, those of another apart', async () => {
  const { client, recorder, events } = await loggedIn();
  for (let i = 0; i < 5; i++) {
    void client.setLocalUserAttributes({ a: '1' });
    void client.deleteLocalUserAttributesByKeys(['a']);
  }
  void recorder.settles('add', client.addOrUpdateLocalUserAttributes({ a: '1' }));
  void recorder.settles('too large', client.setLocalUserAttributes(many(33)));
  void recorder.settles('channel', client.setChannelAttributes('room', { a: '1' }));
  expect((await events()).sort()).toEqual([
    'add rejected RtmInvokeTooOftenError 5',
    'channel resolved',
    'too large rejected RtmLimitExceededError 4',
  ]);
});

test.each([
  [2, 'RtmInternalError 2'],
  [3, 'RtmInvalidArgumentError 3'],
  [4, 'RtmLimitExceededError 4'],
  [5, 'RtmInvokeTooOftenError 5'],
  [6, 'RtmInvalidStatusError 6'],
  [7, 'RtmTimeoutError 7'],
  [102, 'RtmInvalidStatusError 102'],
  [77, 'RtmInternalError 2'],
])('answered %i (B47)', async (Code, expected) => {
  const { client, recorder, events, server } = await loggedIn();
  for (const cmd of COMMANDS) {
    server.on[cmd] = ({ MsgId }: { MsgId: number }, to: typeof server.connection) =>
      to.send(cmd === 'GetUserAttributes' ? 'QueryAttribKeys' : cmd, {
        MsgId,
        Code,
        ChanId: 'room',
        QueryUserId: 'bob',
        Attribs: '{}',
        Attributes: '[]',
      } as never);
  }
  for (const [name, call] of Object.entries(METHODS)) void recorder.settles(name, call(client));
  expect(await events()).toEqual(Object.keys(METHODS).map((name) => `${name} rejected ${expected}`));
});

test('without an answer (B42, B47)', async () => {
  const { client, recorder, events, server, idle } = await loggedIn();
  for (const cmd of COMMANDS) server.on[cmd] = () => 'silence';
  for (const [name, call] of Object.entries(METHODS)) void recorder.settles(name, call(client));
  await idle(4999);
  expect(await events()).toEqual([]);
  await idle(1);
  expect(await events()).toEqual(Object.keys(METHODS).map((name) => `${name} rejected RtmTimeoutError 7`));
});

test('logout interrupts', async () => {
  const { client, recorder, clock, server } = await loggedIn();
  for (const cmd of COMMANDS) server.on[cmd] = () => 'silence';
  for (const [name, call] of Object.entries(METHODS)) void recorder.settles(name, call(client));
  void client.logout();
  await clock.settle();
  const lines = recorder.take().filter((line) => line.includes('rejected'));
  expect(lines).toEqual(Object.keys(METHODS).map((name) => `${name} rejected RtmInterruptedError 2`));
});

test('what is read is fresh, and every key is data', async () => {
  const { client, events, server } = await loggedIn();
  server.on.GetUserAttributes = ({ MsgId, UserId }, to) =>
    to.send('QueryAttribKeys', {
      MsgId,
      QueryUserId: UserId,
      Attribs: '{"__proto__":"1","constructor":"2"}',
      Code: 0,
    });
  server.on.GetChanAttributes = ({ MsgId, ChanId }, to) =>
    to.send('GetChanAttributes', {
      MsgId,
      ChanId,
      Code: 0,
      Attributes: JSON.stringify([item('__proto__', '1'), item('b', '2')]),
    });
  const reads = [client.getUserAttributes('bob'), client.getUserAttributes('bob')] as const;
  const channel = client.getChannelAttributes('room');
  await events();
  const [first, second] = await Promise.all(reads);
  expect(Object.entries(first)).toEqual([
    ['__proto__', '1'],
    ['constructor', '2'],
  ]);
  expect(second).not.toBe(first);
  expect(Object.entries(await channel)).toEqual([
    ['__proto__', { value: '1', lastUpdateUserId: 'bob', lastUpdateTs: 17 }],
    ['b', { value: '2', lastUpdateUserId: 'bob', lastUpdateTs: 17 }],
  ]);
  const cache = client.channelAttributesCacheLru;
  expect(Object.entries(cache.room ?? {})).toEqual([
    ['__proto__', '1'],
    ['b', '2'],
  ]);
});

test('a reply that makes no sense is ignored, not thrown at', async () => {
  const { client, recorder, events, server, idle } = await loggedIn();
  const texts = ['', 'x', '[]', '[{"Key":7}]'];
  server.on.GetChanAttributes = ({ MsgId, ChanId }, to) => {
    for (const Attributes of texts.filter((text) => text !== '[]')) {
      to.send('GetChanAttributes', { MsgId, ChanId, Code: 0, Attributes });
    }
  };
  server.on.GetUserAttributes = ({ MsgId, UserId }, to) => {
    for (const Attribs of texts) to.send('QueryAttribKeys', { MsgId, QueryUserId: UserId, Attribs, Code: 0 });
  };
  void recorder.settles('channel', client.getChannelAttributes('room'));
  void recorder.settles('user', client.getUserAttributes('bob'));
  await idle(5000);
  expect(await events()).toEqual(['channel rejected RtmTimeoutError 7', 'user rejected RtmTimeoutError 7']);
});

describe('AttributesUpdated', () => {
  test('all attributes, while joined; what was seen before is not reported again', async () => {
    const { channel, events, server, client, recorder } = await loggedIn();
    const room = channel();
    server.on.JoinChannel = ({ ChanId, MsgId }, to) =>
      to.send('JoinChannel', { ChanId, MsgId, Code: 0, Epoch: 1, Offset: 0, AttrVersion: 5 });
    const push = (AttrVersion: number | undefined, ...Attributes: ReturnType<typeof item>[]) =>
      server.push('ChanAttribChanged', { ChanId: 'room', Attributes, AttrVersion });
    push(5, item('a', '0'));
    void recorder.settles('join', room.join());
    expect(await events()).toEqual(['join resolved']);
    push(5, item('a', '1'));
    push(6, item('a', '2'));
    push(6, item('a', '2'));
    push(8);
    push(7, item('a', '3'));
    expect(await events()).toEqual([updated(item('a', '2')), updated()]);
    expect(client.channelAttributesCacheLru).toMatchObject({ room: {} });
    // A server that does not count.
    push(undefined, item('a', '4'));
    expect(await events()).toEqual([updated(item('a', '4'))]);
    void room.leave();
    await events();
    push(20, item('a', '5'));
    expect(await events()).toEqual([]);
  });

  test('the version is named when the connection is restored, and what comes then is reported behind CONNECTED', async () => {
    const { events, server, clock, joined, resumes } = await loggedIn();
    server.on.JoinChannel = ({ ChanId, MsgId, Epoch = 1, Offset = 0 }, to) =>
      to.send('JoinChannel', { ChanId, MsgId, Code: 0, Epoch, Offset, AttrVersion: 5 });
    await joined();
    server.push('ChanAttribChanged', { ChanId: 'room', Attributes: [item('a', '1')], AttrVersion: 7 });
    await events();
    resumes(['room']);
    server.isDown = true;
    server.connection.close();
    await clock.advance(5000);
    await events();
    server.isDown = false;
    server.on.JoinChannel = ({ ChanId, MsgId, Epoch = 1, Offset = 0, AttrVersion }, to) =>
      to.sendTogether(
        ['JoinChannel', { ChanId, MsgId, Code: 0, Epoch, Offset, AttrVersion: 9 }],
        ['ChanAttribChanged', { ChanId, Attributes: [item('told', String(AttrVersion))], AttrVersion: 9 }],
      );
    await clock.advance(3000);
    expect(await events()).toEqual([
      'ConnectionStateChanged "CONNECTED" "LOGIN_SUCCESS" {"recovered":true}',
      updated(item('told', '7')),
    ]);
  });

  test('the cache holds the last 20 channels', async () => {
    const { client, server, events } = await loggedIn();
    for (let i = 0; i < 25; i++) {
      server.push('ChanAttribChanged', { ChanId: `c${i}`, Attributes: [item('a', String(i))] });
    }
    await events();
    const cache = client.channelAttributesCacheLru;
    expect(Object.keys(cache)).toEqual(Array.from({ length: 20 }, (_, i) => `c${i + 5}`));
    expect(cache.c24).toEqual({ a: '24' });
  });
});

describe('after a cut', () => {
  const cutAndBack = async ({ server, clock, events }: Awaited<ReturnType<typeof loggedIn>>) => {
    server.received.length = 0;
    server.connection.close();
    await clock.advance(3000);
    return events();
  };
  const writtenBack = ({ server }: Awaited<ReturnType<typeof loggedIn>>) =>
    server
      .commands('AddOrUpdateUserAttributes')
      .map(({ SetLocal, Attributes }) => [SetLocal, Object.fromEntries(Attributes)]);

  test('a session that goes on keeps its attributes: nothing is written', async () => {
    const all = await loggedIn();
    void all.client.setLocalUserAttributes({ a: '1' });
    await all.events();
    expect(await cutAndBack(all)).toEqual([]);
    expect(writtenBack(all)).toEqual([]);
  });

  test.each([
    ['a new session', { Resumed: false, Memory: 'other' }],
    ['a server that may have lost the last changes', { Resumed: true, Memory: 'other' }],
  ])('%s: the full set is written back, once, before anything else (B24, B46)', async (_name, login) => {
    const all = await loggedIn();
    const { client, server } = all;
    void client.setLocalUserAttributes({ a: '1', b: '1' });
    void client.addOrUpdateLocalUserAttributes({ b: '2', c: '2' });
    void client.addOrUpdateLocalUserAttributes(JSON.parse('{"__proto__":"3"}'));
    void client.deleteLocalUserAttributesByKeys(['a', 'x']);
    await all.joined();
    server.login = login;
    await cutAndBack(all);
    expect(writtenBack(all)).toEqual([[true, JSON.parse('{"b":"2","c":"2","__proto__":"3"}')]]);
    expect(server.received.map(({ cmd }) => cmd).slice(0, 3)).toEqual([
      'Login',
      'AddOrUpdateUserAttributes',
      'JoinChannel',
    ]);
    await cutAndBack(all);
    expect(writtenBack(all)).toEqual([]);
  });

  test('a refused write is not part of it, and after logout nothing is', async () => {
    const all = await loggedIn();
    const { client, server, recorder } = all;
    void client.setLocalUserAttributes({ a: '1' });
    await all.events();
    server.on.AddOrUpdateUserAttributes = ({ MsgId }, to) => to.send('AddOrUpdateUserAttributes', { MsgId, Code: 4 });
    void recorder.settles('add', client.addOrUpdateLocalUserAttributes({ b: '2' }));
    expect(await all.events()).toEqual(['add rejected RtmLimitExceededError 4']);
    server.on.AddOrUpdateUserAttributes = undefined;
    server.login = { Resumed: false, Memory: 'other' };
    await cutAndBack(all);
    expect(writtenBack(all)).toEqual([[true, { a: '1' }]]);
    void client.logout();
    await all.events();
    server.login = {};
    await all.logIn();
    server.login = { Resumed: false, Memory: 'yet another' };
    await cutAndBack(all);
    expect(writtenBack(all)).toEqual([]);
  });

  test('CONNECTED waits for it; without an answer it is tried again', async () => {
    const all = await loggedIn();
    const { client, server, clock } = all;
    void client.setLocalUserAttributes({ a: '1' });
    await all.events();
    server.login = { Resumed: false, Memory: 'other' };
    server.on.AddOrUpdateUserAttributes = () => 'silence';
    server.connection.close();
    for (let i = 0; i < 9; i++) {
      server.push('ReqKeepAlive', {});
      await clock.advance(1000);
    }
    expect((await all.events()).at(-1)).toBe('ConnectionStateChanged "RECONNECTING" "INTERRUPTED"');
    server.on.AddOrUpdateUserAttributes = undefined;
    for (let i = 0; i < 9; i++) {
      for (const connection of server.open) connection.send('ReqKeepAlive', {});
      await clock.advance(1000);
    }
    expect((await all.events()).at(-1)).toMatch(/^ConnectionStateChanged "CONNECTED" "LOGIN_SUCCESS"/);
  });

  test('a write without an answer is sent again under its number, behind the restoration', async () => {
    const all = await loggedIn();
    const { client, server, recorder } = all;
    server.on.AddOrUpdateChanAttributes = () => 'silence';
    void recorder.settles('set', client.setChannelAttributes('room', { a: '1' }));
    await all.events();
    const [first] = server.commands('AddOrUpdateChanAttributes');
    server.on.AddOrUpdateChanAttributes = undefined;
    expect(await cutAndBack(all)).toEqual(['set resolved']);
    expect(server.commands('AddOrUpdateChanAttributes').map(({ MsgId }) => MsgId)).toEqual([first?.MsgId]);
  });
});
