/** Messages for users who are not there. */
import { post } from 'ar-rtm-testkit/raw-client';
import { expect, test } from 'vitest';
import { HARD_TEXTS } from './hard-texts.js';
import { APP, eventually, peerMessages, texts, useStage } from './stage.js';

const stage = useStage();
const OFFLINE = '/arapi/v1/artmgw/getOfflineMsg';
const FLAG = { enableOfflineMessaging: true };

test('stored with the flag, in order, delivered once at a fresh login; not stored without it', async () => {
  await stage.start();
  const alice = await stage.user('alice');
  const before = Date.now();
  for (const text of ['one', 'two', 'three']) {
    expect(await alice.client.sendMessageToPeer({ text }, 'bob', FLAG)).toEqual({ hasPeerReceived: false });
    expect(await alice.client.sendMessageToPeer({ text: 'lost' }, 'bob')).toEqual({ hasPeerReceived: false });
  }
  const bob = stage.tab();
  const inbox = peerMessages(bob);
  await bob.client.login({ uid: 'bob' });
  await inbox.atLeast(3);
  expect(inbox.calls.map(([message, from, more]) => [message.text, from, more.isOfflineMessage])).toEqual([
    ['one', 'alice', true],
    ['two', 'alice', true],
    ['three', 'alice', true],
  ]);
  const stamps = inbox.calls.map(([, , more]) => more.serverReceivedTs);
  expect(stamps[0]).toBeGreaterThanOrEqual(before);
  expect(stamps).toEqual([...stamps].sort((a, b) => a - b));
  // Live again, and nothing twice at the next login.
  expect(await alice.client.sendMessageToPeer({ text: 'live' }, 'bob', FLAG)).toEqual({ hasPeerReceived: true });
  await bob.client.logout();
  await bob.client.login({ uid: 'bob' });
  expect(await alice.client.sendMessageToPeer({ text: 'last' }, 'bob')).toEqual({ hasPeerReceived: true });
  expect(texts(inbox.calls)).toEqual(['one', 'two', 'three', 'live', 'last']);
  expect(stage.server.count('offline_messages_stored')).toBe(3);
});

test('every text survives storage', async () => {
  await stage.start();
  const alice = await stage.user('alice');
  for (const text of HARD_TEXTS) await alice.client.sendMessageToPeer({ text }, 'bob', FLAG);
  const bob = stage.tab();
  const inbox = peerMessages(bob);
  await bob.client.login({ uid: 'bob' });
  expect(texts(await inbox.atLeast(HARD_TEXTS.length))).toEqual(HARD_TEXTS);
});

test('the box holds 200 per receiver, all senders together: the oldest goes', async () => {
  await stage.start();
  const eve = await stage.raw('eve');
  const ann = await stage.raw('ann');
  for (let MsgId = 0; MsgId < 205; MsgId++) {
    const sender = MsgId % 2 === 0 ? eve : ann;
    const sent = { MsgId, ToUId: 'bob', MsgType: 1, MsgBody: `no ${MsgId}`, OfflineMsg: true };
    expect(await sender.request('SendMsgToPeer', sent, 'MsgStatus')).toMatchObject({ MsgId, Status: 0 });
  }
  const bob = stage.tab();
  const inbox = peerMessages(bob);
  await bob.client.login({ uid: 'bob' });
  await inbox.atLeast(200);
  expect(texts(inbox.calls)).toEqual(Array.from({ length: 200 }, (_, i) => `no ${i + 5}`));
  expect(stage.server.count('offline_messages_displaced')).toBe(5);
});

test('a reconnect gets everything on the socket, in order, nothing twice', async () => {
  await stage.start({ settings: { acknowledgeMs: 100 } });
  const alice = await stage.user('alice');
  const bob = await stage.raw('bob');
  bob.terminate();
  await eventually(() => stage.server.census().connections === 1, 'the cut is seen');
  const sent = Array.from({ length: 60 }, (_, i) => `no ${i}`);
  const results = await Promise.all(
    sent.map((text, i) => alice.client.sendMessageToPeer({ text }, 'bob', i % 2 === 0 ? FLAG : {})),
  );
  expect(results.some(({ hasPeerReceived }) => hasPeerReceived)).toBe(false);
  const again = await stage.raw('bob', { userSId: bob.userSId });
  expect(again.offline).toEqual([]);
  await again.frames.until(() => again.all('RecvMsgFromPeer').length >= 60);
  await again.settled();
  expect(again.all('RecvMsgFromPeer').map(({ MsgBody }) => MsgBody)).toEqual(sent);
  await again.logout();
  const fresh = await stage.raw('bob', { userSId: bob.userSId });
  expect(fresh.offline).toEqual([]);
  await fresh.settled();
  expect(fresh.all('RecvMsgFromPeer')).toEqual([]);
});

test('a published client that is cut gets what was sent meanwhile, once, as a live message', async () => {
  await stage.start();
  const alice = await stage.user('alice');
  const bob = await stage.user('bob');
  const inbox = peerMessages(bob);
  bob.sockets[0]?.terminate();
  const results = ['a', 'b', 'c'].map((text, i) =>
    alice.client.sendMessageToPeer({ text }, 'bob', i === 1 ? FLAG : {}),
  );
  await inbox.atLeast(3);
  expect(texts(inbox.calls)).toEqual(['a', 'b', 'c']);
  expect(inbox.calls.map(([, , more]) => more.isOfflineMessage)).toEqual([false, false, false]);
  expect(await Promise.all(results)).toEqual(Array.from({ length: 3 }, () => ({ hasPeerReceived: true })));
});

test('gone for longer than OFFLINE and back by itself: stored messages are pushed, in order with new ones', async () => {
  await stage.start({ settings: { offlineMs: 300, publishedPingMs: 100 } });
  const alice = await stage.user('alice');
  const bob = await stage.raw('bob');
  bob.terminate();
  await eventually(() => stage.server.census().sessions === 1, 'bob is offline');
  for (const text of ['one', 'two']) await alice.client.sendMessageToPeer({ text }, 'bob', FLAG);
  const again = await stage.raw('bob', { userSId: bob.userSId }, { fetch: false });
  await alice.client.sendMessageToPeer({ text: 'three' }, 'bob', FLAG);
  await again.frames.until(() => again.all('RecvMsgFromPeer').length >= 3);
  // The old client of appendix A fetches after a reconnect too, and must not get them twice.
  expect(await again.fetchOffline(APP, 'bob')).toEqual([]);
  expect(again.all('RecvMsgFromPeer').map(({ MsgBody }) => MsgBody)).toEqual(['one', 'two', 'three']);
});

test('a message during the wait for the fetch comes behind it, and at the latest when the wait is over', async () => {
  await stage.start({ settings: { offlineFetchMs: 500 } });
  const alice = await stage.user('alice');
  await alice.client.sendMessageToPeer({ text: 'stored' }, 'bob', FLAG);
  const bob = await stage.raw('bob', {}, { fetch: false });
  const live = alice.client.sendMessageToPeer({ text: 'live' }, 'bob', FLAG);
  await bob.settled();
  expect(bob.all('RecvMsgFromPeer')).toEqual([]);
  expect((await bob.fetchOffline(APP, 'bob')).map(({ msgBody }) => msgBody)).toEqual(['stored']);
  expect((await bob.next('RecvMsgFromPeer')).MsgBody).toBe('live');
  expect(await live).toEqual({ hasPeerReceived: true });
  // Never fetched: pushed when the wait is over; what was stored stays for a later fetch.
  await alice.client.sendMessageToPeer({ text: 'kept' }, 'eve', FLAG);
  const eve = await stage.raw('eve', {}, { fetch: false });
  expect(await alice.client.sendMessageToPeer({ text: 'now' }, 'eve')).toEqual({ hasPeerReceived: true });
  expect(eve.all('RecvMsgFromPeer').map(({ MsgBody }) => MsgBody)).toEqual(['now']);
  expect((await eve.fetchOffline(APP, 'eve')).map(({ msgBody }) => msgBody)).toEqual(['kept']);
});

test('a second fetch brings nothing', async () => {
  await stage.start();
  const alice = await stage.user('alice');
  await alice.client.sendMessageToPeer({ text: 'x' }, 'bob', FLAG);
  const bob = await stage.raw('bob');
  expect(bob.offline).toHaveLength(1);
  expect(bob.offline[0]).toMatchObject({ msgFrom: 'alice', msgType: 1, msgBody: 'x', msgStatus: 0 });
  expect(await bob.fetchOffline(APP, 'bob')).toEqual([]);
});

test('a foreign, made-up or expired sessId gets no messages', async () => {
  await stage.start({ engineLimits: { ticketAfterSessionMs: 200, sweepMs: 50 } });
  const { url } = stage.server;
  const alice = await stage.user('alice');
  const eve = await stage.raw('eve');
  const old = await stage.raw('bob');
  await old.logout();
  const fetch = async (sessId: unknown, uid = 'bob', appId = APP) =>
    (await post(url, OFFLINE, { uid, sessId, appId })).body;
  await eventually(async () => (await fetch(old.sessionId)).code !== 0, 'the sessId of a past session expires');
  await alice.client.sendMessageToPeer({ text: 'secret' }, 'bob', FLAG);
  for (const sessId of [eve.sessionId, old.sessionId, '', 'made-up', `${eve.sessionId}x`, null, 7]) {
    const body = await fetch(sessId);
    expect(body.code).not.toBe(0);
    expect(JSON.stringify(body)).not.toContain('secret');
  }
  expect((await fetch(eve.sessionId, 'eve', 'f'.repeat(32))).code).not.toBe(0);
  for (const body of ['', 'null', '[]', '{}']) {
    const answer = await post(url, OFFLINE, body);
    expect([answer.status, answer.body.code === 0]).toEqual([200, false]);
  }
  expect((await stage.raw('bob')).offline).toHaveLength(1);
});

test('old releases: application/json with its preflight, and history calls that answer a list', async () => {
  await stage.start();
  const { url } = stage.server;
  const alice = await stage.user('alice');
  await alice.client.sendMessageToPeer({ text: 'x' }, 'bob', FLAG);
  const bob = await stage.raw('bob', { fields: { SdkVer: '1.0.3' } }, { fetch: false });
  await bob.request('JoinChannel', { ChanId: 'room' });
  const JSON_TYPE = 'application/json;charset=utf-8';
  for (const path of [
    '/arapi/v1?action=wrtm_gateway',
    OFFLINE,
    '/arapi/v1/artmgw/getP2PHistoryMsg',
    '/arapi/v1/artmgw/getChanHistoryMsg',
  ]) {
    const preflight = await fetch(url + path, {
      method: 'OPTIONS',
      headers: {
        origin: 'https://app.example',
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'content-type',
      },
    });
    expect([200, 204]).toContain(preflight.status);
    expect(preflight.headers.get('access-control-allow-origin')).toBe('*');
    expect(preflight.headers.get('access-control-allow-methods')).toContain('POST');
    expect(preflight.headers.get('access-control-allow-headers')?.toLowerCase()).toContain('content-type');
  }
  const ids = { sessId: bob.sessionId, appId: APP };
  const stored = await post(url, OFFLINE, { uid: 'bob', ...ids }, JSON_TYPE);
  expect(stored.headers.get('access-control-allow-origin')).toBe('*');
  expect(stored.body).toMatchObject({ code: 0, data: [{ msgFrom: 'alice', msgBody: 'x' }] });
  for (const [path, body] of [
    ['/arapi/v1/artmgw/getP2PHistoryMsg', { fromUId: 'bob', ...ids }],
    ['/arapi/v1/artmgw/getChanHistoryMsg', { chanId: 'room', ...ids }],
  ] as const) {
    const answer = await post(url, path, body, JSON_TYPE);
    expect([answer.status, answer.body]).toEqual([200, { code: 0, data: [], total: 0, more: false }]);
  }
});
