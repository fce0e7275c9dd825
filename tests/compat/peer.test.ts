/** Peer messages between published clients, with acknowledgements. */
import { CHROME, FIREFOX } from 'ar-rtm-testkit/published';
import { expect, test } from 'vitest';
import { HARD_TEXTS } from './hard-texts.js';
import { eventually, peerMessages, texts, useStage } from './stage.js';

const stage = useStage();

test('hasPeerReceived is true behind the acknowledgement and false for nobody', async () => {
  await stage.start();
  const alice = await stage.user('alice', CHROME);
  const bob = await stage.user('bob', FIREFOX);
  const inbox = peerMessages(bob);
  expect(await alice.client.sendMessageToPeer({ text: 'a' }, 'bob')).toEqual({ hasPeerReceived: true });
  expect(inbox.calls).toHaveLength(1);
  expect(await alice.client.sendMessageToPeer({ text: 'a' }, 'nobody')).toEqual({ hasPeerReceived: false });
  const back = peerMessages(alice);
  expect(await bob.client.sendMessageToPeer({ text: 'b' }, 'alice')).toEqual({ hasPeerReceived: true });
  expect(back.calls.map(([message, from, more]) => [message.text, from, more.isOfflineMessage])).toEqual([
    ['b', 'bob', false],
  ]);
  expect(Math.abs((back.calls[0]?.[2].serverReceivedTs ?? 0) - Date.now())).toBeLessThan(60_000);
});

test('a receiver whose handler throws: false after the waiting time, and the message is not repeated (Q22)', async () => {
  await stage.start({ settings: { acknowledgeMs: 300 } });
  const alice = await stage.user('alice');
  const bob = await stage.user('bob');
  let calls = 0;
  bob.client.on('MessageFromPeer', () => {
    calls++;
    throw new Error('a handler of the application');
  });
  const began = performance.now();
  expect(await alice.client.sendMessageToPeer({ text: 'boom' }, 'bob')).toEqual({ hasPeerReceived: false });
  const took = performance.now() - began;
  expect(took).toBeGreaterThan(250);
  expect(took).toBeLessThan(2000);
  // Nothing else comes of it: the connection stays, the next message comes once.
  await alice.client.sendMessageToPeer({ text: 'boom' }, 'bob');
  expect(calls).toBe(2);
  expect(bob.uncaught).toHaveLength(2);
  expect(bob.sockets).toHaveLength(1);
});

test('an unacknowledged message comes again after a cut; with the offline flag also at the next login', async () => {
  await stage.start({ settings: { acknowledgeMs: 200 } });
  const alice = await stage.user('alice');
  const bob = await stage.raw('bob', {}, { acknowledge: false });
  for (const OfflineMsg of [false, true]) {
    const status = alice.client.sendMessageToPeer({ text: `flag ${OfflineMsg}` }, 'bob', {
      enableOfflineMessaging: OfflineMsg,
    });
    expect(await status).toEqual({ hasPeerReceived: false });
  }
  expect(bob.all('RecvMsgFromPeer')).toHaveLength(2);
  bob.terminate();
  const again = await stage.raw('bob', { userSId: bob.userSId });
  expect((await again.next('RecvMsgFromPeer')).MsgBody).toBe('flag false');
  expect((await again.next('RecvMsgFromPeer')).MsgBody).toBe('flag true');
  await again.settled();
  again.terminate();
  const third = await stage.raw('bob', { userSId: bob.userSId });
  await third.settled();
  expect(third.all('RecvMsgFromPeer')).toEqual([]);
});

test('a message to oneself', async () => {
  await stage.start();
  const alice = await stage.user('alice');
  const inbox = peerMessages(alice);
  expect(await alice.client.sendMessageToPeer({ text: 'note' }, 'alice')).toEqual({ hasPeerReceived: true });
  expect(inbox.calls.map(([message, from]) => [message.text, from])).toEqual([['note', 'alice']]);
});

test('every text arrives as it was, in both directions', async () => {
  await stage.start();
  const alice = await stage.user('alice', CHROME);
  const bob = await stage.user('bob', FIREFOX);
  const atAlice = peerMessages(alice);
  const atBob = peerMessages(bob);
  for (const text of HARD_TEXTS) {
    expect(await alice.client.sendMessageToPeer({ text }, 'bob')).toEqual({ hasPeerReceived: true });
    expect(await bob.client.sendMessageToPeer({ text }, 'alice')).toEqual({ hasPeerReceived: true });
  }
  expect(texts(atBob.calls)).toEqual(HARD_TEXTS);
  expect(texts(atAlice.calls)).toEqual(HARD_TEXTS);
});

test('ids with every allowed character', async () => {
  await stage.start();
  const uid = 'aZ09 !#$%&()+-:;<=.>?@[]^_{}|~,';
  const alice = await stage.user(uid);
  const bob = await stage.user('__proto__');
  const inbox = peerMessages(bob);
  expect(await alice.client.sendMessageToPeer({ text: 'x' }, '__proto__')).toEqual({ hasPeerReceived: true });
  expect(inbox.calls[0]?.[1]).toBe(uid);
  const back = peerMessages(alice);
  expect(await bob.client.sendMessageToPeer({ text: 'y' }, uid)).toEqual({ hasPeerReceived: true });
  expect(back.calls[0]?.[1]).toBe('__proto__');
});

test('messages that the client itself refused, but sent, are not delivered (Q11)', async () => {
  await stage.start();
  const alice = await stage.user('alice');
  const bob = await stage.raw('bob');
  await expect(alice.client.sendMessageToPeer({ text: 'x'.repeat(32_769) }, 'bob')).rejects.toMatchObject({ code: 7 });
  await expect(alice.client.sendMessageToPeer({ text: 'x' }, 'b/b')).rejects.toMatchObject({ code: 6 });
  await expect(
    alice.client.sendMessageToPeer({ text: 'x' }, '', { enableOfflineMessaging: true }),
  ).rejects.toBeTruthy();
  expect(await alice.client.sendMessageToPeer({ text: 'sound' }, 'bob')).toEqual({ hasPeerReceived: true });
  expect(bob.all('RecvMsgFromPeer').map(({ MsgBody }) => MsgBody)).toEqual(['sound']);
  expect(stage.server.count('peer_messages_refused')).toBeGreaterThan(0);
});

test('100 messages keep their order', async () => {
  await stage.start();
  const alice = await stage.user('alice');
  const bob = await stage.user('bob', FIREFOX);
  const inbox = peerMessages(bob);
  const sent = Array.from({ length: 100 }, (_, i) => `no ${i}`);
  const results = await Promise.all(sent.map((text) => alice.client.sendMessageToPeer({ text }, 'bob')));
  expect(results.every(({ hasPeerReceived }) => hasPeerReceived)).toBe(true);
  expect(texts(inbox.calls)).toEqual(sent);
  const stamps = inbox.calls.map(([, , { serverReceivedTs }]) => serverReceivedTs);
  expect(stamps).toEqual([...stamps].sort((a, b) => a - b));
});

test('exactly one MsgStatus per message, 0 or 2, whatever the sender claims to be', async () => {
  await stage.start({ settings: { acknowledgeMs: 200 } });
  const eve = await stage.raw('eve');
  const bob = await stage.raw('bob');
  const message = { FromUId: 'mallory', MsgType: 1, MsgBody: 'x', OfflineMsg: false, HistoryMsg: false, Desc: '' };
  eve.send('SendMsgToPeer', { ...message, MsgId: 1, ToUId: 'bob' });
  eve.send('SendMsgToPeer', { ...message, MsgId: 2, ToUId: 'nobody' });
  eve.send('SendMsgToPeer', { ...message, MsgId: 3, ToUId: 'b/b' });
  eve.send('SendMsgToPeer', { ...message, MsgId: 4, ToUId: 'bob', MsgBody: 'x'.repeat(40_000) });
  eve.send('SendMsgToPeer', { ...message, MsgId: 5, ToUId: 'bob', MsgBody: '' });
  eve.send('SendMsgToPeer', { ...message, MsgId: 6, ToUId: 'bob', MsgBody: 7 });
  // The same id twice, as old releases may send it (appendix A): both are messages.
  eve.send('SendMsgToPeer', { ...message, MsgId: 1, ToUId: 'bob' });
  await eve.frames.until(() => eve.all('MsgStatus').length >= 7);
  const status = eve.all('MsgStatus').map(({ MsgId, Status }) => `${MsgId}:${Status}`);
  expect(status.sort()).toEqual(['1:2', '1:2', '2:0', '3:0', '4:0', '5:0', '6:0']);
  expect(bob.all('RecvMsgFromPeer').map(({ FromUId }) => FromUId)).toEqual(['eve', 'eve']);
});

test('the sender is gone before the receiver acknowledges: nothing stays behind', async () => {
  await stage.start({ settings: { acknowledgeMs: 300 } });
  const eve = await stage.raw('eve');
  const bob = await stage.raw('bob', {}, { acknowledge: false });
  eve.send('SendMsgToPeer', { MsgId: 1, ToUId: 'bob', MsgType: 1, MsgBody: 'x' });
  await bob.next('RecvMsgFromPeer');
  await eve.logout();
  await eventually(() => stage.server.census().deliveries === 0, 'no delivery waits');
});
