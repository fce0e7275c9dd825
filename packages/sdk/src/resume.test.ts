import { expect, test } from 'vitest';
import { setUp } from '../test/set-up.js';

const INTERRUPTED = 'ConnectionStateChanged "RECONNECTING" "INTERRUPTED"';
const restored = (details: object) => `ConnectionStateChanged "CONNECTED" "LOGIN_SUCCESS" ${JSON.stringify(details)}`;
const RECOVERED = restored({ recovered: true });
const lost = (inbox: boolean, ...channels: string[]) => restored({ recovered: false, gaps: { inbox, channels } });

const PROPERTIES = JSON.stringify({ serverReceivedTs: 17, isOfflineMessage: false, isHistoricalMessage: false });
const text = (Offset: number, Epoch = 1) =>
  ({ MsgId: Offset, FromUId: 'bob', MsgType: 1, MsgBody: `m${Offset}`, SvrTS: 17, Epoch, Offset }) as const;
const toRoom = (offset: number, epoch = 1) => ({ ChanId: 'room', ...text(offset, epoch) }) as const;
const place = (Offset: number) => ({ ChanId: 'room', Epoch: 1, Offset }) as const;
const inRoom = (offset: number) => `ChannelMessage {"text":"m${offset}","messageType":"TEXT"} "bob" ${PROPERTIES}`;
const fromPeer = (offset: number) => `MessageFromPeer {"text":"m${offset}","messageType":"TEXT"} "bob" ${PROPERTIES}`;

/** `alice`, logged in, with a server that takes the session up again. */
async function loggedIn() {
  const all = setUp();
  await all.logIn();
  all.resumes(['room']);
  const { server } = all;

  /** The position that each JoinChannel named. */
  const presented = () => server.commands('JoinChannel').map(({ Epoch, Offset }) => [Epoch, Offset]);

  /** From now on, a rejoin is answered with this behind the reply. */
  function replays(...frames: Parameters<typeof server.connection.sendTogether>): void {
    server.on.JoinChannel = ({ ChanId, MsgId }, to) =>
      to.sendTogether(['JoinChannel', { ChanId, MsgId, Code: 0, Epoch: 1, Offset: 99 }], ...frames);
  }

  /** Contents of the commands of one kind as they came, fields in order. */
  const contents = (cmd: string) =>
    server.connections
      .flatMap(({ texts }) => texts)
      .map((frame) => JSON.parse(frame) as { Cmd: string; Content: string })
      .filter(({ Cmd }) => Cmd === cmd)
      .map(({ Content }) => Content);

  return { ...all, presented, replays, contents };
}

// --- channels ---

test('what was missed is asked for from the end of what was followed, and comes once, in order', async () => {
  const { server, joined, events, presented, replays } = await loggedIn();
  await joined();
  server.push('RecvMsgFromChan', toRoom(1));
  server.push('ChanMemberJoin', { ...place(2), UserId: 'carol' });
  await events();
  replays(
    ['RecvMsgFromChan', toRoom(2)],
    ['RecvMsgFromChan', toRoom(3)],
    ['ChanMemberLeave', { ...place(4), UserId: 'carol' }],
    ['RecvMsgFromChan', toRoom(3)],
    ['ChanPosition', place(4)],
    ['RecvMsgFromChan', toRoom(5)],
  );
  server.connection.close();
  expect(await events()).toEqual([inRoom(3), 'MemberLeft "carol"', inRoom(5)]);
  replays();
  server.connection.close();
  expect(await events()).toEqual([]);
  expect(presented()).toEqual([
    [undefined, undefined],
    [1, 2],
    [1, 5],
  ]);
});

test('what is replayed follows CONNECTED', async () => {
  const { server, joined, events, clock, idle, replays } = await loggedIn();
  await joined('empty');
  await joined();
  replays(['RecvMsgFromChan', toRoom(1)]);
  server.isDown = true;
  server.connection.close();
  await clock.advance(5000);
  server.isDown = false;
  await idle(2000);
  expect(await events()).toEqual([INTERRUPTED, RECOVERED, inRoom(1)]);
});

test('own entries are passed over when the server says so', async () => {
  const { server, joined, events } = await loggedIn();
  await joined();
  server.connection.sendTogether(
    ['RecvMsgFromChan', toRoom(1)],
    ['ChanPosition', place(2)],
    ['RecvMsgFromChan', toRoom(3)],
    // Old news.
    ['ChanPosition', place(1)],
    ['RecvMsgFromChan', toRoom(2)],
    ['RecvMsgFromChan', toRoom(4)],
  );
  expect(await events()).toEqual([inRoom(1), inRoom(3), inRoom(4)]);
  expect(server.connections.length).toBe(1);
});

test.each([
  ['a message', 'RecvMsgFromChan', toRoom(3)],
  ['a message of another epoch', 'RecvMsgFromChan', toRoom(2, 2)],
  ['a member', 'ChanMemberJoin', { ...place(3), UserId: 'carol' }],
] as const)('behind a hole nothing is dispatched: %s', async (_, cmd, content) => {
  const { server, joined, events, presented, replays } = await loggedIn();
  await joined();
  replays(['RecvMsgFromChan', toRoom(2)], ['RecvMsgFromChan', toRoom(3)]);
  server.connection.sendTogether(
    ['RecvMsgFromChan', toRoom(1)],
    [cmd, content as never],
    ['RecvMsgFromChan', toRoom(4)],
  );
  expect(await events()).toEqual([inRoom(1), inRoom(2), inRoom(3)]);
  expect(presented()[1]).toEqual([1, 1]);
  expect(server.connections.map(({ isClosedByClient }) => isClosedByClient)).toEqual([true, false]);
});

test('giving up the link for a hole is a cut like any other: 4 s to be repaired unseen', async () => {
  const { server, joined, events, clock, idle } = await loggedIn();
  await joined();
  server.isDown = true;
  server.push('RecvMsgFromChan', toRoom(2));
  await clock.advance(3999);
  expect(await events()).toEqual([]);
  await clock.advance(1);
  expect(await events()).toEqual([INTERRUPTED]);
  server.isDown = false;
  await idle(2000);
  expect(await events()).toEqual([RECOVERED]);
});

test('a hole before the reply to an own message: the call is settled by the repeated reply', async () => {
  const { server, joined, events, recorder, replays } = await loggedIn();
  const room = await joined();
  replays(['RecvMsgFromChan', toRoom(1)], ['ChanPosition', place(2)]);
  server.on.SendChannelMsg = ({ MsgId }, to) => to.send('SendChannelMsg', { ...place(2), MsgId, Code: 0 });
  void recorder.settles('send', room.sendMessage({ text: 'own' }));
  expect(await events()).toEqual([inRoom(1), 'send resolved']);
  expect(server.commands('SendChannelMsg').map(({ Again }) => Again)).toEqual(['', 'memory']);
});

test('a hole that stays is told as a gap, and the channel goes on', async () => {
  const { server, joined, events, presented, clock } = await loggedIn();
  await joined();
  server.on.JoinChannel = ({ ChanId, MsgId, Offset }, to) => {
    if (Offset === undefined) to.send('JoinChannel', { ChanId, MsgId, Code: 0, Epoch: 1, Offset: 3 });
    else {
      to.sendTogether(['JoinChannel', { ChanId, MsgId, Code: 0, Epoch: 1, Offset: 3 }], ['RecvMsgFromChan', toRoom(3)]);
    }
  };
  server.connection.sendTogether(['RecvMsgFromChan', toRoom(1)], ['RecvMsgFromChan', toRoom(3)]);
  expect(await events()).toEqual([inRoom(1), INTERRUPTED, lost(false, 'room')]);
  expect(presented().slice(1)).toEqual([
    [1, 1],
    [undefined, undefined],
  ]);
  server.push('RecvMsgFromChan', toRoom(4));
  expect(await events()).toEqual([inRoom(4)]);
  await clock.advance(3000);
  expect(server.connections.length).toBe(3);
});

test('no order is owed to somebody who leaves', async () => {
  const { server, joined, events, recorder } = await loggedIn();
  const room = await joined();
  server.on.SendChannelMsg = ({ MsgId }, to) => to.send('SendChannelMsg', { ...place(3), MsgId, Code: 0 });
  void recorder.settles('send', room.sendMessage({ text: 'own' }));
  void recorder.settles('leave', room.leave());
  expect(await events()).toEqual(['send resolved', 'leave resolved']);
  expect(server.connections.length).toBe(1);
});

// --- what is lost is told ---

test('Gap: the channel starts anew where the server says', async () => {
  const { server, joined, events, presented } = await loggedIn();
  await joined('whole');
  await joined();
  server.positions.room = { Epoch: 1, Offset: 7, Gap: true };
  server.connection.close();
  expect(await events()).toEqual([INTERRUPTED, lost(false, 'room')]);
  server.positions = {};
  server.push('RecvMsgFromChan', toRoom(8));
  expect(await events()).toEqual([inRoom(8)]);
  server.connection.close();
  expect(await events()).toEqual([]);
  expect(presented().at(-1)).toEqual([1, 8]);
});

test('InboxGap', async () => {
  const { server, joined, events } = await loggedIn();
  await joined();
  server.login = { InboxGap: true };
  server.connection.close();
  expect(await events()).toEqual([INTERRUPTED, lost(true)]);
  server.login = {};
  server.connection.close();
  expect(await events()).toEqual([]);
});

test('a session that was not resumed: nothing is presented, everything has gaps', async () => {
  const { server, joined, events, presented } = await loggedIn();
  await joined();
  server.push('RecvMsgFromChan', toRoom(1));
  await events();
  server.login = { Resumed: false };
  server.connection.close();
  expect(await events()).toEqual([INTERRUPTED, lost(true, 'room')]);
  expect(presented()).toEqual([
    [undefined, undefined],
    [undefined, undefined],
  ]);
});

test.each([
  ['not resumed', { Resumed: false }, lost(true, 'room')],
  ['InboxGap', { InboxGap: true }, lost(true)],
] as const)('an attempt that breaks off takes nothing away from what is told: %s', async (_, login, expected) => {
  const { server, joined, events, idle } = await loggedIn();
  await joined();
  server.login = login;
  server.on.JoinChannel = (_content, to) => {
    server.login = { Channels: ['room'] };
    server.on.JoinChannel = undefined;
    to.close();
  };
  server.connection.close();
  await idle(1000);
  expect(await events()).toEqual([INTERRUPTED, expected]);
  expect(server.commands('Login').length).toBe(3);
  server.connection.close();
  expect(await events()).toEqual([]);
});

test('a gap found by an attempt that breaks off is told by the next one, unless the channel was left', async () => {
  const { server, joined, events, idle } = await loggedIn();
  await joined();
  const left = await joined('left');
  await joined('third');
  for (const id of ['room', 'left']) server.positions[id] = { Epoch: 1, Offset: 7, Gap: true };
  server.on.JoinChannel = (content, to) => {
    if (content.ChanId !== 'third') {
      to.send('JoinChannel', { ...content, Code: 0, ...server.positions[content.ChanId] });
      return;
    }
    server.on.JoinChannel = undefined;
    server.positions = {};
    to.close();
  };
  server.connection.close();
  await events();
  void left.leave();
  await idle(1000);
  expect(await events()).toEqual([INTERRUPTED, lost(false, 'room')]);
});

test('a channel left while it is being restored has no gap', async () => {
  const { server, joined, events } = await loggedIn();
  const room = await joined();
  server.on.JoinChannel = ({ ChanId, MsgId }, to) => {
    void room.leave();
    to.send('JoinChannel', { ChanId, MsgId, Code: 0, Epoch: 1, Offset: 7, Gap: true });
  };
  server.connection.close();
  expect(await events()).toEqual([]);
  expect(server.commands('LeaveChannel').length).toBe(1);
});

test('a logout takes gaps away that were not told', async () => {
  const { server, client, joined, events, logIn, clock } = await loggedIn();
  await joined();
  server.login = { InboxGap: true };
  server.on.JoinChannel = () => 'silence';
  server.connection.close();
  await events();
  void client.logout();
  await events();
  server.login = {};
  await clock.advance(1000);
  await logIn();
  server.connection.close();
  expect(await events()).toEqual([]);
});

// --- the inbox ---

test('the inbox is followed from where the server began, or from the last message dispatched', async () => {
  const { server, events, client, logIn, clock } = setUp();
  server.login = { Epoch: 3, Offset: 7 };
  await logIn();
  // Stored before the login: it lies before the base, and is dispatched nevertheless.
  server.push('RecvMsgFromPeer', { ...text(5), ToUId: 'alice' });
  expect(await events()).toEqual([fromPeer(5)]);
  server.login = {};
  server.connection.close();
  await events();
  server.push('RecvMsgFromPeer', { ...text(8, 3), ToUId: 'alice' });
  expect(await events()).toEqual([fromPeer(8)]);
  server.connection.close();
  await events();
  server.login = { Epoch: 4, Offset: 1, InboxGap: true };
  server.connection.close();
  await events();
  server.login = {};
  server.connection.close();
  await events();
  const named = () => server.commands('Login').map(({ Epoch, Offset }) => [Epoch, Offset]);
  expect(named()).toEqual([
    [undefined, undefined],
    [3, 7],
    [3, 8],
    [3, 8],
    [4, 1],
  ]);
  // A new login goes on with nothing.
  void client.logout();
  await clock.advance(1000);
  await logIn();
  expect(named().at(-1)).toEqual([undefined, undefined]);
});

test('a Login that ended before the session was restored changes nothing of that', async () => {
  const { server, joined, events, idle } = await loggedIn();
  await joined();
  // Nobody was told yet: the next attempt gives the server the same to judge.
  server.login = { Epoch: 2, Offset: 5, InboxGap: true };
  server.on.JoinChannel = (_, to) => {
    server.on.JoinChannel = undefined;
    to.close();
  };
  server.connection.close();
  await idle(1000);
  expect(await events()).toEqual([INTERRUPTED, lost(true)]);
  server.connection.close();
  await events();
  expect(server.commands('Login').map(({ Epoch, Offset }) => [Epoch, Offset])).toEqual([
    [undefined, undefined],
    [1, 0],
    [1, 0],
    [2, 5],
  ]);
});

// --- requests ---

test.each([true, false])('messages without an answer are sent again, once per cut (resumed: %s)', async (Resumed) => {
  const { server, client, joined, events, recorder, clock, idle, contents } = await loggedIn();
  const room = await joined();
  server.login = { Resumed };
  server.on.SendMsgToPeer = () => 'silence';
  server.on.SendChannelMsg = () => 'silence';
  server.on.GetChanMembers = () => 'silence';
  void recorder.settles('peer', client.sendMessageToPeer({ text: 'hi' }, 'bob'));
  void recorder.settles('channel', room.sendMessage({ text: 'hi' }));
  void recorder.settles('members', room.getMembers());
  await events();
  server.on.GetChanMembers = undefined;
  server.isDown = true;
  server.connection.close();
  await clock.advance(1000);
  void recorder.settles('later', room.sendMessage({ text: 'later' }));
  server.isDown = false;
  await idle(1000);
  // Questions may be asked as often as need be.
  expect(contents('GetChanMembers').join('')).not.toContain('Again');
  expect(await events()).toContain('members resolved ["alice","bob"]');
  server.on.SendMsgToPeer = undefined;
  server.on.SendChannelMsg = undefined;
  server.connection.close();
  const settled = (await events()).filter((line) => !line.startsWith('ConnectionStateChanged'));
  expect(settled).toEqual(['peer resolved {"hasPeerReceived":true}', 'channel resolved', 'later resolved']);
  // An answer that comes twice changes nothing.
  for (const { MsgId } of server.commands('SendMsgToPeer')) server.push('MsgStatus', { MsgId, Status: 0, Code: 2 });
  server.connection.close();
  await idle(10_000);
  expect((await events()).filter((line) => !line.startsWith('ConnectionStateChanged'))).toEqual([]);

  const sent = server.received.filter(({ cmd }) => cmd.startsWith('Send'));
  const [peer, channel, , , later] = sent.map(({ content }) => (content as { MsgId: number }).MsgId);
  expect(
    sent.map(({ content }) => [(content as { MsgId: number }).MsgId, (content as { Again: string }).Again]),
  ).toEqual([
    [peer, ''],
    [channel, ''],
    [peer, 'memory'],
    [channel, 'memory'],
    [later, ''],
    [peer, 'memory'],
    [channel, 'memory'],
    [later, 'memory'],
  ]);
  expect((peer as number) < (channel as number) && (channel as number) < (later as number)).toBe(true);
  // The server has a short cut for first sendings, which must look as they always did.
  expect(contents('SendMsgToPeer').map((content) => content.replace(/.*"Desc"/, ''))).toEqual([
    ':""}',
    ':"","Again":"memory"}',
    ':"","Again":"memory"}',
  ]);
});

test.each([
  ['peer', 'SendMsgToPeer', 'MsgStatus'],
  ['channel', 'SendChannelMsg', 'SendChannelMsg'],
] as const)('an outcome that nobody knows is a timeout: %s', async (kind, cmd, reply) => {
  const { server, client, joined, events, recorder } = await loggedIn();
  const room = await joined();
  server.on[cmd] = ({ MsgId, Again }: { MsgId: number; Again: string }, to: typeof server.connection) => {
    if (Again) to.send(reply, { ChanId: 'room', MsgId, Code: 2, Status: 0 });
    else to.close();
  };
  const message = { text: 'hi' };
  const call = kind === 'peer' ? client.sendMessageToPeer(message, 'bob') : room.sendMessage(message);
  void recorder.settles(kind, call);
  expect(await events()).toEqual([`${kind} rejected RtmTimeoutError 2`]);
});

test('a repetition names what the server remembered when the message was sent first', async () => {
  const { server, client, joined, events, recorder, clock } = await loggedIn();
  const room = await joined();
  server.on.SendMsgToPeer = () => 'silence';
  server.on.SendChannelMsg = () => 'silence';
  void recorder.settles('peer', client.sendMessageToPeer({ text: 'before' }, 'bob'));
  await clock.settle();
  server.login = { Memory: 'another' };
  server.connection.close();
  await events();
  void recorder.settles('channel', room.sendMessage({ text: 'after' }));
  await events();
  server.login = {};
  server.on.SendMsgToPeer = undefined;
  server.on.SendChannelMsg = undefined;
  server.connection.close();
  expect(await events()).toEqual(['peer resolved {"hasPeerReceived":true}', 'channel resolved']);
  expect(server.commands('SendMsgToPeer').map(({ Again }) => Again)).toEqual(['', 'memory', 'memory']);
  expect(server.commands('SendChannelMsg').map(({ Again }) => Again)).toEqual(['', 'another']);
});

test('what is too late is not sent, although the timer has not said so yet', async () => {
  const { server, client, joined, channel, events, recorder, clock } = await loggedIn();
  const room = await joined();
  server.on.SendMsgToPeer = () => 'silence';
  void recorder.settles('peer', client.sendMessageToPeer({ text: 'sent' }, 'bob'));
  await events();
  server.connection.close();
  await clock.step();
  void recorder.settles('channel', room.sendMessage({ text: 'waiting' }));
  void recorder.settles('members', room.getMembers());
  void recorder.settles('join', channel('other').join());
  clock.jump(10_000);
  expect(await events()).toEqual([
    'peer rejected RtmTimeoutError 2',
    'channel rejected RtmTimeoutError 2',
    'members rejected RtmTimeoutError 3',
    'join rejected RtmTimeoutError 4',
  ]);
  expect(server.received.map(({ cmd }) => cmd)).toEqual([
    'Login',
    'JoinChannel',
    'SendMsgToPeer',
    'Login',
    'JoinChannel',
    // Taken back, whether the server has seen it or not; once.
    'LeaveChannel',
  ]);
});

test('calls made during a cut are applied behind the restoration, in their order', async () => {
  const { server, joined, channel, events, recorder, clock, idle } = await loggedIn();
  const room = await joined();
  server.isDown = true;
  server.connection.close();
  await clock.advance(5000);
  void recorder.settles('send', room.sendMessage({ text: 'last words' }));
  void recorder.settles('leave', room.leave());
  void recorder.settles('join', channel().join());
  void recorder.settles('other', channel('other').join());
  server.received.length = 0;
  server.isDown = false;
  await idle(3000);
  expect(await events()).toEqual([
    INTERRUPTED,
    'leave resolved',
    RECOVERED,
    'send resolved',
    'join resolved',
    'other resolved',
  ]);
  expect(server.received.map(({ cmd }) => cmd)).toEqual([
    'Login',
    'SendChannelMsg',
    'LeaveChannel',
    'JoinChannel',
    'JoinChannel',
  ]);
});

test('a channel left in a long cut is left once at the server, behind what was sent to it', async () => {
  const { server, joined, events, clock, idle } = await loggedIn();
  const room = await joined();
  server.isDown = true;
  server.connection.close();
  await clock.advance(5000);
  void room.leave();
  await clock.advance(7000);
  server.received.length = 0;
  server.isDown = false;
  await idle(5000);
  expect(await events()).toEqual([INTERRUPTED, RECOVERED]);
  expect(server.received.map(({ cmd }) => cmd)).toEqual(['Login', 'LeaveChannel']);
  // A server that still counts the user is told again.
  server.connection.close();
  await idle(1000);
  expect(server.received.map(({ cmd }) => cmd)).toEqual(['Login', 'LeaveChannel', 'Login', 'LeaveChannel']);
});
