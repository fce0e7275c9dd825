/** Tokens, with both SDKs. Made by the builder of a vendor, as back ends do. */
import { RtmTokenBuilder } from 'agora-token';
import { expect } from 'vitest';
import { APP, codeOf, differs, hear, oursOnly, type Scene, scenario } from './scene.js';

const CERTIFICATE = 'b7e35d9042ac4f118d6e0f5a71c2984d';

const start = (scene: Scene) =>
  scene.start({
    apps: [{ appId: APP, enabled: true, certificates: [CERTIFICATE], allowEmptyToken: false, allowWildcardUid: false }],
  });
const tokenFor = (uid: string, leftS: number) => RtmTokenBuilder.buildToken(APP, CERTIFICATE, uid, leftS);

scenario([2, 53], 'a token lets its user in, and nobody else; another one takes its place', async (scene) => {
  await start(scene);
  const ann = await scene.login('ann', tokenFor('ann', 60));
  const ben = await scene.client();
  expect(await codeOf(ben.login({ uid: 'ben', token: tokenFor('ann', 60) }))).toBe(4);
  expect(await codeOf(ann.renewToken(tokenFor('ann', 120)))).toBe('resolved');
  expect(await ann.queryPeersOnlineStatus(['ann'])).toEqual({ ann: true });
});

differs(
  'B52',
  [53],
  'renewing with a token of somebody else, and with none',
  async (scene) => {
    await start(scene);
    const ann = await scene.login('ann', tokenFor('ann', 60));
    return [await codeOf(ann.renewToken(tokenFor('ben', 60))), await codeOf(ann.renewToken(''))];
  },
  { ours: [6, 2], published: ['resolved', 2] },
);

oursOnly([53, 54], 'the steps to the end of a token, and a renewal that begins them anew', async (scene) => {
  await start(scene);
  const ann = await scene.client();
  const told: string[] = [];
  for (const event of ['TokenWillExpired', 'TokenPrivilegeWillExpire', 'TokenExpired', 'TokenDidExpired'] as const) {
    ann.on(event, () => told.push(event));
  }
  const expired = hear(ann, 'TokenExpired');
  await ann.login({ uid: 'ann', token: tokenFor('ann', 2) });
  await expired.atLeast(1);
  expect(told).toEqual(['TokenWillExpired', 'TokenPrivilegeWillExpire', 'TokenExpired']);
  // In the grace behind its end.
  await ann.renewToken(tokenFor('ann', 600));
  expect(await ann.queryPeersOnlineStatus(['ann'])).toEqual({ ann: true });
  expect(told).toHaveLength(3);
});
