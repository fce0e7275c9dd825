import { expect, test } from 'vitest';
import { chooseThumbnail, type Encoding, thumbnailSize } from './thumbnail.js';

test('the longer side has at most 160 px, none less than one; small images stay as they are', () => {
  expect(thumbnailSize({ width: 640, height: 480 })).toEqual({ width: 160, height: 120 });
  expect(thumbnailSize({ width: 1000, height: 4000 })).toEqual({ width: 40, height: 160 });
  expect(thumbnailSize({ width: 10_000, height: 1 })).toEqual({ width: 160, height: 1 });
  expect(thumbnailSize({ width: 159, height: 20 })).toEqual({ width: 159, height: 20 });
});

/** An encoder that makes so many bytes of each; `tried` names what it was asked for. */
function encoder(bytes: (encoding: Encoding) => number | undefined) {
  const tried: string[] = [];
  const encode = async (encoding: Encoding) => {
    tried.push(`${encoding.type} ${encoding.quality ?? ''}`.trim());
    const size = bytes(encoding);
    return size === undefined ? null : new Blob([new Uint8Array(size)], { type: encoding.type });
  };
  return { tried, encode };
}

test('drawings are PNG if that is small enough, photographs JPEG', async () => {
  const small = encoder(() => 24 * 1024);
  expect((await chooseThumbnail('image/png', small.encode))?.type).toBe('image/png');
  expect((await chooseThumbnail('image/jpeg', small.encode))?.type).toBe('image/jpeg');
  expect(small.tried).toEqual(['image/png', 'image/jpeg 0.85']);
});

test('quality goes down until it is small enough', async () => {
  const { tried, encode } = encoder(({ quality = 1 }) => Math.round(quality * 40 * 1024));
  expect((await chooseThumbnail('image/webp', encode))?.size).toBe(20 * 1024);
  expect(tried).toEqual(['image/png', 'image/jpeg 0.85', 'image/jpeg 0.7', 'image/jpeg 0.5']);
});

test('none, if nothing is small enough or nothing can be made', async () => {
  expect(await chooseThumbnail('image/png', encoder(() => 24 * 1024 + 1).encode)).toBeUndefined();
  expect(await chooseThumbnail('image/png', encoder(() => undefined).encode)).toBeUndefined();
});
