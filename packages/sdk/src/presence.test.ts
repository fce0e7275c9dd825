/** The four presence methods and their event (api.md 3.2, 4.1 and 9). */
import { describe, expect, test } from 'vitest';
import { setUp } from '../test/set-up.js';
import type { BaseClient } from './client.js';
import {
  RtmInterruptedError,
  RtmInvalidArgumentError,
  RtmInvalidStatusError,
  RtmInvokeTooOftenError,
  RtmLimitExceededError,
  RtmTimeoutError,
} from './errors.js';

const changed = (states: object) => `PeersOnlineStatusChanged ${JSON.stringify(states)}`;
const many = (count: number, prefix = 'u') => Array.from({ length: count }, (_, index) => `${prefix}${index}`);

async function loggedIn() {
  const all = setUp();
  await all.logIn();
  return all;
}

/** Logged in, and watching. */
async function watching(...uids: string[]) {
  const all = await loggedIn();
  const { client, clock, server, events } = all;
  await Promise.all([client.subscribePeersOnlineStatus(uids), clock.settle()]);
  await events();
  server.login = { Resumed: true, Subscriptions: uids.length };
  return all;
}

const COMMANDS = [
  'QueryOnlineStatus',
  'SubscribeOnlineStatus',
  'UnSubscribeOnlineStatus',
  'QueryOnlineSubStatus',
] as const;

const METHODS: readonly (readonly [
  name: string,
  call: (client: BaseClient, argument?: unknown) => Promise<unknown>,
  codes: { invalid: number; tooOften: number; timeout: number; seconds: number },
])[] = [
  [
    'queryPeersOnlineStatus',
    (client, argument = ['bob']) => client.queryPeersOnlineStatus(argument as string[]),
    { invalid: 0, tooOften: 3, timeout: 2, seconds: 10 },
  ],
  [
    'subscribePeersOnlineStatus',
    (client, argument = ['bob']) => client.subscribePeersOnlineStatus(argument as string[]),
    { invalid: 2, tooOften: 5, timeout: 4, seconds: 10 },
  ],
  [
    'unsubscribePeersOnlineStatus',
    (client, argument = ['bob']) => client.unsubscribePeersOnlineStatus(argument as string[]),
    { invalid: 2, tooOften: 5, timeout: 4, seconds: 10 },
  ],
  [
    'queryPeersBySubscriptionOption',
    (client, argument = 'ONLINE_STATUS') => client.queryPeersBySubscriptionOption(argument as 'ONLINE_STATUS'),
    { invalid: 1, tooOften: 3, timeout: 2, seconds: 5 },
  ],
];

describe.each(METHODS)('%s', (_, call, codes) => {
  test.each([[null], ['bob'], [{}], [[]], [['a/b']], [['ok', 5]], [['null']], [['']]])(
    'argument %j: invalid before anything else',
    async (argument) => {
      const { client, server } = setUp();
      const error = await call(client, argument).catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(RtmInvalidArgumentError);
      expect(error).toMatchObject({ code: codes.invalid });
      expect(server.received).toEqual([]);
    },
  );

  test('not logged in', async () => {
    const { client } = setUp();
    const error = await call(client).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(RtmInvalidStatusError);
    expect(error).toMatchObject({ code: 102 });
  });

  test('10 calls in 5 s', async () => {
    const { client, clock, server } = await loggedIn();
    await Promise.all([...Array.from({ length: 10 }, () => call(client)), clock.settle()]);
    const sent = server.received.length;
    const error = await call(client).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(RtmInvokeTooOftenError);
    expect(error).toMatchObject({ code: codes.tooOften, data: { limit: 10, retryAfterMs: 5000 } });
    expect(server.received.length).toBe(sent);
    await clock.advance(5000);
    await Promise.all([call(client), clock.settle()]);
  });

  test('no answer in time', async () => {
    const { client, server, idle } = await loggedIn();
    for (const cmd of COMMANDS) server.on[cmd] = () => 'silence';
    let error: unknown;
    call(client).catch((reason: unknown) => {
      error = reason;
    });
    await idle(codes.seconds * 1000 - 1);
    expect(error).toBeUndefined();
    await idle(2);
    expect(error).toBeInstanceOf(RtmTimeoutError);
    expect(error).toMatchObject({ code: codes.timeout });
  });

  test('interrupted by logout', async () => {
    const { client, server, clock } = await loggedIn();
    for (const cmd of COMMANDS) server.on[cmd] = () => 'silence';
    const outcome = call(client).catch((reason: unknown) => reason);
    await Promise.all([client.logout(), clock.settle()]);
    expect(await outcome).toBeInstanceOf(RtmInterruptedError);
    expect(await outcome).toMatchObject({ code: 1 });
  });

  test('while reconnecting it waits', async () => {
    const { client, server, clock, idle } = await loggedIn();
    server.isDown = true;
    server.connection.close();
    await clock.advance(5000);
    const outcome = call(client).then(() => 'resolved');
    server.isDown = false;
    await idle(3000);
    expect(await outcome).toBe('resolved');
  });
});

describe('queryPeersOnlineStatus', () => {
  test('one key per distinct id, UNREACHABLE counts as online', async () => {
    const { client, clock, server, events } = await loggedIn();
    server.presence = { bob: 'ONLINE', carol: 'UNREACHABLE' };
    const [result] = await Promise.all([
      client.queryPeersOnlineStatus(['bob', 'carol', 'nobody', 'bob', '__proto__']),
      clock.settle(),
    ]);
    expect(Object.entries(result)).toEqual([
      ['bob', true],
      ['carol', true],
      ['nobody', false],
      ['__proto__', false],
    ]);
    expect(server.commands('QueryOnlineStatus')[0]?.UserIds).toEqual(['bob', 'carol', 'nobody', '__proto__']);
    expect(await events()).toEqual([]);
  });

  test('256, and no more', async () => {
    const { client, clock } = await loggedIn();
    const [result] = await Promise.all([client.queryPeersOnlineStatus(many(256)), clock.settle()]);
    expect(Object.keys(result)).toHaveLength(256);
    await expect(client.queryPeersOnlineStatus(many(257))).rejects.toMatchObject({ code: 0 });
  });

  test('a refusal', async () => {
    const { client, clock, server } = await loggedIn();
    server.on.QueryOnlineStatus = ({ MsgId }, to) => to.send('QueryOnlineStatus', { MsgId, Status: [], Code: 1 });
    const outcome = client.queryPeersOnlineStatus(['bob']).catch((reason: unknown) => reason);
    await clock.settle();
    expect(await outcome).toMatchObject({ name: 'RtmInternalError', code: 1 });
  });
});

test('the list is what the server says, whatever the states', async () => {
  const { client, clock, server } = await loggedIn();
  server.watched = ['c', 'a', 'b'];
  server.presence = { a: 'ONLINE' };
  const [list] = await Promise.all([client.queryPeersBySubscriptionOption('ONLINE_STATUS'), clock.settle()]);
  expect(list).toEqual(['c', 'a', 'b']);
});

describe('subscriptions', () => {
  test('all named are reported in a later macrotask than the resolution; then changes only', async () => {
    const { client, clock, server, events, recorder } = await loggedIn();
    server.presence = { bob: 'ONLINE' };
    const seen: unknown[] = [];
    const subscribed = client.subscribePeersOnlineStatus(['bob', 'carol', 'bob']).then(() => {
      seen.push('resolved', recorder.take());
    });
    await Promise.all([subscribed, clock.settle()]);
    expect(seen).toEqual(['resolved', []]);
    expect(server.commands('SubscribeOnlineStatus')[0]?.UserIds).toEqual(['bob', 'carol']);
    expect(await events()).toEqual([changed({ bob: 'ONLINE', carol: 'OFFLINE' })]);
    server.presence = { bob: 'UNREACHABLE' };
    server.tell('bob', 'carol', 'stranger');
    server.tell('bob');
    expect(await events()).toEqual([changed({ bob: 'UNREACHABLE' })]);
    // Named again: all of this call, changed or not.
    await Promise.all([client.subscribePeersOnlineStatus(['carol']), clock.settle()]);
    expect(await events()).toEqual([changed({ carol: 'OFFLINE' })]);
  });

  test('after an unsubscription no event mentions them, nor one that was on its way', async () => {
    const { client, clock, server, events } = await watching('bob', 'carol');
    server.presence = { bob: 'ONLINE', carol: 'ONLINE' };
    let isOver = false;
    const late: unknown[] = [];
    client.on('PeersOnlineStatusChanged', (states) => isOver && late.push(states));
    const outcome = client.unsubscribePeersOnlineStatus(['bob', 'nobody']).then(() => {
      isOver = true;
    });
    await Promise.all([outcome, clock.settle()]);
    server.tell('bob', 'carol');
    await events();
    expect(late).toEqual([{ carol: 'ONLINE' }]);
  });

  test('512 in one call and in total', async () => {
    const { client, clock, server, events } = await loggedIn();
    const tooMany = await client.subscribePeersOnlineStatus(many(513)).catch((reason: unknown) => reason);
    expect(tooMany).toBeInstanceOf(RtmLimitExceededError);
    expect(tooMany).toMatchObject({ code: 6, data: { limit: 512 } });
    await Promise.all([client.subscribePeersOnlineStatus(many(511)), clock.settle()]);
    await Promise.all([client.subscribePeersOnlineStatus(['u5', 'x']), clock.settle()]);
    await expect(client.subscribePeersOnlineStatus(['y'])).rejects.toMatchObject({ code: 6 });
    await expect(client.unsubscribePeersOnlineStatus(many(513))).rejects.toMatchObject({ code: 6 });
    await Promise.all([client.unsubscribePeersOnlineStatus(['u5']), clock.settle()]);
    await Promise.all([client.subscribePeersOnlineStatus(['y']), clock.settle()]);
    expect(server.commands('SubscribeOnlineStatus')).toHaveLength(3);
    await events();
  });

  test('a refusal: nothing is watched', async () => {
    const { client, clock, server, events } = await loggedIn();
    server.on.SubscribeOnlineStatus = ({ MsgId }, to) => to.send('SubscribeOnlineStatus', { MsgId, Code: 6 });
    const outcome = client.subscribePeersOnlineStatus(['bob']).catch((reason: unknown) => reason);
    await clock.settle();
    expect(await outcome).toBeInstanceOf(RtmLimitExceededError);
    server.tell('bob');
    expect(await events()).toEqual([]);
  });
});

describe('after a cut', () => {
  test('the server goes on: only differences are reported, behind CONNECTED', async () => {
    const { server, events, clock, idle } = await watching('bob', 'carol');
    server.isDown = true;
    server.connection.close();
    await clock.advance(5000);
    await events();
    server.isDown = false;
    server.on.Login = (content, to) => {
      server.answer({ cmd: 'Login', appId: '', content }, to);
      server.presence = { bob: 'ONLINE' };
      server.tell('bob', 'carol');
    };
    await idle(3000);
    expect(await events()).toEqual([
      'ConnectionStateChanged "CONNECTED" "LOGIN_SUCCESS" {"recovered":true}',
      changed({ bob: 'ONLINE' }),
    ]);
    expect(server.commands('SubscribeOnlineStatus')).toHaveLength(1);
  });

  test.each([{ Resumed: false, Subscriptions: 0 }, { Resumed: false }, { Resumed: true, Subscriptions: 1 }])(
    'the server says %j: watched again before CONNECTED, and only differences are reported',
    async (login) => {
      const { server, events, clock, idle } = await watching('bob', 'carol');
      server.login = login;
      server.presence = { carol: 'UNREACHABLE' };
      server.connection.close();
      await clock.settle();
      await idle(1000);
      expect(server.commands('SubscribeOnlineStatus').map(({ UserIds }) => UserIds)).toEqual([
        ['bob', 'carol'],
        ['bob', 'carol'],
      ]);
      expect((await events()).at(-1)).toBe(changed({ carol: 'UNREACHABLE' }));
    },
  );

  test('without an answer to that the session counts as not restored', async () => {
    const { server, events, clock, idle } = await watching('bob');
    server.login = { Resumed: false };
    server.on.SubscribeOnlineStatus = () => 'silence';
    server.connection.close();
    await clock.settle();
    await idle(4500);
    expect(await events()).toEqual(['ConnectionStateChanged "RECONNECTING" "INTERRUPTED"']);
    server.on.SubscribeOnlineStatus = undefined;
    await idle(3000);
    expect((await events())[0]).toMatch('CONNECTED');
  });

  test('a subscription without an answer is sent again, and reports all', async () => {
    const { client, server, events, clock, idle } = await loggedIn();
    server.login = { Resumed: true, Subscriptions: 1 };
    server.on.SubscribeOnlineStatus = () => 'silence';
    const outcome = client.subscribePeersOnlineStatus(['bob']);
    await clock.settle();
    server.on.SubscribeOnlineStatus = undefined;
    server.connection.close();
    await clock.settle();
    await idle(1000);
    await outcome;
    expect(await events()).toEqual([changed({ bob: 'OFFLINE' })]);
    expect(server.commands('SubscribeOnlineStatus')).toHaveLength(2);
  });
});

test('nothing of a session that is over is watched or reported in the next one', async () => {
  const { client, server, clock, events, logIn } = await watching('bob');
  server.presence = { bob: 'ONLINE' };
  server.tell('bob');
  await Promise.all([client.logout(), clock.settle()]);
  expect(await events()).toEqual(['ConnectionStateChanged "DISCONNECTED" "LOGOUT"']);
  server.login = {};
  await logIn();
  server.tell('bob');
  server.connection.close();
  expect(await events()).toEqual([]);
  expect(server.commands('SubscribeOnlineStatus')).toHaveLength(1);
});
