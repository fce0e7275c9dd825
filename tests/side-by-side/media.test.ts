/** Files and images, which the published client never had. */
import type { RtmFileMessage, RtmImageMessage } from 'ar-rtm-sdk';
import { expect } from 'vitest';
import { codeOf, hear, oursOnly } from './scene.js';

type Heard = [message: RtmImageMessage | RtmFileMessage, from: string, properties: Record<string, unknown>];

const bytes = Uint8Array.from({ length: 300_000 }, (_, at) => (at ^ (at >> 8)) & 255);
const content = async (blob: Blob | undefined) => new Uint8Array((await blob?.arrayBuffer()) ?? new ArrayBuffer());
/** A PNG of one pixel, as far as its size can be read from it. */
const png = new Blob([
  Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10, 0, 0, 0, 13, 0x49, 0x48, 0x44, 0x52, 0, 0, 0, 1, 0, 0, 0, 1),
]);

oursOnly([5, 6, 26, 28], 'a file goes up, its message to a peer, and its bytes come down there', async (scene) => {
  const [ann, ben] = [await scene.login('ann'), await scene.login('ben')];
  const heard = hear<Heard>(ben, 'MessageFromPeer');
  const payload = new Blob([bytes], { type: 'text/plain' });
  const params = { fileName: 'Straße.txt', description: 'all of it' };
  const message = await ann.createMediaMessageByUploading(payload, params);
  expect(message).toMatchObject({ ...params, messageType: 'FILE', size: 300_000, thumbnail: undefined });
  expect(await ann.sendMessageToPeer(message, 'ben')).toEqual({ hasPeerReceived: true });
  const [[got, from] = []] = await heard.atLeast(1);
  expect([got, from]).toMatchObject([{ ...message, thumbnail: expect.any(Blob) }, 'ann']);
  const file = await ben.downloadMedia(got?.mediaId ?? '');
  expect([file.type, await content(file)]).toEqual(['text/plain', bytes]);
});

oursOnly(
  [5, 14, 26, 27],
  'an image with its thumbnail goes to a channel, and its id again to a peer',
  async (scene) => {
    const [ann, ben] = [await scene.login('ann'), await scene.login('ben')];
    const [here, there] = [ann.createChannel('room'), ben.createChannel('room')];
    await here.join();
    await there.join();
    const inRoom = hear<Heard>(there, 'ChannelMessage');
    const heard = hear<Heard>(ben, 'MessageFromPeer');
    const thumbnail = new Blob(['small'], { type: 'image/png' });
    const image = await ann.createMediaMessageByUploading(png, { messageType: 'IMAGE', thumbnail, thumbnailWidth: 9 });
    const sizes = { width: 1, height: 1, thumbnailWidth: 9, thumbnailHeight: 0 };
    expect(image).toMatchObject({ ...sizes, messageType: 'IMAGE', size: 24 });
    await here.sendMessage(image);
    const [[got] = []] = await inRoom.atLeast(1);
    expect(got).toMatchObject({ ...sizes, mediaId: image.mediaId, messageType: 'IMAGE' });
    expect([got?.thumbnail?.type, await got?.thumbnail?.text()]).toEqual(['image/png', 'small']);
    const { mediaId } = image;
    await ann.sendMessageToPeer(ann.createMessage<RtmImageMessage>({ mediaId, messageType: 'IMAGE' }), 'ben');
    const [[again] = []] = await heard.atLeast(1);
    expect(again).toMatchObject({ mediaId, width: 0, fileName: '' });
    expect((await ben.downloadMedia(mediaId)).type).toBe('image/png');
  },
);

oursOnly([5, 26, 28], 'as an offline message, and from the archive', async (scene) => {
  const ann = await scene.login('ann');
  const message = await ann.createMediaMessageByUploading(new Blob([bytes]), { fileName: 'later' });
  const options = { enableOfflineMessaging: true, enableHistoricalMessaging: true };
  expect(await ann.sendMessageToPeer(message, 'ben', options)).toEqual({ hasPeerReceived: false });
  const ben = await scene.client();
  const heard = hear<Heard>(ben, 'MessageFromPeer');
  await ben.login({ uid: 'ben' });
  const [[got, , properties] = []] = await heard.atLeast(1);
  expect([got?.fileName, properties?.['isOfflineMessage']]).toEqual(['later', true]);
  const { messages } = await ben.getPeerHistory('ann');
  expect(messages.map(({ message }) => message)).toMatchObject([{ mediaId: message.mediaId, fileName: 'later' }]);
  expect((await ben.downloadMedia(message.mediaId)).size).toBe(300_000);
});

oursOnly([26, 28], 'progress is told, and a signal ends a transfer', async (scene) => {
  const ann = await scene.login('ann');
  const reports: unknown[] = [];
  const onOperationProgress = (report: unknown) => reports.push(report);
  const payload = new Blob([bytes]);
  const { mediaId } = await ann.createMediaMessageByUploading(payload, {}, { onOperationProgress });
  await ann.downloadMedia(mediaId, { onOperationProgress });
  const end = { currentSize: 300_000, totalSize: 300_000 };
  expect([reports.at(-1), reports.filter((report) => JSON.stringify(report) === JSON.stringify(end)).length]).toEqual([
    end,
    2,
  ]);
  const cancelSignal = AbortSignal.abort();
  expect(await codeOf(ann.createMediaMessageByUploading(payload, {}, { cancelSignal }))).toBe(6);
  expect(await codeOf(ann.downloadMedia(mediaId, { cancelSignal }))).toBe(6);
  const controller = new AbortController();
  const running = codeOf(ann.createMediaMessageByUploading(payload, {}, { cancelSignal: controller.signal }));
  controller.abort();
  expect(await running).toBe(6);
});

oursOnly(
  [26, 28],
  'errors: 2 arguments, 102 not logged in, 4 too large or not there, 5 more than nine',
  async (scene) => {
    const stranger = await scene.client();
    const some = new Blob(['x']);
    expect(await codeOf(stranger.createMediaMessageByUploading(some))).toBe(102);
    expect(await codeOf(stranger.downloadMedia('0'.repeat(32)))).toBe(102);
    const ann = await scene.login('ann');
    for (const payload of [undefined, null, 'text', bytes, new Blob()]) {
      expect(await codeOf(ann.createMediaMessageByUploading(payload as never))).toBe(2);
    }
    for (const params of [null, 1, [], { fileName: 1 }, { thumbnail: 'x' }, { width: '1' }, { messageType: 'TEXT' }]) {
      expect(await codeOf(ann.createMediaMessageByUploading(some, params as never))).toBe(2);
    }
    const both = { messageType: 'FILE', width: 1 } as never;
    expect(await codeOf(ann.createMediaMessageByUploading(some, both))).toBe(2);
    const large = { fileName: 'x'.repeat(32_768), description: 'x' };
    expect(await codeOf(ann.createMediaMessageByUploading(some, large))).toBe(2);
    for (const mediaId of [undefined, '', 'x', 1]) expect(await codeOf(ann.downloadMedia(mediaId as never))).toBe(2);
    expect(await codeOf(ann.downloadMedia('0'.repeat(32)))).toBe(4);
    const tooLarge = new Blob([new Uint8Array(32 * 1024 * 1024 + 1)]);
    expect(await codeOf(ann.createMediaMessageByUploading(tooLarge))).toBe(4);
    const ten = Array.from({ length: 10 }, () =>
      ann.createMediaMessageByUploading(some).then(
        () => 0,
        (error) => error.code,
      ),
    );
    expect((await Promise.all(ten)).sort()).toEqual([0, 0, 0, 0, 0, 0, 0, 0, 0, 5]);
  },
);

oursOnly([26], 'logout ends what is under way', async (scene) => {
  const ann = await scene.login('ann');
  const running = codeOf(ann.createMediaMessageByUploading(new Blob([bytes])));
  await ann.logout();
  expect(await running).toBe(6);
});
