// @ts-check
/** Listeners: clients, channels and invitations are event emitters. */
import assert from 'node:assert/strict';
import { createClient, end } from './stage.js';

const client = createClient();
let count = 0;

// #region EventEmitter.on
/** @param {import('ar-rtm-sdk').RtmMessage} message @param {string} peerId */
const listener = (message, peerId) => {
  count += 1;
  console.log(peerId, message.text);
};
client.on('MessageFromPeer', listener);
client.on('MessageFromPeer', listener); // Kept once.
// #endregion

// #region EventEmitter.once
client.once('ConnectionStateChanged', (state) => console.log('The first change:', state));
// #endregion

// #region EventEmitter.listenerCount
console.log(client.listenerCount('MessageFromPeer')); // 1
// #endregion
assert.equal(client.listenerCount('MessageFromPeer'), 1);

// #region EventEmitter.listeners
console.log(client.listeners('MessageFromPeer')); // [ listener ]
// #endregion
assert.deepEqual(client.listeners('MessageFromPeer'), [listener]);

// #region EventEmitter.rawListeners
const [wrapper] = client.rawListeners('ConnectionStateChanged');
console.log(wrapper === client.listeners('ConnectionStateChanged')[0]); // false: the wrapper of `once`
// #endregion
assert.notEqual(wrapper, client.listeners('ConnectionStateChanged')[0]);

// #region EventEmitter.emit
// Calls the listeners here; nothing is sent. For tests of your own code.
const hadListeners = client.emit('MessageFromPeer', { text: 'a test', messageType: 'TEXT' }, 'bob', {});
// #endregion
assert.ok(hadListeners);
assert.equal(count, 1);
client.emit('ConnectionStateChanged', 'CONNECTING', 'LOGIN');

// #region EventEmitter.off
client.off('MessageFromPeer', listener);
// #endregion
assert.equal(client.listenerCount('MessageFromPeer'), 0);

// #region EventEmitter.removeAllListeners
client.removeAllListeners('MessageFromPeer');
client.removeAllListeners(); // Those of all events.
// #endregion
await end();
