import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Blob as OurBlob, TextEncoder as OurEncoder, atob as ourAtob, btoa as ourBtoa } from './wechat-globals.js';

const bytes = fc.uint8Array({ maxLength: 200 });

test('texts become the same bytes as in browsers', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.array(fc.integer({ max: 0xffff, min: 0 }))), (value) => {
      const text = typeof value === 'string' ? value : String.fromCharCode(...value);
      expect(new OurEncoder().encode(text)).toEqual(new TextEncoder().encode(text));
    }),
  );
});

test('Base64 there and back, as in browsers', () => {
  fc.assert(
    fc.property(bytes, (value) => {
      const binary = String.fromCharCode(...value);
      expect(ourBtoa(binary)).toBe(btoa(binary));
      expect(ourAtob(btoa(binary))).toBe(binary);
      expect(ourAtob(btoa(binary).replace(/=/g, ''))).toBe(binary);
    }),
  );
  for (const bad of ['a', 'a===', 'ab=', '?abc', 'ab=c', 'abcde', 'abc\u0100']) {
    expect(() => ourAtob(bad), bad).toThrow();
    expect(() => atob(bad), bad).toThrow();
  }
});

test('a Blob of pieces has the bytes of one in browsers, whatever it is cut into', async () => {
  const cut = fc.tuple(fc.nat(300), fc.nat(300));
  await fc.assert(
    fc.asyncProperty(fc.array(bytes, { maxLength: 5 }), fc.array(cut, { maxLength: 3 }), async (parts, cuts) => {
      let [ours, theirs] = [new OurBlob(parts, { type: 'a/b' }), new Blob(parts as BlobPart[], { type: 'a/b' })];
      for (const [from, to] of cuts) [ours, theirs] = [ours.slice(from, to, 'c/d'), theirs.slice(from, to, 'c/d')];
      expect([ours.size, ours.type]).toEqual([theirs.size, theirs.type]);
      expect(new Uint8Array(await ours.arrayBuffer())).toEqual(new Uint8Array(await theirs.arrayBuffer()));
      const joined = new OurBlob([ours, new Uint8Array([1]), theirs]);
      expect(new Uint8Array(await joined.arrayBuffer())).toEqual(
        new Uint8Array([
          ...new Uint8Array(await theirs.arrayBuffer()),
          1,
          ...new Uint8Array(await theirs.arrayBuffer()),
        ]),
      );
    }),
  );
  expect(Object.prototype.toString.call(new OurBlob())).toBe('[object Blob]');
});
