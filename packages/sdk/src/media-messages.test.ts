/** Messages of files and images, sent and received (api.md 5). */
import { writeMediaBody } from 'ar-rtm-protocol';
import { expect, test } from 'vitest';
import { setUp } from '../test/set-up.js';
import type { RtmFileMessage, RtmImageMessage } from './public-types.js';

const ID = '0123456789abcdef0123456789abcdef';
const FILE = { mediaId: ID, fileName: 'a.txt', description: 'words', size: 5, messageType: 'FILE' } as const;
const IMAGE = { ...FILE, width: 1, height: 2, thumbnailWidth: 3, thumbnailHeight: 4, messageType: 'IMAGE' } as const;
const BODY = { Id: ID, Name: 'a.txt', Size: 5, Thumb: '', ThumbType: '' };
const SIZES = { Width: 1, Height: 2, ThumbWidth: 3, ThumbHeight: 4 };
const SMALL = { Thumb: Buffer.from('small').toString('base64'), ThumbType: 'image/png' };
const thumbnail = new Blob(['small'], { type: 'image/png' });
const properties = { serverReceivedTs: 17, isOfflineMessage: false, isHistoricalMessage: false };
const place = { MsgId: 1, FromUId: 'bob', SvrTS: 17, Epoch: 1 };

async function loggedIn() {
  const all = setUp();
  await all.logIn();
  /** Lets real work, such as reading a `Blob`, come to its end. */
  const read = async () => {
    for (let turns = 0; turns < 20; turns++) await new Promise((resolve) => setImmediate(resolve));
    await all.clock.settle();
  };
  return { ...all, read };
}

test('files and images are sent to peers and channels with their fields, and nothing else of the object', async () => {
  const { client, server, clock, joined } = await loggedIn();
  const room = await joined();
  const file = { ...FILE, thumbnail: undefined, more: 1, text: 'x', width: 9 } as RtmFileMessage;
  const image = { ...IMAGE, thumbnail: new Blob() } as RtmImageMessage;
  const sent = [client.sendMessageToPeer(file, 'bob'), room.sendMessage(image)];
  await Promise.all([...sent, clock.settle()]);
  const desc = { Desc: 'words', HistoryMsg: false };
  expect(server.commands('SendMsgToPeer')).toMatchObject([
    { MsgType: 3, MsgBody: writeMediaBody(BODY, false), ...desc },
  ]);
  const body = writeMediaBody({ ...BODY, ...SIZES }, true);
  expect(server.commands('SendChannelMsg')).toMatchObject([{ MsgType: 4, MsgBody: body, ...desc }]);
});

test('what was created for reuse of a media id can be sent with that id alone', async () => {
  const { client, server, clock } = await loggedIn();
  const message = client.createMessage<RtmImageMessage>({ messageType: 'IMAGE', mediaId: ID });
  await Promise.all([client.sendMessageToPeer(message, 'bob'), clock.settle()]);
  const nothing = { Name: '', Size: 0, Width: 0, Height: 0, ThumbWidth: 0, ThumbHeight: 0 };
  const body = writeMediaBody({ ...BODY, ...nothing }, true);
  expect(server.commands('SendMsgToPeer')).toMatchObject([{ MsgType: 4, MsgBody: body }]);
});

test('a thumbnail is read first, and what is sent behind it waits: the order of the calls holds', async () => {
  const { client, server, read, joined } = await loggedIn();
  const room = await joined();
  const calls = [
    client.sendMessageToPeer({ text: 'before' }, 'bob'),
    client.sendMessageToPeer({ ...FILE, thumbnail }, 'bob'),
    client.sendMessageToPeer({ text: 'behind' }, 'bob'),
    client.sendMessageToPeer({ ...IMAGE, thumbnail }, 'bob'),
    room.leave(),
  ];
  const told = () => server.received.map(({ cmd, content }) => ('MsgType' in content ? content.MsgType : cmd));
  await read();
  await Promise.all(calls);
  expect(told().slice(-5)).toEqual([1, 3, 1, 4, 'LeaveChannel']);
  const bodies = server.commands('SendMsgToPeer').map(({ MsgBody }) => MsgBody);
  expect(bodies[1]).toBe(writeMediaBody({ ...BODY, ...SMALL }, false));
  expect(bodies[3]).toBe(writeMediaBody({ ...BODY, ...SMALL, ...SIZES }, true));
});

test('a thumbnail that is read while the connection is cut is sent, in order, when it is restored', async () => {
  const { client, clock, server, read, resumes, idle } = await loggedIn();
  resumes();
  server.isDown = true;
  server.connection.close();
  await clock.settle();
  const calls = [
    client.sendMessageToPeer({ ...FILE, thumbnail }, 'bob'),
    client.sendMessageToPeer({ text: 'x' }, 'bob'),
  ];
  await read();
  server.isDown = false;
  await idle(2000);
  await Promise.all(calls);
  expect(server.commands('SendMsgToPeer').map(({ MsgType }) => MsgType)).toEqual([3, 1]);
});

test('a thumbnail that cannot be read is no valid message, and what waited behind it goes', async () => {
  const { client, server, read } = await loggedIn();
  const broken = new Blob(['x']);
  broken.arrayBuffer = () => Promise.reject(new Error('the file has changed'));
  const failing = client.sendMessageToPeer({ ...FILE, thumbnail: broken }, 'bob').catch((error: unknown) => error);
  const behind = client.sendMessageToPeer({ text: 'behind' }, 'bob');
  await read();
  expect(await failing).toMatchObject({ code: 7, name: 'RtmInvalidArgumentError' });
  expect(await behind).toEqual({ hasPeerReceived: true });
  expect(server.commands('SendMsgToPeer')).toHaveLength(1);
});

test('a thumbnail that is never read holds nothing up for longer than the time of its message', async () => {
  const { client, server, idle } = await loggedIn();
  const stuck = new Blob(['x']);
  stuck.arrayBuffer = () => new Promise(() => undefined);
  const failing = client.sendMessageToPeer({ ...FILE, thumbnail: stuck }, 'bob').catch((error: unknown) => error);
  await idle(5000);
  const behind = client.sendMessageToPeer({ text: 'behind' }, 'bob');
  await idle(6000);
  expect(await failing).toMatchObject({ code: 2 });
  expect(await behind).toEqual({ hasPeerReceived: true });
  expect(server.commands('SendMsgToPeer')).toHaveLength(1);
});

test('logout ends what is being read', async () => {
  const { client, server, read } = await loggedIn();
  const call = client.sendMessageToPeer({ ...FILE, thumbnail }, 'bob').catch((error: unknown) => error);
  const left = client.logout();
  await read();
  await left;
  expect(await call).toMatchObject({ code: 1, name: 'RtmInterruptedError' });
  expect(server.commands('SendMsgToPeer')).toEqual([]);
});

test.each([
  [{ mediaId: '' }],
  [{ mediaId: 5 }],
  [{ mediaId: undefined }],
  [{ fileName: 5 }],
  [{ fileName: null }],
  [{ description: 5 }],
  [{ thumbnail: null }],
  [{ thumbnail: 'text' }],
  [{ thumbnail: new Uint8Array(1) }],
  [{ size: -1 }],
  [{ size: '5' }],
  [{ size: Number.NaN }],
  [{ size: Number.POSITIVE_INFINITY }],
  [{ size: 5n }],
  [{ width: -1 }],
  [{ thumbnailHeight: 'x' }],
  [{ fileName: 'x'.repeat(32_764) }],
  [{ thumbnail: new Blob(['x'.repeat(32_760)]) }],
])('an image with %o is refused, and nothing is sent', async (change) => {
  const { client, server, joined } = await loggedIn();
  const room = await joined();
  const message = { ...IMAGE, ...change } as never;
  await expect(client.sendMessageToPeer(message, 'bob')).rejects.toMatchObject({ code: 7 });
  await expect(room.sendMessage(message)).rejects.toMatchObject({ code: 4 });
  expect([...server.commands('SendMsgToPeer'), ...server.commands('SendChannelMsg')]).toEqual([]);
});

test('name, description and thumbnail of 32 KB together are sent', async () => {
  const { client, server, read } = await loggedIn();
  const parts = { fileName: 'ä', description: 'ö', thumbnail: new Blob(['x'.repeat(32_764)]) };
  const call = client.sendMessageToPeer({ ...FILE, ...parts }, 'bob');
  await read();
  await call;
  expect(server.commands('SendMsgToPeer')).toHaveLength(1);
});

test('files and images are received with all their fields, the thumbnail as a Blob', async () => {
  const { client, server, clock, joined } = await loggedIn();
  const room = await joined();
  const heard: unknown[][] = [];
  client.on('MessageFromPeer', (...all) => heard.push(all));
  room.on('ChannelMessage', (...all) => heard.push(all));
  const file = writeMediaBody(BODY, false);
  const image = writeMediaBody({ ...BODY, ...SMALL, ...SIZES }, true);
  server.push('RecvMsgFromPeer', { ...place, Offset: 1, ToUId: 'alice', MsgType: 3, MsgBody: file, Desc: 'words' });
  server.push('RecvMsgFromChan', { ...place, Offset: 1, ChanId: 'room', MsgType: 4, MsgBody: image, Desc: 'words' });
  // Bodies that no server lets pass.
  server.push('RecvMsgFromPeer', { ...place, MsgId: 2, Offset: 2, ToUId: 'alice', MsgType: 4, MsgBody: file });
  server.push('RecvMsgFromPeer', {
    ...place,
    MsgId: 3,
    Offset: 3,
    ToUId: 'alice',
    MsgType: 3,
    MsgBody: file.replace('""', '"*"'),
  });
  await clock.settle();
  expect(heard).toEqual([
    [{ ...FILE, thumbnail: expect.any(Blob) }, 'bob', properties],
    [{ ...IMAGE, thumbnail: expect.any(Blob) }, 'bob', properties],
  ]);
  const [none, small] = heard.map(([message]) => (message as RtmFileMessage).thumbnail);
  expect([none?.size, none?.type, small?.type, await small?.text()]).toEqual([0, '', 'image/png', 'small']);
  expect(server.commands('RecvMsgFromPeerAck')).toHaveLength(3);
});
