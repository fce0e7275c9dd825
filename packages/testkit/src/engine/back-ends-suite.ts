import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { EngineFactory, EngineUnderTest } from './engine-factory.js';
import { APP, TestNode, TIMEOUT } from './test-node.js';

/** Conformance of {@link Registry.kick} and of messages that back ends send for users. */
export function describeBackEnds(name: string, factory: EngineFactory): void {
  describe(`Back ends: ${name}`, () => {
    let engine: EngineUnderTest;
    let a: TestNode;
    let b: TestNode;

    beforeEach(async () => {
      engine = await factory();
      a = await TestNode.start(engine);
      b = await TestNode.start(engine);
    });
    afterEach(() => engine.close());

    const kick = (uid: string) => b.ports.registry.kick({ appId: APP, uid, nodeId: b.nodeId, ...TIMEOUT });

    test('a kick ends the session, tells its host, and gives the channels to the caller', async () => {
      const u = await a.login('u', { userSId: 'x', mode: 'resume' });
      await u.join('c');
      await b.watch('u');
      expect(await kick('u')).toEqual({ ended: { session: u.session, channels: ['c'] } });
      expect(await a.noticed()).toEqual([
        { kind: 'superseded', appId: APP, uid: 'u', generation: u.generation, by: 'operator' },
      ]);
      expect(await b.seen()).toMatchObject([{ uid: 'u', state: 'OFFLINE' }]);
      expect(await u.suspend(0)).toBe('stale');
      expect(await kick('u')).toEqual({});
      expect(await kick('nobody')).toEqual({});
    });

    test('the client instance does not come back by itself, the user does', async () => {
      await a.login('u', { userSId: 'x', mode: 'resume' });
      await kick('u');
      expect(await a.claim('u', { userSId: 'x', mode: 'resume' })).toEqual({ outcome: 'superseded', by: 'operator' });
      expect(await a.claim('u', { userSId: 'y', mode: 'new' })).toMatchObject({ outcome: 'claimed', continued: false });
    });

    test('a published client that was told comes back with the same instance', async () => {
      await a.login('u', { userSId: 'x', mode: 'published' });
      await kick('u');
      expect(await a.claim('u', { userSId: 'x', mode: 'published' })).toEqual({
        outcome: 'superseded',
        by: 'operator',
      });
      await a.ports.registry.forgetSuperseded({ appId: APP, uid: 'u', userSId: 'x', ...TIMEOUT });
      expect(await a.claim('u', { userSId: 'x', mode: 'published' })).toMatchObject({
        outcome: 'claimed',
        continued: false,
        reconnecting: false,
      });
    });

    test('what a kicked user has not acknowledged is stored or told as for any other end', async () => {
      await a.login('u');
      await a.send('u', 'stored', { offline: true, ref: 1 });
      await a.send('u', 'lost', { ref: 2 });
      await kick('u');
      const notices = await a.noticed();
      expect(notices.filter(({ kind }) => kind === 'undelivered')).toEqual([
        { kind: 'undelivered', ref: 1 },
        { kind: 'undelivered', ref: 2 },
      ]);
      expect((await a.stored('u')).map(({ message }) => message.body)).toEqual(['stored']);
    });

    test('a back end sends to a channel for anybody; every member gets it, the user itself too', async () => {
      const publish = (channelId: string) =>
        b.ports.channels.publish({
          appId: APP,
          channelId,
          uid: 'u',
          message: { session: 0, type: 1, body: 'hello', description: '', origin: { nodeId: b.nodeId, ref: 0 } },
          byBackEnd: true,
          ...TIMEOUT,
        });
      const u = await a.login('u');
      await a.subscribe('c');
      expect(await publish('c')).toMatchObject({ outcome: 'accepted' });
      expect(await a.fedFrom('c')).toEqual([]);
      const { position } = await u.join('c');
      const sent = await publish('c');
      expect(sent).toMatchObject({ outcome: 'accepted', position: { offset: position.offset + 1 } });
      expect((await a.fedFrom('c')).at(-1)).toMatchObject({ entry: { from: 'u', session: 0, body: 'hello' } });
      expect(await u.leave('c')).toEqual({ wasMember: true });
      expect(await publish('empty')).toMatchObject({ outcome: 'accepted' });
      expect(await b.count('empty')).toBe(0);
    });
  });
}
