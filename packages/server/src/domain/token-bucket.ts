/** A message budget: `burst` at once, refilled at `perSecond` (design 8). Pure: the caller brings the time. */
export interface BucketRule {
  readonly perSecond: number;
  readonly burst: number;
}

export class TokenBucket {
  private tokens: number;
  private at: number;

  constructor(rule: BucketRule, nowMs: number) {
    this.tokens = rule.burst;
    this.at = nowMs;
  }

  /** Milliseconds until one token is there; 0 when it is. Takes nothing. */
  waitMs(rule: BucketRule, nowMs: number): number {
    this.tokens = Math.min(rule.burst, this.tokens + ((nowMs - this.at) * rule.perSecond) / 1000);
    this.at = nowMs;
    return this.tokens >= 1 ? 0 : ((1 - this.tokens) * 1000) / rule.perSecond;
  }

  /** Takes one token. 0: taken; otherwise nothing was taken and one is there after that many milliseconds. */
  take(rule: BucketRule, nowMs: number): number {
    const waitMs = this.waitMs(rule, nowMs);
    if (waitMs === 0) this.tokens -= 1;
    return waitMs;
  }
}
