/** The mini-program entry against a real server; `wx` is scripted over real sockets and HTTP. */
import { startTestServer, type TestServer } from 'ar-rtm-server/testing';
import { ScriptedWechat } from 'ar-rtm-testkit/wechat';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import ArRTM, { AbortController, RtmClient, saveFile } from './miniprogram.js';

const APP_ID = '0123456789abcdef0123456789abcdef';
let server: TestServer;
let device: ScriptedWechat;
const clients: RtmClient[] = [];

beforeEach(async () => {
  server = await startTestServer();
  device = new ScriptedWechat();
  vi.stubGlobal('wx', device.wx);
});

afterEach(async () => {
  await Promise.all(clients.splice(0).map((client) => client.logout().catch(() => undefined)));
  vi.unstubAllGlobals();
  await server.stop();
});

function newClient(): RtmClient {
  const client = ArRTM.createInstance(APP_ID, { ...server.address, logFilter: 4 });
  clients.push(client);
  return client;
}

async function user(uid: string): Promise<RtmClient> {
  const client = newClient();
  await client.login({ uid });
  return client;
}

/** The next event of a client. */
function next<T>(client: RtmClient, event: 'MessageFromPeer' | 'ConnectionStateChanged'): Promise<T[]> {
  return new Promise((resolve) => client.once(event, (...all: unknown[]) => resolve(all as T[])));
}

const bytesOf = (size: number) => Uint8Array.from({ length: size }, (_, i) => (i * 31) % 251);

test('without wx it says what it is for', () => {
  vi.unstubAllGlobals();
  expect(() => newClient()).toThrow('mini-programs');
});

test('users log in, talk to each other and in channels, and log out', async () => {
  const [ann, ben] = [await user('ann'), await user('ben')];
  expect(ann).toBeInstanceOf(RtmClient);
  const came = next(ben, 'MessageFromPeer');
  expect(await ann.sendMessageToPeer({ text: '你好 👋' }, 'ben')).toEqual({ hasPeerReceived: true });
  expect(await came).toMatchObject([{ text: '你好 👋' }, 'ann', {}]);
  const [hers, his] = [ann.createChannel('room'), ben.createChannel('room')];
  await hers.join();
  await his.join();
  const heard = new Promise((resolve) => hers.on('ChannelMessage', resolve));
  await his.sendMessage({ rawMessage: new Uint8Array([1, 2, 255]), description: 'bytes' });
  expect(await heard).toMatchObject({ rawMessage: new Uint8Array([1, 2, 255]) });
  expect((await hers.getMembers()).sort()).toEqual(['ann', 'ben']);
  await Promise.all([ann.logout(), ben.logout()]);
  await expect.poll(() => [device.socketCount, device.listenerCount]).toEqual([0, 0]);
});

test('a cut that the device tells, and one that only a send finds, are restored', async () => {
  const [ann, ben] = [await user('ann'), await user('ben')];
  const states: string[] = [];
  ann.on('ConnectionStateChanged', (state) => states.push(state));
  device.cut();
  // Waits for the way back.
  expect(await ann.sendMessageToPeer({ text: 'one' }, 'ben')).toEqual({ hasPeerReceived: true });
  const came = next(ben, 'MessageFromPeer');
  device.cutInSilence();
  await ann.sendMessageToPeer({ text: 'two' }, 'ben').catch(() => undefined);
  device.show();
  device.connect();
  expect(await came).toMatchObject([{ text: 'two' }, 'ann', {}]);
  expect(server.count('sessions_resumed')).toBeGreaterThanOrEqual(2);
});

test('a server that is not on the list of domains is as good as none', async () => {
  device.domains = ['https://other.example'];
  await expect(newClient().login({ uid: 'ann' })).rejects.toMatchObject({ code: 8 });
});

test('a device without random bytes', async () => {
  device.hasRandom = false;
  const client = newClient();
  await expect(client.login({ uid: 'ann' })).rejects.toMatchObject({
    code: 1,
    message: expect.stringMatching('getRandomValues'),
  });
  device.hasRandom = true;
  await client.login({ uid: 'ann' });
  expect(client.uid).toBe('ann');
});

test('a file by its path, in pieces, over failures; downloaded and saved', async () => {
  const [ann, ben] = [await user('ann'), await user('ben')];
  const content = bytesOf(700_000);
  device.files.set('http://tmp/a1b2.bin', content);
  device.files.set('http://tmp/small.png', new Uint8Array([0x89, 0x50, 0x4e, 0x47]));
  device.failing.set('POST', 1);
  const progress: number[] = [];
  const message = await ann.createMediaMessageByUploading(
    { path: 'http://tmp/a1b2.bin', name: 'report.bin', type: 'application/x-report' },
    { description: 'a report', thumbnail: { path: 'http://tmp/small.png', type: 'image/png' } },
    { onOperationProgress: ({ currentSize }) => progress.push(currentSize) },
  );
  expect(message).toMatchObject({
    messageType: 'FILE',
    fileName: 'report.bin',
    size: 700_000,
    description: 'a report',
  });
  expect(progress.at(-1)).toBe(700_000);
  expect(device.requests.filter((request) => / (262144|175712)$/.test(request))).toHaveLength(3);

  const came = next<{ mediaId: string; thumbnail: Blob }>(ben, 'MessageFromPeer');
  await ann.sendMessageToPeer(message, 'ben');
  const [{ mediaId, thumbnail } = { mediaId: '', thumbnail: new Blob() }] = await came;
  expect(thumbnail.size).toBe(4);
  device.failing.set('GET', 1);
  const file = await ben.downloadMedia(mediaId);
  expect([file.size, file.type]).toEqual([700_000, 'application/x-report']);
  const path = await saveFile(file, 'report.bin');
  expect(path).toBe('http://usr/report.bin');
  expect(device.files.get(path)).toEqual(content);
  await expect(saveFile(file, 'http://elsewhere/x')).rejects.toThrow('permission denied');
  await expect(saveFile({} as Blob, 'x')).rejects.toMatchObject({ name: 'RtmInvalidArgumentError' });
  await expect(saveFile(file, '')).rejects.toMatchObject({ name: 'RtmInvalidArgumentError' });
});

test('bytes of its own, an image with its size, and a file that was downloaded', async () => {
  const ann = await user('ann');
  const png = new Uint8Array(30);
  png.set([0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10, 0, 0, 0, 13, 0x49, 0x48, 0x44, 0x52, 0, 0, 0, 40, 0, 0, 0, 30]);
  const image = await ann.createMediaMessageByUploading({ data: png.buffer }, { messageType: 'IMAGE', width: 0 });
  expect(image).toMatchObject({ messageType: 'IMAGE', width: 40, height: 30, size: 30, fileName: '' });
  const file = await ann.downloadMedia(image.mediaId);
  expect(file.type).toBe('image/png');
  const again = await ann.createMediaMessageByUploading(file, { fileName: 'again.png' });
  expect(again).toMatchObject({ size: 30, fileName: 'again.png' });
});

test('what is no file is refused; a file that changes while it is sent is a failure', async () => {
  const ann = await user('ann');
  const upload = (payload: unknown, params?: object) => ann.createMediaMessageByUploading(payload as Blob, params);
  for (const bad of [
    undefined,
    null,
    1,
    'http://tmp/x',
    {},
    { path: 'http://tmp/none' },
    { data: 'x' },
    { data: [] },
  ]) {
    await expect(upload(bad), String(bad)).rejects.toMatchObject({ code: 2, name: 'RtmInvalidArgumentError' });
  }
  await expect(upload({ data: new Uint8Array() })).rejects.toMatchObject({ code: 2 });
  const data = new Uint8Array(3);
  await expect(upload({ data, type: 1 })).rejects.toMatchObject({ code: 2 });
  await expect(upload({ data }, { thumbnail: { path: 'http://tmp/none' } })).rejects.toMatchObject({ code: 2 });
  vi.spyOn(device.files, 'get').mockReturnValueOnce(bytesOf(300_000)).mockReturnValue(bytesOf(100));
  await expect(upload({ path: 'http://tmp/x' })).rejects.toMatchObject({ code: 1 });
});

test('uploads are canceled by the signal of the controller that comes along', async () => {
  const ann = await user('ann');
  const controller = new AbortController();
  const upload = ann.createMediaMessageByUploading(
    { data: bytesOf(1_000_000) },
    {},
    { cancelSignal: controller.signal },
  );
  controller.abort();
  controller.abort();
  await expect(upload).rejects.toMatchObject({ code: 6 });
  expect(controller.signal.aborted).toBe(true);
});
