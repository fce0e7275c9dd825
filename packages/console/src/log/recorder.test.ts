import { EventEmitter } from 'node:events';
import { type RtmClient, RtmInvalidStatusError } from 'ar-rtm-sdk';
import { expect, test } from 'vitest';
import { ActivityLog } from './activity-log.js';
import type { LogEntry } from './entry.js';
import { CLIENT_CALLS, Recorder } from './recorder.js';
import { snippetOf } from './snippet.js';

const APP = '0123456789abcdef0123456789abcdef';
const SERVER = { host: '127.0.0.1', port: 9080, isSecure: false };

/** Anything that has the methods of a client, and notes what reached it. */
class FakeClient extends EventEmitter {
  readonly calls: unknown[][] = [];
  uid = '';
  login = async (options: { uid: string }) => {
    this.calls.push(['login', options]);
    this.uid = options.uid;
  };
  logout = async () => undefined;
  renewToken = async (token: string) => void this.calls.push(['renewToken', token]);
  sendMessageToPeer = async (...args: unknown[]) => {
    this.calls.push(['sendMessageToPeer', ...args]);
    if (this.uid === '') throw new RtmInvalidStatusError(102, 'not logged in');
    return { hasPeerReceived: true };
  };
  createMediaMessageByUploading = async () => ({ mediaId: 'm1', messageType: 'FILE' });
  createChannel = (channelId: string) =>
    Object.assign(new EventEmitter(), {
      channelId,
      join: async () => undefined,
      leave: async () => undefined,
      sendMessage: async () => undefined,
      getMembers: async () => ['amy'],
      getHistory: async () => ({ messages: [], nextOffset: undefined }),
    });
  createLocalInvitation = (calleeId: string) =>
    Object.assign(new EventEmitter(), {
      calleeId,
      content: '',
      channelId: '',
      send: () => undefined,
      cancel: () => undefined,
    });
}

function useRecorder() {
  const log = new ActivityLog();
  const fake = new FakeClient();
  // What no test scripts is answered, too.
  const others = CLIENT_CALLS.filter((name) => !(name in fake));
  Object.assign(fake, Object.fromEntries(others.map((name) => [name, async () => ({})])));
  const client = fake as unknown as RtmClient;
  new Recorder(log, client, APP, 'amy');
  const entries = (): readonly LogEntry[] => log.store.get().entries;
  return { log, fake, client, entries };
}

test('calls go through, and are noted with what they gave or how they failed', async () => {
  const { fake, client, entries } = useRecorder();
  await expect(client.sendMessageToPeer({ text: 'early' }, 'ben')).rejects.toMatchObject({ code: 102 });
  await client.login({ uid: 'amy' });
  expect(await client.sendMessageToPeer({ text: 'hi' }, 'ben')).toEqual({ hasPeerReceived: true });
  expect(fake.calls.at(-1)).toEqual(['sendMessageToPeer', { text: 'hi' }, 'ben']);
  expect(entries()).toMatchObject([
    { kind: 'call', user: 'amy', name: 'sendMessageToPeer', outcome: { state: 'failed', error: { code: 102 } } },
    { name: 'login', args: [{ uid: 'amy' }], outcome: { state: 'done' } },
    { name: 'sendMessageToPeer', args: [{ text: 'hi' }, 'ben'], outcome: { value: { hasPeerReceived: true } } },
  ]);
});

test('tokens are not noted, and reach the SDK all the same', async () => {
  const { fake, client, entries } = useRecorder();
  await client.login({ uid: 'amy', token: 'secret-1' });
  await client.renewToken('secret-2');
  expect(fake.calls).toEqual([
    ['login', { uid: 'amy', token: 'secret-1' }],
    ['renewToken', 'secret-2'],
  ]);
  expect(entries()).toMatchObject([{ args: [{ uid: 'amy', token: '•••' }] }, { args: ['•••'] }]);
  const snippet = snippetOf(entries(), SERVER);
  expect(snippet).toContain("await amy.login({ uid: 'amy', token: 'YOUR_TOKEN' });");
  expect(snippet).toContain("await amy.renewToken('YOUR_TOKEN');");
});

test('events of the client, its channels and its invitations are noted in order', async () => {
  const { fake, client, entries } = useRecorder();
  const channel = client.createChannel('tea room');
  await channel.join();
  (channel as unknown as EventEmitter).emit('MemberJoined', 'ben');
  const invitation = client.createLocalInvitation('ben');
  invitation.content = 'Tea?';
  invitation.send();
  (invitation as unknown as EventEmitter).emit('LocalInvitationAccepted', 'yes');
  fake.emit('MessageFromPeer', { text: 'hi' }, 'ben', {});
  expect(
    entries().map((entry) => (entry.kind === 'event' ? [entry.source, entry.name, entry.args] : entry.name)),
  ).toEqual([
    'join',
    ['tea room', 'MemberJoined', ['ben']],
    'send',
    ['→ ben', 'LocalInvitationAccepted', ['yes']],
    ['client', 'MessageFromPeer', [{ text: 'hi' }, 'ben', {}]],
  ]);
});

test('what was done is a program: users, listeners, calls in order; what failed is a comment', async () => {
  const { fake, client, entries } = useRecorder();
  await client.sendMessageToPeer({ text: 'early' }, 'ben').catch(() => undefined);
  await client.login({ uid: 'amy' });
  const room = client.createChannel('tea room');
  await room.join();
  (room as unknown as EventEmitter).emit('ChannelMessage', { text: 'x' }, 'ben', {});
  await room.sendMessage({ text: 'hi' });
  const file = await client.createMediaMessageByUploading(new File(['x'], 'a.txt'), {}, { cancelSignal: undefined });
  await client.sendMessageToPeer(file, 'ben', { enableOfflineMessaging: true });
  await client.getUserAttributes('amy');
  const call = client.createLocalInvitation('ben');
  call.content = 'Tea?';
  call.send();
  call.cancel();
  const invitation = Object.assign(new EventEmitter(), {
    callerId: 'ben',
    content: '',
    channelId: '',
    response: 'Yes',
    accept: () => undefined,
    refuse: () => undefined,
  });
  fake.emit('RemoteInvitationReceived', invitation as never);
  invitation.accept();
  const snippet = snippetOf(entries(), SERVER);
  expect(snippet).toBe(`import ArRTM from 'ar-rtm-sdk';

const config = { confPriCloudAddr: { ServerAdd: '127.0.0.1', Port: 9080, Wss: false } };

const amy = ArRTM.createInstance('${APP}', config);
amy.on('RemoteInvitationReceived', (...args) => console.log('amy', 'RemoteInvitationReceived', ...args));
const acceptBen = new Promise((resolve) => amy.once('RemoteInvitationReceived', resolve));
// Failed (code 102, RtmInvalidStatusError):
// await amy.sendMessageToPeer({ text: 'early' }, 'ben');
await amy.login({ uid: 'amy' });
const teaRoom = amy.createChannel('tea room');
teaRoom.on('ChannelMessage', (...args) => console.log('amy', 'ChannelMessage', ...args));
await teaRoom.join();
await teaRoom.sendMessage({ text: 'hi' });
const fileMessage = await amy.createMediaMessageByUploading(new Blob(['content of a.txt']), {});
await amy.sendMessageToPeer(fileMessage, 'ben', { enableOfflineMessaging: true });
console.log(await amy.getUserAttributes('amy'));
const callBen = amy.createLocalInvitation('ben');
callBen.content = 'Tea?';
callBen.send();
callBen.cancel();
(await acceptBen).response = 'Yes';
(await acceptBen).accept();
`);
});

test('a program begins with what it needs, also when that is not in the log any more', async () => {
  const { client, log, entries } = useRecorder();
  await client.login({ uid: 'amy' });
  const room = client.createChannel('room');
  await room.join();
  log.store.dispatch({ type: 'cleared' });
  expect(snippetOf(entries(), SERVER)).toBe('');
  await room.sendMessage({ text: 'hi' });
  expect(snippetOf(entries(), SERVER).split('\n').slice(4)).toEqual([
    `const amy = ArRTM.createInstance('${APP}', config);`,
    "await amy.login({ uid: 'amy' });",
    "const room = amy.createChannel('room');",
    'await room.join();',
    "await room.sendMessage({ text: 'hi' });",
    '',
  ]);
});
