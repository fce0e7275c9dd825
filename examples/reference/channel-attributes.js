// @ts-check
/** Attributes of channels, which everybody may read and change. */
import assert from 'node:assert/strict';
import { end, loggedIn, next } from './stage.js';

const bob = await loggedIn('bob');
const client = await loggedIn('alice');
const channel = bob.createChannel('game');
await channel.join();

// #region RtmChannelEvents.AttributesUpdated
channel.on('AttributesUpdated', (attributes) => {
  console.log(attributes.topic?.value); // All attributes of the channel, not only those that have changed.
});
// #endregion

const updated = next(channel, 'AttributesUpdated');
// #region RtmClient.setChannelAttributes
// Without the option nobody is told.
await client.setChannelAttributes(
  'game',
  { topic: 'chess', turn: 'bob' },
  { enableNotificationToChannelMembers: true },
);
// #endregion
const [told] = await updated;
assert.equal(told.topic.value, 'chess');

// #region RtmClient.addOrUpdateChannelAttributes
await client.addOrUpdateChannelAttributes('game', { turn: 'alice' });
// #endregion

// #region RtmClient.getChannelAttributes
const attributes = await client.getChannelAttributes('game');
console.log(attributes.turn); // { value: 'alice', lastUpdateUserId: 'alice', lastUpdateTs: ... }
// #endregion
assert.deepEqual([attributes.turn?.value, attributes.turn?.lastUpdateUserId], ['alice', 'alice']);

// #region RtmClient.getChannelAttributesByKeys
const { turn } = await client.getChannelAttributesByKeys('game', ['turn']);
// #endregion
assert.equal(turn?.value, 'alice');

// #region RtmClient.deleteChannelAttributesByKeys
await client.deleteChannelAttributesByKeys('game', ['turn']);
// #endregion
assert.deepEqual(Object.keys(await client.getChannelAttributes('game')), ['topic']);

// #region RtmClient.clearChannelAttributes
await client.clearChannelAttributes('game');
// #endregion
assert.deepEqual(await client.getChannelAttributes('game'), {});
await end();
