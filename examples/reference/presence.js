// @ts-check
/** Presence: who is online. */
import assert from 'node:assert/strict';
import { end, loggedIn, next } from './stage.js';

const bob = await loggedIn('bob');
const client = await loggedIn('alice');

// #region RtmClient.queryPeersOnlineStatus
const online = await client.queryPeersOnlineStatus(['bob', 'carol']);
console.log(online); // { bob: true, carol: false }
// #endregion
assert.deepEqual(online, { bob: true, carol: false });

// #region RtmClientEvents.PeersOnlineStatusChanged
client.on('PeersOnlineStatusChanged', (status) => {
  // Only users whose state has changed: ONLINE, UNREACHABLE (silent for 6 s) or OFFLINE.
  for (const [peerId, state] of Object.entries(status)) console.log(peerId, state);
});
// #endregion

let changed = next(client, 'PeersOnlineStatusChanged');
// #region RtmClient.subscribePeersOnlineStatus
await client.subscribePeersOnlineStatus(['bob', 'carol']); // The states of both come at once, changes later.
// #endregion
assert.deepEqual(await changed, [{ bob: 'ONLINE', carol: 'OFFLINE' }]);

// #region RtmClient.queryPeersBySubscriptionOption
const watched = await client.queryPeersBySubscriptionOption('ONLINE_STATUS');
// #endregion
assert.deepEqual(watched, ['bob', 'carol']);

changed = next(client, 'PeersOnlineStatusChanged');
await bob.logout();
assert.deepEqual(await changed, [{ bob: 'OFFLINE' }]);

// #region RtmClient.unsubscribePeersOnlineStatus
await client.unsubscribePeersOnlineStatus(['bob', 'carol']);
// #endregion
assert.deepEqual(await client.queryPeersBySubscriptionOption('ONLINE_STATUS'), []);
await end();
