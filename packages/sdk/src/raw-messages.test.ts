import { expect, test } from 'vitest';
import { setUp } from '../test/set-up.js';

const properties = { serverReceivedTs: 17, isOfflineMessage: false, isHistoricalMessage: false };
const place = { MsgId: 1, FromUId: 'bob', SvrTS: 17, Epoch: 1 };

async function loggedIn() {
  const all = setUp();
  await all.logIn();
  return all;
}

test('a raw message is sent to a peer and to a channel as it is at the call, and is not changed', async () => {
  const { client, server, clock, joined } = await loggedIn();
  const room = await joined();
  const message = { rawMessage: new Uint8Array([0, 255]), description: 'two', more: 'not transmitted' };
  const sent = [client.sendMessageToPeer(message, 'bob'), room.sendMessage(message)];
  message.rawMessage.fill(7);
  message.description = 'later';
  await Promise.all([...sent, clock.settle()]);
  const content = { MsgType: 2, MsgBody: 'AP8=', Desc: 'two', HistoryMsg: false };
  expect(server.commands('SendMsgToPeer')).toMatchObject([{ ...content, ToUId: 'bob' }]);
  expect(server.commands('SendChannelMsg')).toMatchObject([{ ...content, ChanId: 'room' }]);
  expect(Object.keys(message)).toEqual(['rawMessage', 'description', 'more']);
});

test('what is no message is refused, and nothing is sent', async () => {
  const { client, server, joined } = await loggedIn();
  const room = await joined();
  for (const message of [{ rawMessage: [1] }, { rawMessage: new Uint8Array(1), text: 'x' }, { messageType: 'FILE' }]) {
    await expect(client.sendMessageToPeer(message as never, 'bob')).rejects.toMatchObject({ code: 7 });
    await expect(room.sendMessage(message as never)).rejects.toMatchObject({ code: 4 });
  }
  expect([...server.commands('SendMsgToPeer'), ...server.commands('SendChannelMsg')]).toEqual([]);
});

test('raw messages are received with their bytes, their description and their type', async () => {
  const { client, server, clock, joined } = await loggedIn();
  const room = await joined();
  const heard: unknown[] = [];
  client.on('MessageFromPeer', (...all) => heard.push(all));
  room.on('ChannelMessage', (...all) => heard.push(all));
  server.push('RecvMsgFromPeer', { ...place, Offset: 1, ToUId: 'alice', MsgType: 2, MsgBody: 'AP8=' });
  server.push('RecvMsgFromChan', { ...place, Offset: 1, ChanId: 'room', MsgType: 2, MsgBody: '', Desc: 'none' });
  await clock.settle();
  expect(heard).toEqual([
    [{ rawMessage: new Uint8Array([0, 255]), description: '', messageType: 'RAW' }, 'bob', properties],
    [{ rawMessage: new Uint8Array(), description: 'none', messageType: 'RAW' }, 'bob', properties],
  ]);
});

test('createMessage copies, and adds what can be seen or has a default', async () => {
  const { client } = setUp();
  const create = (message: object) => client.createMessage(message as never) as object;
  const bytes = new Uint8Array(1);
  const given = { text: 'x' };
  expect(create(given)).toEqual({ text: 'x', messageType: 'TEXT' });
  expect(given).toEqual({ text: 'x' });
  expect(create({ rawMessage: bytes })).toEqual({ rawMessage: bytes, messageType: 'RAW' });
  expect(create({ messageType: 'RAW', text: 5 })).toEqual({ messageType: 'RAW', text: 5 });
  expect(create({ text: 'x', messageType: undefined })).toEqual({ text: 'x', messageType: 'TEXT' });
  expect(create({})).toEqual({});
  const file = { fileName: '', description: '', thumbnail: new Blob(), size: 0, messageType: 'FILE' };
  expect(create({ messageType: 'FILE', mediaId: 'm' })).toEqual({ ...file, mediaId: 'm' });
  expect(create({ messageType: 'IMAGE', size: 5, width: 2 })).toEqual({
    ...file,
    messageType: 'IMAGE',
    size: 5,
    width: 2,
    height: 0,
    thumbnailWidth: 0,
    thumbnailHeight: 0,
  });
  expect((create({ messageType: 'FILE' }) as { thumbnail: Blob }).thumbnail.size).toBe(0);
  for (const message of [undefined, null, 'x', 5, []]) {
    expect(() => client.createMessage(message as never)).toThrow(expect.objectContaining({ code: 1 }));
  }
});
