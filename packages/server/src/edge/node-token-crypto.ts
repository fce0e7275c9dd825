import { createHmac, timingSafeEqual } from 'node:crypto';
import { crc32, inflateSync } from 'node:zlib';
import type { TokenCrypto } from '../ports/token-crypto.js';

/** What `inflateSync` returns with `info`; the type declarations do not know it. */
interface Inflated {
  readonly buffer: Uint8Array;
  /** `bytesWritten`: how much of the input was used. */
  readonly engine: { readonly bytesWritten: number };
}

const encoder = new TextEncoder();

/** Token cryptography of Node. */
export const nodeTokenCrypto: TokenCrypto = {
  utf8: (text) => encoder.encode(text),

  hmacSha256: (key, data) => createHmac('sha256', key).update(data).digest(),

  crc32: (bytes) => crc32(bytes),

  fromBase64(text) {
    const bytes = Buffer.from(text, 'base64');
    // Node's decoder takes URL-safe letters, junk and missing padding; its encoder has one spelling (token.md 9.3).
    return bytes.toString('base64') === text ? bytes : undefined;
  },

  inflate(bytes, maxBytes) {
    try {
      const { buffer, engine } = inflateSync(bytes, {
        maxOutputLength: maxBytes,
        info: true,
      }) as unknown as Inflated;
      // Node ignores what follows the container.
      return engine.bytesWritten === bytes.length ? buffer : undefined;
    } catch {
      // Not zlib, cut off, or more output than allowed: all the same to the caller.
      return undefined;
    }
  },

  equal: (a, b) => a.length === b.length && timingSafeEqual(a, b),
};
