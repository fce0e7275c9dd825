/** A server that has lost its data counts anew: what it sends is not taken for what was there before. */
import ArRTM, { type RemoteInvitation, type RtmClient } from 'ar-rtm-sdk';
import { MemoryRecords } from 'ar-rtm-server/testing';
import { record } from 'ar-rtm-testkit/recorder';
import { afterEach, expect, test } from 'vitest';
import { APP, eventually, useStage } from './stage.js';

const stage = useStage();
const clients: RtmClient[] = [];

afterEach(async () => {
  await Promise.all(clients.splice(0).map((client) => client.logout().catch(() => undefined)));
});

async function logIn(uid: string): Promise<RtmClient> {
  const client = ArRTM.createInstance(APP, { ...stage.server.address, logFilter: ArRTM.LOG_FILTER_OFF });
  clients.push(client);
  await client.login({ uid });
  return client;
}

test('what is sent behind a restart without stored data arrives', async () => {
  await stage.start({ records: new MemoryRecords() });
  const { port } = stage.server;
  const [alice, bob] = [await logIn('alice'), await logIn('bob')];
  const heard = record<[message: { text?: string }]>(bob, 'MessageFromPeer');
  const invited = record<[invitation: RemoteInvitation]>(bob, 'RemoteInvitationReceived');
  const states = record<[state: string, reason: string, details?: { recovered: boolean }]>(
    bob,
    'ConnectionStateChanged',
  );
  for (const text of ['1', '2', '3', '4', '5']) await alice.sendMessageToPeer({ text }, 'bob');
  await stage.server.stop();
  await stage.start({ port, records: new MemoryRecords() });
  await eventually(() => stage.server.census()['sessions'] === 2, 'both are back');
  await states.until((calls) => calls.some(([, , details]) => details?.recovered === false));
  expect(await alice.sendMessageToPeer({ text: 'after' }, 'bob')).toEqual({ hasPeerReceived: true });
  expect((await heard.atLeast(6)).at(-1)?.[0].text).toBe('after');
  const invitation = alice.createLocalInvitation('bob');
  invitation.content = 'come';
  invitation.send();
  expect((await invited.atLeast(1))[0]?.[0].content).toBe('come');
});

test('a published caller invites once more with the same object: it rings at ours, too', async () => {
  await stage.start();
  const alice = await stage.user('alice');
  const bob = await logIn('bob');
  const invited = record<[invitation: RemoteInvitation]>(bob, 'RemoteInvitationReceived');
  const invitation = alice.client.createLocalInvitation('bob');
  const rings = record(invitation, 'LocalInvitationReceivedByPeer');
  invitation.content = 'come';
  invitation.send();
  await rings.atLeast(1);
  const [[first] = []] = await invited.atLeast(1);
  const canceled = record(first as RemoteInvitation, 'RemoteInvitationCanceled');
  invitation.cancel();
  await canceled.atLeast(1);
  invitation.content = 'again';
  invitation.send();
  await rings.atLeast(2);
  expect((await invited.atLeast(2)).map(([{ content }]) => content)).toEqual(['come', 'again']);
});
