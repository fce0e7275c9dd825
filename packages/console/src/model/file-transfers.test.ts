import { type MediaTransferHandler, type RtmClient, RtmInternalError, RtmInterruptedError } from 'ar-rtm-sdk';
import { expect, test } from 'vitest';
import { FileTransfers } from './file-transfers.js';
import type { Picture } from './picture.js';
import { reduce } from './reducer.js';
import { type Action, type ConsoleState, INITIAL_STATE, type MessagePlace, type SharedFile } from './state.js';

type Client = Pick<RtmClient, 'createMediaMessageByUploading' | 'downloadMedia'>;

/** A call of the SDK that waits to be settled. */
interface Call {
  readonly params: object;
  readonly handler: MediaTransferHandler;
  resolve(value: unknown): void;
  reject(error: unknown): void;
}

/** Transfers with messages to show them in, over an SDK whose calls the test settles. */
function useTransfers(readPicture: () => Promise<Picture | undefined> = async () => undefined) {
  let state: ConsoleState = INITIAL_STATE;
  const dispatch = (action: Action) => {
    state = reduce(state, action);
  };
  const calls: Call[] = [];
  const call = (params: object, handler: MediaTransferHandler = {}) =>
    new Promise<never>((resolve, reject) => {
      calls.push({ params, handler, resolve: resolve as Call['resolve'], reject });
      handler.cancelSignal?.addEventListener('abort', () => reject(new RtmInterruptedError(6, 'Canceled')));
    });
  const client: Client = {
    createMediaMessageByUploading: (_: Blob, params?: object, handler?: MediaTransferHandler) =>
      call(params ?? {}, handler),
    downloadMedia: (mediaId, handler) => call({ mediaId }, handler),
  };
  const transfers = new FileTransfers(client, dispatch, readPicture);
  const place = (messageId: number, id = 'ben'): MessagePlace => {
    const file: SharedFile = { name: 'a', description: '', size: 4, isImage: false, mediaId: `media${messageId}` };
    const message = { id: messageId, from: 'amy', text: '', file, at: 0, isOffline: false };
    dispatch({ type: 'message-added', kind: 'peers', id, message });
    return { kind: 'peers', id, messageId };
  };
  const fileOf = ({ id, messageId }: MessagePlace): SharedFile => {
    const chat = state.peers.find((peer) => peer.id === id);
    return chat?.messages.find((message) => message.id === messageId)?.file as SharedFile;
  };
  return { transfers, calls, place, fileOf };
}
const settled = () => new Promise((resolve) => setTimeout(resolve));
const textFile = new File(['text'], 'a.txt', { type: 'text/plain' });

test('an upload shows how far it is, and then what names the file', async () => {
  const { transfers, calls, place, fileOf } = useTransfers();
  const here = place(1);
  const upload = transfers.upload(here, textFile);
  expect(fileOf(here).transfer).toMatchObject({ direction: 'up', state: 'waiting', bytes: 0, totalBytes: 4 });
  await settled();
  expect(fileOf(here).transfer?.state).toBe('running');
  expect(calls[0]?.params).toEqual({ fileName: 'a.txt' });

  calls[0]?.handler.onOperationProgress?.({ currentSize: 3, totalSize: 4 });
  expect(fileOf(here).transfer).toMatchObject({ state: 'running', bytes: 3, totalBytes: 4 });
  const message = { mediaId: 'new', messageType: 'FILE' };
  calls[0]?.resolve(message);
  expect(await upload).toBe(message);
  expect(fileOf(here)).toMatchObject({ mediaId: 'new', transfer: undefined });
});

test('an image goes with its sizes and its thumbnail, which is shown at once', async () => {
  const blob = new Blob(['thumbnail'], { type: 'image/png' });
  const picture = { width: 320, height: 200, thumbnail: { blob, width: 160, height: 100 } };
  const { transfers, calls, place, fileOf } = useTransfers(async () => picture);
  const here = place(1);
  void transfers.upload(here, textFile);
  await settled();
  expect(fileOf(here)).toMatchObject({ isImage: true, thumbnail: blob });
  expect(calls[0]?.params).toEqual({
    fileName: 'a.txt',
    messageType: 'IMAGE',
    width: 320,
    height: 200,
    thumbnail: blob,
    thumbnailWidth: 160,
    thumbnailHeight: 100,
  });
});

test('a failure stays with the file; what cannot be read never reaches the SDK', async () => {
  const { transfers, calls, place, fileOf } = useTransfers();
  const [refused, unreadable] = [place(1), place(2)];
  const upload = transfers.upload(refused, textFile);
  await settled();
  const error = new RtmInternalError(1, 'no room');
  calls[0]?.reject(error);
  expect(await upload).toBeUndefined();
  expect(fileOf(refused).transfer).toMatchObject({ direction: 'up', state: 'failed', error });

  const gone = { ...textFile, slice: () => ({ arrayBuffer: () => Promise.reject(new Error('gone')) }) };
  expect(await transfers.upload(unreadable, gone as unknown as File)).toBeUndefined();
  expect(fileOf(unreadable).transfer?.state).toBe('failed');
  expect(calls).toHaveLength(1);
});

test('a download ends with what is in the file; a second one at a time does nothing', async () => {
  const { transfers, calls, place, fileOf } = useTransfers();
  const here = place(1);
  const download = transfers.download(here, fileOf(here));
  await transfers.download(here, fileOf(here));
  await settled();
  expect(calls.map(({ params }) => params)).toEqual([{ mediaId: 'media1' }]);
  const content = new Blob(['text']);
  calls[0]?.resolve(content);
  await download;
  expect(fileOf(here)).toMatchObject({ content, transfer: undefined });
});

test('canceled is no failure, whether it runs or waits; others take the place', async () => {
  const { transfers, calls, place, fileOf } = useTransfers();
  const places = Array.from({ length: 12 }, (_, at) => place(at));
  const downloads = places.map((here) => transfers.download(here, fileOf(here)));
  await settled();
  const states = () => places.map((here) => fileOf(here).transfer?.state);
  const running = calls.length;
  expect(running).toBeLessThanOrEqual(9);
  expect(states().filter((state) => state === 'waiting')).toHaveLength(12 - running);

  transfers.cancel(0);
  transfers.cancel(11);
  await Promise.all([downloads[0], downloads[11]]);
  await settled();
  expect([states()[0], states()[11], calls.length]).toEqual(['canceled', 'canceled', running + 1]);
});

test('the end of a chat cancels its transfers, the end of the session all of them', async () => {
  const { transfers, place, fileOf } = useTransfers();
  const [ben, cat] = [place(1, 'ben'), place(2, 'cat')];
  const downloads = [ben, cat].map((here) => transfers.download(here, fileOf(here)));
  await settled();
  transfers.endOfChat('peers', 'ben');
  await downloads[0];
  expect([ben, cat].map((here) => fileOf(here).transfer?.state)).toEqual(['canceled', 'running']);
  transfers.end();
  await downloads[1];
  expect(fileOf(cat).transfer?.state).toBe('canceled');
});
