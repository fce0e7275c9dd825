/** The quota of an app counts the sockets of each node; whoever has a session on any of them is let in above it. */
import { expect, test } from 'vitest';
import { APP, Cluster } from './cluster.js';

const limited = {
  appId: APP,
  enabled: true,
  certificates: [],
  allowEmptyToken: true,
  allowWildcardUid: false,
  limits: { connections: 1 },
};

test.each(['ours', 'published'] as const)('a session of another node goes on at a full one (%s)', async (kind) => {
  const cluster = await Cluster.start({ nodes: 2, apps: [limited] });
  const alice = await cluster.login('alice', 0, kind);
  await cluster.login('bob', 1);
  alice.breakSocket();
  // Node 0 has room, node 1 has not.
  await expect(cluster.login('carol', 1)).rejects.toThrow('503');
  await alice.connect(1, { resume: true });
  expect(alice.contents('Login').at(-1)).toMatchObject({ Code: 0 });
  await cluster.login('carol', 0);
  expect(cluster.counters.get('refused_app_connections')).toBe(1);
});

test('an engine that does not answer: the login waits, as it would without a quota', async () => {
  const cluster = await Cluster.start({ nodes: 2, apps: [limited] });
  await cluster.login('alice', 0);
  await cluster.login('bob', 1);
  cluster.network.partition('node1');
  const refused = cluster.login('alice', 1).catch((error: Error) => error.message);
  await cluster.time.advance(4000);
  expect(await refused).toContain('503');
});
