/** Presence, with both SDKs. */
import { expect } from 'vitest';
import { codeOf, differs, hear, oursOnly, outcome, scenario } from './scene.js';

type Seen = [states: Record<string, string>];

scenario([7], 'who is logged in', async (scene) => {
  const ann = await scene.login('ann');
  const ben = await scene.login('ben');
  expect(await ann.queryPeersOnlineStatus(['ann', 'ben', 'carol'])).toEqual({ ann: true, ben: true, carol: false });
  await ben.logout();
  expect(await ann.queryPeersOnlineStatus(['ben'])).toEqual({ ben: false });
});

scenario([8, 11], 'a subscription tells what is, and then what changes', async (scene) => {
  const ann = await scene.login('ann');
  const seen = hear<Seen>(ann, 'PeersOnlineStatusChanged');
  await ann.subscribePeersOnlineStatus(['ben', 'carol']);
  expect(await seen.atLeast(1)).toEqual([[{ ben: 'OFFLINE', carol: 'OFFLINE' }]]);
  const ben = await scene.login('ben');
  expect((await seen.atLeast(2)).at(-1)).toEqual([{ ben: 'ONLINE' }]);
  await ben.logout();
  expect((await seen.atLeast(3)).at(-1)).toEqual([{ ben: 'OFFLINE' }]);
});

scenario([9], 'behind an unsubscription nothing is told', async (scene) => {
  const ann = await scene.login('ann');
  const seen = hear<Seen>(ann, 'PeersOnlineStatusChanged');
  await ann.subscribePeersOnlineStatus(['ben', 'carol']);
  await seen.atLeast(1);
  await ann.unsubscribePeersOnlineStatus(['ben']);
  expect(await ann.queryPeersBySubscriptionOption('ONLINE_STATUS')).not.toContain('ben');
  await scene.login('ben');
  await scene.login('carol');
  expect((await seen.atLeast(2)).slice(1)).toEqual([[{ carol: 'ONLINE' }]]);
});

scenario([10], 'those subscribed to', async (scene) => {
  const ann = await scene.login('ann');
  expect(await ann.queryPeersBySubscriptionOption('ONLINE_STATUS')).toEqual([]);
  await scene.login('ben');
  const seen = hear<Seen>(ann, 'PeersOnlineStatusChanged');
  await ann.subscribePeersOnlineStatus(['ben', 'carol']);
  await seen.atLeast(1);
  expect([...(await ann.queryPeersBySubscriptionOption('ONLINE_STATUS'))].sort()).toEqual(['ben', 'carol']);
});

differs(
  'B48',
  [8],
  'a subscription to nobody',
  async (scene) => {
    const ann = await scene.login('ann');
    return outcome(() => ann.subscribePeersOnlineStatus([]));
  },
  { ours: 2, published: 6 },
);

oursOnly([8], 'more than 512 in all are refused with 6, and none of them is subscribed to', async (scene) => {
  const ann = await scene.login('ann');
  const names = Array.from({ length: 512 }, (_, number) => `user ${number}`);
  await ann.subscribePeersOnlineStatus(names);
  expect(await codeOf(ann.subscribePeersOnlineStatus(['one more']))).toBe(6);
  expect(await ann.queryPeersBySubscriptionOption('ONLINE_STATUS')).toHaveLength(512);
});

differs(
  'B51',
  [7],
  'a query with an ID that breaks the rule',
  async (scene) => {
    const ann = await scene.login('ann');
    return outcome(() => ann.queryPeersOnlineStatus(['ä']));
  },
  { ours: 0, published: 'resolved' },
);
