import { deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { nodeTokenCrypto } from './node-token-crypto.js';

const { crc32, equal, fromBase64, hmacSha256, inflate, utf8 } = nodeTokenCrypto;

test('known answers', () => {
  // RFC 4231, test case 2; the check value of CRC-32.
  const mac = hmacSha256(utf8('Jefe'), utf8('what do ya want for nothing?'));
  expect(Buffer.from(mac).toString('hex')).toBe('5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843');
  expect([crc32(utf8('123456789')), crc32(utf8(''))]).toEqual([0xcbf43926, 0]);
});

test('base64 has one spelling', () => {
  expect(fromBase64('+/8=')).toEqual(Buffer.from([0xfb, 0xff]));
  expect(fromBase64('')).toEqual(Buffer.alloc(0));
  for (const text of [
    '-_8=',
    '+/8',
    '+/8==',
    '+/9=',
    ' +/8=',
    '+/8=\n',
    '+/8=AAAA',
    '+',
    '*',
    '\u0141\u0141\u0141\u0141',
  ]) {
    expect(fromBase64(text)).toBeUndefined();
  }
});

test('inflating gives a whole zlib container of bounded size, or nothing', () => {
  const bytes = Buffer.alloc(4096, 'abc');
  const packed = deflateSync(bytes);
  expect(inflate(packed, 4096)).toEqual(bytes);
  expect(inflate(packed, 4095)).toBeUndefined();
  expect(inflate(deflateSync(Buffer.alloc(16 * 1024 * 1024)), 4096)).toBeUndefined();
  expect(inflate(packed.subarray(0, -1), 4096)).toBeUndefined();
  expect(inflate(Buffer.concat([packed, Buffer.of(0)]), 4096)).toBeUndefined();
  expect(inflate(Buffer.concat([packed, packed]), 9000)).toBeUndefined();
  for (const other of [deflateRawSync(bytes), gzipSync(bytes), Buffer.alloc(0), bytes]) {
    expect(inflate(other, 4096)).toBeUndefined();
  }
  expect(inflate(deflateSync(Buffer.from('x'), { dictionary: Buffer.from('x') }), 4096)).toBeUndefined();
});

test('equal bytes', () => {
  expect(equal(utf8('abc'), utf8('abc'))).toBe(true);
  expect(equal(utf8('abc'), utf8('abd'))).toBe(false);
  expect(equal(utf8('abc'), utf8('ab'))).toBe(false);
});
