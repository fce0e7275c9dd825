/** Bodies of file and image messages: JSON in one form, so that its size is bounded by what it says (extension P6). */
import { INVALID, parseText, type Read, type Reader, readFields, string } from './fields.js';

/** Bytes or pixels. */
const amount: Reader<number> = (value) =>
  typeof value === 'number' && value >= 0 && value < Infinity ? value : INVALID;

const FILE_FIELDS = {
  /** Names the bytes, which are at `MEDIA_PATH`. */
  Id: string,
  Name: string,
  Size: amount,
  /** The thumbnail's bytes as Base64, and its media type. */
  Thumb: string,
  ThumbType: string,
};

const IMAGE_FIELDS = { ...FILE_FIELDS, Width: amount, Height: amount, ThumbWidth: amount, ThumbHeight: amount };

export type FileBody = Read<typeof FILE_FIELDS>;
export type ImageBody = Read<typeof IMAGE_FIELDS>;

/** What a body says; `undefined` when it is none. */
export function readMediaBody(body: string, isImage: true): ImageBody | undefined;
export function readMediaBody(body: string, isImage: boolean): FileBody | undefined;
export function readMediaBody(body: string, isImage: boolean): FileBody | undefined {
  const read = readFields(fieldsOf(isImage), parseText(body));
  return read.ok ? read.value : undefined;
}

/** The one body that says this: these fields, in this order, and nothing else. */
export function writeMediaBody(body: FileBody & Partial<ImageBody>, isImage: boolean): string {
  return JSON.stringify(body, Object.keys(fieldsOf(isImage)));
}

function fieldsOf(isImage: boolean) {
  return isImage ? IMAGE_FIELDS : FILE_FIELDS;
}
