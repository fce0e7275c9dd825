/**
 * What browsers and Node have and mini-programs lack. The build of the mini-program entry puts these in the place of the
 * globals of the same names (rolldown.config.mjs); the other builds do not have them.
 */

export { WechatBlob as Blob } from './wechat-blob.js';

const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

export class TextEncoder {
  /** UTF-8; half a pair becomes U+FFFD, as in browsers. */
  encode(text: string): Uint8Array {
    const bytes: number[] = [];
    for (const character of text) {
      const point = character.codePointAt(0) as number;
      const code = point >= 0xd800 && point < 0xe000 ? 0xfffd : point;
      if (code < 0x80) bytes.push(code);
      else if (code < 0x800) bytes.push(0xc0 | (code >> 6), tail(code));
      else if (code < 0x10000) bytes.push(0xe0 | (code >> 12), tail(code >> 6), tail(code));
      else bytes.push(0xf0 | (code >> 18), tail(code >> 12), tail(code >> 6), tail(code));
    }
    return new Uint8Array(bytes);
  }
}

function tail(code: number): number {
  return 0x80 | (code & 0x3f);
}

/** Each unit of the text is a byte. */
export function btoa(binary: string): string {
  let text = '';
  for (let at = 0; at < binary.length; at += 3) {
    const [first = 0, second = 0, third = 0] = [0, 1, 2].map((i) => binary.charCodeAt(at + i) || 0);
    const bits = (first << 16) | (second << 8) | third;
    text += [18, 12, 6, 0].map((shift) => DIGITS.charAt((bits >> shift) & 63)).join('');
  }
  const missing = (3 - (binary.length % 3)) % 3;
  return text.slice(0, text.length - missing) + '=='.slice(0, missing);
}

/** Throws when the text is no Base64. */
export function atob(base64: string): string {
  const digits = base64.replace(/={1,2}$/, '');
  const isPadded = digits.length !== base64.length;
  if (/[^A-Za-z0-9+/]/.test(digits) || digits.length % 4 === 1 || (isPadded && base64.length % 4 !== 0)) {
    throw new Error('No Base64');
  }
  let binary = '';
  for (let at = 0, bits = 0, count = 0; at < digits.length; at++) {
    bits = ((bits << 6) | DIGITS.indexOf(digits.charAt(at))) & 0xffff;
    count += 6;
    if (count >= 8) {
      count -= 8;
      binary += String.fromCharCode((bits >> count) & 255);
    }
  }
  return binary;
}
