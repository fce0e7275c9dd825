import { createHmac, randomInt } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { isId } from 'ar-rtm-protocol';
import type { Config } from '../config/index.js';

/** What the command line asks for. */
export interface TokenRequest {
  /** May be left out when one app is configured. */
  readonly appId: string | undefined;
  readonly uid: string;
  /** Seconds that the token lives. */
  readonly ttlS: number;
}

const DAY_S = 86_400;
const RTM_LOGIN = 1000;

/** A token for development, or why there is none. Signed with the first certificate of the app in the configuration. */
export function makeToken(
  { appId, uid, ttlS }: TokenRequest,
  apps: Config['apps'],
  nowS: number,
): { readonly ok: true; readonly token: string } | { readonly ok: false; readonly reason: string } {
  const refuse = (reason: string) => ({ ok: false, reason }) as const;
  if (apps.length === 0) return refuse('No apps are configured: every App ID is accepted without a token.');
  if (appId === undefined && apps.length > 1) return refuse('Several apps are configured: name one with --app.');
  const app = appId === undefined ? apps[0] : apps.find((one) => one.appId === appId);
  if (!app) return refuse(`The configuration has no app ${appId}.`);
  const certificate = app.certificates[0];
  if (certificate === undefined) return refuse(`The app ${app.appId} has no certificate: its users need no token.`);
  if (!isId(uid)) return refuse(`${JSON.stringify(uid)} is not a user id.`);
  if (!Number.isInteger(ttlS) || ttlS < 1 || ttlS > DAY_S) return refuse(`--ttl must be 1 to ${DAY_S} seconds.`);
  const endTs = nowS + ttlS;
  const message = Buffer.concat([u32(randomInt(1, 100_000_000)), u32(endTs), u16(1), u16(RTM_LOGIN), u32(endTs)]);
  const signature = createHmac('sha256', certificate)
    .update(app.appId + uid)
    .update(message)
    .digest();
  const content = Buffer.concat([block(signature), u32(crc32(uid)), u32(0), block(message)]);
  return { ok: true, token: `006${app.appId}${content.toString('base64')}` };
}

function u16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16LE(value);
  return bytes;
}

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

function block(bytes: Buffer): Buffer {
  return Buffer.concat([u16(bytes.length), bytes]);
}
