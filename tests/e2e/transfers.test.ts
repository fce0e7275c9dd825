/** Files with the built SDK in Node, against the server process: over a kill, and many at a time. */
import { expect, test } from 'vitest';
import { bytesOf, type Client, hashOf, inNode, MB, nameOf } from './files.js';
import { useStage } from './harness.js';

/** Of a bad network. */
const RATE = 4 * MB;

const stage = useStage();

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
