import type { MediaDescription, MediaQuota } from 'ar-rtm-server/ports';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { EngineFactory, EngineUnderTest, RestartableEngine, RestartableEngineFactory } from './engine-factory.js';
import { APP, TestNode, TIMEOUT } from './test-node.js';

const ROOMY: MediaQuota = { userBytes: 1000, userFiles: 10, appBytes: 5000 };
const SHA = 'c'.repeat(64);
const OTHER_APP = 'f'.repeat(32);

const idOf = (name: number): string => name.toString(16).padStart(32, '0');

function described(name: number, more: Partial<MediaDescription> = {}): MediaDescription {
  const base = { uid: 'ann', name: '../ä "x".html', type: 'text/html', size: 100, expiresMs: 10_000 };
  return { mediaId: idOf(name), ...base, ...more };
}

class Files {
  constructor(readonly node: TestNode) {}

  reserve(file: MediaDescription, quota: Partial<MediaQuota> = {}, appId = APP) {
    return this.node.ports.media.reserve({ appId, file, quota: { ...ROOMY, ...quota }, ...TIMEOUT });
  }

  find(name: number, appId = APP) {
    return this.node.ports.media.find({ appId, mediaId: idOf(name), ...TIMEOUT });
  }

  complete(name: number, expiresMs = 70_000, sha256 = SHA) {
    return this.node.ports.media.complete({ appId: APP, mediaId: idOf(name), sha256, expiresMs, ...TIMEOUT });
  }

  release(name: number, appId = APP) {
    return this.node.ports.media.release({ appId, mediaId: idOf(name), ...TIMEOUT });
  }

  async expired(nowMs: number, limit = 100) {
    const refs = await this.node.ports.media.expired({ nowMs, limit, ...TIMEOUT });
    return refs.map(({ mediaId }) => Number.parseInt(mediaId, 16));
  }
}

/** Conformance of {@link MediaIndex}. */
export function describeMediaIndex(name: string, factory: EngineFactory): void {
  describe(`MediaIndex: ${name}`, () => {
    let engine: EngineUnderTest;
    let files: Files;

    beforeEach(async () => {
      engine = await factory();
      files = new Files(await TestNode.start(engine));
    });
    afterEach(() => engine.close());

    test('a file is known from its reservation on, and complete later', async () => {
      expect(await files.find(1)).toBeUndefined();
      expect(await files.reserve(described(1))).toBe('reserved');
      expect(await files.find(1)).toEqual(described(1));
      const complete = { ...described(1), sha256: SHA, expiresMs: 70_000 };
      expect(await files.complete(1)).toEqual(complete);
      expect(await files.find(1)).toEqual(complete);
      expect(await files.complete(1, 99_000, 'd'.repeat(64))).toEqual(complete);
      expect(await files.complete(2)).toBeUndefined();
    });

    test('a file of another app is not there', async () => {
      await files.reserve(described(1));
      expect(await files.find(1, OTHER_APP)).toBeUndefined();
      await files.release(1, OTHER_APP);
      expect(await files.find(1)).toEqual(described(1));
    });

    test('quotas: bytes and files of a user, bytes of an app; exactly full is allowed', async () => {
      expect(await files.reserve(described(1), { userBytes: 99 })).toBe('user-full');
      expect(await files.reserve(described(1), { userFiles: 0 })).toBe('user-full');
      expect(await files.reserve(described(1), { appBytes: 99 })).toBe('app-full');
      expect(await files.find(1)).toBeUndefined();
      expect(await files.reserve(described(1), { userBytes: 200, appBytes: 300 })).toBe('reserved');
      expect(await files.reserve(described(2), { userBytes: 200, userFiles: 2, appBytes: 300 })).toBe('reserved');
      expect(await files.reserve(described(3), { userBytes: 200 })).toBe('user-full');
      expect(await files.reserve(described(3), { userFiles: 2 })).toBe('user-full');
      const bob = described(3, { uid: 'bob' });
      expect(await files.reserve(bob, { userBytes: 200, appBytes: 300 })).toBe('reserved');
      expect(await files.reserve(described(4, { uid: 'bob' }), { appBytes: 300 })).toBe('app-full');
      expect(await files.reserve(described(4), { userBytes: 100, appBytes: 100 }, OTHER_APP)).toBe('reserved');
    });

    test('an id is taken once, and counts once', async () => {
      await files.reserve(described(1));
      expect(await files.reserve(described(1, { uid: 'bob', size: 5 }))).toBe('known');
      expect(await files.find(1)).toEqual(described(1));
      expect(await files.reserve(described(2), { userBytes: 200, appBytes: 200 })).toBe('reserved');
    });

    test('of reservations at the same time as many pass as there is room for', async () => {
      const results = await Promise.all(
        Array.from({ length: 8 }, (_, index) => files.reserve(described(index), { userBytes: 350 })),
      );
      expect(results.filter((result) => result === 'reserved')).toHaveLength(3);
    });

    test('what is released gives its room back, once', async () => {
      const quota = { userBytes: 200, appBytes: 200 };
      await files.reserve(described(1), quota);
      await files.reserve(described(2), quota);
      await files.release(1);
      await files.release(1);
      await files.release(9);
      expect(await files.find(1)).toBeUndefined();
      expect(await files.reserve(described(3), quota)).toBe('reserved');
      expect(await files.reserve(described(4), quota)).toBe('user-full');
    });

    test('files whose time is over, in that order', async () => {
      await files.reserve(described(1, { expiresMs: 3000 }));
      await files.reserve(described(2, { expiresMs: 1000 }));
      await files.reserve(described(3, { expiresMs: 2000 }));
      expect([await files.expired(999), await files.expired(1000), await files.expired(9999)]).toEqual([
        [],
        [2],
        [2, 3, 1],
      ]);
      expect(await files.expired(9999, 2)).toEqual([2, 3]);
      await files.complete(2, 5000);
      expect(await files.expired(4999)).toEqual([3, 1]);
      await files.release(3);
      expect(await files.expired(9999)).toEqual([1, 2]);
    });
  });
}

/** What of {@link MediaIndex} survives: everything that was answered. */
export function describeMediaIndexRestart(name: string, factory: RestartableEngineFactory): void {
  describe(`MediaIndex over restarts: ${name}`, () => {
    let engine: RestartableEngine;

    beforeEach(async () => {
      engine = await factory();
    });
    afterEach(() => engine.close());

    test.each(['crash', 'restart'] as const)('what was answered is there after a %s', async (end) => {
      const before = new Files(await TestNode.start(engine));
      await before.reserve(described(1));
      await before.reserve(described(2));
      await before.complete(2);
      await before.reserve(described(3));
      await before.release(3);
      await engine[end]();
      const after = new Files(await TestNode.start(engine));
      expect(await after.find(1)).toEqual(described(1));
      expect(await after.find(2)).toEqual({ ...described(2), sha256: SHA, expiresMs: 70_000 });
      expect(await after.find(3)).toBeUndefined();
      expect(await after.expired(99_999)).toEqual([1, 2]);
      expect(await after.reserve(described(4), { userBytes: 299 })).toBe('user-full');
      expect(await after.reserve(described(4), { userBytes: 300, userFiles: 3 })).toBe('reserved');
    });
  });
}
