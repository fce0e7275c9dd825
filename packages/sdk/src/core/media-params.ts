import { isObject, LIMITS, utf8Bytes } from 'ar-rtm-protocol';
import { type Bytes, isBlob } from '../platform.js';
import { imageSizeOf } from './image-size.js';

/** What goes into the message of a file or image besides the file, as applications say it. */
export interface MediaParams {
  readonly fileName: string;
  readonly description: string;
  readonly thumbnail: Bytes | undefined;
  readonly messageType: 'FILE' | 'IMAGE';
  /** Width and height of the image and of its thumbnail; none of files. */
  readonly sizes: readonly unknown[];
}

/** Checked; `undefined` when something is not as it should be (api.md 5.5). */
export function readMediaParams(params: unknown): MediaParams | undefined {
  if (!isObject(params)) return undefined;
  const {
    fileName = '',
    description = '',
    thumbnail,
    width,
    height,
    thumbnailWidth,
    thumbnailHeight,
    ...more
  } = params as Record<string, unknown>;
  const sizes = [width, height, thumbnailWidth, thumbnailHeight];
  const isSized = sizes.some((size) => size !== undefined);
  const { messageType = isSized ? 'IMAGE' : 'FILE' } = more;
  const isValid =
    typeof fileName === 'string' &&
    typeof description === 'string' &&
    (thumbnail === undefined || isBlob(thumbnail)) &&
    sizes.every((size) => size === undefined || Number.isFinite(size)) &&
    (messageType === 'IMAGE' || (messageType === 'FILE' && !isSized)) &&
    utf8Bytes(fileName) + utf8Bytes(description) + (thumbnail?.size ?? 0) <= LIMITS.MESSAGE_BYTES;
  return isValid ? { fileName, description, thumbnail, messageType, sizes } : undefined;
}

/** Sizes in pixels of an image and its thumbnail: as given, or else as they say themselves. */
export async function sizesOf(payload: Bytes, { thumbnail, sizes }: MediaParams): Promise<object> {
  const [givenWidth, givenHeight, ...given] = sizes.map((size) => ((size as number) > 0 ? (size as number) : 0));
  const [width, height] = givenWidth || givenHeight ? [givenWidth, givenHeight] : await imageSizeOf(payload);
  const [thumbnailWidth, thumbnailHeight] = given[0] || given[1] || !thumbnail ? given : await imageSizeOf(thumbnail);
  return { width, height, thumbnailWidth, thumbnailHeight };
}
