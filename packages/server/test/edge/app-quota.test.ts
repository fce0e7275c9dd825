/** Quotas of one app: its clients wait or are refused, and those of another app (the bystanders) notice nothing. */
import { gateway, type RawClient, type RawLogin } from 'ar-rtm-testkit/raw-client';
import { expect, test } from 'vitest';
import type { AppLimits } from '../../src/domain/apps.js';
import { hashSecret } from '../../src/edge/secret-hash.js';
import { APP, eventually, useArena } from './support/arena.js';

const arena = useArena();
const SMALL = 'a0000000000000000000000000000000';
const ROOM = 'room';
const OURS = { Caps: ['reply-codes.1', 'push-offline.1', 'resume.1'] };
const SECRET = 'secret';

async function start(limits: AppLimits, settings = {}): Promise<void> {
  const app = { enabled: true, certificates: [], allowEmptyToken: true, allowWildcardUid: false };
  await arena.start({
    apps: [
      { ...app, appId: APP },
      { ...app, appId: SMALL, limits },
    ],
    apiKeys: [{ id: 'key', secretHash: hashSecret(SECRET), apps: [SMALL] }],
    settings: { offlineMs: 3000, unreachableMs: 2000, ...settings },
  });
}

const ask = (uid: string) => gateway(arena.server.url, { appid: SMALL, uid, token: '', wss: false });
const ticket = async (uid: string) => (await ask(uid)).body['sessionid'] as string;

async function enter(uid: string, login: Partial<RawLogin> = {}): Promise<RawClient> {
  const client = await arena.socket();
  expect(await client.login({ appId: SMALL, uid, ...login })).toMatchObject({ Code: 0 });
  return client;
}

async function enterRoom(uid: string, fields = {}): Promise<RawClient> {
  const client = await enter(uid, { fields });
  expect(await client.request('JoinChannel', { ChanId: ROOM })).toMatchObject({ Code: 0 });
  return client;
}

test('connections: the gateway answers 503 above it, and lets in again when one has gone', async () => {
  await start({ connections: 2 });
  const ann = await enter('ann');
  await enter('bob', { fields: OURS });
  const refused = await ask('eve');
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '1']);
  expect(refused.body).toMatchObject({ message: expect.stringContaining('the app') });
  expect(arena.server.count('refused_app_connections')).toBe(1);
  // Another app has its own place.
  await arena.intruder('eve');
  await ann.logout();
  await eventually(() => arena.server.census()['sessions'] === 4, 'one has gone');
  await enter('eve');
});

test('a ticket from before: ours is sent back to the gateway, without an answer to its Login', async () => {
  await start({ connections: 1 });
  const sessionId = await ticket('eve');
  const ann = await enter('ann');
  const eve = await arena.socket();
  void eve.login({ appId: SMALL, uid: 'eve', sessionId, fields: OURS }).catch(() => undefined);
  expect(await eve.closed).toBe(1012);
  expect(eve.all('Login')).toEqual([]);
  expect(arena.server.count('refused_app_connections')).toBe(1);
  await ann.logout();
  await eventually(() => arena.server.census()['sessions'] === 2, 'one has gone');
  // It is as good as before.
  await enter('eve', { sessionId, fields: OURS });
});

test('a ticket from before, published: its Login waits for a place, and is never refused', async () => {
  await start({ connections: 1 }, { loginDeadlineMs: 4000 });
  const [first, second] = [await ticket('eve'), await ticket('mallory')];
  const ann = await enter('ann');
  const eve = await arena.socket();
  const began = performance.now();
  const reply = eve.login({ appId: SMALL, uid: 'eve', sessionId: first });
  // Behind the pong the server has read the Login, and would have refused it.
  await new Promise((resume) => {
    eve.socket.once('pong', resume);
    eve.socket.ping();
  });
  expect(eve.all('Login')).toEqual([]);
  await ann.logout();
  expect(await reply).toMatchObject({ Code: 0 });
  expect(performance.now() - began).toBeLessThan(4000);
  // Nobody goes: it is closed with a reconnect code.
  const mallory = await arena.socket();
  void mallory.login({ appId: SMALL, uid: 'mallory', sessionId: second }).catch(() => undefined);
  expect(await mallory.closed).toBe(1012);
  expect(performance.now() - began).toBeGreaterThan(4000);
  expect(mallory.all('Login')).toEqual([]);
});

test('logins at the same instant do not get above it', async () => {
  await start({ connections: 3 });
  const uids = Array.from({ length: 12 }, (_, i) => `user ${i}`);
  const tickets = await Promise.all(uids.map(ticket));
  const sockets = await Promise.all(uids.map(() => arena.socket()));
  const replies = sockets.map((socket, i) => {
    const login = { appId: SMALL, uid: uids[i] as string, sessionId: tickets[i] as string, fields: OURS };
    return Promise.race([socket.login(login).then(() => 'in'), socket.closed.then((code) => code)]);
  });
  const outcomes = await Promise.all(replies);
  expect(outcomes.filter((outcome) => outcome === 'in')).toHaveLength(3);
  expect(outcomes.filter((outcome) => outcome === 1012)).toHaveLength(9);
});

test.each([
  ['ours', { ...OURS, Resume: true }],
  ['published', {}],
])('who goes on with a session is let in above it (%s)', async (_kind, fields) => {
  await start({ connections: 1 });
  const ann = await enter('ann', { fields: { ...fields, Resume: false } });
  ann.terminate();
  await eventually(() => arena.server.census()['connections'] === 2, 'the place is free');
  const bob = await enter('bob');
  const back = await enter('ann', { userSId: ann.userSId, fields });
  await back.settled();
  // Nobody else, until both have gone.
  expect((await ask('eve')).status).toBe(503);
  await bob.logout();
  await eventually(() => arena.server.census()['connections'] === 3, 'one has gone');
  expect((await ask('eve')).status).toBe(503);
  await back.logout();
  await enter('eve');
});

test('messages: all clients and back ends of the app together; ours are refused, over two kinds of messages', async () => {
  await start({ messagesPerSecond: 40 });
  const clients = await Promise.all(['ann', 'bob', 'eve'].map((uid) => enterRoom(uid, OURS)));
  const message = { MsgType: 1, MsgBody: 'x' };
  const began = performance.now();
  for (let MsgId = 0; MsgId < 30; MsgId++) {
    for (const client of clients) {
      if (MsgId % 2 === 0) client.send('SendChannelMsg', { ...message, MsgId, ChanId: ROOM });
      else client.send('SendMsgToPeer', { ...message, MsgId, ToUId: 'nobody' });
    }
  }
  const answers = () => clients.flatMap((client) => [...client.all('SendChannelMsg'), ...client.all('MsgStatus')]);
  await eventually(() => answers().length === 90, 'an answer to each');
  const most = 40 + ((performance.now() - began) * 40) / 1000 + 1;
  const taken = answers().filter(({ Code, Status }) => Code === 0 || (Code === undefined && Status !== undefined));
  const refused = answers().filter(({ Code }) => Code === 3 || Code === 5);
  expect(taken.length + refused.length).toBe(90);
  expect(taken.length).toBeGreaterThanOrEqual(40);
  expect(taken.length).toBeLessThanOrEqual(most);
  expect(arena.server.count('refused_app_messages')).toBe(refused.length);
  // The bucket is shared with REST.
  const path = `/dev/v2/project/${SMALL}/rtm/users/ann/peer_messages`;
  const authorization = `Basic ${Buffer.from(`key:${SECRET}`).toString('base64')}`;
  const statuses = await Promise.all(
    Array.from({ length: 60 }, async () => {
      const body = JSON.stringify({ destination: 'nobody', payload: 'x' });
      return (await fetch(arena.server.url + path, { method: 'POST', headers: { authorization }, body })).status;
    }),
  );
  expect(new Set(statuses)).toEqual(new Set([200, 429]));
  for (const client of clients) await client.settled();
});

test('messages that a resume repeats are not counted', async () => {
  await start({ messagesPerSecond: 1 });
  const ann = await enterRoom('ann', { ...OURS, Resume: false });
  const { Memory } = ann.all('Login')[0] as { Memory: string };
  const message = { MsgType: 1, MsgBody: 'x', ChanId: ROOM, Again: Memory };
  for (let MsgId = 1; MsgId <= 20; MsgId++) ann.send('SendChannelMsg', { ...message, MsgId });
  await eventually(() => ann.all('SendChannelMsg').length === 20, 'an answer to each');
  expect(ann.all('SendChannelMsg').every(({ Code }) => Code === 0)).toBe(true);
});

test('messages, published: held back, nothing is lost; refused and counted when it takes too long', async () => {
  await start({ messagesPerSecond: 20 }, { pauseRefuseMs: 5000 });
  const [ann, bob] = [await enterRoom('ann'), await enterRoom('bob')];
  const began = performance.now();
  for (let MsgId = 0; MsgId < 30; MsgId++) {
    for (const client of [ann, bob]) client.send('SendChannelMsg', { MsgType: 1, MsgBody: 'x', MsgId, ChanId: ROOM });
  }
  const replies = () => [...ann.all('SendChannelMsg'), ...bob.all('SendChannelMsg')];
  await eventually(() => replies().length === 60, 'an answer to each');
  // 20 at once, the other 40 in two seconds.
  expect(performance.now() - began).toBeGreaterThan(1700);
  expect(replies().every(({ Code }) => Code === 0)).toBe(true);
  const texts = () => ann.all('RecvMsgFromChan').filter(({ FromUId }) => FromUId === 'bob');
  await eventually(() => texts().length === 30, 'all messages');
  expect(arena.server.count('refused_app_messages')).toBe(0);
});

test('messages, published, for longer than the patience', async () => {
  await start({ messagesPerSecond: 1 }, { pauseMs: 50, pauseRefuseMs: 200 });
  const ann = await enter('ann');
  for (let MsgId = 0; MsgId < 4; MsgId++)
    ann.send('SendMsgToPeer', { MsgType: 1, MsgBody: 'x', MsgId, ToUId: 'nobody' });
  await eventually(() => ann.all('MsgStatus').length === 4, 'a status for each');
  expect(arena.server.count('refused_app_messages')).toBeGreaterThanOrEqual(2);
  await ann.settled();
});
