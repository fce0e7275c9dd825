/** One client sends much more than its share, of messages and of everything else. */
import { connect } from 'node:net';
import type { RawClient } from 'ar-rtm-testkit/raw-client';
import { expect, test } from 'vitest';
import { eventually, LOBBY, OURS, useArena } from './support/arena.js';

const arena = useArena();
const message = { MsgType: 1, MsgBody: 'flood' };

/** Sends without waiting for answers, leaving the loop to others between the portions. */
async function flood(durationMs: number, send: (number: number) => void, portion = 100): Promise<number> {
  const end = performance.now() + durationMs;
  let number = 0;
  while (performance.now() < end) {
    for (let i = 0; i < portion; i++) send(number++);
    await new Promise((resume) => setTimeout(resume, 5));
  }
  return number;
}

function codes(replies: readonly Readonly<Record<string, unknown>>[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { Code } of replies) counts[String(Code)] = (counts[String(Code)] ?? 0) + 1;
  return counts;
}

test('ours above the rate: TOO_OFTEN for what is above, in the order sent, and the connection stays', async () => {
  await arena.start({ settings: { messages: { perSecond: 100, burst: 50 } } });
  const eve = await arena.intruder('eve', { fields: OURS });
  const mail = await arena.intruder('mail');
  const sent = await flood(1500, (MsgId) => {
    if (MsgId % 2 === 0) eve.send('SendChannelMsg', { ...message, MsgId, ChanId: LOBBY });
    else eve.send('SendMsgToPeer', { ...message, MsgId, ToUId: 'mail' });
  });
  const answers = () => [...eve.all('SendChannelMsg'), ...eve.all('MsgStatus')];
  await eventually(() => answers().length === sent, 'an answer to each');
  const room = codes(eve.all('SendChannelMsg'));
  const peer = codes(eve.all('MsgStatus'));
  expect(Object.keys(room).sort()).toEqual(['0', '3']);
  expect(Object.keys(peer).sort()).toEqual(['0', '5']);
  const accepted = (room['0'] as number) + (peer['0'] as number);
  expect(accepted).toBeGreaterThan(100);
  // The bucket, and what drips in while the flood lasts.
  expect(accepted).toBeLessThan(50 + 100 * 3);
  const ids = eve
    .all('MsgStatus')
    .filter(({ Code }) => Code === 0)
    .map(({ MsgId }) => MsgId as number);
  expect(mail.all('RecvMsgFromPeer')).toHaveLength(ids.length);
  expect(eve.all('MsgStatus').find(({ Code }) => Code === 5)).toMatchObject({ Status: 0, Reason: 'too many messages' });
  await eve.settled();
});

test('published above the rate: held back, nothing is lost, KeepAlive is answered meanwhile', async () => {
  await arena.start({ settings: { messages: { perSecond: 100, burst: 20 } } });
  const eve = await arena.intruder();
  const began = performance.now();
  for (let MsgId = 0; MsgId < 250; MsgId++) eve.send('SendChannelMsg', { ...message, MsgId, ChanId: LOBBY });
  let slowest = 0;
  while (eve.all('SendChannelMsg').length < 250) {
    const asked = performance.now();
    const answer = eve.next('KeepAlive');
    eve.send('KeepAlive', { time: String(Date.now()) });
    await answer;
    slowest = Math.max(slowest, performance.now() - asked);
    await new Promise((resume) => setTimeout(resume, 50));
  }
  expect(performance.now() - began).toBeGreaterThan(1500);
  expect(slowest).toBeLessThan(1500);
  expect(codes(eve.all('SendChannelMsg'))).toEqual({ 0: 250 });
  expect(eve.all('SendChannelMsg').map(({ MsgId }) => MsgId)).toEqual(Array.from({ length: 250 }, (_, i) => i));
});

test('published for longer than the patience: refused and counted, the answer comes, the connection stays', async () => {
  await arena.start({ settings: { messages: { perSecond: 2, burst: 40 }, pauseMs: 100, pauseRefuseMs: 300 } });
  // The bystanders have the same budget, which they would need more of.
  await arena.quiet();
  const eve = await arena.intruder();
  for (let MsgId = 0; MsgId < 45; MsgId++) eve.send('SendMsgToPeer', { ...message, MsgId, ToUId: 'nobody' });
  await eventually(() => eve.all('MsgStatus').length === 45, 'a status for each');
  expect(eve.all('MsgStatus').every(({ Status }) => Status === 0)).toBe(true);
  expect(arena.server.count('peer_messages_refused')).toBeGreaterThan(0);
  expect(eve.socket.readyState).toBe(eve.socket.OPEN);
}, 20_000);

test('what waits behind a message that is held back does not grow: reading stops', async () => {
  await arena.start({ settings: { messages: { perSecond: 0.05, burst: 300 }, pauseMs: 50, pauseRefuseMs: 5000 } });
  // The bystanders have the same budget, which they would need more of.
  await arena.quiet();
  const eve = await arena.intruder();
  for (let MsgId = 0; MsgId < 301; MsgId++) eve.send('SendMsgToPeer', { ...message, MsgId, ToUId: 'nobody' });
  await eventually(() => eve.all('MsgStatus').length >= 300, 'the burst is spent');
  const MsgBody = 'x'.repeat(400 * 1024);
  for (let MsgId = 0; MsgId < 200; MsgId++) eve.send('SendChannelMsg', { ...message, MsgId, ChanId: LOBBY, MsgBody });
  await new Promise((resume) => setTimeout(resume, 1200));
  // Of 80 MB, the server has taken about 1 MB, and the kernel some more.
  const isHeld = eve.all('MsgStatus').length === 300;
  if (isHeld) expect(eve.socket.bufferedAmount).toBeGreaterThan(62_000_000);
  await eventually(() => eve.all('SendChannelMsg').length === 200, 'an answer to each');
  expect(codes(eve.all('SendChannelMsg'))).toEqual({ 4: 200 });
  expect(isHeld).toBe(true);
});

/** What costs more than a look, as often as it can be sent. */
const FLOODS: Record<string, (eve: RawClient, number: number) => void> = {
  KeepAlive: (eve) => eve.send('KeepAlive', { time: '0' }),
  'acknowledgements of nothing': (eve, number) => eve.send('RecvMsgFromPeerAck', { MsgId: number, FromUId: 'left' }),
  'joins of ever new channels': (eve, number) => eve.send('JoinChannel', { ChanId: `room ${number}` }),
  'joins of a channel one is in': (eve) => eve.send('JoinChannel', { ChanId: LOBBY }),
  'leaves of channels one is not in': (eve, number) => eve.send('LeaveChannel', { ChanId: `room ${number}` }),
  'member lists': (eve, MsgId) => eve.send('GetChanMembers', { MsgId, ChanId: LOBBY }),
  'member counts': (eve, MsgId) => eve.send('GetChanMemberSize', { MsgId, ChanIds: `["${LOBBY}"]` }),
  'messages to a channel one is not in': (eve, MsgId) => eve.send('SendChannelMsg', { ...message, MsgId, ChanId: 'x' }),
  'messages to nobody': (eve, MsgId) => eve.send('SendMsgToPeer', { ...message, MsgId, ToUId: '/' }),
  'presence lists': (eve, MsgId) => eve.send('QueryOnlineSubStatus', { MsgId }),
  'presence subscriptions': (eve, MsgId) =>
    eve.send('SubscribeOnlineStatus', { MsgId, UserIds: `["user ${MsgId}", "${LOBBY}"]` }),
  'commands that are not there yet': (eve, MsgId) => eve.send('ClearUserAttributes', { MsgId }),
  logins: (eve) => eve.send('Login', { UserSId: 'x', SessionId: 'x' }),
};

test('a flood of each other command disturbs nobody', async () => {
  // Joins that are taken follow channels for 5 s after the leave.
  await arena.start({ settings: { joinedChannels: 1 } });
  for (const [name, send] of Object.entries(FLOODS)) {
    const eve = await arena.intruder(`eve ${name}`, { fields: OURS });
    await flood(150, (number) => send(eve, number), 200);
    await eve.settled();
    expect(eve.socket.readyState, name).toBe(eve.socket.OPEN);
    await eve.logout();
  }
});

test('joins of ever new channels cost the same, however many came before', async () => {
  await arena.start({ settings: { joinedChannels: 5, joins: { calls: 1, windowMs: 60_000 } } });
  const eve = await arena.intruder('eve', { fields: OURS });
  const cost = async (from: number): Promise<number> => {
    const began = performance.now();
    const answered = eve.all('JoinChannel').length;
    for (let i = 0; i < 1500; i++) eve.send('JoinChannel', { ChanId: `room ${from + i}` });
    await eventually(() => eve.all('JoinChannel').length === answered + 1500, 'an answer to each');
    return performance.now() - began;
  };
  await cost(0);
  const early = await cost(10_000);
  for (let round = 0; round < 3; round++) await cost(20_000 + round * 10_000);
  expect(await cost(90_000)).toBeLessThan(10 * early + 200);
});

test('many members of a flood: twenty senders at once', async () => {
  await arena.start({ settings: { messages: { perSecond: 60, burst: 360 } } });
  const crowd = await Promise.all(
    Array.from({ length: 20 }, (_, i) => arena.intruder(`eve ${i}`, { fields: i % 2 ? OURS : {} })),
  );
  let number = 0;
  const sent = await flood(
    1500,
    () => {
      const eve = crowd[number % crowd.length] as RawClient;
      eve.send('SendChannelMsg', { ...message, MsgId: number++, ChanId: LOBBY });
    },
    40,
  );
  await eventually(
    () => crowd.reduce((sum, eve) => sum + eve.all('SendChannelMsg').length, 0) === sent,
    'an answer to each',
    20_000,
  );
}, 40_000);

test('one connection brings more requests in a row than may wait: each is answered, and others too', async () => {
  await arena.start();
  const REQUESTS = 10_000;
  const { hostname, port } = new URL(arena.server.url);
  const socket = connect(Number(port), hostname);
  let answers = 0;
  let rest = '';
  socket.setEncoding('latin1').on('data', (text: string) => {
    const parts = (rest + text).split('HTTP/1.1 200 OK');
    answers += parts.length - 1;
    // The mark may be cut in two.
    rest = (parts.at(-1) as string).slice(-20);
  });
  socket.write('GET /healthz HTTP/1.1\r\nHost: here\r\n\r\n'.repeat(REQUESTS));
  await eventually(() => answers > 0, 'the first answer');
  const other = await fetch(`${arena.server.url}/healthz`);
  expect(other.status).toBe(200);
  await eventually(() => answers === REQUESTS, 'all answers');
  socket.destroy();
});
