/** A call in the style of the documentation of ar-rtm-sdk 1.0.15. */
import ArRTM, { type LocalInvitation, type RemoteInvitation, RtmErrorCode, RtmStatusCode } from 'ar-rtm-sdk';
import type { ServerAddress } from './anyrtc-chat.js';

const appId = '0123456789abcdef0123456789abcdef';

export async function call(address: ServerAddress, log: (line: string) => void): Promise<void> {
  const [caller, callee] = [0, 1].map(() => ArRTM.createInstance(appId, { ...address, logFilter: 4 }));
  if (!caller || !callee) return;
  await caller.login({ uid: 'caller' });
  await callee.login({ uid: 'callee' });

  const answered = new Promise<void>((resolve) => {
    callee.on('RemoteInvitationReceived', (remoteInvitation: RemoteInvitation) => {
      log(`${remoteInvitation.callerId} calls: ${remoteInvitation.content}`);
      remoteInvitation.on('RemoteInvitationAccepted', () => {
        log('accepted');
        resolve();
      });
      remoteInvitation.on('RemoteInvitationCanceled', (content) => log(`canceled: ${content}`));
      remoteInvitation.response = 'coming';
      remoteInvitation.accept();
    });
  });
  const localInvitation: LocalInvitation = caller.createLocalInvitation('callee');
  localInvitation.content = 'lunch?';
  const result = new Promise<void>((resolve) => {
    localInvitation.on('LocalInvitationReceivedByPeer', () => log('it rings'));
    localInvitation.on('LocalInvitationAccepted', (response) => {
      log(`answer: ${response}`);
      resolve();
    });
    localInvitation.on('LocalInvitationRefused', (response) => log(`refused: ${response}`));
    localInvitation.on('LocalInvitationFailure', (reason) => log(`failure: ${reason}`));
  });
  localInvitation.send();
  await Promise.all([answered, result]);
  if (localInvitation.state === RtmStatusCode.LocalInvitationState.ACCEPTED_BY_REMOTE) log('in the call');
  try {
    localInvitation.cancel();
  } catch (error) {
    const { code } = error as { code: number };
    log(RtmErrorCode.InvitationApiCallError[code] ?? 'no such code');
  }
  await caller.logout();
  await callee.logout();
}
