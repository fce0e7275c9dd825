// @ts-check
/** Call invitations: they only signal; sound and picture are the application's. */
import assert from 'node:assert/strict';
import { end, loggedIn, next } from './stage.js';

const bob = await loggedIn('bob');
const client = await loggedIn('alice');

{
  const client = bob;
  // #region RtmClientEvents.RemoteInvitationReceived
  client.on('RemoteInvitationReceived', (remote) => {
    console.log(`${remote.callerId} calls: ${remote.content}`); // Ring, and keep `remote` to answer.
  });
  // #endregion
}

/** @returns {Promise<import('ar-rtm-sdk').RemoteInvitation>} */
const nextCall = async () => {
  const [remote] = await next(bob, 'RemoteInvitationReceived');
  return remote;
};

{
  const call = nextCall();
  // #region RtmClient.createLocalInvitation
  const invitation = client.createLocalInvitation('bob'); // Each object is for one invitation.
  invitation.content = JSON.stringify({ media: 'voice' });
  // #endregion

  // #region LocalInvitationEventMap.LocalInvitationReceivedByPeer
  invitation.on('LocalInvitationReceivedByPeer', () => console.log('It rings'));
  // #endregion

  // #region LocalInvitationEventMap.LocalInvitationAccepted
  invitation.on('LocalInvitationAccepted', (response) => console.log('Accepted', response));
  // #endregion

  const rings = next(invitation, 'LocalInvitationReceivedByPeer');
  const accepted = next(invitation, 'LocalInvitationAccepted');
  // #region LocalInvitation.send
  invitation.send(); // What becomes of it is told by its events.
  // #endregion

  const remote = await call;
  // #region RemoteInvitationEventMap.RemoteInvitationAccepted
  remote.on('RemoteInvitationAccepted', () => console.log('The caller knows: begin to talk'));
  // #endregion

  const confirmed = next(remote, 'RemoteInvitationAccepted');
  // #region RemoteInvitation.accept
  remote.response = JSON.stringify({ media: 'voice' });
  remote.accept();
  // #endregion
  await rings;
  assert.deepEqual(await accepted, ['{"media":"voice"}']);
  await confirmed;
}

{
  const call = nextCall();
  const invitation = client.createLocalInvitation('bob');
  // #region LocalInvitationEventMap.LocalInvitationRefused
  invitation.on('LocalInvitationRefused', (response) => console.log('Refused', response));
  // #endregion
  const refused = next(invitation, 'LocalInvitationRefused');
  invitation.send();
  const remote = await call;
  // #region RemoteInvitationEventMap.RemoteInvitationRefused
  remote.on('RemoteInvitationRefused', () => console.log('You have refused'));
  // #endregion

  // #region RemoteInvitation.refuse
  remote.response = 'in a meeting';
  remote.refuse();
  // #endregion
  assert.deepEqual(await refused, ['in a meeting']);
}

{
  const call = nextCall();
  const invitation = client.createLocalInvitation('bob');
  // #region LocalInvitationEventMap.LocalInvitationCanceled
  invitation.on('LocalInvitationCanceled', () => console.log('You have canceled'));
  // #endregion
  invitation.send();
  const remote = await call;
  // #region RemoteInvitationEventMap.RemoteInvitationCanceled
  remote.on('RemoteInvitationCanceled', (content) => console.log('Stop ringing', content));
  // #endregion

  const canceled = next(remote, 'RemoteInvitationCanceled');
  // #region LocalInvitation.cancel
  invitation.content = 'never mind';
  invitation.cancel();
  // #endregion
  assert.deepEqual(await canceled, ['never mind']);
}

{
  const call = nextCall();
  client.createLocalInvitation('bob').send();
  const remote = await call;
  // #region RemoteInvitationEventMap.RemoteInvitationFailure
  remote.on('RemoteInvitationFailure', (reason) => console.log('Stop ringing', reason)); // PEER_OFFLINE, ...
  // #endregion
  const failed = next(remote, 'RemoteInvitationFailure');
  await client.logout(); // The caller goes away while it rings.
  assert.deepEqual(await failed, ['PEER_OFFLINE']);
}

{
  const invitation = client.createLocalInvitation('bob');
  // #region LocalInvitationEventMap.LocalInvitationFailure
  invitation.on('LocalInvitationFailure', (reason) => console.log('No answer', reason)); // PEER_OFFLINE, ...
  // #endregion
  const failed = next(invitation, 'LocalInvitationFailure');
  invitation.send();
  assert.deepEqual(await failed, ['NOT_LOGGEDIN']);
}
await end();
