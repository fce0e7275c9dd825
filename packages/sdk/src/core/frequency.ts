import type { Frequency } from 'ar-rtm-protocol';

/** A call frequency limit over a sliding window (api.md 3.0 and 11.1). */
export class SlidingWindow {
  private readonly counted: number[] = [];

  constructor(private readonly frequency: Frequency) {}

  /**
   * Milliseconds until one more call is within the limit; 0 when it is now. Nothing is counted, so that several windows
   * can be asked before any of them counts.
   */
  waitMs(now: number): number {
    const { calls, windowMs } = this.frequency;
    while (this.counted.length > 0 && (this.counted[0] as number) <= now - windowMs) this.counted.shift();
    const oldestThatCounts = this.counted[this.counted.length - calls];
    return oldestThatCounts === undefined ? 0 : oldestThatCounts + windowMs - now;
  }

  /** Counts a call made now. */
  count(now: number): void {
    this.counted.push(now);
  }

  /** Whether nothing counts any more. */
  isIdle(now: number): boolean {
    return this.waitMs(now) === 0 && this.counted.length === 0;
  }

  /** Calls allowed in the window. */
  get limit(): number {
    return this.frequency.calls;
  }
}
