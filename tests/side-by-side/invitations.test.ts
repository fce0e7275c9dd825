/** Call invitations, with both SDKs. */
import type { LocalInvitation, RemoteInvitation, RtmClient } from 'ar-rtm-sdk';
import { Recorder, record } from 'ar-rtm-testkit/recorder';
import { expect } from 'vitest';
import { codeOf, differs, eventually, oursOnly, type Scene, scenario } from './scene.js';

const LOCAL = ['ReceivedByPeer', 'Accepted', 'Refused', 'Canceled', 'Failure'];
interface Emitting {
  on(event: string, listener: (argument?: string) => void): unknown;
}

const REMOTE = ['Accepted', 'Refused', 'Canceled', 'Failure'];

/** Every event of an invitation, as `Accepted yes`. */
function events(invitation: LocalInvitation | RemoteInvitation, side: 'Local' | 'Remote'): Recorder<[event: string]> {
  const heard = new Recorder<[event: string]>();
  for (const name of side === 'Local' ? LOCAL : REMOTE) {
    (invitation as Emitting).on(`${side}Invitation${name}`, (argument) => {
      heard.add([argument === undefined ? name : `${name} ${argument}`.trim()]);
    });
  }
  return heard;
}

/** A call that rings. */
async function ringing(scene: Scene, content = '') {
  const [ann, ben] = [await scene.login('ann'), await scene.login('ben')];
  const received = record<[RemoteInvitation]>(ben as never, 'RemoteInvitationReceived');
  const local = ann.createLocalInvitation('ben');
  local.content = content;
  const localEvents = events(local, 'Local');
  local.send();
  const [[remote] = []] = await received.atLeast(1);
  if (!remote) throw new Error('no invitation');
  await localEvents.atLeast(1);
  return { ann, ben, local, remote, received, localEvents, remoteEvents: events(remote, 'Remote') };
}

const names = (recorder: Recorder<[string]>): string[] => recorder.calls.map(([event]) => event);

scenario([38, 39, 43, 48], 'an invitation rings at the other end, and its caller learns that', async (scene) => {
  const { ann, local, remote, received, localEvents } = await ringing(scene, 'lunch?');
  expect([local.calleeId, local.state, local.content]).toEqual(['ben', 'RECEIVED_BY_REMOTE', 'lunch?']);
  expect([remote.callerId, remote.state, remote.content]).toEqual(['ann', 'INVITATION_RECEIVED', 'lunch?']);
  expect(names(localEvents)).toEqual(['ReceivedByPeer']);
  expect(received.calls).toHaveLength(1);
  const idle = ann.createLocalInvitation('carol');
  expect([idle.state, idle.content, idle.response]).toEqual(['IDLE', '', '']);
});

scenario([41, 45, 50], 'accepting: both ends know, once', async (scene) => {
  const { local, remote, localEvents, remoteEvents } = await ringing(scene);
  remote.response = 'coming';
  remote.accept();
  await remoteEvents.atLeast(1);
  await localEvents.atLeast(2);
  expect([local.state, remote.state]).toEqual(['ACCEPTED_BY_REMOTE', 'ACCEPTED']);
  expect([names(localEvents), names(remoteEvents)]).toEqual([['ReceivedByPeer', 'Accepted coming'], ['Accepted']]);
});

scenario([42, 46, 51], 'refusing: both ends know, once', async (scene) => {
  const { local, remote, localEvents, remoteEvents } = await ringing(scene);
  remote.response = 'busy';
  remote.refuse();
  await remoteEvents.atLeast(1);
  await localEvents.atLeast(2);
  expect([local.state, remote.state]).toEqual(['REFUSED_BY_REMOTE', 'REFUSED']);
  expect([names(localEvents), names(remoteEvents)]).toEqual([['ReceivedByPeer', 'Refused busy'], ['Refused']]);
});

scenario([40, 44, 49], 'canceling: both ends know, once', async (scene) => {
  const { local, remote, localEvents, remoteEvents } = await ringing(scene, 'lunch?');
  local.content = 'too late';
  local.cancel();
  await remoteEvents.atLeast(1);
  await localEvents.atLeast(2);
  expect(remote.state).toBe('CANCELED');
  expect([names(localEvents), names(remoteEvents)]).toEqual([['ReceivedByPeer', 'Canceled'], ['Canceled too late']]);
});

scenario([39, 48], 'who logs in while it waits is still rung', async (scene) => {
  const ann = await scene.login('ann');
  const local = ann.createLocalInvitation('ben');
  const localEvents = events(local, 'Local');
  local.send();
  const ben = await scene.client();
  const received = record<[RemoteInvitation]>(ben as never, 'RemoteInvitationReceived');
  await ben.login({ uid: 'ben' });
  await received.atLeast(1);
  await localEvents.atLeast(1);
  expect(names(localEvents)).toEqual(['ReceivedByPeer']);
});

scenario([47], 'nobody is there: PEER_OFFLINE when the time is over', async (scene) => {
  await scene.start({ settings: { callReceiptMs: 500 } });
  const ann = await scene.login('ann');
  const local = ann.createLocalInvitation('ben');
  const localEvents = events(local, 'Local');
  local.send();
  await localEvents.atLeast(1);
  expect([names(localEvents), local.state]).toEqual([['Failure PEER_OFFLINE'], 'FAILURE']);
});

scenario([52], 'the caller logs out: PEER_OFFLINE at the callee', async (scene) => {
  const { ann, remoteEvents } = await ringing(scene);
  await ann.logout();
  await remoteEvents.atLeast(1);
  expect(names(remoteEvents)).toEqual(['Failure PEER_OFFLINE']);
});

differs(
  'B56',
  [47, 52],
  'nobody answers',
  async (scene) => {
    await scene.start({ settings: { callExpireMs: 1000, callExpirePublishedMs: 1000 } });
    const { localEvents, remoteEvents, local, remote } = await ringing(scene);
    await localEvents.atLeast(2);
    await remoteEvents.atLeast(1);
    return [names(localEvents).at(-1), names(remoteEvents), local.state, remote.state];
  },
  {
    ours: ['Failure INVITATION_EXPIRE', ['Failure INVITATION_EXPIRE'], 'FAILURE', 'FAILURE'],
    published: ['Failure PEER_NO_RESPONSE', ['Failure INVITATION_EXPIRE'], 'FAILURE', 'CANCELED'],
  },
);

differs(
  'B53',
  [40, 44],
  'canceling twice',
  async (scene) => {
    const { local, localEvents } = await ringing(scene);
    local.cancel();
    const again = await codeOf(Promise.resolve().then(() => local.cancel()));
    await localEvents.atLeast(2);
    return [local.state, again];
  },
  { ours: ['CANCELED', 3], published: ['RECEIVED_BY_REMOTE', 'resolved'] },
);

differs(
  'B54',
  [38, 45],
  'the response field of the caller, and a callee ID that breaks the rule',
  async (scene) => {
    const { ann, local, remote, localEvents } = await ringing(scene);
    remote.response = 'coming';
    remote.accept();
    await localEvents.atLeast(2);
    return [local.response, await codeOf(Promise.resolve().then(() => ann.createLocalInvitation('ä')))];
  },
  { ours: ['coming', 1], published: ['', 'resolved'] },
);

differs(
  'B58',
  [39, 47],
  'sending without a login',
  async (scene) => {
    const client: RtmClient = await scene.client();
    const local = client.createLocalInvitation('ben');
    const localEvents = events(local, 'Local');
    local.send();
    const atOnce = names(localEvents);
    await eventually(() => localEvents.calls.length > 0);
    return [atOnce, names(localEvents), local.state];
  },
  {
    ours: [[], ['Failure NOT_LOGGEDIN'], 'FAILURE'],
    published: [['Failure NOT_LOGGEDIN'], ['Failure NOT_LOGGEDIN'], 'IDLE'],
  },
);

oursOnly(
  [39, 41, 42],
  'misuse throws: 5 sent twice, 2 canceled before, 4 accepted twice, 3 at the end',
  async (scene) => {
    const { ann, local, remote, remoteEvents } = await ringing(scene);
    const code = (act: () => void) => codeOf(Promise.resolve().then(act));
    expect(await code(() => local.send())).toBe(5);
    expect(await code(() => ann.createLocalInvitation('ben').cancel())).toBe(2);
    remote.accept();
    expect(await code(() => remote.accept())).toBe(4);
    await remoteEvents.atLeast(1);
    expect(await code(() => remote.refuse())).toBe(4);
    expect(await code(() => local.send())).toBe(3);
  },
);
