import fc from 'fast-check';
import { expect, test } from 'vitest';
import { imageSizeOf } from './image-size.js';

const sizeOf = (...bytes: number[]) => imageSizeOf(new Blob([Uint8Array.from(bytes)]));
const u16 = (value: number) => [value >> 8, value & 255];
const le16 = (value: number) => [value & 255, value >> 8];
const le32 = (value: number) => [...le16(value & 65_535), ...le16(value >>> 16)];
const filler = (count: number) => Array.from({ length: count }, () => 0);

/** A segment of a JPEG. */
const segment = (marker: number, ...content: number[]) => [0xff, marker, ...u16(content.length + 2), ...content];
const frame = (marker: number, width: number, height: number) =>
  segment(marker, 8, ...u16(height), ...u16(width), 1, 1, 0x11, 0);

test('PNG', async () => {
  const png = (width: number) => [
    0x89,
    0x50,
    0x4e,
    0x47,
    13,
    10,
    26,
    10,
    0,
    0,
    0,
    13,
    0x49,
    0x48,
    0x44,
    0x52,
    0,
    0,
    ...u16(width),
  ];
  expect(await sizeOf(...png(300), 0, 1, 0, 2)).toEqual([300, 65_538]);
  expect(await sizeOf(...png(300), 0, 1, 0)).toEqual([0, 0]);
});

test('BMP: old headers have short numbers, and rows that go down make the height negative', async () => {
  const bmp = (headerSize: number, ...rest: number[]) => [0x42, 0x4d, ...filler(12), ...le32(headerSize), ...rest];
  expect(await sizeOf(...bmp(12, ...le16(300), ...le16(200)), 0, 0)).toEqual([300, 200]);
  expect(await sizeOf(...bmp(40, ...le32(70_000), ...le32(-600)), ...filler(28))).toEqual([70_000, 600]);
  expect(await sizeOf(...bmp(40, ...le32(70_000)))).toEqual([0, 0]);
});

test.each([0xc0, 0xc1, 0xc2, 0xc3, 0xc5, 0xc6, 0xc7, 0xc9, 0xca, 0xcb, 0xcd, 0xce, 0xcf])(
  'JPEG whose frame begins with %i, behind segments, filler and markers without a length',
  async (marker) => {
    const before = [...segment(0xe0, 1, 2, 3), ...segment(0xe1, ...filler(60_000)), ...segment(0xc4, 9, 9, 9, 9, 9)];
    const odd = [0xff, 0xff, 0xff, 0xfe, ...u16(3), 0xff, 0xff, 0xd0];
    expect(await sizeOf(0xff, 0xd8, ...before, ...odd, ...frame(marker, 640, 480), 0xff, 0xda)).toEqual([640, 480]);
  },
);

test('JPEGs that say nothing of their size, and other formats', async () => {
  expect(await sizeOf(0xff, 0xd8, ...segment(0xda, 1), ...frame(0xc0, 1, 1))).toEqual([0, 0]);
  expect(await sizeOf(0xff, 0xd8, 0xff, 0xd9, ...frame(0xc0, 1, 1))).toEqual([0, 0]);
  expect(await sizeOf(0xff, 0xd8, 1, 2, 3, 4, ...frame(0xc0, 1, 1))).toEqual([0, 0]);
  expect(await sizeOf(0xff, 0xd8, 0xff, 0xc0, 0, 17, 8, 1)).toEqual([0, 0]);
  expect(await imageSizeOf(new Blob([Uint8Array.of(0xff, 0xd8), new Uint8Array(1_000_000).fill(0xff)]))).toEqual([
    0, 0,
  ]);
  for (const text of ['', 'B', 'GIF89a..', '%PDF-', 'RIFF....WEBP', '<svg>']) {
    expect(await imageSizeOf(new Blob([text]))).toEqual([0, 0]);
  }
});

test('no bytes make it throw', async () => {
  const begins = [[], [0xff, 0xd8], [0xff, 0xd8, 0xff], [0x42, 0x4d], [0x89, 0x50, 0x4e, 0x47]];
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...begins), fc.uint8Array({ maxLength: 200 }), async (begin, rest) => {
      const [width, height] = await sizeOf(...begin, ...rest);
      expect([width >= 0, height >= 0]).toEqual([true, true]);
    }),
  );
});
