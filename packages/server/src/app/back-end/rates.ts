import { type BucketRule, TokenBucket } from '../../domain/token-bucket.js';

/** Names remembered at most; above that all are forgotten, which lets some more requests pass. */
const MOST_NAMES = 50_000;

/** A budget of its own for each name: an app, a user, an address. */
export class Rates {
  private readonly buckets = new Map<string, TokenBucket>();
  private readonly rule: BucketRule;

  /** A number means a burst of one second's worth (rest-api.md 10). */
  constructor(rule: BucketRule | number) {
    this.rule = typeof rule === 'number' ? { perSecond: rule, burst: rule } : rule;
  }

  /** Takes one; false when the budget of this name is used up. */
  take(name: string, nowMs: number): boolean {
    let bucket = this.buckets.get(name);
    if (!bucket) {
      if (this.buckets.size >= MOST_NAMES) this.buckets.clear();
      bucket = new TokenBucket(this.rule, nowMs);
      this.buckets.set(name, bucket);
    }
    return bucket.take(this.rule, nowMs) === 0;
  }
}
