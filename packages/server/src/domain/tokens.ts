import { isId } from 'ar-rtm-protocol';
import type { App } from './apps.js';
import { find006 } from './tokens-006.js';
import { find007, user007 } from './tokens-007.js';
import type { TokenCrypto } from './tokens-crypto.js';
import { DEFAULT_TOKEN_POLICY, type TokenPolicy } from './tokens-policy.js';
import { notGenuine, type TokenFinding, type TokenVerdict } from './tokens-verdict.js';

const TOKEN_CHARACTERS = 2048;

/** Who presents which token to which app, and when. */
export interface TokenClaim {
  readonly app: App;
  readonly uid: string;
  /** As it came: no trimming, no case folding. Empty for none. */
  readonly token: string;
  /** Unix seconds. */
  readonly nowS: number;
}

/** Verifies login tokens (token.md 6): two formats, `006` of anyRTC and Agora and `007` of Agora. */
export class Tokens {
  private readonly policy: TokenPolicy;

  constructor(
    private readonly crypto: TokenCrypto,
    policy: Partial<TokenPolicy> = {},
  ) {
    this.policy = { ...DEFAULT_TOKEN_POLICY, ...policy };
  }

  /**
   * Whether the token lets `uid` into the app. The app must be known and enabled. Never throws, whatever the token is.
   * Authenticity is judged first and the time last, so `expired` means that a fresh token of the same issuer will do.
   */
  verify(claim: TokenClaim): TokenVerdict {
    const { app, uid, token, nowS } = claim;
    // Also part of the tokens' security: the 006 signature does not delimit the user ID (token.md 9.1).
    if (!isId(uid)) return { verdict: 'invalid', fault: 'user id' };
    if (app.certificates.length === 0) return { verdict: 'ok' };
    if (token === '') return app.allowEmptyToken ? { verdict: 'ok' } : { verdict: 'invalid', fault: 'missing' };
    const finding = this.find(claim);
    if (!finding.genuine) return { verdict: 'invalid', fault: finding.fault };
    const { genuine: _, ...rest } = finding;
    return { verdict: nowS < rest.expireTs + this.policy.leewayS ? 'ok' : 'expired', ...rest };
  }

  /**
   * When a session that this genuine token let in is over, Unix seconds: what was taken longer counts longer. Nothing where
   * such tokens do not end a live session.
   */
  endOf(token: string, expireTs: number): number | undefined {
    const { liveSessions, leewayS } = this.policy;
    return liveSessions === '007' && token.startsWith('006') ? undefined : expireTs + leewayS;
  }

  /** The user that a 007 token says it is for, not verified; a 006 token does not name its user. */
  userOf(token: string): string | undefined {
    if (token.length > TOKEN_CHARACTERS || !token.startsWith('007')) return undefined;
    return user007(this.crypto, token);
  }

  private find({ app, uid, token, nowS }: TokenClaim): TokenFinding {
    if (token.length > TOKEN_CHARACTERS) return notGenuine('too long');
    const { appId, certificates } = app;
    // A token for nobody is a master key, so it is good for somebody only where an app asks for that (token.md 10).
    const accounts = app.allowWildcardUid ? [uid, ''] : [uid];
    switch (token.slice(0, 3)) {
      case '006':
        return find006(this.crypto, { token, appId, certificates, accounts }, this.policy);
      case '007':
        return find007(this.crypto, { token, appId, certificates, accounts, nowS }, this.policy);
      default:
        return notGenuine('unknown version');
    }
  }
}
