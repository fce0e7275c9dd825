/** What somebody tries who wants what is not hers: from another app, and in the app of those she is after. */
import { post, RawClient } from 'ar-rtm-testkit/raw-client';
import { afterEach, expect, test } from 'vitest';
import { startTestServer, type TestServer } from '../../src/testing.js';
import { APP } from './support/arena.js';
import { ticketOf } from './support/tickets.js';

const OTHER_APP = 'fedcba9876543210fedcba9876543210';
const CAPS = { Caps: ['reply-codes.1', 'push-offline.1', 'resume.1', 'history.1', 'calls.1', 'types.1'] };
const app = (appId: string) => ({
  ...{ appId, enabled: true, certificates: [], allowEmptyToken: true, allowWildcardUid: false },
});

let server: TestServer;
const users: RawClient[] = [];

afterEach(async () => {
  for (const user of users.splice(0)) user.terminate();
  await server.stop();
});

async function logIn(uid: string, appId = APP): Promise<RawClient> {
  const user = await RawClient.login(server.url, { appId, uid, fields: CAPS }, { fetch: false });
  users.push(user);
  return user;
}

let lastId = 0;
/** Sends a command and answers its reply. */
async function ask(
  client: RawClient,
  cmd: string,
  content: object,
  reply = cmd,
): Promise<Readonly<Record<string, unknown>>> {
  lastId += 1;
  client.send(cmd, { MsgId: lastId, ...content });
  return client.next(reply);
}

/** A user in a channel with attributes, an archived and a stored message, and a call that rings. */
async function victims() {
  server = await startTestServer({ apps: [app(APP), app(OTHER_APP)] });
  const [ann, ben] = [await logIn('ann'), await logIn('ben')];
  for (const user of [ann, ben]) await ask(user, 'JoinChannel', { ChanId: 'room' });
  await ask(ann, 'AddOrUpdateUserAttributes', { SetLocal: true, Attributes: '{"pin":"1234"}' });
  await ask(ann, 'AddOrUpdateChanAttributes', { SetChan: true, ChanId: 'room', Attributes: '{"key":"secret"}' });
  const text = { MsgType: 1, HistoryMsg: true, Desc: '' };
  await ask(ann, 'SendMsgToPeer', { ToUId: 'ben', OfflineMsg: true, MsgBody: 'to ben', ...text }, 'MsgStatus');
  await ask(ann, 'SendMsgToPeer', { ToUId: 'cid', OfflineMsg: true, MsgBody: 'to cid', ...text }, 'MsgStatus');
  await ask(ann, 'SendChannelMsg', { ChanId: 'room', MsgBody: 'to all', ...text });
  await ben.next('RecvMsgFromChan');
  return { ann, ben };
}

/** Everything that was heard, so that what should be silent can be compared. */
const heard = (...clients: RawClient[]) => clients.map((client) => client.frames.calls.length);

test('the same names in another app are other people, channels and conversations', async () => {
  const { ann, ben } = await victims();
  const twin = await logIn('ann', OTHER_APP);
  const before = heard(ann, ben);
  expect(await ask(twin, 'JoinChannel', { ChanId: 'room' })).toMatchObject({ Code: 0, MemSize: 1 });
  expect(await ask(twin, 'GetChanMembers', { ChanId: 'room' })).toMatchObject({ Members: ['ann'] });
  expect(await ask(twin, 'GetChanAttributes', { ChanId: 'room' })).toMatchObject({ Attributes: '[]' });
  const attributes = await ask(twin, 'GetUserAttributes', { UserId: 'ann' }, 'QueryAttribKeys');
  expect(attributes['Attribs']).not.toContain('1234');
  expect(await ask(twin, 'GetUserAttributes', { UserId: 'ben' }, 'QueryAttribKeys')).toMatchObject({ Code: 6 });
  expect(await ask(twin, 'QueryOnlineStatus', { UserIds: '["ben"]' })).toMatchObject({
    Status: [{ State: 'OFFLINE' }],
  });
  for (const place of [{ PeerId: 'ben' }, { PeerId: 'cid' }, { ChanId: 'room' }]) {
    expect(await ask(twin, 'GetHistory', place)).toMatchObject({ Code: 0, Messages: [] });
  }
  const text = { MsgType: 1, OfflineMsg: false, HistoryMsg: false, Desc: '', MsgBody: 'x' };
  expect(await ask(twin, 'SendMsgToPeer', { ToUId: 'ben', ...text }, 'MsgStatus')).toMatchObject({ Status: 0 });
  await ask(twin, 'SendChannelMsg', { ChanId: 'room', ...text });
  await ask(twin, 'DeleteChanAttributes', { ChanId: 'room', Keys: '["key"]', Notify: true });
  await ask(twin, 'MakeCall', { CallId: 'c'.repeat(32), ToUId: 'ben', Content: '' }, 'CallReply');
  await ask(twin, 'LeaveChannel', { ChanId: 'room' });
  // Whatever the envelope claims: the session is of the app that it logged in to.
  const content = JSON.stringify({ MsgId: 99, ChanId: 'room' });
  twin.sendText(JSON.stringify({ Cmd: 'GetChanMembers', AppId: APP, Encrypt: false, Content: content }));
  expect((await twin.next('GetChanMembers'))['Members']).not.toContain('ben');
  await twin.settled();
  expect(heard(ann, ben)).toEqual(before);
  expect(await ask(ann, 'GetChanAttributes', { ChanId: 'room' })).toMatchObject({
    Attributes: expect.stringContaining('secret'),
  });
});

test("tickets of one app open nothing of another, and one's own nothing of others", async () => {
  await victims();
  const { url } = server;
  const eve = await logIn('eve');
  const foreign = await logIn('ann', OTHER_APP);
  const paths = {
    getOfflineMsg: {},
    getP2PHistoryMsg: { peerId: 'ben' },
    getChanHistoryMsg: { chanId: 'room' },
    uploadLog: { lines: ['x'] },
  };
  for (const [path, more] of Object.entries(paths)) {
    for (const [appId, uid, sessId] of [
      [APP, 'ann', foreign.sessionId],
      [APP, 'ann', await ticketOf(url, 'ann', OTHER_APP)],
      [OTHER_APP, 'ann', eve.sessionId],
    ]) {
      const { body } = await post(url, `/arapi/v1/artmgw/${path}`, { appId, uid, sessId, ...more });
      expect([path, body['code']]).toEqual([path, 110]);
    }
  }
  // Her own ticket with the name of another: refused, or answered for herself.
  const claims = { appId: APP, uid: 'ann', sessId: eve.sessionId };
  expect((await post(url, '/arapi/v1/artmgw/getOfflineMsg', claims)).body).toMatchObject({ code: 110 });
  expect((await post(url, '/arapi/v1/artmgw/uploadLog', { ...claims, lines: ['x'] })).body['code']).not.toBe(0);
  const peers = await post(url, '/arapi/v1/artmgw/getP2PHistoryMsg', { ...claims, peerId: 'ben' });
  expect(peers.body).toMatchObject({ data: [] });
  const channel = await post(url, '/arapi/v1/artmgw/getChanHistoryMsg', { ...claims, chanId: 'room' });
  expect(channel.body).toMatchObject({ data: [] });
});

test('in the same app: nobody reads what others wrote to each other, answers their calls, or takes their messages', async () => {
  const { ann, ben } = await victims();
  const eve = await logIn('eve');
  // The conversation of two others cannot even be named; a channel is read by its members.
  for (const place of [{ PeerId: 'ben' }, { PeerId: 'cid' }]) {
    expect(await ask(eve, 'GetHistory', place)).toMatchObject({ Code: 0, Messages: [] });
  }
  expect(await ask(eve, 'GetHistory', { ChanId: 'room' })).toMatchObject({ Code: 5 });
  const text = { MsgType: 1, OfflineMsg: false, HistoryMsg: false, Desc: '', MsgBody: 'x' };
  expect((await ask(eve, 'SendChannelMsg', { ChanId: 'room', ...text }))['Code']).not.toBe(0);
  // A call of two others: neither side's acts are hers.
  const call = { CallId: 'd'.repeat(32), ToUId: 'ben' };
  await ask(ann, 'MakeCall', { ...call, Content: 'lunch' }, 'CallReply');
  const rings = await ben.next('MakeCall');
  const before = heard(ann, ben);
  for (const [cmd, ToUId] of [
    ['CancelCall', 'ben'],
    ['AcceptCall', 'ann'],
    ['RejectCall', 'ann'],
    ['MakeCallAck', 'ann'],
    ['AcceptCallAck', 'ben'],
  ] as const) {
    eve.send(cmd, { ...call, ToUId, FromUId: 'ann', MsgId: rings['MsgId'], Reason: '', Response: '', Content: '' });
  }
  // The messages of others are not hers to acknowledge: a stored one is still there for its receiver.
  for (let guess = 0; guess < 20; guess++) eve.send('RecvMsgFromPeerAck', { MsgId: 2 ** 36 + guess, FromUId: 'ann' });
  await eve.settled();
  expect(heard(ann, ben)).toEqual(before);
  const cid = await logIn('cid');
  expect(await cid.next('RecvMsgFromPeer')).toMatchObject({ FromUId: 'ann', MsgBody: 'to cid' });
  await ask(ben, 'AcceptCall', { ...call, ToUId: 'ann', FromUId: 'ann', Response: 'yes' }, 'CallReply');
  expect(await ann.next('AcceptCall')).toMatchObject({ Response: 'yes' });
});

test('names of the language are names like any other', async () => {
  server = await startTestServer();
  const eve = await logIn('eve');
  const names = ['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty'];
  for (const name of names) {
    expect(await ask(eve, 'JoinChannel', { ChanId: name })).toMatchObject({ Code: 0, MemSize: 1 });
    const attributes = `{${JSON.stringify(name)}:"x"}`;
    expect(await ask(eve, 'AddOrUpdateUserAttributes', { SetLocal: false, Attributes: attributes })).toMatchObject({
      Code: 0,
    });
    expect(await ask(eve, 'GetUserAttributes', { UserId: name }, 'QueryAttribKeys')).toMatchObject({ Code: 6 });
    expect(await ask(eve, 'GetHistory', { PeerId: name })).toMatchObject({ Code: 0, Messages: [] });
  }
  const asList = JSON.stringify(names);
  const counts = await ask(eve, 'GetChanMemberSize', { ChanIds: asList });
  expect(counts).toMatchObject({ ChanMemSize: names.map((ChanId) => ({ ChanId, MemSize: 1 })) });
  expect(await ask(eve, 'QueryOnlineStatus', { UserIds: asList })).toMatchObject({
    Status: names.map((UserId) => ({ UserId, State: 'OFFLINE' })),
  });
  const { Attribs } = await ask(eve, 'GetUserAttributes', { UserId: 'eve' }, 'QueryAttribKeys');
  const own = JSON.parse(String(Attribs)) as object;
  expect(Object.getOwnPropertyNames(own).sort()).toEqual([...names].sort());
  expect(({} as Record<string, unknown>)['x']).toBeUndefined();
});
