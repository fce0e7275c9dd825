// @ts-check
/** Messages to one user. */
import assert from 'node:assert/strict';
import { createClient, end, loggedIn, next, record } from './stage.js';

const bob = await loggedIn('bob');
const heard = record(bob, 'MessageFromPeer');
{
  const client = bob;
  // #region RtmClientEvents.MessageFromPeer
  client.on('MessageFromPeer', (message, peerId, { isOfflineMessage, serverReceivedTs }) => {
    const when = new Date(serverReceivedTs).toLocaleTimeString();
    if (message.messageType === 'TEXT') console.log(`${when} ${peerId}: ${message.text}`);
    if (isOfflineMessage) console.log('(It was sent while you were away.)');
  });
  // #endregion
}

const client = await loggedIn('alice');
let received = next(bob, 'MessageFromPeer');
// #region RtmClient.sendMessageToPeer
const { hasPeerReceived } = await client.sendMessageToPeer({ text: 'Hello' }, 'bob');
console.log(hasPeerReceived ? 'Bob has it' : 'Bob is offline, and the message is gone');

// Kept for up to 7 days when the peer is offline:
await client.sendMessageToPeer({ text: 'See you' }, 'carol', { enableOfflineMessaging: true });
// #endregion
assert.ok(hasPeerReceived);
await received;

received = next(bob, 'MessageFromPeer');
// #region RtmClient.createMessage
const message = client.createMessage({ rawMessage: new Uint8Array([1, 2, 3]), description: 'a move' });
await client.sendMessageToPeer(message, 'bob');
// #endregion
await received;

const dave = await client.sendMessageToPeer({ text: 'Anybody?' }, 'dave');
assert.equal(dave.hasPeerReceived, false);
assert.deepEqual(
  heard.map(([, { messageType }]) => messageType),
  ['TEXT', 'RAW'],
);

const carol = createClient();
received = next(carol, 'MessageFromPeer');
await carol.login({ uid: 'carol' });
const [stored, sender, properties] = await received;
assert.deepEqual([stored.text, sender, properties.isOfflineMessage], ['See you', 'alice', true]);
await end();
