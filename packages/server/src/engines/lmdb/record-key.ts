/**
 * A key as it lies in the file: one byte of family, then the UTF-8 bytes of the text, so that LMDB's order of bytes is
 * the order that the port promises. Our own entries (schema, digest) cannot meet a caller's key.
 */
const RECORD = 0x72;
const OWN = 0x6d;

/** LMDB's bound on a key with pages of 4096 bytes, as lmdb-js applies it. */
export const MAX_KEY_BYTES = 1978;

function keyBytes(family: number, text: string): Buffer {
  const length = Buffer.byteLength(text);
  const bytes = Buffer.allocUnsafe(length + 1);
  bytes[0] = family;
  bytes.write(text, 1);
  return bytes;
}

/** Refuses what could not be read back under the same name. */
export function recordKey(text: string): Buffer {
  if (/\p{Surrogate}/u.test(text)) throw new RangeError('A record key must be well-formed text');
  const bytes = keyBytes(RECORD, text);
  if (bytes.length > MAX_KEY_BYTES) throw new RangeError(`A record key may have ${MAX_KEY_BYTES - 1} bytes`);
  return bytes;
}

/** Where the keys with this prefix begin. */
export const prefixKey = (text: string): Buffer => keyBytes(RECORD, text);

export const SCHEMA_KEY = keyBytes(OWN, 'schema');
export const DIGEST_KEY = keyBytes(OWN, 'digest');

export const isRecordKey = (bytes: Uint8Array): boolean => bytes[0] === RECORD;

/** The text of a record's key; also of a damaged one, for reports. */
export const keyText = (bytes: Buffer): string => bytes.toString('utf8', 1);

/** The first key behind all keys that begin with these bytes. */
export function behindPrefix(bytes: Uint8Array): Buffer {
  const end = Buffer.from(bytes);
  for (let at = end.length - 1; at >= 0; at -= 1) {
    const byte = end[at] ?? 0;
    if (byte < 0xff) {
      end[at] = byte + 1;
      return end.subarray(0, at + 1);
    }
  }
  throw new RangeError('No key lies behind this prefix');
}
