/**
 * The clock of silence (design 4): it advances only while this process is able to read, so that a pause of the server
 * (stall, suspended process, stopped container) never makes a client look silent. Fed by a regular tick.
 */
export class ReadClock {
  private total = 0;
  private last: number;

  /** Ticks are expected every `periodMs`; a longer pause counts as at most two periods. */
  constructor(
    private readonly periodMs: number,
    monotonicMs: number,
  ) {
    this.last = monotonicMs;
  }

  /** Answers how late this tick is. */
  tick(monotonicMs: number): number {
    const passedMs = monotonicMs - this.last;
    this.total += Math.min(passedMs, 2 * this.periodMs);
    this.last = monotonicMs;
    return passedMs - this.periodMs;
  }

  /** Milliseconds of reading time. */
  get nowMs(): number {
    // Whole numbers are small integers to the engine; fractions would be an object in every field.
    return Math.floor(this.total);
  }
}
