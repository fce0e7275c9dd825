// @ts-check
/** Channels: messages to everybody in them, members, counts. */
import assert from 'node:assert/strict';
import { end, loggedIn, next, record } from './stage.js';

const bob = await loggedIn('bob');
const client = await loggedIn('alice');
// #region RtmClient.createChannel
const channel = client.createChannel('team'); // An object for it; the server is not asked yet.
// #endregion
const told = record(channel, 'MemberJoined', 'ChannelMessage', 'MemberLeft');

// #region RtmChannelEvents.ChannelMessage
channel.on('ChannelMessage', (message, memberId) => {
  console.log(`${memberId}: ${message.text}`); // Your own messages do not come back to you.
});
// #endregion

// #region RtmChannelEvents.MemberJoined
channel.on('MemberJoined', (memberId) => console.log(`${memberId} has joined`));
// #endregion

// #region RtmChannelEvents.MemberLeft
channel.on('MemberLeft', (memberId) => console.log(`${memberId} has left`));
// #endregion

const counts = record(channel, 'MemberCountUpdated');
// #region RtmChannelEvents.MemberCountUpdated
channel.on('MemberCountUpdated', (memberCount) => console.log(`${memberCount} here`));
// #endregion

// #region RtmChannel.join
await channel.join();
// #endregion

const room = bob.createChannel('team');
let event = next(channel, 'MemberJoined');
await room.join();
await event;

event = next(room, 'ChannelMessage');
// #region RtmChannel.sendMessage
await channel.sendMessage({ text: 'Good morning' });
// #endregion
const [message, memberId] = await event;
assert.deepEqual([message.text, memberId], ['Good morning', 'alice']);

event = next(channel, 'ChannelMessage');
await room.sendMessage({ text: 'Good morning, Alice' });
await event;

// #region RtmChannel.getMembers
console.log(await channel.getMembers()); // [ 'alice', 'bob' ], in no particular order
// #endregion
assert.deepEqual((await channel.getMembers()).sort(), ['alice', 'bob']);

// #region RtmClient.getChannelMemberCount
const members = await client.getChannelMemberCount(['team', 'nobody here']);
console.log(members); // { team: 2, 'nobody here': 0 }
// #endregion
assert.deepEqual(members, { team: 2, 'nobody here': 0 });

event = next(channel, 'MemberLeft');
await room.leave();
await event;
// #region RtmChannel.leave
await channel.leave(); // Nothing comes from it any more; `join` works again.
// #endregion
assert.deepEqual(
  told.map(([name]) => name),
  ['MemberJoined', 'ChannelMessage', 'MemberLeft'],
);
assert.deepEqual(counts[0], ['MemberCountUpdated', 1]);
await end();
