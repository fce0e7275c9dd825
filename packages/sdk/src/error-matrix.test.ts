/**
 * Every method that returns a promise, in every situation: bad arguments of all kinds, each connection state, too often,
 * no answer, a refusal, logout meanwhile. One row a method; the codes are those of the published enums.
 */
import { type CommandName, FREQUENCIES } from 'ar-rtm-protocol';
import { describe, expect, test } from 'vitest';
import { setUp } from '../test/set-up.js';
import type { RtmChannel } from './channel.js';
import type { BaseClient } from './client.js';
import { RTMException } from './errors.js';

type Call = (client: BaseClient, channel: RtmChannel) => Promise<unknown>;

interface Row {
  readonly cmd: CommandName;
  readonly good: Call;
  /** Arguments that are refused, and the code; nothing is sent. */
  readonly bad: readonly (readonly [call: Call, code: number])[];
  readonly codes: {
    readonly notLoggedIn: number;
    readonly tooOften: number;
    readonly timeout: number;
    readonly failure: number;
    readonly interrupted: number;
  };
  readonly limit: { readonly calls: number; readonly windowMs: number };
  readonly timeoutMs: number;
  readonly needsChannel?: true;
}

/** Values of every wrong type, as callers without types pass them. */
const WRONG: readonly unknown[] = [
  undefined,
  null,
  0,
  1,
  '',
  'null',
  true,
  Symbol('s'),
  () => 1,
  Number.NaN,
  'a/b',
  'ä',
];
const NO_LIST: readonly unknown[] = [...WRONG, {}, [], [1], [null], ['ä'], [''], [['a']], { length: 1, 0: 'a' }];
const NO_ID: readonly unknown[] = [...WRONG, {}, [], ['a'], 'a'.repeat(65), new String('a')];
const NO_MESSAGE: readonly unknown[] = [
  ...WRONG,
  {},
  [],
  { text: '' },
  { text: 1 },
  { text: 'a'.repeat(32_769) },
  { messageType: 'TEXT' },
  { text: 'a', messageType: 'VIDEO' },
];
const NO_ATTRIBUTES: readonly unknown[] = [
  ...WRONG,
  [],
  ['a'],
  new Map([['a', 'b']]),
  new Date(0),
  { a: 1 },
  { a: '' },
  { a: null },
  { '': 'a' },
  { ['k'.repeat(33)]: 'a' },
];
const NO_KEYS: readonly unknown[] = [...WRONG, {}, [], [1], [''], ['k'.repeat(33)], [['a']]];
const HUGE = { a: 'x'.repeat(8193) };
const MANY = Object.fromEntries(Array.from({ length: 33 }, (_, number) => [`key ${number}`, 'a']));

const each = (values: readonly unknown[], code: number, call: (client: BaseClient, value: never) => Promise<unknown>) =>
  values.map((value) => [(client: BaseClient) => call(client, value as never), code] as const);

const ATTRIBUTES = { notLoggedIn: 102, tooOften: 5, timeout: 7, failure: 2, interrupted: 2 };
const WRITES = { codes: ATTRIBUTES, limit: FREQUENCIES.ATTRIBUTES, timeoutMs: 5000 };

const ROWS: Readonly<Record<string, Row>> = {
  renewToken: {
    cmd: 'RenewAcsToken',
    good: (client) => client.renewToken('new'),
    bad: each([...WRONG.filter((value) => !value || typeof value !== 'string'), {}, ['a']], 2, (client, token) =>
      client.renewToken(token),
    ),
    codes: { notLoggedIn: 102, tooOften: 4, timeout: 1, failure: 1, interrupted: 201 },
    limit: FREQUENCIES.RENEW_TOKEN,
    timeoutMs: 10_000,
  },
  sendMessageToPeer: {
    cmd: 'SendMsgToPeer',
    good: (client) => client.sendMessageToPeer({ text: 'a' }, 'bob'),
    bad: [
      ...each(NO_ID, 6, (client, id) => client.sendMessageToPeer({ text: 'a' }, id)),
      ...each(NO_MESSAGE, 7, (client, message) => client.sendMessageToPeer(message, 'bob')),
    ],
    codes: { notLoggedIn: 102, tooOften: 5, timeout: 2, failure: 1, interrupted: 1 },
    limit: FREQUENCIES.MESSAGES,
    timeoutMs: 10_000,
  },
  'RtmChannel.sendMessage': {
    cmd: 'SendChannelMsg',
    good: (_client, channel) => channel.sendMessage({ text: 'a' }),
    bad: NO_MESSAGE.map((message) => [(_client, channel) => channel.sendMessage(message as never), 4] as const),
    codes: { notLoggedIn: 102, tooOften: 3, timeout: 2, failure: 1, interrupted: 1 },
    limit: FREQUENCIES.MESSAGES,
    timeoutMs: 10_000,
    needsChannel: true,
  },
  getMembers: {
    cmd: 'GetChanMembers',
    good: (_client, channel) => channel.getMembers(),
    bad: [],
    codes: { notLoggedIn: 6, tooOften: 4, timeout: 3, failure: 1, interrupted: 1 },
    limit: FREQUENCIES.MEMBERS,
    timeoutMs: 5000,
    needsChannel: true,
  },
  getChannelMemberCount: {
    cmd: 'GetChanMemberSize',
    good: (client) => client.getChannelMemberCount(['room']),
    bad: [...each(NO_LIST, 2, (client, ids) => client.getChannelMemberCount(ids))],
    codes: { notLoggedIn: 102, tooOften: 3, timeout: 4, failure: 1, interrupted: 1 },
    limit: FREQUENCIES.MEMBER_COUNT,
    timeoutMs: 5000,
  },
  queryPeersOnlineStatus: {
    cmd: 'QueryOnlineStatus',
    good: (client) => client.queryPeersOnlineStatus(['bob']),
    bad: [
      ...each(NO_LIST, 0, (client, ids) => client.queryPeersOnlineStatus(ids)),
      [(client) => client.queryPeersOnlineStatus(Array.from({ length: 257 }, (_, number) => `u${number}`)), 0],
    ],
    codes: { notLoggedIn: 102, tooOften: 3, timeout: 2, failure: 1, interrupted: 1 },
    limit: FREQUENCIES.PRESENCE,
    timeoutMs: 10_000,
  },
  subscribePeersOnlineStatus: {
    cmd: 'SubscribeOnlineStatus',
    good: (client) => client.subscribePeersOnlineStatus(['bob']),
    bad: [...each(NO_LIST, 2, (client, ids) => client.subscribePeersOnlineStatus(ids))],
    codes: { notLoggedIn: 102, tooOften: 5, timeout: 4, failure: 1, interrupted: 1 },
    limit: FREQUENCIES.PRESENCE,
    timeoutMs: 10_000,
  },
  unsubscribePeersOnlineStatus: {
    cmd: 'UnSubscribeOnlineStatus',
    good: (client) => client.unsubscribePeersOnlineStatus(['bob']),
    bad: each(NO_LIST, 2, (client, ids) => client.unsubscribePeersOnlineStatus(ids)),
    codes: { notLoggedIn: 102, tooOften: 5, timeout: 4, failure: 1, interrupted: 1 },
    limit: FREQUENCIES.PRESENCE,
    timeoutMs: 10_000,
  },
  queryPeersBySubscriptionOption: {
    cmd: 'QueryOnlineSubStatus',
    good: (client) => client.queryPeersBySubscriptionOption('ONLINE_STATUS'),
    bad: each([...WRONG, 'OFFLINE_STATUS', {}, ['ONLINE_STATUS']], 1, (client, option) =>
      client.queryPeersBySubscriptionOption(option),
    ),
    codes: { notLoggedIn: 102, tooOften: 3, timeout: 2, failure: 1, interrupted: 1 },
    limit: FREQUENCIES.PRESENCE,
    timeoutMs: 5000,
  },
  setLocalUserAttributes: {
    cmd: 'AddOrUpdateUserAttributes',
    good: (client) => client.setLocalUserAttributes({ a: 'b' }),
    bad: each(NO_ATTRIBUTES, 3, (client, attributes) => client.setLocalUserAttributes(attributes)),
    ...WRITES,
  },
  addOrUpdateLocalUserAttributes: {
    cmd: 'AddOrUpdateUserAttributes',
    good: (client) => client.addOrUpdateLocalUserAttributes({ a: 'b' }),
    bad: each([...NO_ATTRIBUTES, {}], 3, (client, attributes) => client.addOrUpdateLocalUserAttributes(attributes)),
    ...WRITES,
  },
  deleteLocalUserAttributesByKeys: {
    cmd: 'DeleteUserAttributes',
    good: (client) => client.deleteLocalUserAttributesByKeys(['a']),
    bad: each(NO_KEYS, 3, (client, keys) => client.deleteLocalUserAttributesByKeys(keys)),
    ...WRITES,
  },
  clearLocalUserAttributes: {
    cmd: 'AddOrUpdateUserAttributes',
    good: (client) => client.clearLocalUserAttributes(),
    bad: [],
    ...WRITES,
  },
  getUserAttributes: {
    cmd: 'GetUserAttributes',
    good: (client) => client.getUserAttributes('bob'),
    bad: each(NO_ID, 3, (client, id) => client.getUserAttributes(id)),
    codes: ATTRIBUTES,
    limit: FREQUENCIES.USER_ATTRIBUTE_READS,
    timeoutMs: 5000,
  },
  getUserAttributesByKeys: {
    cmd: 'GetUserAttributes',
    good: (client) => client.getUserAttributesByKeys('bob', ['a']),
    bad: [
      ...each(NO_ID, 3, (client, id) => client.getUserAttributesByKeys(id, ['a'])),
      ...each(NO_KEYS, 3, (client, keys) => client.getUserAttributesByKeys('bob', keys)),
    ],
    codes: ATTRIBUTES,
    limit: FREQUENCIES.USER_ATTRIBUTE_READS,
    timeoutMs: 5000,
  },
  setChannelAttributes: {
    cmd: 'AddOrUpdateChanAttributes',
    good: (client) => client.setChannelAttributes('room', { a: 'b' }),
    bad: [
      ...each(NO_ID, 3, (client, id) => client.setChannelAttributes(id, { a: 'b' })),
      ...each(NO_ATTRIBUTES, 3, (client, attributes) => client.setChannelAttributes('room', attributes)),
    ],
    ...WRITES,
  },
  addOrUpdateChannelAttributes: {
    cmd: 'AddOrUpdateChanAttributes',
    good: (client) => client.addOrUpdateChannelAttributes('room', { a: 'b' }),
    bad: each([...NO_ATTRIBUTES, {}], 3, (client, attributes) =>
      client.addOrUpdateChannelAttributes('room', attributes),
    ),
    ...WRITES,
  },
  deleteChannelAttributesByKeys: {
    cmd: 'DeleteChanAttributes',
    good: (client) => client.deleteChannelAttributesByKeys('room', ['a']),
    bad: [
      ...each(NO_ID, 3, (client, id) => client.deleteChannelAttributesByKeys(id, ['a'])),
      ...each(NO_KEYS, 3, (client, keys) => client.deleteChannelAttributesByKeys('room', keys)),
    ],
    ...WRITES,
  },
  clearChannelAttributes: {
    cmd: 'AddOrUpdateChanAttributes',
    good: (client) => client.clearChannelAttributes('room'),
    bad: each(NO_ID, 3, (client, id) => client.clearChannelAttributes(id)),
    ...WRITES,
  },
  getChannelAttributes: {
    cmd: 'GetChanAttributes',
    good: (client) => client.getChannelAttributes('room'),
    bad: each(NO_ID, 3, (client, id) => client.getChannelAttributes(id)),
    ...WRITES,
  },
  getChannelAttributesByKeys: {
    cmd: 'GetChanAttributesByKeys',
    good: (client) => client.getChannelAttributesByKeys('room', ['a']),
    bad: [
      ...each(NO_ID, 3, (client, id) => client.getChannelAttributesByKeys(id, ['a'])),
      ...each(NO_KEYS, 3, (client, keys) => client.getChannelAttributesByKeys('room', keys)),
    ],
    ...WRITES,
  },
};

/** The code of a rejection; anything else than an error of ours fails the test. */
async function code(promise: Promise<unknown>): Promise<number> {
  const error = await promise.then(
    (value) => {
      throw new Error(`resolved with ${JSON.stringify(value)}`);
    },
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(RTMException);
  return (error as RTMException).code;
}

describe.each(Object.entries(ROWS))('%s', (_name, row) => {
  const { cmd, good, bad, codes, limit, timeoutMs, needsChannel } = row;

  async function ready() {
    const all = setUp();
    await all.logIn();
    const channel = needsChannel ? await all.joined() : all.channel();
    all.server.received.length = 0;
    return { ...all, target: channel };
  }

  /** A call, and everything that is due. */
  async function settled<T>(clock: { settle(): Promise<void> }, call: () => Promise<T>): Promise<T> {
    const promise = call();
    promise.catch(() => undefined);
    await clock.settle();
    return promise;
  }

  test('good arguments are taken', async () => {
    const { client, clock, server, target } = await ready();
    await settled(clock, () => good(client, target));
    expect(server.commands(cmd)).toHaveLength(1);
  });

  test('bad arguments are refused, without a throw and without a frame, logged in or not', async () => {
    const { client, server, target } = await ready();
    const stranger = setUp();
    for (const [call, expected] of bad) {
      expect(await code(call(client, target))).toBe(expected);
      expect(await code(call(stranger.client, stranger.channel()))).toBe(expected);
    }
    expect(server.received).toEqual([]);
  });

  test('refused arguments do not count as calls', async () => {
    const { client, clock, target } = await ready();
    for (let i = 0; i < Math.ceil((limit.calls + 1) / Math.max(1, bad.length)); i++) {
      for (const [call] of bad) await code(call(client, target));
    }
    await settled(clock, () => good(client, target));
  });

  test('not logged in: before login, while logging in, after logout', async () => {
    const { client, clock, channel, server } = setUp();
    const target = channel();
    expect(await code(good(client, target))).toBe(codes.notLoggedIn);
    const login = client.login({ uid: 'alice' });
    expect(await code(good(client, target))).toBe(codes.notLoggedIn);
    await clock.settle();
    await login;
    await settled(clock, () => client.logout());
    server.received.length = 0;
    expect(await code(good(client, target))).toBe(codes.notLoggedIn);
    expect(server.received).toEqual([]);
  });

  test('in ABORTED', async () => {
    const { client, clock, server, target } = await ready();
    server.push('ForceOffline', {});
    await clock.settle();
    server.received.length = 0;
    expect(await code(good(client, target))).toBe(codes.notLoggedIn);
    expect(server.received).toEqual([]);
  });

  test('too often, until the window has passed', async () => {
    const { client, clock, idle, target } = await ready();
    for (let i = 0; i < limit.calls; i++) await settled(clock, () => good(client, target));
    expect(await code(good(client, target))).toBe(codes.tooOften);
    await idle(limit.windowMs);
    await settled(clock, () => good(client, target));
  });

  test('no answer: the code of the time-out, at its time', async () => {
    const { client, clock, server, idle, target } = await ready();
    server.on[cmd] = () => 'silence';
    let ended = false;
    const failed = code(good(client, target)).then((value) => {
      ended = true;
      return value;
    });
    await clock.settle();
    await idle(timeoutMs - 1);
    expect(ended).toBe(false);
    await idle(2);
    expect(await failed).toBe(codes.timeout);
  });

  test('while reconnecting: made when the session is back, and a time-out when it does not come back', async () => {
    const { client, clock, server, resumes, idle, target } = await ready();
    resumes(needsChannel ? [target.channelId] : []);
    server.isDown = true;
    server.connection.close();
    await clock.advance(4500);
    const waiting = good(client, target);
    waiting.catch(() => undefined);
    server.isDown = false;
    await idle(4000);
    await waiting;
    server.isDown = true;
    server.connection.close();
    await clock.advance(4500);
    await clock.advance(limit.windowMs);
    const late = code(good(client, target));
    await clock.advance(timeoutMs);
    expect(await late).toBe(codes.timeout);
  });

  test('a refusal of the server that is in no list is the generic failure', async () => {
    const { client, clock, server, target } = await ready();
    server.on[cmd] = () => 'silence';
    const failed = code(good(client, target));
    await clock.settle();
    const [{ MsgId } = {}] = server.commands(cmd) as { MsgId?: number }[];
    server.push('ErrorNotice', { Cmd: cmd, MsgId, Code: 99, Reason: 'odd' });
    await clock.settle();
    expect(await failed).toBe(codes.failure);
  });

  test('logout meanwhile', async () => {
    const { client, clock, server, target } = await ready();
    server.on[cmd] = () => 'silence';
    const interrupted = code(good(client, target));
    await settled(clock, () => client.logout());
    expect(await interrupted).toBe(codes.interrupted);
  });

  test('ABORTED meanwhile', async () => {
    const { client, clock, server, target } = await ready();
    server.on[cmd] = () => 'silence';
    const interrupted = code(good(client, target));
    await clock.settle();
    server.push('ForceOffline', {});
    await clock.settle();
    expect(await interrupted).toBe(codes.interrupted);
  });
});

test.each([
  ['setLocalUserAttributes', (client: BaseClient, attributes: never) => client.setLocalUserAttributes(attributes)],
  ['addOrUpdate…', (client: BaseClient, attributes: never) => client.addOrUpdateLocalUserAttributes(attributes)],
  ['setChannelAttributes', (client: BaseClient, attributes: never) => client.setChannelAttributes('a', attributes)],
])('too large attributes are refused with 4: %s', async (_name, call) => {
  const { client, logIn, server } = setUp();
  await logIn();
  server.received.length = 0;
  for (const attributes of [HUGE, MANY]) expect(await code(call(client, attributes as never))).toBe(4);
  expect(server.received).toEqual([]);
});
