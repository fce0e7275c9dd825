/** Files with the built SDK, in Node and in a page, against the server process: whole, and through bad networks. */
import { expect, test } from 'vitest';
import { bytesOf, hashOf, inNode, inPage, MB, nameOf } from '../files.js';
import { useStage } from '../harness.js';

/** Of a bad network. */
const RATE = 4 * MB;

const stage = useStage();

test.each([1, MB, 32 * MB])('%d bytes between Node and a page, both ways, byte for byte', async (size) => {
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

test('32 MB through 4 MB/s that are cut every second: both ways, in Node and in a page', async () => {
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
  const [fromNode, fromPage] = await timed('up, in Node and a page at a time', () =>
    Promise.all([ned.createMediaMessageByUploading(new Blob([bytesOf(size)])), amy.upload(size)]),
  );
  const [inPageNow, inNodeNow] = await timed('down, in a page and Node at a time', () =>
    Promise.all([amy.download(fromNode.mediaId), ned.downloadMedia(fromPage.mediaId)]),
  );
  expect([inPageNow.hash, await hashOf(inNodeNow)]).toEqual([hash, hash]);
  // A report a second.
  for (const { reports } of [fromPage, inPageNow]) expect(reports.length).toBeGreaterThan(3);
  await ned.logout();
});
