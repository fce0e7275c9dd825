/** Invitations to calls, both sides (api.md 3.4, 3.5, 4.0, 4.3 and 8). */
import type { CommandName, ServerFrameInput, ServerFrameName } from 'ar-rtm-protocol';
import { describe, expect, test } from 'vitest';
import { setUp } from '../test/set-up.js';
import { RtmInvalidArgumentError, RtmInvalidStatusError } from './errors.js';
import type { LocalInvitation, RemoteInvitation } from './invitation.js';

const LOCAL = ['ReceivedByPeer', 'Accepted', 'Refused', 'Canceled', 'Failure'] as const;
const REMOTE = ['Accepted', 'Refused', 'Canceled', 'Failure'] as const;
const MOST = 'é'.repeat(4096);

function start() {
  const all = setUp();
  const { client, clock, server, recorder, events } = all;
  const remotes: RemoteInvitation[] = [];
  let offset = 0;
  client.on('RemoteInvitationReceived', (invitation) => {
    remotes.push(invitation);
    recorder.note(`received from ${invitation.callerId}: ${invitation.content}`);
    recorder.watch(invitation, ...REMOTE.map((name) => `RemoteInvitation${name}` as const));
  });

  function local(to = 'bob'): LocalInvitation {
    const invitation = client.createLocalInvitation(to);
    recorder.watch(invitation, ...LOCAL.map((name) => `LocalInvitation${name}` as const));
    return invitation;
  }

  /** The id of the last call made. */
  const callId = () => server.commands('MakeCall').at(-1)?.CallId ?? '';

  /** An entry of the inbox; `at` for one that was pushed before. */
  function push<N extends ServerFrameName>(cmd: N, content: object, at = ++offset): void {
    const place = { MsgId: 2 ** 36 + at, Epoch: 1, Offset: at };
    server.push(cmd, { FromUId: 'bob', ToUId: 'alice', ...place, ...content } as unknown as ServerFrameInput<N>);
  }

  const tell = (cmd: ServerFrameName, more: object = {}) => push(cmd, { CallId: callId(), ...more });

  async function loggedIn(): Promise<void> {
    await all.logIn();
    server.login = { Resumed: true };
  }

  /** A sent invitation, `isReceived` by the other side. */
  async function sent(isReceived = false): Promise<LocalInvitation> {
    const invitation = local();
    invitation.send();
    await clock.settle();
    if (isReceived) {
      tell('CallStatus', { Status: 2 });
      await clock.settle();
      recorder.take();
    }
    return invitation;
  }

  async function invited(id = 'x'): Promise<RemoteInvitation> {
    push('MakeCall', { CallId: id, Content: 'come', ChanId: 'room' });
    await events();
    return remotes.at(-1) as RemoteInvitation;
  }

  /** Commands sent, but the Login. */
  const said = () => server.received.map(({ cmd }) => cmd).filter((cmd) => cmd !== 'Login');

  async function cut(): Promise<void> {
    server.connection.close();
    await clock.settle();
  }

  return { ...all, remotes, local, push, tell, loggedIn, sent, invited, said, cut, callId };
}

const codeOf = (task: () => void) => {
  try {
    task();
  } catch (error) {
    const Wanted = (error as { code: number }).code === 1 ? RtmInvalidArgumentError : RtmInvalidStatusError;
    expect(error).toBeInstanceOf(Wanted);
    return (error as { code: number }).code;
  }
  return undefined;
};

describe('the caller', () => {
  test.each([[null], [5], [''], ['a/b'], ['null'], ['x'.repeat(65)]])('callee %j: 1', (callee) => {
    expect(codeOf(() => start().client.createLocalInvitation(callee as string))).toBe(1);
  });

  test('a new one is idle and empty, and needs no login', () => {
    const { calleeId, content, response, channelId, state } = start().local();
    expect({ calleeId, content, response, channelId, state }).toEqual({
      ...{ calleeId: 'bob', content: '', response: '', channelId: '', state: 'IDLE' },
    });
  });

  test('sent, received, accepted: each once, acknowledged, in order', async () => {
    const { loggedIn, local, tell, events, server, said, callId } = start();
    await loggedIn();
    const invitation = local();
    Object.assign(invitation, { content: 'come', channelId: 'room' });
    expect(invitation.send()).toBeUndefined();
    expect(invitation.state).toBe('SENT_TO_REMOTE');
    await events();
    expect(server.commands('MakeCall')).toMatchObject([{ ToUId: 'bob', Content: 'come', ChanId: 'room' }]);
    expect(callId()).toMatch(/^[0-9a-f]{32}$/);
    tell('CallStatus', { Status: 2 });
    expect(await events()).toEqual(['LocalInvitationReceivedByPeer']);
    expect(invitation.state).toBe('RECEIVED_BY_REMOTE');
    tell('AcceptCall', { Response: 'yes' });
    invitation.on('LocalInvitationAccepted', (response) => expect(invitation.response).toBe(response));
    expect(await events()).toEqual(['LocalInvitationAccepted "yes"']);
    expect([invitation.state, invitation.response]).toEqual(['ACCEPTED_BY_REMOTE', 'yes']);
    expect(said()).toEqual(['MakeCall', 'RecvMsgFromPeerAck', 'AcceptCallAck']);
    expect(server.commands('AcceptCallAck')).toMatchObject([{ CallId: callId(), ToUId: 'bob', MsgId: 2 ** 36 + 2 }]);
  });

  test.each([
    ['AcceptCall', 'LocalInvitationAccepted "r"'],
    ['RejectCall', 'LocalInvitationRefused "r"'],
  ] as const)('%s that overtakes the receipt: the receipt is told first', async (cmd, expected) => {
    const { loggedIn, sent, tell, events } = start();
    await loggedIn();
    const invitation = await sent();
    const states: string[] = [];
    invitation.on('LocalInvitationReceivedByPeer', () => states.push(invitation.state));
    tell(cmd, { Response: 'r' });
    expect(await events()).toEqual(['LocalInvitationReceivedByPeer', expected]);
    expect(states).toEqual(['RECEIVED_BY_REMOTE']);
    tell('CallStatus', { Status: 2 });
    expect(await events()).toEqual([]);
  });

  test.each([
    [3, 'PEER_OFFLINE'],
    [4, 'PEER_NO_RESPONSE'],
    [5, 'INVITATION_EXPIRE'],
    [6, 'UNKNOWN'],
    [99, 'UNKNOWN'],
  ])('status %i: %s', async (Status, reason) => {
    const { loggedIn, sent, tell, events, said } = start();
    await loggedIn();
    const invitation = await sent();
    tell('CallStatus', { Status });
    expect(await events()).toEqual([`LocalInvitationFailure "${reason}"`]);
    expect(invitation.state).toBe('FAILURE');
    expect(said()).toEqual(['MakeCall', 'RecvMsgFromPeerAck']);
  });

  test('a refused MakeCall: UNKNOWN', async () => {
    const { loggedIn, sent, server, recorder } = start();
    await loggedIn();
    server.on.MakeCall = ({ MsgId = 0 }, to) => to.send('CallReply', { MsgId, Code: 1 });
    const invitation = await sent();
    expect(invitation.state).toBe('FAILURE');
    expect(recorder.take()).toEqual(['LocalInvitationFailure "UNKNOWN"']);
  });

  test('canceled: the state at once, the event in a microtask; the content of now goes out', async () => {
    const { loggedIn, sent, events, recorder, server, tell } = start();
    await loggedIn();
    const invitation = await sent(true);
    invitation.content = 'sorry';
    invitation.cancel();
    expect(invitation.state).toBe('CANCELED');
    expect(recorder.take()).toEqual([]);
    await Promise.resolve();
    expect(recorder.take()).toEqual(['LocalInvitationCanceled']);
    await events();
    expect(server.commands('CancelCall')).toMatchObject([{ Content: 'sorry', Reason: '' }]);
    // An accept that was on its way is not confirmed.
    tell('AcceptCall', { Response: 'yes' });
    expect(await events()).toEqual([]);
    expect([invitation.state, invitation.response]).toEqual(['CANCELED', '']);
    expect(server.commands('AcceptCallAck')).toEqual([]);
  });

  test('an accept that comes again is confirmed again, and told once', async () => {
    const { loggedIn, sent, push, events, server, callId } = start();
    await loggedIn();
    await sent(true);
    push('AcceptCall', { CallId: callId(), Response: 'yes' }, 7);
    push('AcceptCall', { CallId: callId(), Response: 'yes' }, 7);
    expect(await events()).toEqual(['LocalInvitationAccepted "yes"']);
    expect(server.commands('AcceptCallAck')).toHaveLength(2);
  });

  test('misuse: what does not fit the state throws, and sends nothing', async () => {
    const { loggedIn, local, sent, tell, events, said } = start();
    await loggedIn();
    expect(codeOf(() => local().cancel())).toBe(2);
    const invitation = await sent();
    expect(codeOf(() => invitation.send())).toBe(5);
    tell('CallStatus', { Status: 2 });
    await events();
    expect(codeOf(() => invitation.send())).toBe(5);
    tell('RejectCall', { Response: '' });
    await events();
    expect(codeOf(() => invitation.send())).toBe(3);
    expect(codeOf(() => invitation.cancel())).toBe(3);
    const before = said().length;
    const canceled = await sent();
    canceled.cancel();
    expect(codeOf(() => canceled.cancel())).toBe(3);
    await events();
    expect(said().slice(before)).toEqual(['MakeCall', 'CancelCall']);
  });

  test.each([
    ['content', `${MOST}x`],
    ['content', 5],
    ['content', undefined],
    ['channelId', 'a/b'],
    ['channelId', null],
  ])('%s that is not valid: 1, and it stays idle', async (field, value) => {
    const { loggedIn, local, said } = start();
    await loggedIn();
    const invitation = local();
    Object.assign(invitation, { [field]: value });
    expect(codeOf(() => invitation.send())).toBe(1);
    expect(invitation.state).toBe('IDLE');
    expect(said()).toEqual([]);
    Object.assign(invitation, { content: MOST, channelId: '' });
    invitation.send();
    invitation.content = `${MOST}x`;
    expect(codeOf(() => invitation.cancel())).toBe(1);
    expect(invitation.state).toBe('SENT_TO_REMOTE');
  });

  test('not logged in: no throw, FAILURE at once, the event in a microtask', async () => {
    const { local, recorder, client, clock, said } = start();
    const invitation = local();
    invitation.send();
    expect([invitation.state, ...recorder.take()]).toEqual(['FAILURE']);
    await Promise.resolve();
    expect(recorder.take()).toEqual(['LocalInvitationFailure "NOT_LOGGEDIN"']);
    expect(codeOf(() => invitation.send())).toBe(3);
    expect(clock.waiting).toBe(0);
    // Logging in is not logged in.
    void client.login({ uid: 'alice' }).catch(() => undefined);
    const second = local();
    second.send();
    expect(second.state).toBe('FAILURE');
    await clock.settle();
    expect(said()).toEqual([]);
  });
});

describe('the callee', () => {
  test('invited, acknowledged, accepted', async () => {
    const { loggedIn, invited, recorder, push, events, server } = start();
    await loggedIn();
    const invitation = await invited();
    const { callerId, content, channelId, response, state } = invitation;
    expect({ callerId, content, channelId, response, state }).toEqual({
      ...{ callerId: 'bob', content: 'come', channelId: 'room', response: '', state: 'INVITATION_RECEIVED' },
    });
    expect(recorder.take()).toEqual([]);
    expect(server.commands('MakeCallAck')).toMatchObject([{ CallId: 'x', ToUId: 'bob', MsgId: 2 ** 36 + 1 }]);
    invitation.response = 'yes';
    expect(invitation.accept()).toBeUndefined();
    expect(invitation.state).toBe('ACCEPT_SENT_TO_LOCAL');
    expect(await events()).toEqual([]);
    expect(server.commands('AcceptCall')).toMatchObject([{ CallId: 'x', ToUId: 'bob', Response: 'yes' }]);
    push('AcceptCallAck', { CallId: 'x', Code: 0 });
    expect(await events()).toEqual(['RemoteInvitationAccepted']);
    expect(invitation.state).toBe('ACCEPTED');
  });

  test('a listener that answers at once answers behind the receipt', async () => {
    const { loggedIn, client, invited, said } = start();
    await loggedIn();
    client.on('RemoteInvitationReceived', (invitation) => invitation.accept());
    await invited();
    expect(said()).toEqual(['MakeCallAck', 'AcceptCall']);
  });

  test('refused: the state at once, the event in a microtask', async () => {
    const { loggedIn, invited, recorder, events, server, push } = start();
    await loggedIn();
    const invitation = await invited();
    invitation.response = 'no';
    invitation.refuse();
    expect([invitation.state, ...recorder.take()]).toEqual(['REFUSED']);
    await Promise.resolve();
    expect(recorder.take()).toEqual(['RemoteInvitationRefused']);
    await events();
    expect(server.commands('RejectCall')).toMatchObject([{ Response: 'no', Reason: '' }]);
    // A cancel that crossed it.
    push('CancelCall', { CallId: 'x', Reason: '', Content: 'late' });
    expect(await events()).toEqual([]);
    expect([invitation.state, invitation.content]).toEqual(['REFUSED', 'come']);
  });

  test.each([
    ['', 'RemoteInvitationCanceled "sorry"', 'CANCELED', 'sorry'],
    ['Offline', 'RemoteInvitationFailure "PEER_OFFLINE"', 'FAILURE', 'come'],
    ['TimeOut', 'RemoteInvitationFailure "INVITATION_EXPIRE"', 'FAILURE', 'come'],
  ])('CancelCall "%s", whether it was accepted or not', async (Reason, expected, state, content) => {
    for (const accepts of [false, true]) {
      const { loggedIn, invited, events, push } = start();
      await loggedIn();
      const invitation = await invited();
      if (accepts) invitation.accept();
      push('CancelCall', { CallId: 'x', Reason, Content: 'sorry', Response: 'sorry' });
      expect(await events()).toEqual([expected]);
      expect([invitation.state, invitation.content]).toEqual([state, content]);
    }
  });

  test('an accept that the caller does not confirm', async () => {
    const { loggedIn, invited, events, push } = start();
    await loggedIn();
    const invitation = await invited();
    invitation.accept();
    push('AcceptCallAck', { CallId: 'x', Code: 2 });
    expect(await events()).toEqual(['RemoteInvitationFailure "ACCEPT_FAILURE"']);
    expect(invitation.state).toBe('FAILURE');
  });

  test('misuse throws, and sends nothing', async () => {
    const { loggedIn, invited, push, events, said } = start();
    await loggedIn();
    const invitation = await invited();
    for (const response of [5, null, `${MOST}x`]) {
      Object.assign(invitation, { response });
      expect(codeOf(() => invitation.accept())).toBe(1);
      expect(codeOf(() => invitation.refuse())).toBe(1);
    }
    invitation.response = MOST;
    invitation.accept();
    const both = () => [codeOf(() => invitation.accept()), codeOf(() => invitation.refuse())];
    expect(both()).toEqual([4, 4]);
    push('AcceptCallAck', { CallId: 'x', Code: 0 });
    await events();
    expect(both()).toEqual([4, 4]);
    expect(said()).toEqual(['MakeCallAck', 'AcceptCall', 'RecvMsgFromPeerAck']);
    const second = await invited('y');
    second.refuse();
    expect([codeOf(() => second.accept()), codeOf(() => second.refuse())]).toEqual([3, 3]);
    const third = await invited('z');
    push('CancelCall', { CallId: 'z', Reason: '', Content: '' });
    await events();
    expect([codeOf(() => third.accept()), codeOf(() => third.refuse())]).toEqual([3, 3]);
  });

  test('an invitation that comes again is acknowledged again, and is one', async () => {
    const { loggedIn, invited, push, events, remotes, server } = start();
    await loggedIn();
    const invitation = await invited();
    push('MakeCall', { CallId: 'x', Content: 'come' }, 1);
    // From a server that has forgotten everything.
    push('MakeCall', { CallId: 'x', Content: 'come', Epoch: 2 }, 1);
    expect(await events()).toEqual([]);
    invitation.refuse();
    await events();
    // The same entry once more is none; a new one is of a published caller, which may make a call again that is over.
    push('MakeCall', { CallId: 'x', Content: 'come', Epoch: 2 }, 1);
    expect(await events()).toEqual([]);
    expect(remotes).toHaveLength(1);
    push('MakeCall', { CallId: 'x', Content: 'again', Epoch: 3 }, 1);
    expect(await events()).toEqual(['received from bob: again']);
    expect(server.commands('MakeCallAck')).toHaveLength(5);
  });

  test('the same id from another caller, and to oneself, is another call', async () => {
    const { loggedIn, invited, push, events, sent, callId, remotes } = start();
    await loggedIn();
    await invited();
    push('MakeCall', { CallId: 'x', FromUId: 'carol', Content: 'too' });
    expect(await events()).toEqual(['received from carol: too']);
    const own = await sent();
    push('MakeCall', { CallId: callId(), Content: 'me' });
    expect(await events()).toEqual(['received from bob: me']);
    remotes.at(-1)?.refuse();
    expect(own.state).toBe('SENT_TO_REMOTE');
  });

  test('what is said of calls that are not known is acknowledged, and nothing else', async () => {
    const { loggedIn, push, events, said } = start();
    await loggedIn();
    for (const cmd of ['CancelCall', 'AcceptCall', 'RejectCall', 'AcceptCallAck'] as const) {
      push(cmd, { CallId: 'unknown', Reason: '', Content: '', Response: '' });
    }
    push('CallStatus', { CallId: 'unknown', Status: 2 });
    expect(await events()).toEqual([]);
    expect(said()).toEqual(Array(5).fill('RecvMsgFromPeerAck'));
  });
});

describe('time', () => {
  test('a server that says nothing: 30 s without receipt; it is told', async () => {
    const { loggedIn, sent, idle, recorder, server } = start();
    await loggedIn();
    const invitation = await sent();
    await idle(30_500);
    expect(invitation.state).toBe('SENT_TO_REMOTE');
    await idle(1000);
    expect(recorder.take()).toEqual(['LocalInvitationFailure "PEER_NO_RESPONSE"']);
    expect(server.commands('CancelCall')).toMatchObject([{ Reason: 'TimeOut' }]);
  });

  test('60 s without answer, on both sides, since send or arrival', async () => {
    const { loggedIn, sent, invited, idle, recorder, server } = start();
    await loggedIn();
    const invitation = await sent(true);
    const remote = await invited();
    await idle(60_000);
    expect([invitation.state, remote.state]).toEqual(['RECEIVED_BY_REMOTE', 'INVITATION_RECEIVED']);
    await idle(1500);
    expect(recorder.take().sort()).toEqual([
      'LocalInvitationFailure "INVITATION_EXPIRE"',
      'RemoteInvitationFailure "INVITATION_EXPIRE"',
    ]);
    expect(server.commands('CancelCall')).toMatchObject([{ Reason: 'TimeOut' }]);
  });

  test('5 s without confirmation; the server is told that nobody waits', async () => {
    const { loggedIn, invited, idle, recorder, server } = start();
    await loggedIn();
    const invitation = await invited();
    await idle(58_000);
    invitation.accept();
    await idle(5500);
    expect(invitation.state).toBe('ACCEPT_SENT_TO_LOCAL');
    await idle(1000);
    expect(recorder.take()).toEqual(['RemoteInvitationFailure "ACCEPT_FAILURE"']);
    expect(server.commands('RejectCall')).toMatchObject([{ Reason: 'TimeOut' }]);
  });

  test('ended ones are forgotten a minute later, and no timer is left', async () => {
    const { loggedIn, sent, invited, tell, events, idle, clock, push } = start();
    await loggedIn();
    const before = clock.waiting;
    const invitation = await sent(true);
    tell('RejectCall', { Response: '' });
    (await invited()).refuse();
    await events();
    await idle(62_000);
    expect(clock.waiting).toBe(before);
    expect(invitation.state).toBe('REFUSED_BY_REMOTE');
    push('MakeCall', { CallId: 'x', Content: 'anew' });
    expect(await events()).toEqual(['received from bob: anew']);
  });
});

describe('cuts and ends of the session', () => {
  const ANSWERED: CommandName[] = ['MakeCall', 'CancelCall', 'AcceptCall', 'RejectCall'];

  function answering(server: ReturnType<typeof start>['server']): void {
    for (const cmd of ANSWERED) {
      server.on[cmd as 'MakeCall'] = ({ MsgId = 0 }, to) => to.send('CallReply', { MsgId, Code: 0 });
    }
  }

  test('what was not answered is sent again after a cut, under its number; what was is not', async () => {
    const { loggedIn, sent, invited, events, server, cut } = start();
    await loggedIn();
    await sent();
    const remote = await invited();
    remote.accept();
    await events();
    await cut();
    await events();
    const [make, again] = server.commands('MakeCall');
    expect(again).toEqual(make);
    expect(server.commands('AcceptCall')).toHaveLength(2);
    answering(server);
    await cut();
    await events();
    await cut();
    await events();
    expect(server.commands('MakeCall')).toHaveLength(3);
    expect(server.commands('AcceptCall')).toHaveLength(3);
  });

  test('while reconnecting: sent when the session is back, unless its time is over or it was canceled', async () => {
    const { loggedIn, local, events, server, clock, cut, idle } = start();
    await loggedIn();
    answering(server);
    server.isDown = true;
    await cut();
    await clock.advance(5000);
    const [kept, canceled, late] = [local(), local('carol'), local('dave')];
    late.send();
    expect(late.state).toBe('SENT_TO_REMOTE');
    await clock.advance(20_000);
    for (const invitation of [kept, canceled]) invitation.send();
    canceled.cancel();
    expect(await events()).toEqual(['ConnectionStateChanged "RECONNECTING" "INTERRUPTED"', 'LocalInvitationCanceled']);
    await clock.advance(12_000);
    expect(await events()).toEqual(['LocalInvitationFailure "PEER_NO_RESPONSE"']);
    server.isDown = false;
    await idle(5000);
    expect(server.commands('MakeCall').map(({ ToUId }) => ToUId)).toEqual(['bob']);
    expect(server.commands('CancelCall').map(({ ToUId }) => ToUId)).toEqual(['carol', 'dave']);
  });

  test('an accept whose time is over while reconnecting is not sent any more', async () => {
    const { loggedIn, invited, events, server, clock, cut, idle } = start();
    await loggedIn();
    const invitation = await invited();
    server.isDown = true;
    await cut();
    invitation.accept();
    await clock.advance(7000);
    expect(await events()).toContain('RemoteInvitationFailure "ACCEPT_FAILURE"');
    server.isDown = false;
    await idle(5000);
    expect(server.commands('AcceptCall')).toEqual([]);
    expect(server.commands('RejectCall')).toMatchObject([{ Reason: 'TimeOut' }]);
  });

  test('what came during a cut follows CONNECTED; the position of the inbox includes it', async () => {
    const { loggedIn, sent, tell, events, server, clock, cut, idle } = start();
    await loggedIn();
    await sent(true);
    server.isDown = true;
    await cut();
    await clock.advance(5000);
    await events();
    server.isDown = false;
    server.on.Login = (content, to) => {
      server.on.Login = undefined;
      server.answer({ cmd: 'Login', appId: undefined, content }, to);
      tell('RejectCall', { Response: 'no' });
    };
    await idle(5000);
    expect(await events()).toEqual([
      'ConnectionStateChanged "CONNECTED" "LOGIN_SUCCESS" {"recovered":true}',
      'LocalInvitationRefused "no"',
    ]);
    await cut();
    await clock.advance(1000);
    expect(server.commands('Login').at(-1)).toMatchObject({ Resume: true, Epoch: 1, Offset: 2 });
  });

  test('logout: final and silent, and nothing is left', async () => {
    const { loggedIn, sent, invited, client, clock, events, recorder } = start();
    await loggedIn();
    const [invitation, remote] = [await sent(true), await invited()];
    const canceled = await sent();
    canceled.cancel();
    await events();
    await Promise.all([client.logout(), clock.settle()]);
    expect([invitation.state, remote.state]).toEqual(['FAILURE', 'FAILURE']);
    expect(recorder.take()).toEqual(['ConnectionStateChanged "DISCONNECTED" "LOGOUT"']);
    expect([codeOf(() => invitation.cancel()), codeOf(() => remote.accept())]).toEqual([3, 3]);
    await clock.advance(120_000);
    expect(recorder.take()).toEqual([]);
    expect(clock.waiting).toBe(0);
  });

  test('ABORTED: both sides fail, once', async () => {
    const { loggedIn, sent, invited, server, events, push } = start();
    await loggedIn();
    const [invitation, remote] = [await sent(true), await invited()];
    server.push('ForceOffline', { Reason: 'REMOTE_LOGIN' });
    push('MakeCall', { CallId: 'late', Content: 'late' });
    expect(await events()).toEqual([
      'LocalInvitationFailure "NOT_LOGGEDIN"',
      'RemoteInvitationFailure "UNKNOWN"',
      'ConnectionStateChanged "ABORTED" "REMOTE_LOGIN"',
    ]);
    expect([invitation.state, remote.state]).toEqual(['FAILURE', 'FAILURE']);
  });

  test('a listener that throws does not stop the acknowledgement', async () => {
    const { loggedIn, sent, tell, clock, events, server } = start();
    await loggedIn();
    const invitation = await sent(true);
    invitation.on('LocalInvitationAccepted', () => {
      throw new Error('of the application');
    });
    tell('AcceptCall', { Response: '' });
    await expect(events()).rejects.toThrow('of the application');
    await clock.settle();
    expect(server.commands('AcceptCallAck')).toHaveLength(1);
  });
});
