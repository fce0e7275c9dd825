/** Requests of back ends at one node, for users of others, over a network that is not good. Virtual time. */
import { CLOSE_CODE } from 'ar-rtm-protocol';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { BackEndApi } from '../../src/app/back-end/back-end-api.js';
import { APP, Cluster, type ScriptedClient } from './cluster.js';

const LIMITS = { requestsPerSecond: 1000, messagesPerSecond: 500, kicksPerSecond: 10, addressRequestsPerSecond: 1000 };
const KEYS = [{ id: 'key', secretHash: 'hash', apps: [APP] }];

let cluster: Cluster;
let api: BackEndApi;

beforeEach(async () => {
  cluster = await Cluster.start({ nodes: 3, faults: { callDelayMs: 20, answerDelayMs: 20, feedDelayMs: 40 } });
  api = cluster.node(0).backEnds(KEYS, (hash, secret) => hash === 'hash' && secret === 'secret', {
    ...LIMITS,
    offlineCode: 'message_offline',
  });
});
afterEach(() => expect(cluster.complaints).toEqual([]));

/** A request at the first node; its answer when there is one. */
function ask(path: string, body: object, method = 'POST') {
  const [pathOnly = '', query = ''] = `/dev/v2/project/${APP}/rtm/${path}`.split('?');
  const answer: { status?: number; code?: unknown } = {};
  const credentials = { basic: { id: 'key', secret: 'secret' }, tokens: [], uids: [] };
  const request = { method, path: pathOnly, query: new Map(new URLSearchParams(query)), credentials, from: 'here' };
  void api.handle({ ...request, body: JSON.stringify(body) }).then(({ status, body: { code } }) => {
    Object.assign(answer, { status, code });
  });
  return answer;
}

async function answered(path: string, body: object) {
  const answer = ask(path, body);
  await cluster.until(() => answer.status !== undefined, `${path} is answered`, 15_000);
  return [answer.status, answer.code];
}

const SEND = 'users/server/peer_messages?wait_for_ack=true';
const message = (destination: string, more: object = {}) => ({ destination, payload: 'ping', ...more });
const kick = (uid: string) => answered('kicking-rule', { uid, time: 0 });
const untilClosed = (client: ScriptedClient) =>
  cluster.until(() => client.closedWith !== undefined, `${client.uid} is closed`);

test('a message reaches the receiver at another node, and the acknowledgement the back end', async () => {
  const bob = await cluster.login('bob', 1);
  expect(await answered(SEND, message('bob'))).toEqual([200, 'message_delivered']);
  expect(bob.contents('RecvMsgFromPeer')).toMatchObject([{ FromUId: 'server', MsgBody: 'ping' }]);
});

test('a receiver that is cut: no answer in time; back within the grace it gets the message all the same', async () => {
  const bob = await cluster.login('bob', 1);
  bob.breakSocket();
  expect(await answered(SEND, message('bob'))).toEqual([408, 'timeout']);
  expect(await answered(SEND, message('bob', { payload: 'kept', enable_offline_messaging: true }))).toEqual([
    200,
    'message_offline',
  ]);
  await bob.connect(2, { resume: true });
  await cluster.until(() => bob.received().length === 2, 'both arrive');
  expect(bob.received()).toEqual(['ping', 'kept']);
});

test('the session ends while the back end waits: offline', async () => {
  const bob = await cluster.login('bob', 1);
  bob.mute = true;
  const answer = ask(SEND, message('bob'));
  await cluster.time.advance(1000);
  bob.say('Logout', {});
  await cluster.until(() => answer.status !== undefined, 'answered');
  expect(answer).toEqual({ status: 200, code: 'message_offline' });
});

test('the node is cut off from the engine: the outcome is unknown, and nothing hangs', async () => {
  cluster.network.partition('node0');
  expect(await answered(SEND, message('bob'))).toEqual([408, 'timeout']);
  expect(await answered('users/server/channel_messages', { channel_name: 'room', payload: 'x' })).toEqual([
    408,
    'timeout',
  ]);
  expect(await kick('bob')).toEqual([408, 'timeout']);
  expect(cluster.node(0).census.deliveries).toBe(0);
});

test('a draining node takes no requests', async () => {
  void cluster.node(0).drain();
  expect(await answered(SEND, message('bob'))).toEqual([503, 'unavailable']);
});

test('members at all nodes get a channel message in the order of the log', async () => {
  const members = await Promise.all(['ann', 'bob', 'cara'].map((uid, node) => cluster.login(uid, node)));
  for (const member of members) await member.join('room');
  const [ann, bob, cara] = members as [ScriptedClient, ScriptedClient, ScriptedClient];
  bob.shout('room', 'first');
  await cluster.time.advance(200);
  expect(await answered('users/ann/channel_messages', { channel_name: 'room', payload: 'second' })).toEqual([
    200,
    'message_sent',
  ]);
  bob.shout('room', 'third');
  await cluster.until(() => cara.heard('room').length === 3, 'all heard');
  await cluster.time.advance(500);
  expect([ann.heard('room'), bob.heard('room'), cara.heard('room')]).toEqual([
    ['first', 'second', 'third'],
    ['second'],
    ['first', 'second', 'third'],
  ]);
});

test('a user at another node is put off: its client is told, its channels and its watchers too', async () => {
  const watcher = await cluster.login('watcher', 2);
  watcher.say('SubscribeOnlineStatus', { MsgId: 1, UserIds: JSON.stringify(['bob']) });
  await watcher.join('room');
  const bob = await cluster.login('bob', 1);
  await bob.join('room');
  await cluster.time.advance(1000);
  expect(await kick('bob')).toEqual([200, undefined]);
  await untilClosed(bob);
  expect(bob.contents('ForceOffline')).toEqual([{ Reason: 'BANNED' }]);
  expect(bob.closedWith).toBe(CLOSE_CODE.NORMAL);
  await cluster.until(() => watcher.contents('ChanMemberLeave').length === 1, 'bob has left');
  await cluster.until(
    () => watcher.contents('PeerOnlineStatus').at(-1)?.Status[0]?.State === 'OFFLINE',
    'bob is offline',
  );
  expect(cluster.counters.get('sessions_put_off')).toBe(1);
  await cluster.until(() => cluster.node(0).census.departures === 0, 'nothing is left');
});

test.each(['ours', 'published'] as const)('%s, put off while cut, is told when it comes back', async (kind) => {
  const bob = await cluster.login('bob', 1, kind);
  bob.breakSocket();
  expect(await kick('bob')).toEqual([200, undefined]);
  await bob.connect(2, { resume: true });
  await untilClosed(bob);
  const login = bob.contents('Login').at(-1);
  if (kind === 'ours') expect(login).toMatchObject({ Code: 1, Reason: 'BANNED' });
  else expect([login?.Code, bob.contents('ForceOffline')]).toEqual([0, [{ Reason: 'BANNED' }]]);
  const again = cluster.client('bob', kind);
  await again.connect(0);
  expect(again.contents('Login').at(-1)?.Code).toBe(0);
});

test('a kick whose notice is lost: an idle check closes the socket, and the client is told when it comes back', async () => {
  const bob = await cluster.login('bob', 1);
  cluster.network.faults = { ...cluster.network.faults, loseNotices: 1 };
  expect(await kick('bob')).toEqual([200, undefined]);
  await cluster.until(() => bob.closedWith !== undefined, 'found out', 21_000);
  expect(bob.closedWith).toBe(CLOSE_CODE.REPLACED);
  cluster.network.faults = { ...cluster.network.faults, loseNotices: 0 };
  await bob.connect(1, { resume: true });
  expect(bob.contents('Login').at(-1)).toMatchObject({ Code: 1, Reason: 'BANNED' });
});
