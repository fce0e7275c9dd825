/** Call invitations between a page and Node, in both directions. */
import { expect, test } from 'vitest';
import { useStage } from '../harness.js';

const stage = useStage();

test('accepted, refused and canceled, from and to a page', async () => {
  const server = await stage.server();
  const amy = await stage.pageUser('ours', server);
  const ned = stage.nodeUser('ours', server);
  await amy.login('amy');
  await ned.login('ned');
  for (const [from, caller, to, callee] of [
    ['amy', amy, 'ned', ned],
    ['ned', ned, 'amy', amy],
  ] as const) {
    await caller.invite(to, 'come');
    expect(await callee.invitations.atLeast(1)).toEqual([[from, 'come']]);
    await caller.invitationEvents('LocalInvitationReceivedByPeer').atLeast(1);
    await callee.answerInvitation('accept', 'ja 😀');
    expect(await caller.invitationEvents('LocalInvitationAccepted').atLeast(1)).toEqual([['ja 😀']]);
    await callee.invitationEvents('RemoteInvitationAccepted').atLeast(1);

    await caller.invite(to, 'again');
    await callee.invitations.atLeast(2);
    await callee.answerInvitation('refuse', 'no');
    expect(await caller.invitationEvents('LocalInvitationRefused').atLeast(1)).toEqual([['no']]);

    await caller.invite(to, 'once more');
    await callee.invitations.atLeast(3);
    await caller.cancelInvitation();
    await callee.invitationEvents('RemoteInvitationCanceled').atLeast(1);
    expect(caller.invitationEvents('LocalInvitationFailure').calls).toEqual([]);
  }
});
