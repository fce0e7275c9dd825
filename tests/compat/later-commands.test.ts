/** Commands that a later release carries out: every one is answered, so that no call of the published client hangs. */
import { record } from 'ar-rtm-testkit/recorder';
import { expect, test } from 'vitest';
import { eventually, states, type Tab, untilEmpty, useStage } from './stage.js';

const stage = useStage();

const CALLS: readonly (readonly [name: string, call: (tab: Tab) => Promise<unknown>])[] = [
  ['setLocalUserAttributes', ({ client }) => client.setLocalUserAttributes({ a: '1' })],
  ['addOrUpdateLocalUserAttributes', ({ client }) => client.addOrUpdateLocalUserAttributes({ b: '2' })],
  ['deleteLocalUserAttributesByKeys', ({ client }) => client.deleteLocalUserAttributesByKeys(['a'])],
  ['clearLocalUserAttributes', ({ client }) => client.clearLocalUserAttributes()],
  ['getUserAttributes', ({ client }) => client.getUserAttributes('bob')],
  ['getUserAttributesByKeys', ({ client }) => client.getUserAttributesByKeys('bob', ['a'])],
  ['setChannelAttributes', ({ client }) => client.setChannelAttributes('room', { a: '1' }, {})],
  ['addOrUpdateChannelAttributes', ({ client }) => client.addOrUpdateChannelAttributes('room', { a: '1' }, {})],
  ['deleteChannelAttributesByKeys', ({ client }) => client.deleteChannelAttributesByKeys('room', ['a'], {})],
  ['clearChannelAttributes', ({ client }) => client.clearChannelAttributes('room', {})],
  ['getChannelAttributes', ({ client }) => client.getChannelAttributes('room')],
  ['getChannelAttributesByKeys', ({ client }) => client.getChannelAttributesByKeys('room', ['a'])],
  ['renewToken', ({ client }) => client.renewToken('another')],
];

test('every call settles, with a result or with a code', async () => {
  await stage.start();
  const alice = await stage.user('alice');
  await stage.user('bob');
  await alice.client.createChannel('room').join();
  for (const [name, call] of CALLS) {
    const limit = new Promise<string>((resolve) => setTimeout(resolve, 3000, 'hangs'));
    const outcome = await Promise.race([
      limit,
      call(alice).then(
        () => 'settled',
        (code: unknown) => typeof code,
      ),
    ]);
    expect([name, outcome]).not.toEqual([name, 'hangs']);
    expect(['settled', 'number', 'object']).toContain(outcome);
  }
  // Every request that wants a reply got exactly one.
  const sent = alice.frames.calls.filter(
    ([way, cmd, content]) => way === 'out' && cmd !== 'RecvMsgFromPeerAck' && content.MsgId,
  );
  await alice.frames.until((frames) =>
    sent.every(([, , { MsgId }]) =>
      frames.some(([way, cmd, content]) => way === 'in' && cmd !== 'ErrorNotice' && content.MsgId === MsgId),
    ),
  );
  for (const [, cmd, { MsgId }] of sent) {
    const replies = alice.frames.calls.filter(
      ([way, name, content]) => way === 'in' && name !== 'ErrorNotice' && content.MsgId === MsgId,
    );
    expect([cmd, replies.length]).toEqual([cmd, 1]);
  }
  expect(alice.sockets).toHaveLength(1);
  expect(await alice.client.sendMessageToPeer({ text: 'healthy' }, 'bob')).toEqual({ hasPeerReceived: true });
});

test('an invitation comes to an end, whoever acts, and every CancelCall gets its cancelCallAck', async () => {
  await stage.start({ settings: { callReceiptMs: 500, callExpireMs: 1000, callExpirePublishedMs: 1000 } });
  const alice = await stage.user('alice');
  const bob = await stage.user('bob');
  const failures = ['bob', 'nobody'].map((callee) => {
    const invitation = alice.client.createLocalInvitation(callee);
    invitation.content = 'come';
    const failed = record(invitation, 'LocalInvitationFailure');
    invitation.send();
    return failed;
  });
  const canceled = alice.client.createLocalInvitation('bob');
  canceled.send();
  canceled.cancel();
  await Promise.all(failures.map((failed) => failed.atLeast(1)));
  const acks = () => {
    const frames = alice.frames.calls;
    const ids = (way: string, cmd: string) =>
      frames.filter((frame) => frame[0] === way && frame[1] === cmd).map(([, , content]) => content.CallId);
    return [ids('out', 'CancelCall'), ids('in', 'cancelCallAck')];
  };
  await alice.frames.until(() => acks()[0]?.length === acks()[1]?.length && (acks()[0]?.length ?? 0) > 0);
  expect(acks()[1]).toEqual(acks()[0]);
  expect(alice.uncaught).toEqual([]);
  expect(bob.uncaught).toEqual([]);
  expect(await alice.client.sendMessageToPeer({ text: 'healthy' }, 'bob')).toEqual({ hasPeerReceived: true });
});

test('a client that tried to set attributes is not stopped by it when it reconnects', async () => {
  await stage.start();
  const alice = await stage.user('alice');
  const room = alice.client.createChannel('room');
  await room.join();
  await alice.client.setLocalUserAttributes({ a: '1' }).catch(() => undefined);
  await alice.client.addOrUpdateLocalUserAttributes({ b: '2' }).catch(() => undefined);
  const told = states(alice);
  for (let cut = 1; cut <= 2; cut++) {
    alice.sockets.at(-1)?.terminate();
    await told.until((calls) => calls.filter(([state]) => state === 'CONNECTED').length === cut);
    await eventually(async () => (await room.getMembers().catch(() => [])).length === 1, 'a member again');
  }
  expect(alice.uncaught).toEqual([]);
});

test('call commands for calls that nobody knows, and requests with wrong fields', async () => {
  await stage.start();
  const eve = await stage.raw('eve');
  const call = { CallId: 'f'.repeat(32), FromUId: 'eve', ToUId: 'bob' };
  expect(await eve.request('CancelCall', { ...call, Reason: '', Content: '' }, 'cancelCallAck')).toMatchObject({
    ...call,
    Code: 0,
  });
  eve.send('AcceptCall', { ...call, Response: '' });
  eve.send('RejectCall', { ...call, Response: '' });
  for (const [Cmd, replyCmd = Cmd] of [
    ['QueryOnlineStatus'],
    ['SubscribeOnlineStatus'],
    ['AddOrUpdateUserAttributes'],
    ['DeleteUserAttributes'],
    ['GetUserAttributes', 'QueryAttribKeys'],
    ['DeleteChanAttributes'],
    ['GetChanMemberSize'],
  ] as const) {
    expect(
      await eve.request(Cmd, { MsgId: 5, UserIds: 7, Attributes: 7, Keys: 7, UserId: 7, ChanId: 'c' }, replyCmd),
    ).toMatchObject({
      MsgId: 5,
    });
  }
  expect(eve.all('AcceptCallAck')).toEqual([]);
  await eve.settled();
});

test('20 malformed frames close the connection with 4002, fewer do not; nobody else notices', async () => {
  await stage.start();
  const bob = await stage.raw('bob');
  const eve = await stage.raw('eve');
  const bad = [
    '',
    '{',
    '[]',
    'null',
    '7',
    '{"Cmd":7,"Content":"{}"}',
    '{"Cmd":"JoinChannel"}',
    '{"Cmd":"JoinChannel","Content":"null"}',
    '{"Cmd":"Nonsense","Content":"{}"}',
  ];
  for (let i = 0; i < 19; i++) eve.sendText(bad[i % bad.length] as string);
  await eve.settled();
  expect(eve.all('ErrorNotice')).toHaveLength(19);
  eve.sendText('{');
  expect(await eve.closed).toBe(4002);
  await bob.settled();
  expect(stage.server.count('closed_protocol_abuse')).toBe(1);
  const back = await stage.raw('eve', { userSId: eve.userSId });
  await back.logout();
  await bob.logout();
  await untilEmpty(stage.server);
});
