// @ts-check
/** Call invitations: they only signal; sound and picture are the application's. */
import assert from 'node:assert/strict';
import { end, loggedIn, next } from './stage.js';

const bob = await loggedIn('bob');
const client = await loggedIn('alice');
/** @type {string[]} */
const told = [];

// #region RtmClientEvents.RemoteInvitationReceived
bob.on('RemoteInvitationReceived', (remote) => {
  console.log(`${remote.callerId} calls: ${remote.content}`); // Ring; `remote` is there to answer.
});
// #endregion

/** @returns {Promise<import('ar-rtm-sdk').RemoteInvitation>} */
const nextCall = async () => {
  const [remote] = await next(bob, 'RemoteInvitationReceived');
  return remote;
};

// Accepted.
let call = nextCall();
// #region RtmClient.createLocalInvitation
const invitation = client.createLocalInvitation('bob'); // Each object is for one invitation.
invitation.content = JSON.stringify({ media: 'voice' });
// #endregion

// #region LocalInvitationEventMap.LocalInvitationReceivedByPeer
invitation.on('LocalInvitationReceivedByPeer', () => told.push('it rings'));
// #endregion

// #region LocalInvitationEventMap.LocalInvitationAccepted
invitation.on('LocalInvitationAccepted', (response) => told.push(`accepted: ${response}`));
// #endregion

// #region LocalInvitation.send
invitation.send(); // What becomes of it is told by its events.
// #endregion

let remote = await call;
// #region RemoteInvitationEventMap.RemoteInvitationAccepted
remote.on('RemoteInvitationAccepted', () => told.push('the caller knows: begin to talk'));
// #endregion

let answered = next(remote, 'RemoteInvitationAccepted');
// #region RemoteInvitation.accept
remote.response = JSON.stringify({ media: 'voice' });
remote.accept();
// #endregion
await answered;
assert.deepEqual(told, ['it rings', 'accepted: {"media":"voice"}', 'the caller knows: begin to talk']);

// Refused.
call = nextCall();
const second = client.createLocalInvitation('bob');
// #region LocalInvitationEventMap.LocalInvitationRefused
second.on('LocalInvitationRefused', (response) => told.push(`refused: ${response}`));
// #endregion
answered = next(second, 'LocalInvitationRefused');
second.send();
remote = await call;
// #region RemoteInvitationEventMap.RemoteInvitationRefused
remote.on('RemoteInvitationRefused', () => told.push('Bob has refused')); // Told to the one who refuses.
// #endregion

// #region RemoteInvitation.refuse
remote.response = 'in a meeting';
remote.refuse();
// #endregion
await answered;
assert.deepEqual(told.slice(3), ['Bob has refused', 'refused: in a meeting']);

// Canceled.
call = nextCall();
const third = client.createLocalInvitation('bob');
// #region LocalInvitationEventMap.LocalInvitationCanceled
third.on('LocalInvitationCanceled', () => told.push('Alice has canceled')); // Told to the one who cancels.
// #endregion
third.send();
remote = await call;
// #region RemoteInvitationEventMap.RemoteInvitationCanceled
remote.on('RemoteInvitationCanceled', (content) => told.push(`canceled: ${content}`)); // Stop ringing.
// #endregion

answered = next(remote, 'RemoteInvitationCanceled');
// #region LocalInvitation.cancel
third.content = 'never mind';
third.cancel();
// #endregion
await answered;
assert.deepEqual(told.slice(5), ['Alice has canceled', 'canceled: never mind']);

// The caller goes away while it rings.
call = nextCall();
client.createLocalInvitation('bob').send();
remote = await call;
// #region RemoteInvitationEventMap.RemoteInvitationFailure
remote.on('RemoteInvitationFailure', (reason) => told.push(reason)); // PEER_OFFLINE, INVITATION_EXPIRE, ...
// #endregion
answered = next(remote, 'RemoteInvitationFailure');
await client.logout();
await answered;
assert.equal(told.at(-1), 'PEER_OFFLINE');

// An invitation without a login.
const late = client.createLocalInvitation('bob');
// #region LocalInvitationEventMap.LocalInvitationFailure
late.on('LocalInvitationFailure', (reason) => told.push(reason)); // NOT_LOGGEDIN, PEER_OFFLINE, PEER_NO_RESPONSE, ...
// #endregion
answered = next(late, 'LocalInvitationFailure');
late.send();
await answered;
assert.equal(told.at(-1), 'NOT_LOGGEDIN');
await end();
