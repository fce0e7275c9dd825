import type { MediaBytes, MediaRef } from 'ar-rtm-server/ports';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

export interface MediaBytesUnderTest {
  readonly bytes: MediaBytes;
  /** Goes on over what is stored, as after a stop; the same one where nothing survives. */
  reopen(): Promise<MediaBytes>;
  dispose(): Promise<void>;
}

export type MediaBytesFactory = () => Promise<MediaBytesUnderTest>;

const TIMEOUT = { timeoutMs: 5000 } as const;
const APPS = ['a'.repeat(32), 'b'.repeat(32)] as const;

const fileNamed = (name: number, appId: string = APPS[0]): MediaRef => ({
  appId,
  mediaId: name.toString(16).padStart(32, '0').split('').reverse().join(''),
});

/** Bytes by number: equal for equal numbers, and no two places alike within 250. */
function content(size: number, first = 0): Uint8Array {
  return Uint8Array.from({ length: size }, (_, index) => (first + index) % 251);
}

/** SHA-256 of `content(3)`. */
const OF_THREE = 'ae4b3280e56e2faf83f414a6e3dabe9d5fbe18976544c05fed121accb85b53fc';

/** Conformance of {@link MediaBytes}. */
export function describeMediaBytes(name: string, factory: MediaBytesFactory): void {
  describe(`MediaBytes: ${name}`, () => {
    let underTest: MediaBytesUnderTest;
    let bytes: MediaBytes;

    beforeEach(async () => {
      underTest = await factory();
      bytes = underTest.bytes;
    });
    afterEach(() => underTest.dispose());

    const append = (ref: MediaRef, offset: number, piece: Uint8Array) =>
      bytes.append({ ...ref, offset, bytes: piece, ...TIMEOUT });
    const read = async (ref: MediaRef, from = 0, length = 10 ** 6) => {
      const found = await bytes.read({ ...ref, from, length, ...TIMEOUT });
      return found && [...found];
    };
    const seal = (ref: MediaRef, size: number) => bytes.seal({ ...ref, size, ...TIMEOUT });
    const sizeOf = (ref: MediaRef) => bytes.size({ ...ref, ...TIMEOUT });
    const create = (ref: MediaRef) => bytes.create({ ...ref, ...TIMEOUT });
    const stored = async (ref: MediaRef, piece: Uint8Array) => {
      await create(ref);
      await append(ref, 0, piece);
      return seal(ref, piece.length);
    };

    test('a file grows at its end, is sealed, and is read whole and in part', async () => {
      const ref = fileNamed(1);
      expect(await sizeOf(ref)).toBeUndefined();
      expect(await create(ref)).toBe('created');
      expect(await sizeOf(ref)).toEqual({ size: 0, isSealed: false });
      expect(await append(ref, 0, content(1))).toEqual({ outcome: 'appended', size: 1 });
      expect(await append(ref, 1, content(2, 1))).toEqual({ outcome: 'appended', size: 3 });
      expect(await sizeOf(ref)).toEqual({ size: 3, isSealed: false });
      expect(await seal(ref, 3)).toEqual({ outcome: 'sealed', sha256: OF_THREE });
      expect(await sizeOf(ref)).toEqual({ size: 3, isSealed: true });
      expect(await read(ref)).toEqual([0, 1, 2]);
      expect([await read(ref, 1, 1), await read(ref, 2, 9), await read(ref, 3, 1), await read(ref, 9, 1)]).toEqual([
        [1],
        [2],
        [],
        [],
      ]);
    });

    test('nothing unfinished is read', async () => {
      const ref = fileNamed(1);
      expect(await read(ref)).toBeUndefined();
      await create(ref);
      expect(await read(ref)).toBeUndefined();
      await append(ref, 0, content(3));
      expect(await read(ref)).toBeUndefined();
      expect(await seal(ref, 4)).toEqual({ outcome: 'wrong-size', size: 3 });
      expect(await seal(ref, 2)).toEqual({ outcome: 'wrong-size', size: 3 });
      expect(await read(ref)).toBeUndefined();
    });

    test('bytes elsewhere than at the end are refused, and change nothing', async () => {
      const ref = fileNamed(1);
      await create(ref);
      await append(ref, 0, content(2));
      for (const offset of [0, 1, 3, 100]) {
        expect(await append(ref, offset, content(5))).toEqual({ outcome: 'wrong-offset', size: 2 });
      }
      await append(ref, 2, content(1, 2));
      expect(await seal(ref, 3)).toEqual({ outcome: 'sealed', sha256: OF_THREE });
      expect(await append(ref, 3, content(1))).toEqual({ outcome: 'missing' });
      expect(await read(ref)).toEqual([0, 1, 2]);
    });

    test('of appends at the same place one is carried out', async () => {
      const ref = fileNamed(1);
      await create(ref);
      const results = await Promise.all([1, 2, 3].map((first) => append(ref, 0, content(4, first))));
      expect(results.map(({ outcome }) => outcome)).toEqual(['appended', 'wrong-offset', 'wrong-offset']);
      await seal(ref, 4);
      expect(await read(ref)).toEqual([1, 2, 3, 4]);
    });

    test('create and seal may be repeated; what is not there is missing', async () => {
      const ref = fileNamed(1);
      expect(await append(ref, 0, content(1))).toEqual({ outcome: 'missing' });
      expect(await seal(ref, 0)).toEqual({ outcome: 'missing' });
      await create(ref);
      await append(ref, 0, content(3));
      await create(ref);
      const first = await seal(ref, 3);
      expect(await seal(ref, 3)).toEqual(first);
      await create(ref);
      expect(await sizeOf(ref)).toEqual({ size: 3, isSealed: true });
      expect(await seal(ref, 2)).toEqual({ outcome: 'wrong-size', size: 3 });
    });

    test('a file that comes again under the same id has the SHA-256 of its own bytes', async () => {
      const ref = fileNamed(1);
      const first = await stored(ref, content(3, 100));
      await bytes.remove({ ...ref, ...TIMEOUT });
      expect(await stored(ref, content(3))).toEqual({ outcome: 'sealed', sha256: OF_THREE });
      expect(first).not.toMatchObject({ sha256: OF_THREE });
      expect(await seal(ref, 3)).toEqual({ outcome: 'sealed', sha256: OF_THREE });
    });

    test('removed is gone, finished or not, and may come again', async () => {
      const [whole, part] = [fileNamed(1), fileNamed(2)];
      await stored(whole, content(3));
      await create(part);
      await append(part, 0, content(2));
      for (const ref of [whole, part, fileNamed(3)]) {
        await bytes.remove({ ...ref, ...TIMEOUT });
        expect([await sizeOf(ref), await read(ref)]).toEqual([undefined, undefined]);
      }
      expect(await bytes.list({ limit: 10, ...TIMEOUT })).toEqual([]);
      await stored(part, content(3));
      expect(await read(part)).toEqual([0, 1, 2]);
    });

    test('files of apps are apart, also with the same id', async () => {
      const [mine, theirs] = [fileNamed(1, APPS[0]), fileNamed(1, APPS[1])];
      await stored(mine, content(3));
      expect([await sizeOf(theirs), await read(theirs)]).toEqual([undefined, undefined]);
      await bytes.remove({ ...theirs, ...TIMEOUT });
      expect(await read(mine)).toEqual([0, 1, 2]);
    });

    test('all files are listed, page by page, each once', async () => {
      const refs = APPS.flatMap((appId) => Array.from({ length: 20 }, (_, index) => fileNamed(index, appId)));
      for (const ref of refs) await create(ref);
      await stored(fileNamed(99), content(1));
      for (const limit of [1, 7, 100]) {
        const found: MediaRef[] = [];
        for (let after: MediaRef | undefined; ; ) {
          const page = await bytes.list({ limit, ...(after && { after }), ...TIMEOUT });
          if (page.length === 0) break;
          found.push(...page);
          after = page.at(-1);
        }
        const names = (list: readonly MediaRef[]) => list.map(({ appId, mediaId }) => `${appId}/${mediaId}`).sort();
        expect(names(found)).toEqual(names([...refs, fileNamed(99)]));
      }
    });

    test('there is room', async () => {
      expect((await bytes.room({ ...TIMEOUT })).freeBytes).toBeGreaterThan(0);
    });

    test('sealed files survive a stop; unfinished ones go on at what is left of them', async () => {
      const [whole, part] = [fileNamed(1), fileNamed(2)];
      await stored(whole, content(3));
      await create(part);
      await append(part, 0, content(2));
      bytes = await underTest.reopen();
      expect(await read(whole)).toEqual([0, 1, 2]);
      const { size } = (await sizeOf(part)) ?? { size: -1 };
      expect([0, 1, 2]).toContain(size);
      expect(await append(part, size, content(3 - size, size))).toEqual({ outcome: 'appended', size: 3 });
      expect(await seal(part, 3)).toEqual({ outcome: 'sealed', sha256: OF_THREE });
    });

    test('any pieces, read back in any pieces', async () => {
      let names = 100;
      await fc.assert(
        fc.asyncProperty(
          fc.array(fc.integer({ min: 0, max: 70_000 }), { minLength: 1, maxLength: 5 }),
          fc.nat(100_000),
          fc.integer({ min: 1, max: 100_000 }),
          async (sizes, from, length) => {
            names += 1;
            const ref = fileNamed(names);
            await create(ref);
            let end = 0;
            for (const size of sizes) {
              await append(ref, end, content(size, end));
              end += size;
            }
            expect(await seal(ref, end)).toMatchObject({ outcome: 'sealed' });
            const expected = content(end).subarray(from, from + length);
            const found = await bytes.read({ ...ref, from, length, ...TIMEOUT });
            expect(Buffer.compare(Buffer.from(found ?? [256]), Buffer.from(expected))).toBe(0);
          },
        ),
        { numRuns: 25 },
      );
    });
  });
}
