/** What token.md leaves to the deployment (sections 5 and 11). */
export interface TokenPolicy {
  /**
   * When a 006 token ends: at the earlier of its two times, at the token's, or at the privilege's (the token's when that is
   * 0). The vendors' manuals call the privilege time ineffective, so a back end may pass a wrong one.
   */
  readonly expiry006: 'min' | 'token' | 'privilege';
  /** Longest life of a 007 token after its issue, seconds; also that of a token without a time. */
  readonly maxLifetimeS: number;
  /** Tokens are taken this much longer, seconds; for fleets with poor clocks. */
  readonly leewayS: number;
  /** Whose end also ends a session that is connected: that of every token, or only that of the 007 format. */
  readonly liveSessions: 'all' | '007';
}

export const DEFAULT_TOKEN_POLICY: TokenPolicy = {
  expiry006: 'min',
  maxLifetimeS: 86_400,
  leewayS: 0,
  liveSessions: 'all',
};
