/** Addresses that are remembered at most; above that all are forgotten, which lets some more attempts pass. */
const MOST_ADDRESSES = 50_000;

/** Counts failures by address within fixed windows. Pure: the caller brings the time. */
export class FailureLimit {
  private counts = new Map<string, number>();
  private windowEndsMs = 0;

  constructor(
    private readonly most: number,
    private readonly windowMs: number,
  ) {}

  /** Whether the address has failed too often in this window. */
  isReached(address: string, nowMs: number): boolean {
    return nowMs < this.windowEndsMs && (this.counts.get(address) ?? 0) >= this.most;
  }

  /** Counts a failure. */
  add(address: string, nowMs: number): void {
    if (nowMs >= this.windowEndsMs) {
      this.windowEndsMs = nowMs + this.windowMs;
      this.counts.clear();
    }
    if (this.counts.size >= MOST_ADDRESSES) this.counts.clear();
    this.counts.set(address, (this.counts.get(address) ?? 0) + 1);
  }

  /** Addresses remembered; for tests. */
  get size(): number {
    return this.counts.size;
  }
}
