/** What may be a key or a value of an attribute, and how much of them (api.md 6). Both sides ask this. */
import { ATTRIBUTE_CODE } from './codes.js';
import { utf8Bytes } from './text-size.js';

/** Bounds of what is written at once. What is there afterwards has bounds of its own, which the server knows. */
export interface AttributeLimits {
  readonly keyBytes: number;
  readonly valueBytes: number;
  readonly count: number;
  readonly totalBytes: number;
}

/** Something visible, and no control character. */
const KEY_PATTERN = /^(?!\s*$)\P{Cc}+$/u;

export function areAttributeKeys(keys: readonly unknown[], keyBytes: number): keys is readonly string[] {
  return keys.every((key) => typeof key === 'string' && KEY_PATTERN.test(key) && utf8Bytes(key) <= keyBytes);
}

/** The code to refuse attributes with; OK when nothing is wrong with them. */
export function attributesCode(
  entries: readonly (readonly [key: string, value: unknown])[],
  { keyBytes, valueBytes, count, totalBytes }: AttributeLimits,
): number {
  let total = 0;
  let isTooLarge = entries.length > count;
  for (const [key, value] of entries) {
    if (!areAttributeKeys([key], keyBytes) || typeof value !== 'string' || !value)
      return ATTRIBUTE_CODE.INVALID_ARGUMENT;
    const bytes = utf8Bytes(value);
    isTooLarge ||= bytes > valueBytes;
    total += utf8Bytes(key) + bytes;
  }
  return isTooLarge || total > totalBytes ? ATTRIBUTE_CODE.SIZE_OVERFLOW : ATTRIBUTE_CODE.OK;
}
