/** Keys that are remembered at most; above that all are forgotten, which lets some more attempts pass. */
const MOST_KEYS = 50_000;

/** Counts attempts by key (an address, a user) within fixed windows. Pure: the caller brings the time. */
export class AttemptLimit {
  private counts = new Map<string, number>();
  private windowEndsMs = 0;

  constructor(
    private readonly most: number,
    private readonly windowMs: number,
  ) {}

  /** Whether the key has used up its attempts of this window. */
  isReached(key: string, nowMs: number): boolean {
    return nowMs < this.windowEndsMs && (this.counts.get(key) ?? 0) >= this.most;
  }

  /** Until the window ends. */
  leftMs(nowMs: number): number {
    return Math.max(0, this.windowEndsMs - nowMs);
  }

  /** Counts an attempt. */
  add(key: string, nowMs: number): void {
    if (nowMs >= this.windowEndsMs) {
      this.windowEndsMs = nowMs + this.windowMs;
      this.counts.clear();
    }
    if (this.counts.size >= MOST_KEYS) this.counts.clear();
    this.counts.set(key, (this.counts.get(key) ?? 0) + 1);
  }

  /** Keys remembered; for tests. */
  get size(): number {
    return this.counts.size;
  }
}
