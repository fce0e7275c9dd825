/** The operator at one node, looking for users of others, over a network that is not good. Virtual time. */
import { CLOSE_CODE } from 'ar-rtm-protocol';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { AdminApi } from '../../src/app/admin/admin-api.js';
import type { AdminAnswer } from '../../src/app/admin/admin-request.js';
import { APP, Cluster } from './cluster.js';

let cluster: Cluster;
let api: AdminApi;

beforeEach(async () => {
  cluster = await Cluster.start({ nodes: 3, faults: { callDelayMs: 20, answerDelayMs: 20, feedDelayMs: 40 } });
  const none = { p50: 0, p99: 0, max: 0, worst: 0, overMs: 0 };
  api = cluster.node(0).admin((text) => text === 'key', {
    version: 'test',
    storage: 'memory',
    counters: { value: () => 0 },
    census: () => cluster.node(0).census,
    process: () => ({
      uptimeS: 0,
      cpuMs: { user: 0, system: 0 },
      memoryBytes: { rss: 0, heapUsed: 0, heapTotal: 0, external: 0 },
      loopDelayMs: none,
    }),
    readiness: () => cluster.node(0).readiness,
    hasOwnAddress: false,
  });
});
afterEach(() => expect(cluster.complaints).toEqual([]));

async function ask(path: string, method = 'GET'): Promise<AdminAnswer> {
  let answer: AdminAnswer | undefined;
  const request = { method, path: ['apps', APP, ...path.split('/')], query: new Map(), isJson: false, body: '' };
  const credentials = { bearer: 'key', isOther: false, cookies: [] };
  void api.handle({ ...request, credentials, from: 'here' }).then((given) => {
    answer = given;
  });
  await cluster.until(() => answer !== undefined, `${path} is answered`, 15_000);
  return answer as AdminAnswer;
}

test('a user of another node: what the engine knows, nothing of the socket', async () => {
  const [ann, bob] = [await cluster.login('ann', 0), await cluster.login('bob', 1)];
  for (const client of [ann, bob]) await client.join('room');
  expect((await ask('users')).body).toMatchObject({ items: [{ uid: 'ann' }, { uid: 'bob' }] });
  const here = (await ask('users/ann')).body as { session: object };
  expect(here.session).toMatchObject({ isHere: true, state: 'active', connection: { queuedBytes: 0 } });
  const there = (await ask('users/bob')).body as { session: object };
  expect(there.session).toMatchObject({
    nodeId: cluster.node(1).context.nodeId,
    isHere: false,
    state: 'active',
    channels: [{ channelId: 'room', members: 2 }],
  });
  expect(there.session).not.toHaveProperty('connection');
  expect((await ask('channels/room')).body).toMatchObject({
    memberCount: 2,
    followers: 2,
    fanout: { membersHere: 1 },
    members: { items: [{ uid: 'ann', state: 'live' }, { uid: 'bob' }] },
  });
});

test('a user of another node is put off there', async () => {
  const bob = await cluster.login('bob', 1);
  expect((await ask('users/bob/kick', 'POST')).body).toEqual({ wasOnline: true });
  await cluster.until(() => bob.closedWith !== undefined, 'bob is closed');
  expect(bob.closedWith).toBe(CLOSE_CODE.NORMAL);
});

test('an engine that is out of reach: try again', async () => {
  cluster.network.partition('node0');
  for (const path of ['users', 'users/bob', 'channels', 'channels/room']) {
    const { status, headers, body } = await ask(path);
    expect([status, headers['Retry-After'], body]).toEqual([
      503,
      '1',
      { code: 'unavailable', message: 'the engine did not answer in time' },
    ]);
  }
  expect((await ask('users/bob/kick', 'POST')).status).toBe(503);
});
