/** Client instances that were superseded or put off while they were cut, and come back later. Found by a review. */
import { afterEach, expect, test } from 'vitest';
import type { App } from '../../src/domain/apps.js';
import { make006 } from '../edge/token-maker.js';
import { APP, Cluster } from './cluster.js';

const CERTIFICATE = 'b7e35d9042ac4f118d6e0f5a71c2984d';
const STRICT: App = {
  appId: APP,
  enabled: true,
  certificates: [CERTIFICATE],
  allowEmptyToken: false,
  allowWildcardUid: false,
};
const REST = {
  requestsPerSecond: 1000,
  messagesPerSecond: 500,
  kicksPerSecond: 10,
  addressRequestsPerSecond: 1000,
  offlineCode: 'message_offline',
} as const;

let cluster: Cluster;

afterEach(() => expect(cluster.complaints).toEqual([]));

const token = (leftS: number, uid = 'alice') => {
  const ts = Math.floor(cluster.time.wallMs() / 1000) + leftS;
  return make006({ appId: APP, certificate: CERTIFICATE, account: uid, ts, privilege: 0 });
};

async function start(): Promise<void> {
  cluster = await Cluster.start({ nodes: 1, apps: [STRICT] });
}

const KEY = { basic: { id: 'key', secret: 's' } };

function backEnd() {
  const api = cluster.node(0).backEnds([{ id: 'key', secretHash: 'hash', apps: [APP] }], () => true, REST);
  return (path: string, body: object, credentials: object, from: string) =>
    api.handle({
      method: 'POST',
      path: `/dev/v2/project/${APP}/rtm/${path}`,
      query: new Map(),
      body: JSON.stringify(body),
      from,
      credentials: { tokens: [], uids: [], ...credentials },
    });
}

test('superseded during a cut, and its token ended: a published client is told, not refused at the gateway', async () => {
  await start();
  const laptop = cluster.client('alice', 'published');
  const old = token(60);
  await laptop.connect(0, { token: old });
  laptop.say('RenewAcsToken', { AcsToken: token(3600) });
  await cluster.time.advance(1000);
  laptop.breakSocket();
  await cluster.client('alice', 'published').connect(0, { token: token(3600) });
  await cluster.time.advance(61_000);
  // Refused with 109 it would stay in RECONNECTING for ever (quirk Q12).
  await laptop.connect(0, { token: old });
  await cluster.until(() => laptop.closedWith !== undefined, 'closed');
  expect(laptop.contents('ForceOffline')).toHaveLength(1);
});

test('put off by a back end during a cut, and its token ended: it is told, too', async () => {
  await start();
  const alice = cluster.client('alice', 'published');
  const old = token(20);
  await alice.connect(0, { token: old });
  alice.say('RenewAcsToken', { AcsToken: token(3600) });
  await cluster.time.advance(1000);
  alice.breakSocket();
  await backEnd()('kicking-rule', { uid: 'alice', time: 0 }, KEY, '');
  await cluster.time.advance(20_000);
  await alice.connect(0, { token: old });
  await cluster.until(() => alice.closedWith !== undefined, 'closed');
  expect(alice.contents('ForceOffline')).toHaveLength(1);
});

test('a published client that was silent for 40 s does not put off who has logged in since; when told, it may', async () => {
  await start();
  const laptop = cluster.client('alice', 'published');
  const old = token(3600);
  await laptop.connect(0, { token: old });
  laptop.breakSocket();
  await cluster.time.advance(40_000);
  const phone = cluster.client('alice', 'published');
  await phone.connect(0, { token: token(3600) });
  await cluster.time.advance(1000);
  await laptop.connect(0, { token: old });
  await cluster.until(() => laptop.closedWith !== undefined, 'closed');
  expect(laptop.contents('ForceOffline')).toHaveLength(1);
  expect([phone.closedWith, phone.contents('ForceOffline').length]).toEqual([undefined, 0]);

  await cluster.time.advance(1000);
  await laptop.connect(0, { token: old });
  await cluster.until(() => phone.closedWith !== undefined, 'the phone is put off by a login that its user wants');
});

test('logging in again and again leaves a bounded memory', async () => {
  await start();
  for (let i = 0; i < 100; i++) {
    const client = cluster.client('alice');
    await client.connect(0, { token: token(600) });
    client.breakSocket();
    cluster.clients.pop();
  }
  await cluster.time.advance(120_000);
  expect(cluster.engine.sizes().superseded).toBeLessThanOrEqual(20);
});

test('a renewal that is answered behind a reconnect does not close the new socket', async () => {
  await start();
  const alice = cluster.client('alice');
  const first = token(600);
  await alice.connect(0, { token: first });
  const { registry } = cluster.node(0).context.engine;
  const renewToken = registry.renewToken.bind(registry);
  registry.renewToken = async (request) => {
    await new Promise<void>((done) => cluster.time.after(2000, done));
    return renewToken(request);
  };
  alice.say('RenewAcsToken', { AcsToken: token(3600), MsgId: 7 });
  await cluster.time.advance(100);
  alice.breakSocket();
  await alice.connect(0, { token: first, resume: true });
  await cluster.time.advance(3000);
  expect(alice.closedWith).toBeUndefined();
});

test('a user with a token does not use up what the back end of the app may do', async () => {
  await start();
  const ask = backEnd();
  const mallory = { tokens: [token(600, 'mallory')], uids: ['mallory'] };
  let sent = 0;
  for (let i = 0; i < 1000; i++) {
    const { status } = await ask('users/mallory/peer_messages', { destination: 'bob', payload: 'x' }, mallory, 'm');
    if (status === 200) sent += 1;
  }
  const message = await ask('users/server/peer_messages', { destination: 'bob', payload: 'hello' }, KEY, 'b');
  const kick = await ask('kicking-rule', { uid: 'mallory', time: 0 }, KEY, 'b');
  expect([message.status, kick.status]).toEqual([200, 200]);
  // What a session may send at once.
  expect(sent).toBe(360);
});
