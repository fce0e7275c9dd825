import { expect, test } from 'vitest';
import { setUp } from '../test/set-up.js';

const item = (MsgId: number, more: object = {}) =>
  ({ FromUId: 'bob', MsgType: 1, MsgBody: `m${MsgId}`, SvrTS: 10 + MsgId, MsgId, Desc: '', ...more }) as const;
const message = (offset: number) => ({
  message: { text: `m${offset}`, messageType: 'TEXT' },
  senderId: 'bob',
  serverReceivedTs: 10 + offset,
  offset,
});

async function loggedIn() {
  const all = setUp();
  await all.logIn();
  return all;
}

test('a page of a peer and of a channel, and where the next one begins', async () => {
  const { client, server, clock, joined } = await loggedIn();
  const room = await joined();
  server.on.GetHistory = ({ MsgId }, to) =>
    to.send('GetHistory', { MsgId, Code: 0, Messages: [item(3), item(7), item(8, { MsgType: 99 })], Next: 8 });
  const [peer] = await Promise.all([client.getPeerHistory('bob'), clock.settle()]);
  expect(peer).toEqual({ messages: [message(3), message(7)], nextOffset: 8 });
  server.on.GetHistory = ({ MsgId }, to) =>
    to.send('GetHistory', {
      MsgId,
      Code: 0,
      Messages: [item(3, { MsgType: 2, MsgBody: 'AP8=', Desc: 'd' })],
    });
  const [channel] = await Promise.all([
    room.getHistory({ offset: 5, startTs: 1, endTs: 2, limit: 3, order: 'desc' }),
    clock.settle(),
  ]);
  const raw = { rawMessage: new Uint8Array([0, 255]), description: 'd', messageType: 'RAW' };
  expect(channel).toEqual({ messages: [{ ...message(3), message: raw }], nextOffset: undefined });
  expect(server.commands('GetHistory')).toEqual([
    { MsgId: expect.any(Number), PeerId: 'bob', Limit: 100, Order: 'asc' },
    { MsgId: expect.any(Number), ChanId: 'room', After: 5, StartTs: 1, EndTs: 2, Limit: 3, Order: 'desc' },
  ]);
});

test.each([
  { limit: 0 },
  { limit: 101 },
  { limit: 1.5 },
  { limit: '1' },
  { offset: -1 },
  { offset: 2 ** 53 },
  { startTs: '1' },
  { endTs: Number.NaN },
  { order: 'up' },
  { order: null },
])('options %j are not valid: 2, and nothing is sent', async (options) => {
  const { client, server, joined } = await loggedIn();
  const room = await joined();
  await expect(client.getPeerHistory('bob', options as never)).rejects.toMatchObject({ code: 2 });
  await expect(room.getHistory(options as never)).rejects.toMatchObject({ code: 2 });
  expect(server.commands('GetHistory')).toEqual([]);
});

test('peer id, login and membership are checked in this order', async () => {
  const { client, channel, logIn } = setUp();
  const room = channel();
  await expect(client.getPeerHistory('')).rejects.toMatchObject({ code: 2 });
  await expect(client.getPeerHistory('bob')).rejects.toMatchObject({ code: 102, name: 'RtmInvalidStatusError' });
  await expect(room.getHistory()).rejects.toMatchObject({ code: 102 });
  await logIn();
  await expect(room.getHistory()).rejects.toMatchObject({ code: 5, name: 'RtmInvalidStatusError' });
});

test('the eleventh call in 5 s is too often: 3; peers and channels count together', async () => {
  const { client, clock, joined, idle } = await loggedIn();
  const room = await joined();
  for (let i = 0; i < 5; i++) await Promise.all([client.getPeerHistory('bob'), room.getHistory(), clock.settle()]);
  await expect(client.getPeerHistory('bob')).rejects.toMatchObject({ code: 3, name: 'RtmInvokeTooOftenError' });
  await expect(room.getHistory()).rejects.toMatchObject({ code: 3 });
  await idle(5000);
  await Promise.all([room.getHistory(), clock.settle()]);
});

test.each([
  [1, 'RtmInternalError 1'],
  [2, 'RtmInvalidArgumentError 2'],
  [3, 'RtmInvokeTooOftenError 3'],
  [4, 'RtmTimeoutError 4'],
  [5, 'RtmInvalidStatusError 5'],
  [77, 'RtmInternalError 1'],
])('code %i of the server', async (Code, expected) => {
  const { client, server, recorder, events } = await loggedIn();
  server.on.GetHistory = ({ MsgId }, to) => to.send('GetHistory', { MsgId, Code, Messages: [] });
  void recorder.settles('history', client.getPeerHistory('bob'));
  expect(await events()).toEqual([`history rejected ${expected}`]);
});

test('no reply in 5 s: 4. A call during a cut waits for the session, and is asked again after one', async () => {
  const { client, server, clock, recorder, events, idle, resumes } = await loggedIn();
  resumes();
  server.on.GetHistory = () => 'silence';
  void recorder.settles('history', client.getPeerHistory('bob'));
  await idle(4999);
  expect(await events()).toEqual([]);
  await idle(1);
  expect(await events()).toEqual(['history rejected RtmTimeoutError 4']);
  void recorder.settles('asked before', client.getPeerHistory('bob', { limit: 1 }));
  await clock.settle();
  server.isDown = true;
  server.connection.close();
  await clock.settle();
  void recorder.settles('asked meanwhile', client.getPeerHistory('bob', { limit: 2 }));
  server.on.GetHistory = undefined;
  server.isDown = false;
  await idle(3000);
  expect(server.commands('GetHistory').map(({ Limit }) => Limit)).toEqual([100, 1, 1, 2]);
  expect((await events()).filter((line) => line.includes('asked'))).toEqual([
    'asked before resolved {"messages":[]}',
    'asked meanwhile resolved {"messages":[]}',
  ]);
});
