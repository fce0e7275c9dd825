import { expect, test } from 'vitest';
import { setUp } from '../test/set-up.js';
import type { RtmMessage } from './public-types.js';

const pushed = (Offset: number, more: { Offline?: true; FromUId?: string; MsgType?: number } = {}) =>
  ({
    MsgId: 1000 + Offset,
    FromUId: 'bob',
    ToUId: 'alice',
    MsgType: 1,
    MsgBody: `m${Offset}`,
    SvrTS: 17,
    Epoch: 1,
    Offset,
    ...more,
  }) as const;
const event = (offset: number, isOfflineMessage = false) =>
  `MessageFromPeer {"text":"m${offset}","messageType":"TEXT"} "bob" ${JSON.stringify({ serverReceivedTs: 17, isOfflineMessage, isHistoricalMessage: false })}`;

async function loggedIn() {
  const all = setUp();
  await all.logIn();
  all.resumes();
  return all;
}

test.each([
  [undefined, false, false],
  [null, false, false],
  [{ enableOfflineMessaging: true }, true, false],
  [{ enableHistoricalMessaging: true }, false, true],
  [{ enableOfflineMessaging: 1, enableHistoricalMessaging: 'yes' }, false, false],
])('options %j', async (options, OfflineMsg, HistoryMsg) => {
  const { client, server, clock } = await loggedIn();
  void client.sendMessageToPeer({ text: 'hi' }, 'bob', options as never);
  await clock.settle();
  expect(JSON.parse(JSON.parse(server.connection.texts.at(-1) ?? '').Content)).toEqual({
    MsgId: expect.any(Number),
    FromUId: 'alice',
    ToUId: 'bob',
    MsgType: 1,
    MsgBody: 'hi',
    OfflineMsg,
    HistoryMsg,
    Desc: '',
  });
});

test.each([
  [{ Status: 2 }, 'resolved {"hasPeerReceived":true}'],
  [{ Status: 0 }, 'resolved {"hasPeerReceived":false}'],
  [{ Status: 0, Code: 1 }, 'rejected RtmInternalError 1'],
  [{ Status: 0, Code: 2 }, 'rejected RtmTimeoutError 2'],
  [{ Status: 0, Code: 5 }, 'rejected RtmInvokeTooOftenError 5'],
  [{ Status: 0, Code: 6 }, 'rejected RtmInvalidArgumentError 6'],
  [{ Status: 0, Code: 7 }, 'rejected RtmInvalidArgumentError 7'],
  [{ Status: 0, Code: 102 }, 'rejected RtmInvalidStatusError 102'],
  [{ Status: 0, Code: 55 }, 'rejected RtmInternalError 1'],
])('reply %j', async (reply, expected) => {
  const { client, server, recorder, events } = await loggedIn();
  server.on.SendMsgToPeer = ({ MsgId }, to) => to.send('MsgStatus', { MsgId, ...reply });
  void recorder.settles('send', client.sendMessageToPeer({ text: 'hi' }, 'bob'));
  expect(await events()).toEqual([`send ${expected}`]);
});

test('an ErrorNotice is the generic failure, with the code of the server', async () => {
  const { client, server, clock } = await loggedIn();
  server.on.SendMsgToPeer = ({ MsgId }, to) =>
    to.send('ErrorNotice', { Cmd: 'SendMsgToPeer', MsgId, Code: 4, Reason: 'too large' });
  const error = client.sendMessageToPeer({ text: 'hi' }, 'bob').catch((reason: unknown) => reason);
  await clock.settle();
  expect(await error).toMatchObject({ name: 'RtmInternalError', code: 1, data: { serverCode: 4 } });
});

test('no reply in 10 s: 2, and a late one changes nothing', async () => {
  const { client, server, recorder, events, idle } = await loggedIn();
  server.on.SendMsgToPeer = () => 'silence';
  void recorder.settles('send', client.sendMessageToPeer({ text: 'hi' }, 'bob'));
  await idle(9_999);
  expect(await events()).toEqual([]);
  await idle(1);
  expect(await events()).toEqual(['send rejected RtmTimeoutError 2']);
  server.push('MsgStatus', { MsgId: server.commands('SendMsgToPeer')[0]?.MsgId ?? 0, Status: 2 });
  expect(await events()).toEqual([]);
});

test('order of the checks, and nothing is sent after a failed one', async () => {
  const { client, server, recorder, events } = setUp();
  const text: RtmMessage = { text: 'hi' };
  void recorder.settles('bad peer', client.sendMessageToPeer(text, ''));
  void recorder.settles('bad both', client.sendMessageToPeer({ text: '' }, 'null'));
  void recorder.settles('bad message', client.sendMessageToPeer(null as never, 'bob'));
  void recorder.settles('no arguments', (client.sendMessageToPeer as () => Promise<unknown>)());
  void recorder.settles('too large', client.sendMessageToPeer({ text: 'a'.repeat(32_769) }, 'bob'));
  void recorder.settles('not logged in', client.sendMessageToPeer(text, 'bob'));
  expect(await events()).toEqual([
    'bad peer rejected RtmInvalidArgumentError 6',
    'bad both rejected RtmInvalidArgumentError 6',
    'bad message rejected RtmInvalidArgumentError 7',
    'no arguments rejected RtmInvalidArgumentError 6',
    'too large rejected RtmInvalidArgumentError 7',
    'not logged in rejected RtmInvalidStatusError 102',
  ]);
  void client.login({ uid: 'alice' });
  void recorder.settles('logging in', client.sendMessageToPeer(text, 'bob'));
  expect(await events()).toContain('logging in rejected RtmInvalidStatusError 102');
  expect(server.commands('SendMsgToPeer')).toEqual([]);
});

test('180 per 3 s, shared with channel messages; failed checks do not count', async () => {
  const { client, server, joined, recorder, events, idle } = await loggedIn();
  const room = await joined();
  for (let i = 0; i < 10; i++) await client.sendMessageToPeer({ text: '' }, 'bob').catch(() => undefined);
  for (let i = 0; i < 90; i++) {
    void client.sendMessageToPeer({ text: 'hi' }, 'bob');
    void room.sendMessage({ text: 'hi' });
  }
  void recorder.settles('peer', client.sendMessageToPeer({ text: 'hi' }, 'bob'));
  void recorder.settles('channel', room.sendMessage({ text: 'hi' }));
  expect(await events()).toEqual([
    'peer rejected RtmInvokeTooOftenError 5',
    'channel rejected RtmInvokeTooOftenError 3',
  ]);
  await idle(3000);
  void recorder.settles('peer', client.sendMessageToPeer({ text: 'hi' }, 'bob'));
  expect(await events()).toEqual(['peer resolved {"hasPeerReceived":true}']);
  expect(server.commands('SendMsgToPeer').length + server.commands('SendChannelMsg').length).toBe(181);
});

test('the content is taken at the call', async () => {
  const { client, server, clock } = await loggedIn();
  const message: RtmMessage = Object.freeze({ text: 'before' });
  const copy = { ...message };
  void client.sendMessageToPeer(copy, 'bob');
  copy.text = 'after';
  await clock.settle();
  expect(server.commands('SendMsgToPeer')[0]?.MsgBody).toBe('before');
});

test('message ids count up', async () => {
  const { client, server, clock } = await loggedIn();
  for (let i = 0; i < 3; i++) void client.sendMessageToPeer({ text: 'hi' }, 'bob');
  await clock.settle();
  const [a = 0, b, c] = server.commands('SendMsgToPeer').map(({ MsgId }) => MsgId);
  expect([b, c]).toEqual([a + 1, a + 2]);
  expect(a).toBeLessThan(2 ** 40 + 10);
});

test('received messages are dispatched, then acknowledged', async () => {
  const { client, server, events, recorder } = await loggedIn();
  client.on('MessageFromPeer', () => recorder.note(`${server.commands('RecvMsgFromPeerAck').length} acknowledged`));
  server.connection.sendTogether(['RecvMsgFromPeer', pushed(1)], ['RecvMsgFromPeer', pushed(2)]);
  expect(await events()).toEqual([event(1), '0 acknowledged', event(2), '0 acknowledged']);
  expect(server.commands('RecvMsgFromPeerAck')).toEqual([
    { MsgId: 1001, FromUId: 'bob' },
    { MsgId: 1002, FromUId: 'bob' },
  ]);
});

test('a listener that throws stops neither others nor the acknowledgement; the error comes up later', async () => {
  const { client, server, events, clock, environment } = await loggedIn();
  const error = new Error('in a listener');
  client.setParameters({ logFilter: 3 });
  client.removeAllListeners('MessageFromPeer');
  client.on('MessageFromPeer', () => {
    throw error;
  });
  server.push('RecvMsgFromPeer', pushed(1));
  await expect(events()).rejects.toBe(error);
  expect(server.commands('RecvMsgFromPeerAck').length).toBe(1);
  expect(environment.logged).toEqual([{ severity: 3, line: 'ArRTM error: a listener threw: Error: in a listener' }]);
  expect(clock.uncaught).toEqual([]);
});

test('duplicates are acknowledged and not dispatched, over a reconnect and over a new login too', async () => {
  const { client, server, events, logIn, clock } = await loggedIn();
  server.push('RecvMsgFromPeer', pushed(1));
  server.push('RecvMsgFromPeer', pushed(2));
  server.push('RecvMsgFromPeer', pushed(1));
  expect(await events()).toEqual([event(1), event(2)]);
  server.connection.close();
  await events();
  server.push('RecvMsgFromPeer', pushed(2));
  expect(await events()).toEqual([]);
  void client.logout();
  await events();
  await logIn();
  server.push('RecvMsgFromPeer', pushed(2, { Offline: true }));
  server.push('RecvMsgFromPeer', pushed(3, { Offline: true }));
  expect(await events()).toEqual([event(3, true)]);
  expect(server.commands('RecvMsgFromPeerAck').map(({ MsgId }) => MsgId)).toEqual([1001, 1002, 1001, 1002, 1002, 1003]);
  // The inbox of another user is another log.
  void client.logout();
  await clock.advance(1000);
  await logIn('carol');
  server.push('RecvMsgFromPeer', pushed(1));
  expect(await events()).toEqual([event(1)]);
});

test('a message that logout kept from being dispatched comes with the next login', async () => {
  const { client, server, events, logIn, clock } = await loggedIn();
  server.push('RecvMsgFromPeer', pushed(1));
  await clock.step();
  // It has arrived, and is to be dispatched in the next macrotask.
  void client.logout();
  await events();
  expect(server.commands('RecvMsgFromPeerAck')).toEqual([]);
  await logIn();
  server.push('RecvMsgFromPeer', pushed(1, { Offline: true }));
  expect(await events()).toEqual([event(1, true)]);
});

test('stored messages come after login has resolved, before live ones', async () => {
  const { client, server, events, recorder, clock } = setUp();
  server.on.Login = ({ UserId }, to) =>
    to.sendTogether(
      ['Login', { Code: 0, UserId }],
      ['RecvMsgFromPeer', pushed(1, { Offline: true })],
      ['RecvMsgFromPeer', pushed(2)],
    );
  client.removeAllListeners('MessageFromPeer');
  void (async () => {
    await client.login({ uid: 'alice' });
    // Added after the promise has resolved, and in time.
    recorder.watch(client, 'MessageFromPeer');
  })();
  await clock.settle();
  expect((await events()).slice(-2)).toEqual([event(1, true), event(2)]);
});

test('messages of a type that is not understood are acknowledged and not dispatched', async () => {
  const { server, events } = await loggedIn();
  server.push('RecvMsgFromPeer', pushed(1, { MsgType: 3 }));
  server.push('RecvMsgFromPeer', { ...pushed(2), MsgType: 2, MsgBody: '*' });
  expect(await events()).toEqual([]);
  expect(server.commands('RecvMsgFromPeerAck').length).toBe(2);
});
