/**
 * Makes login tokens as the vendors' builders do, written from token.md 3 and 4 and sharing nothing with the verifier.
 *
 * ```ts
 * make006({ appId, certificate, account: 'alice', ts: nowS + 86_400, privilege: nowS + 3600 });
 * make007({ appId, certificate, services: [rtm('alice', 3600)], issueTs: nowS, expire: 3600 });
 * ```
 */
import { createHmac } from 'node:crypto';
import { crc32, deflateSync } from 'node:zlib';

export interface Make006 {
  readonly appId: string;
  readonly certificate: string;
  readonly account: string;
  /** End of the token, Unix seconds. */
  readonly ts: number;
  /** End of the privilege, Unix seconds; 0 for none of its own. */
  readonly privilege: number;
  readonly salt?: number;
  /** What stands for the privilege map; the right to log in until `privilege` by default. */
  readonly privileges?: Buffer;
}

export interface Make007 {
  readonly appId: string;
  readonly certificate: string;
  readonly services: readonly Buffer[];
  readonly issueTs: number;
  /** Seconds after the issue. */
  readonly expire: number;
  readonly salt?: number;
  /** Bytes that are signed, behind the last service. */
  readonly trailer?: Buffer;
  /** What the body claims; the real number by default. */
  readonly serviceCount?: number;
}

export function make006({ appId, certificate, account, ts, privilege, salt = 20_231_114, ...rest }: Make006): string {
  const privileges = rest.privileges ?? Buffer.concat([u16(1), u16(1000), u32(privilege)]);
  const message = Buffer.concat([u32(salt), u32(ts), privileges]);
  const signature = hmac(certificate, Buffer.concat([Buffer.from(appId + account), message]));
  const content = Buffer.concat([block(signature), u32(crc32(account)), u32(0), block(message)]);
  return `006${appId}${content.toString('base64')}`;
}

/** The inflated body. */
export function body007({ appId, certificate, services, issueTs, expire, salt = 7_654_321, ...rest }: Make007): Buffer {
  const signed = Buffer.concat([
    block(Buffer.from(appId)),
    u32(issueTs),
    u32(expire),
    u32(salt),
    u16(rest.serviceCount ?? services.length),
    ...services,
    rest.trailer ?? Buffer.alloc(0),
  ]);
  const key = hmac(u32(salt), hmac(u32(issueTs), Buffer.from(certificate)));
  return Buffer.concat([block(hmac(key, signed)), signed]);
}

export function pack007(body: Uint8Array): string {
  return `007${deflateSync(body).toString('base64')}`;
}

export function make007(options: Make007): string {
  return pack007(body007(options));
}

/** An RTM service; without `login` it has no privilege, with 0 one without an end of its own. */
export function rtm(user: string, login?: number): Buffer {
  return service(2, login === undefined ? [] : [[1, login]], block(Buffer.from(user)));
}

export function service(type: number, privileges: readonly [key: number, value: number][], fields: Buffer): Buffer {
  const entries = privileges.flatMap(([key, value]) => [u16(key), u32(value)]);
  return Buffer.concat([u16(type), u16(privileges.length), ...entries, fields]);
}

export function block(bytes: Buffer): Buffer {
  return Buffer.concat([u16(bytes.length), bytes]);
}

export function u16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16LE(value);
  return bytes;
}

export function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

function hmac(key: string | Buffer, data: Buffer): Buffer {
  return createHmac('sha256', key).update(data).digest();
}
