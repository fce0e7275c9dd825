/** Why a token is not valid. For logs only: a client learns no more than "invalid" (token.md 6). */
export type TokenFault =
  | 'missing'
  | 'too long'
  | 'unknown version'
  | 'malformed'
  | 'other app'
  | 'other user'
  | 'wrong signature'
  | 'no right to log in'
  | 'user id';

/** Something about a genuine token that its issuer should look at. For logs. */
export type TokenOddity =
  /** The privilege time of a 006 token is so small that it must be a duration; the policy `expiry006` can ignore it. */
  | 'privilege time looks like a duration'
  /** A 007 token from the future: the clock of the issuer, or of this server, is wrong (token.md 11). */
  | 'issued in the future';

/** A token that its issuer signed for this app and user. Nothing is said yet about the time. */
export interface GenuineToken {
  readonly genuine: true;
  /** Effective end (token.md 5), Unix seconds. */
  readonly expireTs: number;
  readonly oddity?: TokenOddity;
}

export type TokenFinding = GenuineToken | { readonly genuine: false; readonly fault: TokenFault };

/** Outcome of a verification (token.md 6). Times are Unix seconds. */
export type TokenVerdict =
  /** `expireTs` is absent when no token was needed. */
  | { readonly verdict: 'ok'; readonly expireTs?: number; readonly oddity?: TokenOddity }
  | { readonly verdict: 'expired'; readonly expireTs: number; readonly oddity?: TokenOddity }
  | { readonly verdict: 'invalid'; readonly fault: TokenFault };

export function notGenuine(fault: TokenFault): TokenFinding {
  return { genuine: false, fault };
}
