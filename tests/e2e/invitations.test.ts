/** Call invitations with the built SDK in Node, against the server process, also over its restarts. */
import type { RemoteInvitation } from 'ar-rtm-sdk';
import { record } from 'ar-rtm-testkit/recorder';
import { afterEach, expect, test } from 'vitest';
import { ArRTM } from './built-sdk.js';
import { useStage } from './harness.js';
import { APP } from './user.js';

const stage = useStage();
type Client = ReturnType<typeof ArRTM.createInstance>;
const clients: Client[] = [];

afterEach(async () => {
  await Promise.all(clients.splice(0).map((client) => client.logout().catch(() => undefined)));
});

async function logIn(uid: string, port: number): Promise<Client> {
  const confPriCloudAddr = { ServerAdd: '127.0.0.1', Port: port, Wss: false };
  const client = ArRTM.createInstance(APP, { confPriCloudAddr, logFilter: ArRTM.LOG_FILTER_OFF });
  clients.push(client);
  await client.login({ uid });
  return client;
}

/** An invitation that rings, on both sides. */
async function ringing(ann: Client, ben: Client) {
  const incoming = record<[RemoteInvitation]>(ben, 'RemoteInvitationReceived');
  const local = ann.createLocalInvitation('ben');
  Object.assign(local, { content: 'come', channelId: 'room' });
  const received = record(local, 'LocalInvitationReceivedByPeer');
  local.send();
  const [[remote] = []] = await incoming.atLeast(1);
  await received.atLeast(1);
  if (!remote) throw new Error('nothing came');
  return { local, remote, incoming };
}

test('accepted, refused and canceled', async () => {
  const { port } = await stage.server();
  const [ann, ben] = [await logIn('ann', port), await logIn('ben', port)];
  const first = await ringing(ann, ben);
  expect([first.remote.callerId, first.remote.content, first.remote.channelId]).toEqual(['ann', 'come', 'room']);
  const accepted = record<[string]>(first.local, 'LocalInvitationAccepted');
  const confirmed = record(first.remote, 'RemoteInvitationAccepted');
  first.remote.response = 'yes';
  first.remote.accept();
  expect(await accepted.atLeast(1)).toEqual([['yes']]);
  await confirmed.atLeast(1);
  expect([first.local.state, first.local.response, first.remote.state]).toEqual([
    'ACCEPTED_BY_REMOTE',
    'yes',
    'ACCEPTED',
  ]);

  const second = await ringing(ann, ben);
  const refused = record<[string]>(second.local, 'LocalInvitationRefused');
  second.remote.refuse();
  expect(await refused.atLeast(1)).toEqual([['']]);

  const third = await ringing(ann, ben);
  const canceled = record<[string]>(third.remote, 'RemoteInvitationCanceled');
  third.local.content = 'never mind';
  third.local.cancel();
  expect(await canceled.atLeast(1)).toEqual([['never mind']]);
  expect(() => third.local.cancel()).toThrow('Already CANCELED');
});

test('an invitation rings on over a graceful restart of the server', async () => {
  const dataDir = await stage.tempDir();
  const server = await stage.server({ dataDir });
  const [ann, ben] = [await logIn('ann', server.port), await logIn('ben', server.port)];
  const { local, remote, incoming } = await ringing(ann, ben);
  await server.stop();
  const accepted = record<[string]>(local, 'LocalInvitationAccepted');
  const confirmed = record(remote, 'RemoteInvitationAccepted');
  await stage.server({ dataDir, port: server.port });
  remote.accept();
  await accepted.atLeast(1);
  await confirmed.atLeast(1);
  expect(incoming.calls).toHaveLength(1);
});

test('after kill -9 the server has forgotten it: an accept fails, and so does the invitation', async () => {
  const dataDir = await stage.tempDir();
  const server = await stage.server({ dataDir });
  const [ann, ben] = [await logIn('ann', server.port), await logIn('ben', server.port)];
  const { local, remote } = await ringing(ann, ben);
  await server.kill();
  const states = record<[string]>(ben, 'ConnectionStateChanged');
  await stage.server({ dataDir, port: server.port });
  await states.until((calls) => calls.some(([state]) => state === 'CONNECTED'));
  const failed = record<[string]>(remote, 'RemoteInvitationFailure');
  remote.accept();
  expect(await failed.atLeast(1)).toEqual([['ACCEPT_FAILURE']]);
  expect(local.state).toBe('RECEIVED_BY_REMOTE');
  local.cancel();
  expect(local.state).toBe('CANCELED');
});
