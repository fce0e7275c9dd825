import { createRequire } from 'node:module';
import { deflateSync, inflateSync } from 'node:zlib';
import agoraToken from 'agora-token';
import type { Dice } from './dice.js';
import { damaged } from './mutations.js';

type Build006 = (appId: string, certificate: string, uid: string, role: number, privilegeExpiredTs: number) => string;
const require = createRequire(import.meta.url);
const { RtmTokenBuilder: Builder006 } = require('agora-token/src/RtmTokenBuilder') as {
  RtmTokenBuilder: { buildToken: Build006 };
};

/** The app whose clients need a token. */
export const TOKEN_APP = { appId: 'fedcba9876543210fedcba9876543210', certificate: 'b7e35d9042ac4f118d6e0f5a71c2984d' };

const VERSION = 3;
const APP_ID = 32;
const LIFE_S = 3600;

/** A token for `uid` that is good, in either format. */
export function goodToken(dice: Dice, uid: string): string {
  const { appId, certificate } = TOKEN_APP;
  if (dice.once(2)) return agoraToken.RtmTokenBuilder.buildToken(appId, certificate, uid, LIFE_S);
  return Builder006.buildToken(appId, certificate, uid, 1, Math.floor(Date.now() / 1000) + LIFE_S);
}

/** A token damaged as a text, or in the bytes that it packs. */
export function oddToken(dice: Dice, token: string): string {
  if (dice.once(3)) return damaged(dice, Buffer.from(token)).toString('latin1');
  const isPacked = token.startsWith('007');
  const head = token.slice(0, isPacked ? VERSION : VERSION + APP_ID);
  const bytes = Buffer.from(token.slice(head.length), 'base64');
  const body = isPacked ? deflateSync(damaged(dice, inflateSync(bytes))) : damaged(dice, bytes);
  return head + body.toString('base64');
}
