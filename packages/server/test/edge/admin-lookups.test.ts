/** What the operator looks up, and that nothing secret is among it (docs/admin.md). */
import { FakeTime } from 'ar-rtm-testkit';
import { RawClient } from 'ar-rtm-testkit/raw-client';
import { afterEach, describe, expect, test } from 'vitest';
import { PromCounters } from '../../src/edge/observability/index.js';
import { LocalEngine } from '../../src/engines/local/index.js';
import { COUNTER_NAMES, type Logger } from '../../src/ports/index.js';
import { MemoryRecords, startTestServer, type TestServer, type TestServerOptions } from '../../src/testing.js';
import { type AdminReply, byKey } from './support/admin-client.js';
import { make006 } from './token-maker.js';

const APP = '4c1f0a9be27d43d58f60b7a2c93e5d18';
const OTHER = '0123456789abcdef0123456789abcdef';
const CERTIFICATE = 'b7e35d9042ac4f118d6e0f5a71c2984d';
const SECRET = 'Nobody-Else-May-Read-This';

let server: TestServer;
const clients: RawClient[] = [];
const start = async (options: TestServerOptions = {}) => {
  server = await startTestServer(options);
};
afterEach(async () => {
  for (const client of clients.splice(0)) client.terminate();
  await server.stop();
  expect(server.complaints).toEqual([]);
});

async function login(uid: string, login: { token?: string; appId?: string; fields?: object } = {}) {
  const { appId = APP, ...more } = login;
  const client = await RawClient.login(server.url, { appId, uid, ...more, fields: { ...more.fields } });
  clients.push(client);
  return client;
}
const join = (client: RawClient, ChanId: string) => client.request('JoinChannel', { ChanId });
const get = (path: string): Promise<AdminReply> => byKey(server, `/admin${path}`);
const ofApp = async (path: string) => (await get(`/apps/${APP}/${path}`)).json;
let ids = 1;
const message = (text: string, more: object = {}) => ({
  MsgId: ids++,
  MsgType: 1,
  MsgBody: text,
  OfflineMsg: false,
  ...more,
});

describe('the overview', () => {
  test('has what there is, what happened, and what the process costs', async () => {
    await start();
    const [ann, bob] = [await login('ann'), await login('bob')];
    await join(ann, 'room');
    await join(bob, 'room');
    await ann.request('SendChannelMsg', { ChanId: 'room', ...message('hello') });
    await ann.request('SendMsgToPeer', { ToUId: 'bob', ...message('hello') }, 'MsgStatus');
    await ann.request('SendMsgToPeer', { ToUId: 'carl', ...message('hello', { OfflineMsg: true }) }, 'MsgStatus');
    await bob.next('RecvMsgFromChan');
    const before = Date.now();
    const { json } = await get('/overview');
    expect(json).toMatchObject({
      version: '0.0.0-test',
      nodeId: expect.stringMatching(/^[0-9a-f]{16}$/),
      status: 'ready',
      now: { connections: 2, pendingLogins: 0, sessions: 2, channels: 1, followedChannels: 1, usersWithStored: 1 },
      counters: { logins: 2, peer_messages: 2, channel_messages: 1, offline_messages_stored: 1 },
      storage: { kind: 'memory', waitingWrites: 0, damagedRecords: 0, failures: 0 },
    });
    expect(Math.abs(json.ts - before)).toBeLessThan(60_000);
    expect(Object.keys(json.counters)).toEqual([...COUNTER_NAMES]);
    for (const name of COUNTER_NAMES) expect(json.counters[name], name).toBe(server.count(name));
    for (const [name, value] of Object.entries(json.now)) expect(Number.isInteger(value), name).toBe(true);
    const { uptimeS, cpuMs, memoryBytes, loopDelayMs } = json.process;
    expect(uptimeS).toBeGreaterThanOrEqual(0);
    expect(cpuMs.user).toBeGreaterThan(0);
    expect(memoryBytes.rss).toBeGreaterThan(memoryBytes.heapUsed);
    expect(Object.keys(loopDelayMs)).toEqual(['p50', 'p99', 'max', 'worst', 'overMs']);
  });

  test('measures the delay of the event loop', async () => {
    await start();
    const worstAfterHold = async () => {
      const began = performance.now();
      while (performance.now() - began < 100);
      return (await get('/overview')).json.process.loopDelayMs.worst;
    };
    await expect.poll(worstAfterHold).toBeGreaterThan(50);
    const { max, worst, p50, p99, overMs } = (await get('/overview')).json.process.loopDelayMs;
    expect(overMs).toBeGreaterThan(0);
    expect(worst).toBeGreaterThanOrEqual(max);
    expect(max).toBeGreaterThanOrEqual(p99);
    expect(p99).toBeGreaterThanOrEqual(p50);
  });

  test('the metrics are those of /metrics, where there are any', async () => {
    const counters = new PromCounters();
    counters.add('logins', 7);
    await start({ metrics: counters });
    const { status, text, headers } = await get('/metrics');
    expect([status, headers['content-type']]).toEqual([200, counters.contentType]);
    expect(text).toContain('\narrtm_logins_total 7\n');
    await server.stop();
    await start();
    expect((await get('/metrics')).json.code).toBe('not_found');
  });
});

describe('apps', () => {
  const app = (appId: string, more: object = {}) => ({
    appId,
    enabled: true,
    certificates: [],
    allowEmptyToken: false,
    allowWildcardUid: false,
    ...more,
  });

  test('all that are configured, with their names, used or not; never their certificates', async () => {
    await start({
      apps: [app(APP, { name: 'Chat' }), app(OTHER, { enabled: false, certificates: [CERTIFICATE] })],
    });
    await join(await login('ann'), 'room');
    const { json, text } = await get('/apps');
    expect(json).toEqual({
      isOpen: false,
      isComplete: true,
      items: [
        { appId: OTHER, isServed: false, sessionsHere: 0, users: 0, channels: 0, usersWithStored: 0 },
        { appId: APP, name: 'Chat', isServed: true, sessionsHere: 1, users: 1, channels: 1, usersWithStored: 0 },
      ],
    });
    expect(text).not.toContain(CERTIFICATE);
    expect((await get('/apps?limit=1')).json).toMatchObject({ items: [{ appId: OTHER }], next: OTHER });
    expect((await get(`/apps?limit=1&after=${OTHER}`)).json.items).toMatchObject([{ appId: APP }]);
    expect((await get('/apps?search=4C1F')).json.items).toMatchObject([{ appId: APP }]);
  });

  test('in development mode those that are used', async () => {
    await start();
    await login('ann', { appId: OTHER });
    await login('ann');
    const { isOpen, items } = (await get('/apps')).json;
    expect([isOpen, items.map(({ appId }: { appId: string }) => appId)]).toEqual([true, [OTHER, APP]]);
  });
});

describe('users', () => {
  test('are found by a part of their id; of one app alone', async () => {
    await start();
    for (const uid of ['ann', 'Annabel', 'bob', 'joann']) await login(uid);
    await login('anna', { appId: OTHER });
    const uids = async (query: string) =>
      (await ofApp(`users?${query}`)).items.map((item: { uid: string }) => item.uid);
    expect(await uids('')).toEqual(['Annabel', 'ann', 'bob', 'joann']);
    expect(await uids('search=ANN')).toEqual(['Annabel', 'ann', 'joann']);
    expect(await ofApp('users?search=ann&limit=2')).toMatchObject({ isComplete: true, next: 'ann' });
    expect(await uids('search=ann&limit=2&after=ann')).toEqual(['joann']);
    expect(await ofApp('users?search=nobody')).toEqual({ items: [], isComplete: true });
  });

  test('questions that make no sense are refused', async () => {
    await start();
    for (const query of [
      'limit=0',
      'limit=501',
      'limit=x',
      'limit=-1',
      'limit=1.5',
      'after=',
      'after=/',
      'after=null',
    ]) {
      expect(await ofApp(`users?${query}`), query).toMatchObject({ code: 'invalid_parameter' });
    }
    expect(await ofApp(`users?search=${'x'.repeat(65)}`)).toMatchObject({ code: 'invalid_parameter' });
    expect(await ofApp('users/nobody')).toMatchObject({ code: 'not_found' });
    // What an id may contain may stand in the path.
    await login('a b/c?'.replace('/', '%'));
    expect((await ofApp(`users/${encodeURIComponent('a b%c?')}`)).uid).toBe('a b%c?');
  });

  test('one of them: session, socket, channels with positions, inbox', async () => {
    await start();
    const [ann, bob] = [await login('ann'), await login('bob', { fields: { Caps: ['resume.1'], SdkVer: '2.3.4' } })];
    await join(bob, 'room');
    await join(ann, 'room');
    bob.acknowledge = false;
    await ann.request('SendChannelMsg', { ChanId: 'room', ...message('hello') });
    await bob.next('RecvMsgFromChan');
    ann.send('SendMsgToPeer', { ToUId: 'bob', ...message('hello') });
    await bob.next('RecvMsgFromPeer');
    await bob.request('SubscribeOnlineStatus', { MsgId: ids++, UserIds: '["ann","carl"]' });
    const json = await ofApp('users/bob');
    const [channel] = json.session.channels;
    expect(json).toEqual({
      appId: APP,
      uid: 'bob',
      presence: 'ONLINE',
      session: {
        nodeId: (await get('/overview')).json.nodeId,
        isHere: true,
        state: 'active',
        client: 'ours',
        beganTs: expect.any(Number),
        silentMs: expect.any(Number),
        connection: {
          address: '127.0.0.1',
          sinceTs: expect.any(Number),
          sdkVersion: '2.3.4',
          capabilities: ['resume.1'],
          queuedBytes: 0,
          queuedWrites: 0,
          isClosing: false,
        },
        watchedPeers: 2,
        attributeKeys: [],
        channels: [{ channelId: 'room', members: 2, state: 'live', end: channel.end, delivered: channel.end }],
      },
      inbox: {
        end: json.inbox.oldest,
        floor: expect.any(Object),
        oldest: { epoch: expect.any(Number), offset: json.inbox.floor.offset + 1 },
        waiting: 1,
        waitingBytes: expect.any(Number),
        stored: 0,
      },
    });
    expect((await ofApp('users/ann')).session).toMatchObject({
      client: 'published',
      connection: { sdkVersion: '1.0.15', capabilities: [] },
    });
  });

  test('one that is cut, and one that is offline', async () => {
    await start();
    const ann = await login('ann');
    await join(ann, 'room');
    ann.terminate();
    await expect.poll(async () => (await ofApp('users/ann')).session?.state).toBe('suspended');
    const { session } = await ofApp('users/ann');
    expect(session).not.toHaveProperty('connection');
    expect(session).toMatchObject({ isHere: true, channels: [{ channelId: 'room', state: 'away' }] });
    const bob = await login('bob');
    await bob.request('SendMsgToPeer', { ToUId: 'carl', ...message('x', { OfflineMsg: true }) }, 'MsgStatus');
    const carl = await ofApp('users/carl');
    expect(carl).toMatchObject({ presence: 'OFFLINE', inbox: { stored: 1, waiting: 0 } });
    expect(carl).not.toHaveProperty('session');
    expect((await ofApp('users?search=carl')).items).toEqual([
      { uid: 'carl', presence: 'OFFLINE', channels: 0, hasStored: true },
    ]);
  });

  test('a client that does not read: what waits for it', async () => {
    await start({ settings: { messages: { perSecond: 1000, burst: 1000 } } });
    const [ann, bob] = [await login('ann'), await login('bob')];
    await join(bob, 'room');
    await join(ann, 'room');
    bob.pause();
    const text = 'x'.repeat(30_000);
    await expect
      .poll(async () => {
        const replies = Array.from({ length: 30 }, () =>
          ann.request('SendChannelMsg', { ChanId: 'room', ...message(text) }),
        );
        await Promise.all(replies);
        return (await ofApp('users/bob')).session.connection?.queuedWrites;
      })
      .toBeGreaterThan(0);
    expect((await ofApp('users/bob')).session.connection.queuedBytes).toBeGreaterThan(text.length);
  });

  test('may be put off, and come back', async () => {
    await start();
    const ann = await login('ann');
    const kick = (uid: string) => byKey(server, `/admin/apps/${APP}/users/${uid}/kick`, { method: 'POST' });
    expect((await kick('ann')).json).toEqual({ wasOnline: true });
    expect(await ann.next('ForceOffline')).toEqual({ Reason: 'BANNED' });
    await ann.closed;
    expect((await kick('ann')).json).toEqual({ wasOnline: false });
    expect(server.count('sessions_put_off')).toBe(1);
    await login('ann');
    expect((await ofApp('users/ann')).presence).toBe('ONLINE');
  });
});

describe('channels', () => {
  test('a list, and one of them with its members in pages', async () => {
    await start();
    for (const uid of ['dora', 'ann', 'carl', 'bob']) await join(await login(uid), 'Room 1');
    const [ann] = clients;
    await join(ann as RawClient, 'hall');
    await ann?.request('SendChannelMsg', { ChanId: 'Room 1', ...message('hello') });
    expect((await ofApp('channels')).items).toEqual([
      { channelId: 'Room 1', members: 4, entries: 5, bytes: expect.any(Number) },
      { channelId: 'hall', members: 1, entries: 1, bytes: expect.any(Number) },
    ]);
    expect((await ofApp('channels?search=room')).items).toMatchObject([{ channelId: 'Room 1' }]);
    const path = `channels/${encodeURIComponent('Room 1')}`;
    await expect.poll(async () => (await ofApp(path)).fanout.queuedEntries).toBe(0);
    const json = await ofApp(path);
    const { end } = json.log;
    expect(json).toEqual({
      appId: APP,
      channelId: 'Room 1',
      memberCount: 4,
      log: { end, floor: { epoch: end.epoch, offset: end.offset - 5 }, entries: 5, bytes: expect.any(Number) },
      attributes: { version: 0, keys: [] },
      followers: 1,
      fanout: { membersHere: 4, followed: end, delivered: end, queuedEntries: 0, waitMs: 0, isLagging: false },
      members: {
        items: ['ann', 'bob', 'carl', 'dora'].map((uid) => ({ uid, delivered: expect.any(Object), state: 'live' })),
        isComplete: true,
      },
    });
    const first = (await ofApp(`${path}?limit=2`)).members;
    expect([first.items.map(({ uid }: { uid: string }) => uid), first.next]).toEqual([['ann', 'bob'], 'bob']);
    expect((await ofApp(`${path}?limit=2&after=bob`)).members.items).toMatchObject([{ uid: 'carl' }, { uid: 'dora' }]);
    expect((await ofApp(`${path}?search=R`)).members.items).toMatchObject([{ uid: 'carl' }, { uid: 'dora' }]);
    expect(await ofApp('channels/none')).toMatchObject({ code: 'not_found' });
  });
});

test('no answer has a body, a value of an attribute, a token, a ticket or a client instance in it', async () => {
  await start({
    apps: [
      {
        appId: APP,
        enabled: true,
        certificates: [CERTIFICATE],
        allowEmptyToken: false,
        allowWildcardUid: false,
      },
    ],
    metrics: new PromCounters(),
  });
  const ts = Math.floor(Date.now() / 1000) + 600;
  const tokenOf = (account: string) => make006({ appId: APP, certificate: CERTIFICATE, account, ts, privilege: 0 });
  const tokens = { ann: tokenOf('ann'), bob: tokenOf('bob') };
  const ann = await login('ann', { token: tokens.ann });
  const bob = await login('bob', { token: tokens.bob });
  bob.acknowledge = false;
  for (const client of [ann, bob]) await join(client, 'room');
  const attributes = JSON.stringify({ mood: SECRET });
  await ann.request('AddOrUpdateUserAttributes', { MsgId: ids++, SetLocal: true, Attributes: attributes });
  const change = { MsgId: ids++, ChanId: 'room', SetChan: true, Notify: true, Attributes: attributes };
  await ann.request('AddOrUpdateChanAttributes', change);
  await ann.request('SendChannelMsg', { ChanId: 'room', ...message(SECRET) });
  ann.send('SendMsgToPeer', { ToUId: 'bob', ...message(SECRET, { OfflineMsg: true }) });
  await bob.next('RecvMsgFromPeer');
  await ann.request('SendMsgToPeer', { ToUId: 'carl', ...message(SECRET, { OfflineMsg: true }) }, 'MsgStatus');

  const users = await ofApp('users/ann');
  expect(users.session).toMatchObject({ attributeKeys: ['mood'], tokenEndTs: ts });
  expect((await ofApp('channels/room')).attributes.keys).toEqual(['mood']);
  const answers: string[] = [];
  for (const path of ['users', 'users/ann', 'users/bob', 'users/carl', 'channels', 'channels/room']) {
    answers.push((await get(`/apps/${APP}/${path}`)).text);
  }
  for (const path of ['/overview', '/metrics', '/apps', '/session']) answers.push((await get(path)).text);
  answers.push((await byKey(server, `/admin/apps/${APP}/users/ann/kick`, { method: 'POST' })).text);
  const instances = [ann, bob].flatMap(({ userSId, sessionId }) => [userSId, sessionId, ...sessionId.split('.')]);
  const secrets = [SECRET, CERTIFICATE, tokens.ann, tokens.bob, server.newOperatorKey ?? '', ...instances];
  for (const secret of secrets.filter((text) => text.length > 8 && text !== APP)) {
    for (const text of answers) expect(text).not.toContain(secret);
  }
});

test('of 10,000 users a page holds what was asked for, and the server goes on meanwhile', async () => {
  const records = await withStored(10_000);
  await start({ records });
  const ann = await login('ann');
  const lists = Promise.all([1, 2, 3, 4].map(() => get(`/apps/${APP}/users?search=user-09&limit=3`)));
  // Not behind the lists.
  expect(await ann.request('JoinChannel', { ChanId: 'room' })).toMatchObject({ Code: 0 });
  for (const { json } of await lists) {
    expect(json).toMatchObject({
      items: [{ uid: 'user-09000' }, { uid: 'user-09001' }, { uid: 'user-09002' }],
      isComplete: true,
      next: 'user-09002',
    });
  }
  let next: string | undefined = '';
  let seen = 0;
  for (let page = 0; page < 100 && next !== undefined; page += 1) {
    const { items, next: after } = await ofApp(`users?limit=500${next && `&after=${next}`}`);
    expect(items.length).toBeLessThanOrEqual(500);
    seen += items.length;
    next = after;
  }
  expect(seen).toBe(10_001);
  expect((await ofApp('users/user-04711')).inbox.stored).toBe(1);
  expect((await get('/apps')).json.items).toMatchObject([{ usersWithStored: 10_000 }]);
});

test('more lists at a time than are made have to come again', async () => {
  await start({ records: await withStored(10_000) });
  const replies = await Promise.all(Array.from({ length: 40 }, () => get(`/apps/${APP}/users`)));
  const statuses = replies.map(({ status }) => status);
  expect(statuses.filter((status) => status === 200).length).toBeGreaterThanOrEqual(4);
  for (const { status, json, headers } of replies) {
    if (status === 200) continue;
    expect([status, json.code, headers['retry-after']]).toEqual([503, 'unavailable', '1']);
  }
  expect((await get(`/apps/${APP}/users`)).status).toBe(200);
});

/** Records of a server that has stored a message for so many users. */
async function withStored(count: number): Promise<MemoryRecords> {
  const content = new Map<string, string>();
  const logger: Logger = {
    error: () => undefined,
    warn: () => undefined,
    info: () => undefined,
    debug: () => undefined,
    child: () => logger,
  };
  const before = new MemoryRecords({ content });
  const engine = new LocalEngine({
    records: before,
    time: new FakeTime(Date.now()),
    counters: { add: () => undefined },
    logger,
  });
  await engine.open();
  const { inboxes } = engine.connect();
  const uids = Array.from({ length: count }, (_, i) => `user-${String(i).padStart(5, '0')}`);
  await Promise.all(
    uids.map((to) =>
      inboxes.send({
        appId: APP,
        to,
        message: { from: 'x', type: 1, body: 'x', description: '', offline: true },
        origin: { nodeId: 'none', ref: 0 },
        timeoutMs: 10_000,
      }),
    ),
  );
  await engine.close({ graceful: true });
  await before.close();
  return new MemoryRecords({ content });
}
