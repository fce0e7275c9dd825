import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { EngineFactory, EngineUnderTest, RestartableEngine, RestartableEngineFactory } from './engine-factory.js';
import { APP, TestNode, type TestSession, TIMEOUT } from './test-node.js';

const NOW = 1_700_000_000;
const OLD = { name: 'old', endTs: NOW + 100 };
const NEW = { name: 'new', endTs: NOW + 1000 };
/** `OLD`, presented when it is over. */
const LATE = { token: OLD, tokenOverTs: NOW + 200 };
const OVER = { outcome: 'token-over' };

const renew = ({ node, ref }: TestSession, endTs: number, name?: string) =>
  node.ports.registry.renewToken({ ...ref, endTs, ...(name !== undefined && { name }) });

const knows = (node: TestNode, uid: string, name: string) =>
  node.ports.registry.knowsToken({ appId: APP, uid, name, ...TIMEOUT });

/** Conformance of {@link Registry}: the tokens of sessions, and who may come back with one that is over. */
export function describeTokens(name: string, factory: EngineFactory): void {
  describe(`Tokens: ${name}`, () => {
    let engine: EngineUnderTest;
    let a: TestNode;
    let b: TestNode;

    beforeEach(async () => {
      engine = await factory();
      a = await TestNode.start(engine);
      b = await TestNode.start(engine);
    });
    afterEach(() => engine.close());

    const published = (node: TestNode, more: object = {}, userSId = 'x') =>
      node.claim('u', { userSId, mode: 'published', ...more });

    test('a claim tells when the token in force ends; without a token it tells nothing', async () => {
      expect(await a.claim('u', { token: OLD })).toMatchObject({ outcome: 'claimed', tokenEndTs: OLD.endTs });
      expect(await a.claim('v')).not.toHaveProperty('tokenEndTs');
    });

    test('a client that presents a newer token goes on with that', async () => {
      await a.login('u', { userSId: 'x', mode: 'resume', token: OLD });
      expect(await b.claim('u', { userSId: 'x', mode: 'resume', token: NEW })).toMatchObject({ tokenEndTs: NEW.endTs });
      expect(await knows(a, 'u', 'new')).toBe(true);
      expect(await knows(a, 'u', 'old')).toBe(false);
    });

    test('a published client goes on with the old token as long as the renewed right lasts', async () => {
      const first = await a.login('u', { userSId: 'x', mode: 'published', token: OLD });
      expect(await renew(first, NEW.endTs)).toBe('ok');
      expect(await published(b, { token: OLD })).toMatchObject({ continued: true, tokenEndTs: NEW.endTs });
      expect(await published(a, LATE)).toMatchObject({ continued: true, tokenEndTs: NEW.endTs });
      expect(await published(b, { ...LATE, tokenOverTs: NEW.endTs - 1 })).toMatchObject({ continued: true });
      expect(await published(b, { ...LATE, tokenOverTs: NEW.endTs })).toMatchObject(OVER);
    });

    test('a token that is over lets in nobody else: no other client, no other token, nobody without a renewal', async () => {
      const first = await a.login('u', { userSId: 'x', mode: 'published', token: OLD });
      expect(await published(b, LATE, 'y')).toEqual(OVER);
      await renew(first, NEW.endTs);
      expect(await published(b, LATE, 'y')).toEqual(OVER);
      expect(await published(b, { ...LATE, token: { name: 'other', endTs: NOW } }, 'y')).toEqual(OVER);
      expect(await a.claim('v', { userSId: 'x', mode: 'published', ...LATE })).toEqual(OVER);
      expect(await first.suspend(0)).toBe('ok');
      expect(await a.noticed()).toEqual([]);
    });

    test('a published client that comes back with a token that is over has no session any more', async () => {
      const first = await a.login('u', { userSId: 'x', mode: 'published', token: OLD });
      await first.join('c');
      expect(await published(b, LATE)).toEqual({ ...OVER, ended: { session: first.session, channels: ['c'] } });
      expect(await first.suspend(0)).toBe('stale');
      expect(await a.noticed()).toMatchObject([{ kind: 'superseded', by: 'same', generation: first.generation }]);
      expect(await published(b, { token: NEW })).toMatchObject({ continued: false, reconnecting: false });
    });

    test('ours keeps its session meanwhile: it may renew and come back', async () => {
      const first = await a.login('u', { userSId: 'x', mode: 'resume', token: OLD });
      expect(await b.claim('u', { userSId: 'x', mode: 'resume', ...LATE })).toEqual(OVER);
      expect(await first.suspend(0)).toBe('ok');
      expect(await b.claim('u', { userSId: 'x', mode: 'resume', token: NEW })).toMatchObject({ continued: true });
    });

    test('ours presents the new token; the old one is forgotten', async () => {
      const first = await a.login('u', { userSId: 'x', mode: 'resume', token: OLD });
      expect(await renew(first, NEW.endTs, 'new')).toBe('ok');
      expect([await knows(b, 'u', 'old'), await knows(b, 'u', 'new')]).toEqual([false, true]);
      expect(await b.claim('u', { userSId: 'x', mode: 'resume', ...LATE })).toEqual(OVER);
    });

    test('a renewal on behalf of an older generation is refused', async () => {
      const first = await a.login('u', { userSId: 'x', mode: 'published', token: OLD });
      await published(b, { token: OLD });
      expect(await renew(first, NEW.endTs)).toBe('stale');
      expect(await published(b, LATE)).toMatchObject(OVER);
    });

    test('a renewal outlives the session of a client that is away for long, and no other end', async () => {
      const away = await a.login('u', { userSId: 'x', mode: 'published', token: OLD });
      await renew(away, NEW.endTs);
      await away.end('offline');
      expect([await knows(b, 'u', 'old'), await knows(b, 'v', 'old')]).toEqual([true, false]);
      expect(await published(b, LATE, 'y')).toEqual(OVER);
      const back = await b.login('u', { userSId: 'x', mode: 'published', ...LATE });
      expect(back.claimed).toMatchObject({ continued: false, reconnecting: true, tokenEndTs: NEW.endTs });
      for (const reason of ['logout', 'token-over', 'banned'] as const) {
        const session = await b.login(reason, { userSId: 'x', mode: 'published', token: OLD });
        await renew(session, NEW.endTs);
        await session.end(reason);
        expect(await knows(a, reason, 'old')).toBe(false);
        expect(await a.claim(reason, { userSId: 'x', mode: 'published', ...LATE })).toEqual(OVER);
      }
    });

    test('a published client that was away for long and is told of the end is no client that reconnects', async () => {
      const away = await a.login('u', { userSId: 'x', mode: 'published', token: OLD });
      await away.end('offline');
      expect(await published(b, LATE)).toEqual(OVER);
      expect(await knows(a, 'u', 'old')).toBe(false);
      expect(await published(b, { token: NEW })).toMatchObject({ continued: false, reconnecting: false });
    });

    test('another login takes the renewal with it', async () => {
      const first = await a.login('u', { userSId: 'x', mode: 'published', token: OLD });
      await renew(first, NEW.endTs);
      await b.login('u', { userSId: 'y', mode: 'published', token: NEW });
      // It is let in as far as it takes to tell it.
      expect(await knows(a, 'u', 'old')).toBe(true);
      expect(await published(a, LATE)).toEqual({ outcome: 'superseded' });
    });
  });
}

/** What becomes of renewals over a restart (design 5). */
export function describeTokensRestart(name: string, factory: RestartableEngineFactory): void {
  describe(`Tokens over a restart: ${name}`, () => {
    let engine: RestartableEngine;
    beforeEach(async () => {
      engine = await factory();
    });
    afterEach(() => engine.close());

    test.each(['graceful', 'crash'] as const)('%s: a published client comes back with its old token', async (how) => {
      const restart = () => (how === 'graceful' ? engine.restart() : engine.crash());
      const first = await TestNode.start(engine);
      const u = await first.login('u', { userSId: 'x', mode: 'published', token: OLD });
      const v = await first.login('v', { userSId: 'x', mode: 'published', token: OLD });
      await renew(u, NEW.endTs);
      await renew(v, NEW.endTs);
      await v.end('offline');
      await engine.advance(1000);
      await restart();
      const node = await TestNode.start(engine);
      for (const uid of ['u', 'v']) {
        expect(await knows(node, uid, 'old')).toBe(true);
        const claimed = await node.claim(uid, { userSId: 'x', mode: 'published', ...LATE });
        expect(claimed).toMatchObject({ outcome: 'claimed', continued: uid === 'u', tokenEndTs: NEW.endTs });
      }
    });
  });
}
