/** Files with the built SDK, in Node and in Chromium, against the server process: whole, through bad networks, over a kill. */
import { createHash } from 'node:crypto';
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { ArRTM } from './built-sdk.js';
import { useStage } from './harness.js';
import { APP } from './user.js';

const MB = 1024 * 1024;
/** Of a bad network. */
const RATE = 4 * MB;

const stage = useStage();
type Listening = { readonly port: number };
type Client = ReturnType<typeof ArRTM.createInstance>;

/** Bytes that differ from place to place, so that a part in the wrong place is seen. */
const bytesOf = (size: number): Buffer<ArrayBuffer> => {
  const bytes = Buffer.alloc(size);
  for (let at = 0; at < size; at++) bytes[at] = (at ^ (at >> 8) ^ (at >> 16)) & 255;
  return bytes;
};
const nameOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
const hashOf = async (blob: Blob): Promise<string> => nameOf(new Uint8Array(await blob.arrayBuffer()));

async function inNode(uid: string, { port }: Listening): Promise<Client> {
  const confPriCloudAddr = { ServerAdd: '127.0.0.1', Port: port, Wss: false };
  const client = ArRTM.createInstance(APP, { confPriCloudAddr, logFilter: ArRTM.LOG_FILTER_OFF });
  await client.login({ uid });
  return client;
}

/** A user in Chromium, behind functions that are called by name. */
async function inPage(uid: string, page: Page, { port }: Listening) {
  await page.evaluate(
    async ([appId, port, uid]) => {
      const sdk = window.ArRTM as unknown as typeof ArRTM;
      const confPriCloudAddr = { ServerAdd: '127.0.0.1', Port: port, Wss: false };
      const client = sdk.createInstance(appId, { confPriCloudAddr, logFilter: 4 });
      const bytesOf = (size: number) => {
        const bytes = new Uint8Array(size);
        for (let at = 0; at < size; at++) bytes[at] = (at ^ (at >> 8) ^ (at >> 16)) & 255;
        return bytes;
      };
      const hex = (bytes: ArrayBuffer) =>
        Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, '0')).join('');
      const reports: { currentSize: number; totalSize: number }[] = [];
      const onOperationProgress = (report: (typeof reports)[number]) => reports.push(report);
      await client.login({ uid });
      Object.assign(window, {
        transfers: {
          upload: async (size: number) => {
            reports.length = 0;
            const blob = new Blob([bytesOf(size)], { type: 'text/x-of-page' });
            const message = await client.createMediaMessageByUploading(
              blob,
              { fileName: 'page' },
              { onOperationProgress },
            );
            return { mediaId: message.mediaId, reports };
          },
          download: async (mediaId: string) => {
            reports.length = 0;
            const blob = await client.downloadMedia(mediaId, { onOperationProgress });
            const hash = hex(await crypto.subtle.digest('SHA-256', await blob.arrayBuffer()));
            return { hash, type: blob.type, reports };
          },
          cancel: async (size: number) => {
            const controller = new AbortController();
            const blob = new Blob([bytesOf(size)]);
            const call = client.createMediaMessageByUploading(
              blob,
              {},
              { cancelSignal: controller.signal, onOperationProgress: () => controller.abort() },
            );
            return call.then(
              () => 'done',
              ({ name, code }: { name: string; code: number }) => `${name} ${code}`,
            );
          },
          /** Nine uploads, and another login in the same page beside them. */
          crowd: async (size: number) => {
            const blob = new Blob([bytesOf(size)]);
            const uploads = Array.from({ length: 9 }, () => client.createMediaMessageByUploading(blob));
            const began = performance.now();
            const other = sdk.createInstance(appId, { confPriCloudAddr, logFilter: 4 });
            await other.login({ uid: 'beside' });
            const loginMs = performance.now() - began;
            const sizes = (await Promise.all(uploads)).map((message) => message.size);
            await other.logout();
            return { loginMs, sizes };
          },
          /** Sends an image drawn here, and answers what the other side says of it. */
          image: async (peerId: string) => {
            const canvas = document.createElement('canvas');
            canvas.width = 320;
            canvas.height = 200;
            const pngOf = () => new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/png'));
            const image = (await pngOf()) as Blob;
            canvas.width = 32;
            canvas.height = 20;
            const thumbnail = (await pngOf()) as Blob;
            const said = new Promise((resolve) => client.on('MessageFromPeer', ({ text }) => resolve(text)));
            const message = await client.createMediaMessageByUploading(image, { messageType: 'IMAGE', thumbnail });
            await client.sendMessageToPeer(message, peerId);
            return said;
          },
        },
      });
    },
    [APP, port, uid] as const,
  );
  type Reports = readonly { readonly currentSize: number; readonly totalSize: number }[];
  const call = <T>(name: string, argument: unknown): Promise<T> =>
    page.evaluate(
      ([name, argument]) =>
        (window as unknown as { transfers: Record<string, (argument: unknown) => unknown> }).transfers[name]?.(
          argument,
        ) as never,
      [name, argument] as const,
    );
  return {
    upload: (size: number) => call<{ mediaId: string; reports: Reports }>('upload', size),
    download: (mediaId: string) => call<{ hash: string; type: string; reports: Reports }>('download', mediaId),
    cancel: (size: number) => call<string>('cancel', size),
    image: (peerId: string) => call<string>('image', peerId),
    crowd: (size: number) => call<{ loginMs: number; sizes: number[] }>('crowd', size),
  };
}

test.each([1, MB, 32 * MB])('%d bytes between Node and Chromium, both ways, byte for byte', async (size) => {
  const server = await stage.server();
  const ned = await inNode('ned', server);
  const amy = await inPage('amy', await stage.sdkPage('ours', server), server);
  const hash = nameOf(bytesOf(size));

  const fromPage = await amy.upload(size);
  expect(fromPage.reports.at(-1)).toEqual({ currentSize: size, totalSize: size });
  const inNodeNow = await ned.downloadMedia(fromPage.mediaId);
  expect([inNodeNow.type, await hashOf(inNodeNow)]).toEqual(['text/x-of-page', hash]);

  const reports: unknown[] = [];
  const handler = { onOperationProgress: (report: unknown) => reports.push(report) };
  const fromNode = await ned.createMediaMessageByUploading(new Blob([bytesOf(size)]), { fileName: 'ä b' }, handler);
  expect(reports.at(-1)).toEqual({ currentSize: size, totalSize: size });
  const inPageNow = await amy.download(fromNode.mediaId);
  expect([inPageNow.type, inPageNow.hash]).toEqual(['', hash]);
  expect(inPageNow.reports.at(-1)).toEqual({ currentSize: size, totalSize: size });
  await ned.logout();
});

test('an image from a page arrives as a message with its sizes and its thumbnail', async () => {
  const server = await stage.server();
  const ned = await inNode('ned', server);
  const amy = await inPage('amy', await stage.sdkPage('ours', server), server);
  let answered: Promise<unknown> | undefined;
  const answer = async (message: object, from: string) => {
    const { messageType, width, height, thumbnailWidth, thumbnailHeight, thumbnail, mediaId } = message as never as {
      [Name in 'width' | 'height' | 'thumbnailWidth' | 'thumbnailHeight']: number;
    } & { messageType: string; thumbnail: Blob; mediaId: string };
    const whole = await ned.downloadMedia(mediaId);
    const text = [messageType, width, height, thumbnailWidth, thumbnailHeight, thumbnail.type, whole.type].join(' ');
    await ned.sendMessageToPeer({ text }, from);
  };
  ned.on('MessageFromPeer', (message, from) => {
    answered = answer(message, from);
  });
  expect(await amy.image('ned')).toBe('IMAGE 320 200 32 20 image/png image/png');
  // It is there before its sender has heard so.
  await answered;
  await ned.logout();
});

test('nine uploads over slow connections leave room for a login', async () => {
  const server = await stage.server();
  const proxy = await stage.proxy(server, 64 * 1024);
  const amy = await inPage('amy', await stage.sdkPage('ours', server), proxy);
  // A browser has six connections for all of them.
  const { loginMs, sizes } = await amy.crowd(128 * 1024);
  expect(sizes).toEqual(Array.from({ length: 9 }, () => 128 * 1024));
  expect(loginMs).toBeLessThan(1500);
});

test('an upload that is canceled in a page ends at once, and its room is given back', async () => {
  const server = await stage.server({ args: ['--set', `limits.mediaUserBytes=${34 * MB}`] });
  const proxy = await stage.proxy(server, MB);
  const amy = await inPage('amy', await stage.sdkPage('ours', server), proxy);
  expect(await amy.cancel(30 * MB)).toBe('RtmInterruptedError 6');
  // There is room for one of the two; it is free when the server has heard of the end.
  let uploaded: { readonly mediaId: string } | undefined;
  while (!uploaded) uploaded = await amy.upload(5 * MB).catch(() => undefined);
  expect(uploaded.mediaId).toMatch(/^[0-9a-f]{32}$/);
});

/** Cuts all connections every second until `call` has ended. */
async function overCuts<T>(proxy: { cut(): void; restore(): void }, call: () => Promise<T>): Promise<T> {
  const cutting = setInterval(() => {
    proxy.cut();
    proxy.restore();
  }, 1000);
  try {
    return await call();
  } finally {
    clearInterval(cutting);
  }
}

test('32 MB through 4 MB/s that are cut every second: both ways, in Node and in Chromium', async () => {
  const size = 32 * MB;
  const server = await stage.server();
  const proxy = await stage.proxy(server, RATE);
  const ned = await inNode('ned', proxy);
  const amy = await inPage('amy', await stage.sdkPage('ours', server), proxy);
  const hash = nameOf(bytesOf(size));
  const timed = async <T>(what: string, call: () => Promise<T>): Promise<T> => {
    const [began, before] = [performance.now(), proxy.bytesUp];
    const result = await overCuts(proxy, call);
    const seconds = (performance.now() - began) / 1000;
    console.log(`${what}: ${seconds.toFixed(1)} s, ${((proxy.bytesUp - before) / MB).toFixed(1)} MB went up`);
    return result;
  };
  const [fromNode, fromPage] = await timed('up, in Node and Chromium at a time', () =>
    Promise.all([ned.createMediaMessageByUploading(new Blob([bytesOf(size)])), amy.upload(size)]),
  );
  const [inPageNow, inNodeNow] = await timed('down, in Chromium and Node at a time', () =>
    Promise.all([amy.download(fromNode.mediaId), ned.downloadMedia(fromPage.mediaId)]),
  );
  expect([inPageNow.hash, await hashOf(inNodeNow)]).toEqual([hash, hash]);
  // A report a second.
  for (const { reports } of [fromPage, inPageNow]) expect(reports.length).toBeGreaterThan(3);
  await ned.logout();
});

test('the server is killed in the middle of an upload and started again: the same upload is finished', async () => {
  const size = 32 * MB;
  const dataDir = await stage.tempDir();
  const server = await stage.server({ dataDir });
  const proxy = await stage.proxy(server, 2 * RATE);
  const ned = await inNode('ned', proxy);
  const reports: number[] = [];
  let isHalf: () => void = () => undefined;
  const half = new Promise<void>((resolve) => {
    isHalf = resolve;
  });
  const onOperationProgress = ({ currentSize }: { readonly currentSize: number }) => {
    reports.push(currentSize);
    if (currentSize > size / 2) isHalf();
  };
  const upload = ned.createMediaMessageByUploading(new Blob([bytesOf(size)]), {}, { onOperationProgress });
  await half;
  const before = proxy.bytesUp;
  await server.kill();
  expect(before / MB).toBeLessThan(30);
  const again = await stage.server({ dataDir, port: server.port });
  const { mediaId } = await upload;
  expect(reports.length).toBeGreaterThan(2);
  // What was on its way, and at most 4 MB that were not flushed, are sent twice.
  expect(proxy.bytesUp / MB).toBeLessThan(32 + 10);
  console.log(`over a kill at ${(before / MB).toFixed(1)} MB: ${(proxy.bytesUp / MB).toFixed(2)} MB went up for 32 MB`);
  const ben = await inNode('ben', again);
  expect(await hashOf(await ben.downloadMedia(mediaId))).toBe(nameOf(bytesOf(size)));
  await Promise.all([ned.logout(), ben.logout()]);
});

test('100 transfers at a time by 20 users', async () => {
  const size = 4 * MB;
  const server = await stage.server();
  const users = await Promise.all(Array.from({ length: 20 }, (_, at) => inNode(`user${at}`, server)));
  const blob = new Blob([bytesOf(size)]);
  const hash = nameOf(bytesOf(size));
  const known = await (users[0] as Client).createMediaMessageByUploading(blob);
  const began = performance.now();
  const results = await Promise.all(
    users.flatMap((user) =>
      [0, 1, 2, 3, 4].map(async (at) => {
        if (at % 2 === 0) return (await user.createMediaMessageByUploading(blob)).mediaId;
        return hashOf(await user.downloadMedia(known.mediaId));
      }),
    ),
  );
  const seconds = (performance.now() - began) / 1000;
  console.log(`100 transfers of 4 MB: ${seconds.toFixed(1)} s, ${(400 / seconds).toFixed(0)} MB/s`);
  const downloads = results.filter((result) => result === hash);
  expect([results.length, downloads.length, new Set(results).size]).toEqual([100, 40, 61]);
  for (const mediaId of results.filter((result) => result !== hash).slice(0, 5)) {
    expect(await hashOf(await (users[1] as Client).downloadMedia(mediaId))).toBe(hash);
  }
  await Promise.all(users.map((user) => user.logout()));
});
