import { isId } from 'ar-rtm-protocol';
import type { TokenCrypto } from './tokens-crypto.js';
import type { TokenPolicy } from './tokens-policy.js';
import { TokenReader } from './tokens-reader.js';
import { notGenuine, type TokenFinding } from './tokens-verdict.js';

const VERSION_CHARACTERS = 3;
const BODY_BYTES = 4096;
const SIGNATURE_BYTES = 32;
const SERVICES = 16;
const PRIVILEGES = 32;
const FUTURE_S = 300;

const RTM_SERVICE = 2;
const RTM_LOGIN = 1;
/** What follows the privilege map of each service (token.md 4.2). Type 8 is not skipped: its lists are not known here. */
const FIELDS_OF_SERVICE: ReadonlyMap<number, readonly ('block' | 'u16')[]> = new Map([
  [1, ['block', 'block']],
  [RTM_SERVICE, ['block']],
  [3, ['block', 'block']],
  [4, []],
  [5, ['block']],
  [6, ['block', 'block']],
  [7, ['block', 'block', 'u16']],
  [9, []],
  [10, []],
]);

export interface Claim007 {
  readonly token: string;
  readonly appId: string;
  readonly certificates: readonly string[];
  /** User IDs that the token may have been made for: the one who logs in and, where wildcards are allowed, ''. */
  readonly accounts: readonly string[];
  /** Unix seconds; only for noticing a token from the future. */
  readonly nowS: number;
}

interface Body007 {
  readonly signature: Uint8Array;
  /** Everything behind the signature. */
  readonly signed: Uint8Array;
  readonly appId: Uint8Array;
  readonly issueTs: number;
  readonly expire: number;
  readonly salt: number;
  readonly serviceCount: number;
  /** Stands at the first service. */
  readonly services: TokenReader;
}

interface RtmService {
  readonly user: Uint8Array;
  /** Seconds after the issue, 0 without an end of its own; absent without the right to log in. */
  readonly login: number | undefined;
}

/** Judges an Agora AccessToken2, `007...`, apart from the time (token.md 4, 6 C). */
export function find007(crypto: TokenCrypto, claim: Claim007, policy: TokenPolicy): TokenFinding {
  const packed = crypto.fromBase64(claim.token.slice(VERSION_CHARACTERS));
  const bytes = packed && crypto.inflate(packed, BODY_BYTES);
  const body = bytes && bodyOf(bytes);
  if (!body) return notGenuine('malformed');
  if (!isSame(body.appId, crypto.utf8(claim.appId))) return notGenuine('other app');
  // Before the services are read: nothing unsigned steers the parser further than needed.
  if (!isSigned(crypto, body, claim.certificates)) return notGenuine('wrong signature');
  const services = rtmServices(body);
  if (!services) return notGenuine('malformed');
  if (services.length === 0) return notGenuine('no right to log in');
  const users = claim.accounts.map((account) => crypto.utf8(account));
  const mine = services.filter(({ user }) => users.some((mayBe) => isSame(user, mayBe)));
  if (mine.length === 0) return notGenuine('other user');
  const logins = mine.flatMap(({ login }) => (login === undefined ? [] : [login]));
  if (logins.length === 0) return notGenuine('no right to log in');
  const { issueTs } = body;
  const expireTs = issueTs + Math.max(...logins.map((login) => lifetimeOf(body.expire, login, policy.maxLifetimeS)));
  return {
    genuine: true,
    expireTs,
    ...(issueTs > claim.nowS + FUTURE_S ? { oddity: 'issued in the future' } : {}),
  };
}

/** The user of the first RTM service, when that is the text of an id. Nothing of it is verified. */
export function user007(crypto: TokenCrypto, token: string): string | undefined {
  const packed = crypto.fromBase64(token.slice(VERSION_CHARACTERS));
  const bytes = packed && crypto.inflate(packed, BODY_BYTES);
  const body = bytes && bodyOf(bytes);
  const [service] = (body && rtmServices(body)) ?? [];
  const uid = service && String.fromCharCode(...service.user);
  return isId(uid) ? uid : undefined;
}

function bodyOf(bytes: Uint8Array): Body007 | undefined {
  const reader = new TokenReader(bytes);
  const signature = reader.block();
  const signed = reader.rest;
  const body = {
    signature,
    signed,
    appId: reader.block(),
    issueTs: reader.u32(),
    expire: reader.u32(),
    salt: reader.u32(),
    serviceCount: reader.u16(),
    services: reader,
  };
  const isSane = signature.length === SIGNATURE_BYTES && body.serviceCount <= SERVICES;
  return reader.isIntact && isSane ? body : undefined;
}

/** Tries every certificate, also after a match, so that the time taken does not tell which one it was. */
function isSigned(crypto: TokenCrypto, body: Body007, certificates: readonly string[]): boolean {
  let matches = 0;
  for (const certificate of certificates) {
    // Issue time and salt are the keys, the certificate is the data (token.md 4.3).
    const issued = crypto.hmacSha256(littleEndian(body.issueTs), crypto.utf8(certificate));
    const key = crypto.hmacSha256(littleEndian(body.salt), issued);
    if (crypto.equal(crypto.hmacSha256(key, body.signed), body.signature)) matches += 1;
  }
  return matches > 0;
}

/**
 * The RTM services. A service of unknown layout ends the walk, since what follows cannot be found; what was read so far
 * counts. `undefined`: a known service is cut off or too large, or bytes follow the last one.
 */
function rtmServices({ services, serviceCount }: Body007): readonly RtmService[] | undefined {
  const found: RtmService[] = [];
  for (let i = 0; i < serviceCount; i++) {
    const type = services.u16();
    const fields = FIELDS_OF_SERVICE.get(type);
    if (!services.isIntact) return undefined;
    if (!fields) return found;
    const privileges = services.map(PRIVILEGES);
    const blocks: Uint8Array[] = [];
    for (const field of fields) {
      if (field === 'block') blocks.push(services.block());
      else services.u16();
    }
    if (!services.isIntact) return undefined;
    const [user] = blocks;
    if (type === RTM_SERVICE && user) found.push({ user, login: privileges.get(RTM_LOGIN) });
  }
  return services.isAtEnd ? found : undefined;
}

/**
 * Seconds from issue to end. The ceiling is not only a limit: back ends that pass an absolute time, as one of the vendor's
 * manuals says, would otherwise make tokens for decades (token.md 4.4).
 */
function lifetimeOf(expire: number, login: number, maxLifetimeS: number): number {
  const life = expire === 0 ? maxLifetimeS : Math.min(expire, maxLifetimeS);
  return login === 0 ? life : Math.min(life, login);
}

function littleEndian(value: number): Uint8Array {
  return Uint8Array.of(value, value >>> 8, value >>> 16, value >>> 24);
}

/** For what is no secret. */
function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}
