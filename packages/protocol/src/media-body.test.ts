import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readMediaBody, writeMediaBody } from './media-body.js';

const amount = fc.oneof(fc.nat(), fc.double({ min: 0, max: 1e300, noNaN: true })).map((value) => value + 0);
const file = {
  Id: fc.string(),
  Name: fc.string({ unit: 'binary' }),
  Size: amount,
  Thumb: fc.string(),
  ThumbType: fc.string(),
};
const image = { ...file, Width: amount, Height: amount, ThumbWidth: amount, ThumbHeight: amount };

test('what is written is read again, and is the only way to write it', () => {
  fc.assert(
    fc.property(fc.record(file), (said) => {
      const body = writeMediaBody(said, false);
      expect(readMediaBody(body, false)).toEqual(said);
      expect(readMediaBody(body, true)).toBeUndefined();
    }),
  );
  fc.assert(
    fc.property(fc.record(image), (said) => {
      const body = writeMediaBody(said, true);
      const read = readMediaBody(body, true);
      expect(read).toEqual(said);
      expect(read && writeMediaBody(read, true)).toBe(body);
    }),
  );
});

test('what lacks a field, or has one of another type, is no body', () => {
  const good = { Id: 'x', Name: '', Size: 0, Thumb: '', ThumbType: '' };
  expect(readMediaBody(JSON.stringify(good), false)).toEqual(good);
  for (const [name, value] of Object.entries(good)) {
    const others = [undefined, null, {}, [], true, typeof value === 'string' ? 1 : '1', -1].filter(
      (other) => typeof other !== typeof value || (other as number) < 0,
    );
    for (const other of others) {
      expect(readMediaBody(JSON.stringify({ ...good, [name]: other }), false)).toBeUndefined();
    }
  }
  for (const text of ['', 'x', 'null', '[]', '{}', '1']) expect(readMediaBody(text, false)).toBeUndefined();
});

test('no text makes the reader throw', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.json()), fc.boolean(), (text, isImage) => {
      readMediaBody(text, isImage);
    }),
  );
});
