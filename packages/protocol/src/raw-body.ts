/** Bodies of raw messages: bytes as Base64, in the one way in which each can be written (RFC 4648, section 4, padded). */

/** Nothing but whole groups of four; the bits that the last one has too many are zero. */
const CANONICAL = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/][AQgw]==|[A-Za-z0-9+/]{2}[AEIMQUYcgkosw048]=)?$/;

/** How many bytes a body of this length stands for, whatever is in it. */
export function rawBytes(body: string): number {
  return Math.floor((body.length * 3) / 4) - (body.endsWith('==') ? 2 : body.endsWith('=') ? 1 : 0);
}

/** Whether the body is Base64 as every encoder writes it. */
export function isRawBody(body: string): boolean {
  return CANONICAL.test(body);
}
