import type { RecordValue } from '../../ports/index.js';
import { crc32c } from './crc32c.js';

/**
 * A value as it lies in the file (design 10):
 *
 *     1 byte    version of this format
 *     4 bytes   CRC-32C, little endian, over: version, length of the key (2 bytes, little endian), key, payload
 *     the rest  payload: the value as JSON, UTF-8
 *
 * The key is part of the sum, so that a value that came to lie under another key is not taken for that key's value.
 */
const VERSION = 1;
const HEADER_BYTES = 5;

export type Decoded =
  | { readonly ok: true; readonly value: RecordValue }
  | { readonly ok: false; readonly reason: string };

function checksum(key: Uint8Array, version: number, payload: Uint8Array): number {
  const head = Uint8Array.of(version, key.length & 0xff, key.length >>> 8);
  return crc32c(payload, crc32c(key, crc32c(head)));
}

export function encodeRecord(key: Uint8Array, value: RecordValue): Buffer {
  const text = JSON.stringify(value);
  const bytes = Buffer.allocUnsafe(HEADER_BYTES + Buffer.byteLength(text));
  bytes[0] = VERSION;
  bytes.write(text, HEADER_BYTES);
  bytes.writeUInt32LE(checksum(key, VERSION, bytes.subarray(HEADER_BYTES)), 1);
  return bytes;
}

/** What is wrong with the bytes stored under `key`; undefined if nothing is. */
export function damageOf(key: Uint8Array, stored: Buffer): string | undefined {
  if (stored.length < HEADER_BYTES) return `${stored.length} bytes are too few`;
  const version = stored[0] ?? 0;
  if (checksum(key, version, stored.subarray(HEADER_BYTES)) !== stored.readUInt32LE(1)) return 'the checksum is wrong';
  return version === VERSION ? undefined : `format ${version} is unknown`;
}

export function decodeRecord(key: Uint8Array, stored: Buffer): Decoded {
  const reason = damageOf(key, stored);
  if (reason !== undefined) return { ok: false, reason };
  try {
    const value: unknown = JSON.parse(stored.toString('utf8', HEADER_BYTES));
    if (typeof value === 'object' && value !== null) return { ok: true, value: value as RecordValue };
  } catch {
    // Said below: the sum is right, so this was written by something else than this server.
  }
  return { ok: false, reason: 'the content is not a JSON object' };
}

/** The checksum that was stored with a record, whether or not it is right: what the digest counts. */
export function storedChecksum(stored: Buffer): number {
  return stored.length < HEADER_BYTES ? 0 : stored.readUInt32LE(1);
}
