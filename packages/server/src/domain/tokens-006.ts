import type { TokenCrypto } from './tokens-crypto.js';
import type { TokenPolicy } from './tokens-policy.js';
import { TokenReader } from './tokens-reader.js';
import { notGenuine, type TokenFinding } from './tokens-verdict.js';

const APP_ID_FROM = 3;
const APP_ID_UNTIL = 35;
const SIGNATURE_BYTES = 32;
const MESSAGE_BYTES = 16;
const RTM_LOGIN = 1000;
/** A time before September 2001 is a duration that was passed by mistake. */
const DURATION_BELOW = 1_000_000_000;

export interface Claim006 {
  readonly token: string;
  readonly appId: string;
  readonly certificates: readonly string[];
  /** User IDs that the token may have been made for: the one who logs in and, where wildcards are allowed, ''. */
  readonly accounts: readonly string[];
}

interface Content006 {
  readonly signature: Uint8Array;
  readonly channelCrc: number;
  readonly uidCrc: number;
  readonly message: Uint8Array;
}

/** Judges an anyRTC token or an Agora AccessToken, `006...`, apart from the time (token.md 3, 6 B). */
export function find006(crypto: TokenCrypto, claim: Claim006, policy: TokenPolicy): TokenFinding {
  const { token, appId } = claim;
  if (token.length <= APP_ID_UNTIL) return notGenuine('malformed');
  if (token.slice(APP_ID_FROM, APP_ID_UNTIL) !== appId) return notGenuine('other app');
  const bytes = crypto.fromBase64(token.slice(APP_ID_UNTIL));
  const content = bytes && contentOf(bytes);
  if (!content) return notGenuine('malformed');
  const times = timesOf(content.message);
  if (!times) return notGenuine('no right to log in');
  // The cheap test for the wrong user, and the only one that the account is in the channel slot (token.md 9.1).
  const accounts = claim.accounts.filter((account) => crypto.crc32(crypto.utf8(account)) === content.channelCrc);
  if (accounts.length === 0 || content.uidCrc !== 0) return notGenuine('other user');
  if (!isSigned(crypto, content, appId, accounts, claim.certificates)) return notGenuine('wrong signature');
  const expireTs = endOf(times, policy.expiry006);
  const isDuration = times.privilege !== 0 && times.privilege < DURATION_BELOW && policy.expiry006 !== 'token';
  return { genuine: true, expireTs, ...(isDuration ? { oddity: 'privilege time looks like a duration' } : {}) };
}

function contentOf(bytes: Uint8Array): Content006 | undefined {
  const reader = new TokenReader(bytes);
  const content = {
    signature: reader.block(),
    channelCrc: reader.u32(),
    uidCrc: reader.u32(),
    message: reader.block(),
  };
  return reader.isAtEnd && content.signature.length === SIGNATURE_BYTES ? content : undefined;
}

/**
 * The two end times if the message is exactly the one of an RTM token. The signature does not delimit the account from the
 * message, so anything but a message of fixed size lets bytes wander between them (token.md 9.1).
 */
function timesOf(message: Uint8Array): { readonly token: number; readonly privilege: number } | undefined {
  if (message.length !== MESSAGE_BYTES) return undefined;
  const reader = new TokenReader(message);
  reader.u32(); // salt
  const token = reader.u32();
  const [count, key, privilege] = [reader.u16(), reader.u16(), reader.u32()];
  return count === 1 && key === RTM_LOGIN ? { token, privilege } : undefined;
}

/** Tries every certificate, also after a match, so that the time taken does not tell which one it was. */
function isSigned(
  crypto: TokenCrypto,
  { signature, message }: Content006,
  appId: string,
  accounts: readonly string[],
  certificates: readonly string[],
): boolean {
  let matches = 0;
  for (const account of accounts) {
    const named = crypto.utf8(appId + account);
    const signed = new Uint8Array(named.length + message.length);
    signed.set(named);
    signed.set(message, named.length);
    for (const certificate of certificates) {
      if (crypto.equal(crypto.hmacSha256(crypto.utf8(certificate), signed), signature)) matches += 1;
    }
  }
  return matches > 0;
}

function endOf(times: { token: number; privilege: number }, rule: TokenPolicy['expiry006']): number {
  if (rule === 'token' || times.privilege === 0) return times.token;
  return rule === 'privilege' ? times.privilege : Math.min(times.token, times.privilege);
}
