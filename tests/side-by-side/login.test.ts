/** Loading, login, logout and the connection state, with both SDKs. */
import ArRTM, { RtmErrorCode, RtmStatusCode } from 'ar-rtm-sdk';
import { expect } from 'vitest';
import { codeOf, differs, hear, oursOnly, outcome, type Scene, scenario } from './scene.js';

type Told = [state: string, reason: string | undefined];

scenario(['0b', 57], 'the default export is the namespace; VERSION names the release', async (scene) => {
  const module = scene.module();
  expect(typeof module.createInstance).toBe('function');
  expect(module.VERSION).toMatch(/^\d+\.\d+\.\d+$/);
});

oursOnly(['0b'], 'the namespace has every enum, class and constant', async () => {
  expect(ArRTM.ConnectionState).toBe(RtmStatusCode.ConnectionState);
  expect(ArRTM.MessageType).toBe(RtmStatusCode.MessageType);
  expect(RtmErrorCode.LoginError.LOGIN_ERR_INVALID_TOKEN).toBe(4);
  expect(RtmErrorCode.LoginError[4]).toBe('LOGIN_ERR_INVALID_TOKEN');
  expect(ArRTM.END_CALL_PREFIX).not.toBe('');
  expect(ArRTM.BUILD).not.toBe('');
});

differs(
  'B1',
  ['0b'],
  'enums of the default export',
  async (scene) => typeof (scene.module() as { ConnectionState?: unknown }).ConnectionState,
  { ours: 'object', published: 'undefined' },
);

scenario(['0c'], 'listeners of clients and channels hear events until they are taken off', async (scene) => {
  const [ann, ben] = [await scene.login('ann'), await scene.login('ben')];
  const heard: string[] = [];
  const first = (message: { text?: string }) => heard.push(`first ${message.text}`);
  const second = (message: { text?: string }) => heard.push(`second ${message.text}`);
  ben.on('MessageFromPeer', first);
  ben.on('MessageFromPeer', second);
  await ann.sendMessageToPeer({ text: 'one' }, 'ben');
  ben.off('MessageFromPeer', first);
  await ann.sendMessageToPeer({ text: 'two' }, 'ben');
  const rest = hear(ben, 'MessageFromPeer');
  await ann.sendMessageToPeer({ text: 'three' }, 'ben');
  await rest.atLeast(1);
  expect(heard).toEqual(['first one', 'second one', 'second two', 'second three']);

  const channel = ben.createChannel('room');
  const joined = hear<[string]>(channel, 'MemberJoined');
  await channel.join();
  await ann.createChannel('room').join();
  expect(await joined.atLeast(1)).toEqual([['ann']]);
});

differs(
  'B10',
  ['0c'],
  'what `on` returns',
  async (scene) => {
    const client = await scene.client();
    return client.on('MessageFromPeer', () => undefined) === client;
  },
  { ours: true, published: false },
);

differs(
  'B9',
  ['0c'],
  'a listener that throws',
  async (scene) => {
    const [ann, ben] = [await scene.login('ann'), await scene.login('ben')];
    const quiet = (error: Error) => {
      if (error.message !== 'on purpose') throw error;
    };
    process.prependOnceListener('uncaughtException', quiet);
    const others = process.listeners('uncaughtException').filter((listener) => listener !== quiet);
    for (const listener of others) process.off('uncaughtException', listener);
    try {
      ben.on('MessageFromPeer', () => {
        throw new Error('on purpose');
      });
      const behind = hear(ben, 'MessageFromPeer');
      const sent = await ann.sendMessageToPeer({ text: 'hello' }, 'ben', { enableOfflineMessaging: false });
      // The published client acknowledges nothing that a listener failed on.
      return [sent.hasPeerReceived, behind.calls.length];
    } finally {
      process.off('uncaughtException', quiet);
      for (const listener of others) process.on('uncaughtException', listener);
    }
  },
  { ours: [true, 1], published: [false, 0] },
);

scenario([1], 'an instance is made without a server; a bad app id is refused', async (scene) => {
  const { createInstance } = scene.module();
  expect(createInstance('0123456789abcdef0123456789ABCDEF').uid).toBe('');
  for (const appId of ['', 'short', `${'a'.repeat(32)}b`, 'ä'.repeat(32), undefined, 1]) {
    expect(() => createInstance(appId as string)).toThrow(expect.objectContaining({ code: 1 }));
  }
});

differs(
  'B6',
  [1, 58],
  'the address of one instance is that of all',
  async (scene) => {
    await scene.start();
    const { createInstance } = scene.module();
    const app = '0123456789abcdef0123456789abcdef';
    const first = createInstance(app, { ...scene.server.address, logFilter: 4 });
    createInstance(app, { confPriCloudAddr: { ServerAdd: '127.0.0.1', Port: 1, Wss: false }, logFilter: 4 });
    const result = await outcome(() => first.login({ uid: 'ann' }), 1000);
    if (result === 'resolved') await first.logout();
    return result;
  },
  { ours: 'resolved', published: 'pending' },
);

scenario([2, 3, 4], 'login, logout and login again, each with its events', async (scene) => {
  const client = await scene.client();
  const states = hear<Told>(client, 'ConnectionStateChanged');
  await client.login({ uid: 'ann' });
  expect(client.uid).toBe('ann');
  await client.logout();
  expect(client.uid).toBe('');
  await client.login({ uid: 'ann of the second time' });
  await client.logout();
  expect(states.calls.map(([state, reason]) => `${state} ${reason}`)).toEqual([
    'CONNECTING LOGIN',
    'CONNECTED LOGIN_SUCCESS',
    'DISCONNECTED LOGOUT',
    'CONNECTING LOGIN',
    'CONNECTED LOGIN_SUCCESS',
    'DISCONNECTED LOGOUT',
  ]);
});

scenario([2], 'an unknown app is refused with 3', async (scene) => {
  await scene.start({
    apps: [{ appId: 'f'.repeat(32), enabled: true, certificates: [], allowEmptyToken: true, allowWildcardUid: false }],
  });
  const client = await scene.client();
  expect(await codeOf(client.login({ uid: 'ann' }))).toBe(3);
});

scenario([2], 'a missing token is refused with 4 where the app demands one', async (scene) => {
  await scene.start({
    apps: [
      {
        appId: '0123456789abcdef0123456789abcdef',
        enabled: true,
        certificates: ['c'.repeat(32)],
        allowEmptyToken: false,
        allowWildcardUid: false,
      },
    ],
  });
  const client = await scene.client();
  expect(await codeOf(client.login({ uid: 'ann' }))).toBe(4);
});

scenario([2], 'a uid that breaks the rule is refused', async (scene) => {
  const client = await scene.client();
  for (const uid of ['ä', 'a'.repeat(65), 'a/b']) expect(await codeOf(client.login({ uid }))).toBe(2);
});

differs(
  'B12',
  [2],
  'login without an argument',
  async (scene) => {
    const client = await scene.client();
    return outcome(() => client.login(undefined as never));
  },
  { ours: 2, published: 'throws TypeError' },
);

differs(
  'B11',
  [4],
  'the states behind a failed login',
  async (scene) => {
    await scene.start({ apps: [] });
    const client = await scene.client({}, 'e'.repeat(32));
    const states = hear<Told>(client, 'ConnectionStateChanged');
    await scene.server.stop();
    const failed = await outcome(() => client.login({ uid: 'ann' }), 14_000);
    return [typeof failed, states.calls.map(([state, reason]) => `${state} ${reason}`)];
  },
  {
    ours: ['number', ['CONNECTING LOGIN', 'DISCONNECTED LOGIN_TIMEOUT']],
    published: ['number', ['CONNECTING LOGIN', 'DISCONNECTED LOGIN_TIMEOUT', 'CONNECTED LOGIN_SUCCESS']],
  },
);

differs(
  'B13',
  [2],
  'a second login while the first runs',
  async (scene) => {
    const client = await scene.client();
    const first = client.login({ uid: 'ann' });
    const second = await codeOf(client.login({ uid: 'ann' }));
    await first;
    return second;
  },
  { ours: 7, published: 'resolved' },
);

differs(
  'B17',
  [3],
  'logout of a client that is not logged in',
  async (scene) => outcome(async () => (await scene.client()).logout()),
  {
    ours: 102,
    published: 'resolved',
  },
);

differs(
  'B18',
  [3],
  'logout while a login runs',
  async (scene) => {
    const client = await scene.client();
    const login = outcome(() => client.login({ uid: 'ann' }), 5000);
    await client.logout();
    return login;
  },
  { ours: 10, published: 'resolved' },
);

differs(
  'B25',
  [4],
  'a kick',
  async (scene) => {
    const ann = await scene.login('ann');
    const states = hear<Told>(ann, 'ConnectionStateChanged');
    await scene.login('ann');
    await states.atLeast(1);
    return states.calls.map(([state, reason]) => `${state} ${reason}`);
  },
  { ours: ['ABORTED REMOTE_LOGIN'], published: ['DISCONNECTED REMOTE_LOGIN'] },
);

differs('B19', [4], 'the reason of a reconnect', reconnected, {
  ours: ['RECONNECTING INTERRUPTED', 'CONNECTED LOGIN_SUCCESS'],
  published: ['RECONNECTING undefined', 'CONNECTED undefined'],
});

/** The server restarts on its port, and has forgotten everything. */
async function reconnected(scene: Scene): Promise<unknown> {
  const { port, stop } = await scene.start();
  const ann = await scene.login('ann');
  const states = hear<Told>(ann, 'ConnectionStateChanged');
  await stop();
  await states.atLeast(1);
  await scene.start({ port });
  await states.atLeast(2);
  return states.calls.map(([state, reason]) => `${state} ${reason}`);
}
