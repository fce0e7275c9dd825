/**
 * What verifying a token needs of the platform (token.md 2). Stated here, where it is used, since the domain knows no
 * port; `ports/token-crypto.ts` passes it on. Nothing here throws on any input.
 */
export interface TokenCrypto {
  utf8(text: string): Uint8Array;
  hmacSha256(key: Uint8Array, data: Uint8Array): Uint8Array;
  /** CRC-32 as in zlib and PNG, unsigned. */
  crc32(bytes: Uint8Array): number;
  /**
   * Standard alphabet with padding, and only the one spelling that an encoder makes of these bytes; otherwise `undefined`.
   */
  fromBase64(text: string): Uint8Array | undefined;
  /**
   * A whole zlib container (RFC 1950) and nothing behind it; otherwise `undefined`. Gives up, also with `undefined`, at the
   * first byte of output beyond `maxBytes`.
   */
  inflate(bytes: Uint8Array, maxBytes: number): Uint8Array | undefined;
  /** Whether both hold the same bytes; takes the same time wherever they differ. */
  equal(a: Uint8Array, b: Uint8Array): boolean;
}
