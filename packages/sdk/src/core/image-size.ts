import type { Bytes } from '../platform.js';

/** Width and height in pixels. */
export type ImageSize = readonly [width: number, height: number];

const NONE: ImageSize = [0, 0];

/** What a JPEG, PNG or BMP says of its size; zeros for anything else. Reads a few bytes only. */
export async function imageSizeOf(image: Bytes): Promise<ImageSize> {
  const read = async (from: number) => new DataView(await image.slice(from, from + 30).arrayBuffer());
  try {
    const view = await read(0);
    // "BM": the header is an old one with short numbers, or the height is negative when the rows go down.
    if (view.getUint16(0) === 0x424d) {
      return view.getUint32(14, true) === 12
        ? [view.getUint16(18, true), view.getUint16(20, true)]
        : [Math.abs(view.getInt32(18, true)), Math.abs(view.getInt32(22, true))];
    }
    if (view.getUint32(0) === 0x89504e47) return [view.getUint32(16), view.getUint32(20)];
    return view.getUint16(0) === 0xffd8 ? await jpegSize(read) : NONE;
  } catch {
    // It ends too early, or cannot be read any more.
    return NONE;
  }
}

/** Steps from one part of a JPEG to the next; none that is worth looking at has more. */
const STEPS = 1000;

/** Goes from segment to segment, up to the one that begins a frame. */
async function jpegSize(read: (from: number) => Promise<DataView>): Promise<ImageSize> {
  for (let at = 2, steps = 0; steps < STEPS; steps++) {
    const view = await read(at);
    const marker = view.getUint16(0);
    // FFC0 to FFCF begin frames, but for three that are tables.
    if ((marker & 0xfff0) === 0xffc0 && ![0xffc4, 0xffc8, 0xffcc].includes(marker)) {
      return [view.getUint16(7), view.getUint16(5)];
    }
    if (marker === 0xffff) at += 1;
    else if ((marker & 0xfff8) === 0xffd0) at += 2;
    else if (marker < 0xffc0 || marker === 0xffd9 || marker === 0xffda) break;
    else at += 2 + view.getUint16(2);
  }
  return NONE;
}
