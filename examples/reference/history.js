// @ts-check
/** History: what was sent with `enableHistoricalMessaging`. */
import assert from 'node:assert/strict';
import { end, loggedIn } from './stage.js';

const client = await loggedIn('alice');
const channel = client.createChannel('team');
await channel.join();
for (const text of ['one', 'two', 'three']) {
  await channel.sendMessage({ text }, { enableHistoricalMessaging: true });
  await client.sendMessageToPeer({ text }, 'bob', { enableHistoricalMessaging: true });
}

// #region RtmChannel.getHistory
// The newest page of two, then what came before.
const newest = await channel.getHistory({ order: 'desc', limit: 2 });
const older = await channel.getHistory({ order: 'desc', limit: 2, offset: newest.nextOffset });
for (const { senderId, message, serverReceivedTs } of [...newest.messages, ...older.messages].reverse()) {
  console.log(new Date(serverReceivedTs), senderId, message.text);
}
// #endregion
assert.deepEqual(
  [...newest.messages, ...older.messages].map(({ message }) => message.text),
  ['three', 'two', 'one'],
);
assert.equal(older.nextOffset, undefined);

// #region RtmClient.getPeerHistory
const anHourAgo = Date.now() - 3_600_000;
const { messages } = await client.getPeerHistory('bob', { startTs: anHourAgo });
// #endregion
assert.deepEqual(
  messages.map(({ message }) => message.text),
  ['one', 'two', 'three'],
);
await end();
