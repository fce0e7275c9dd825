/** What may be a key or a value of an attribute, and how much of them (api.md 6). Both sides ask this. */
import { ATTRIBUTE_CODE } from './codes.js';
import { LIMITS } from './limits.js';
import { utf8Bytes } from './text-size.js';

/** Something visible, and no control character. */
const KEY_PATTERN = /^(?!\s*$)\P{Cc}+$/u;

export function areAttributeKeys(
  keys: readonly unknown[],
  keyBytes: number = LIMITS.ATTRIBUTE_KEY_BYTES,
): keys is readonly string[] {
  return keys.every((key) => typeof key === 'string' && KEY_PATTERN.test(key) && utf8Bytes(key) <= keyBytes);
}

/**
 * The code to refuse attributes with that are written at once; OK when nothing is wrong with them. What is there afterwards
 * has the same bounds, which the server knows.
 */
export function attributesCode(
  entries: readonly (readonly [key: string, value: unknown])[],
  totalBytes: number,
  count: number = LIMITS.ATTRIBUTES,
  keyBytes: number = LIMITS.ATTRIBUTE_KEY_BYTES,
  valueBytes: number = LIMITS.ATTRIBUTE_VALUE_BYTES,
): number {
  let total = 0;
  let isTooLarge = entries.length > count;
  for (const [key, value] of entries) {
    if (!areAttributeKeys([key], keyBytes) || typeof value !== 'string' || !value) {
      return ATTRIBUTE_CODE.INVALID_ARGUMENT;
    }
    const bytes = utf8Bytes(value);
    isTooLarge ||= bytes > valueBytes;
    total += utf8Bytes(key) + bytes;
  }
  return isTooLarge || total > totalBytes ? ATTRIBUTE_CODE.SIZE_OVERFLOW : ATTRIBUTE_CODE.OK;
}
