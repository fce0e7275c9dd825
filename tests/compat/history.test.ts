/** Raw messages and history, with the published client and ours together. */
import ArRTM from 'ar-rtm-sdk';
import { MemoryRecords } from 'ar-rtm-server/testing';
import { CHROME, FIREFOX } from 'ar-rtm-testkit/published';
import { afterEach, expect, test } from 'vitest';
import { APP, channelMessages, eventually, peerMessages, texts, useStage } from './stage.js';

const stage = useStage();
const ARCHIVED = { enableHistoricalMessaging: true };

type Ours = ReturnType<typeof ArRTM.createInstance>;
const clients: Ours[] = [];

afterEach(async () => {
  await Promise.all(clients.splice(0).map((client) => client.logout().catch(() => undefined)));
});

async function ours(uid: string): Promise<Ours> {
  const confPriCloudAddr = { ServerAdd: '127.0.0.1', Port: stage.server.port, Wss: false };
  const client = ArRTM.createInstance(APP, { confPriCloudAddr, logFilter: ArRTM.LOG_FILTER_OFF });
  clients.push(client);
  await client.login({ uid });
  return client;
}

test.each([CHROME, FIREFOX])(
  'raw messages do nothing to a published client: acknowledged, and text goes on',
  async (userAgent) => {
    await stage.start();
    const pia = await stage.user('pia', userAgent);
    const room = pia.client.createChannel('room');
    await room.join();
    const [inbox, heard] = [peerMessages(pia), channelMessages(room)];
    const amy = await ours('amy');
    const mine = amy.createChannel('room');
    await mine.join();
    const raw = { rawMessage: Uint8Array.of(1, 2, 3), description: 'bytes' };
    expect(await amy.sendMessageToPeer(raw, 'pia')).toEqual({ hasPeerReceived: true });
    await mine.sendMessage(raw);
    expect(await amy.sendMessageToPeer({ text: 'text' }, 'pia')).toEqual({ hasPeerReceived: true });
    await mine.sendMessage({ text: 'text' });
    await heard.atLeast(1);
    expect([texts(inbox.calls), texts(heard.calls)]).toEqual([['text'], ['text']]);
    expect(pia.uncaught).toEqual([]);
    expect(pia.sockets).toHaveLength(1);
    await pia.client.logout();
    expect(await amy.sendMessageToPeer(raw, 'pia', { enableOfflineMessaging: true })).toEqual({
      hasPeerReceived: false,
    });
    await amy.sendMessageToPeer({ text: 'stored' }, 'pia', { enableOfflineMessaging: true });
    await pia.client.login({ uid: 'pia' });
    expect(texts(await inbox.atLeast(2))).toEqual(['text', 'stored']);
    expect(pia.uncaught).toEqual([]);
  },
);

test.each([CHROME, FIREFOX])('the history flag of a published client is honoured', async (userAgent) => {
  await stage.start();
  const pia = await stage.user('pia', userAgent);
  const room = pia.client.createChannel('room');
  await room.join();
  const amy = await ours('amy');
  const mine = amy.createChannel('room');
  await mine.join();
  expect(await pia.client.sendMessageToPeer({ text: 'a' }, 'amy', ARCHIVED)).toEqual({ hasPeerReceived: true });
  expect(await pia.client.sendMessageToPeer({ text: 'b' }, 'nobody', ARCHIVED)).toEqual({ hasPeerReceived: false });
  await pia.client.sendMessageToPeer({ text: 'not archived' }, 'amy');
  await room.sendMessage({ text: 'c' }, ARCHIVED);
  await room.sendMessage({ text: 'not archived' });
  await amy.sendMessageToPeer({ text: 'd' }, 'pia', ARCHIVED);
  const page = await amy.getPeerHistory('pia');
  expect(page.messages.map(({ message, senderId }) => [message.text, senderId])).toEqual([
    ['a', 'pia'],
    ['d', 'amy'],
  ]);
  expect((await mine.getHistory()).messages).toMatchObject([{ message: { text: 'c' }, senderId: 'pia' }]);
  // Exactly one status for each of its messages.
  const ids = (way: string, cmd: string) =>
    pia.frames.calls.filter((frame) => frame[0] === way && frame[1] === cmd).map(([, , { MsgId }]) => MsgId);
  expect(ids('in', 'MsgStatus')).toEqual(ids('out', 'SendMsgToPeer'));
  expect(ids('in', 'SendChannelMsg')).toEqual(ids('out', 'SendChannelMsg'));
});

test('pages of our SDK: by position, by time, both ways, raw messages among them', async () => {
  await stage.start();
  const amy = await ours('amy');
  const bob = await ours('bob');
  for (let i = 0; i < 7; i++) await amy.sendMessageToPeer({ text: String(i) }, 'bob', ARCHIVED);
  await bob.sendMessageToPeer({ rawMessage: Uint8Array.of(9), description: 'raw' }, 'amy', ARCHIVED);
  for (const [reader, peer] of [
    [amy, 'bob'],
    [bob, 'amy'],
  ] as const) {
    for (const order of ['asc', 'desc'] as const) {
      const found: unknown[] = [];
      let offset: number | undefined;
      let pages = 0;
      do {
        const page = await reader.getPeerHistory(peer, { order, limit: 3, offset });
        found.push(
          ...page.messages.map(
            ({ message }) => message.text ?? [...(message as { rawMessage: Uint8Array }).rawMessage],
          ),
        );
        offset = page.nextOffset;
        pages++;
      } while (offset !== undefined);
      const all = ['0', '1', '2', '3', '4', '5', '6', [9]];
      expect([found, pages]).toEqual([order === 'asc' ? all : all.reverse(), 3]);
    }
  }
  const { messages } = await amy.getPeerHistory('bob');
  const at = messages[3]?.serverReceivedTs ?? 0;
  expect(
    (await amy.getPeerHistory('bob', { endTs: at - 1 })).messages.every(
      ({ serverReceivedTs }) => serverReceivedTs < at,
    ),
  ).toBe(true);
  expect(
    (await amy.getPeerHistory('bob', { startTs: at })).messages.every(({ serverReceivedTs }) => serverReceivedTs >= at),
  ).toBe(true);
  expect((await amy.getPeerHistory('carol')).messages).toEqual([]);
});

test('a crash: archived messages are there, and a repeated one is answered as archived, once', async () => {
  const records = new MemoryRecords();
  await stage.start({ records });
  const OURS = { Caps: ['reply-codes.1', 'push-offline.1', 'resume.1', 'history.1'], Resume: true };
  const alice = await stage.raw('alice', { fields: OURS });
  const Again = alice.all('Login')[0]?.['Memory'];
  await alice.request('JoinChannel', { ChanId: 'room', MsgId: 100 });
  const content = { MsgType: 1, HistoryMsg: true };
  const toBob = { ...content, MsgId: 1, ToUId: 'bob', MsgBody: 'to bob' };
  const toRoom = { ...content, MsgId: 2, ChanId: 'room', MsgBody: 'to the room' };
  expect(await alice.request('SendMsgToPeer', toBob, 'MsgStatus')).toMatchObject({ Status: 0, Code: 0 });
  expect(await alice.request('SendChannelMsg', toRoom)).toMatchObject({ Code: 0 });
  await eventually(
    () => [...records.content.entries()].some(([key, text]) => key.startsWith('session/') && text.includes('room')),
    'the session is on disk',
  );
  const kept = new Map(records.crash());
  const crashed = stage.server;
  alice.terminate();
  await crashed.stop().catch(() => undefined);
  await stage.start({ records: new MemoryRecords({ content: kept }) });
  const back = await stage.raw('alice', { userSId: alice.userSId, fields: OURS });
  expect(back.all('Login')).toMatchObject([{ Resumed: true }]);
  expect(back.all('Login')[0]?.['Memory']).not.toBe(Again);
  await back.request('JoinChannel', { ChanId: 'room', MsgId: 101 });
  // Both as if their answers had been lost. The live entries are; what was archived tells that they were accepted.
  expect(await back.request('SendMsgToPeer', { ...toBob, Again }, 'MsgStatus')).toMatchObject({ Status: 0, Code: 0 });
  expect(await back.request('SendChannelMsg', { ...toRoom, Again })).toMatchObject({ Code: 0 });
  // To be stored for the receiver too, which nobody knows to have happened.
  const stored = { ...toBob, OfflineMsg: true, Again };
  expect(await back.request('SendMsgToPeer', stored, 'MsgStatus')).toMatchObject({ Status: 0, Code: 2 });
  const lost = { ...toRoom, MsgId: 3, MsgBody: 'was never sent', Again };
  expect(await back.request('SendChannelMsg', lost)).toMatchObject({ Code: 2 });
  const bodies = async (of: object, MsgId: number) =>
    ((await back.request('GetHistory', { MsgId, ...of }))['Messages'] as { MsgBody: string }[]).map(
      ({ MsgBody }) => MsgBody,
    );
  expect(await bodies({ PeerId: 'bob' }, 10)).toEqual(['to bob']);
  expect(await bodies({ ChanId: 'room' }, 11)).toEqual(['to the room']);
});

test('users of different apps never see each other', async () => {
  await stage.start();
  const amy = await ours('amy');
  await amy.sendMessageToPeer({ text: 'secret' }, 'bob', ARCHIVED);
  const other = await stage.raw('amy', { appId: 'b'.repeat(32) });
  expect(await other.request('GetHistory', { MsgId: 1, PeerId: 'bob' })).toMatchObject({ Code: 0, Messages: [] });
});
