import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isRawBody, rawBytes } from './raw-body.js';

test('what an encoder writes is taken, and its bytes are counted', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      const body = Buffer.from(bytes).toString('base64');
      expect([isRawBody(body), rawBytes(body)]).toEqual([true, bytes.length]);
    }),
  );
});

test('a text is taken only if it is what an encoder writes for its bytes', () => {
  const sign = fc.constantFrom(...'ABQgwEIxyz019+/=-_ \n');
  fc.assert(
    fc.property(fc.string({ unit: sign, maxLength: 12 }), (body) => {
      expect(isRawBody(body)).toBe(Buffer.from(body, 'base64').toString('base64') === body);
    }),
    { numRuns: 2000 },
  );
});

test.each(['QQ=', 'QQ', 'QR==', 'QUF=', 'QUJD\n', ' QUJD', 'QU-_', '====', 'Q===', '\u0000'])('%j is none', (body) =>
  expect(isRawBody(body)).toBe(false),
);
