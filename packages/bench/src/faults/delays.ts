/** How long messages were on their way, from process to process of one machine: a histogram, so that millions cost nothing. */
const MOST_MS = 20_000;

/** Milliseconds since 1970 on the monotonic clock, so that processes can compare them. */
export const nowMs = (): number => performance.timeOrigin + performance.now();

/** A stamp is kept in the serial number of a message, below its count. */
const STAMP = 10 ** 6;

/** Up to a million messages; times that are less than 16 minutes apart. */
export function stamped(count: number, atMs: number): number {
  return count * STAMP + (Math.floor(atMs) % STAMP);
}

export function countIn(serial: number): number {
  return Math.floor(serial / STAMP);
}

export class Delays {
  readonly counts: number[];

  constructor(counts?: readonly number[]) {
    this.counts = counts ? [...counts] : Array<number>(MOST_MS + 1).fill(0);
  }

  /** A message with this serial number has arrived. */
  arrived(serial: number, atMs: number): void {
    const delay = (((Math.floor(atMs) % STAMP) - (serial % STAMP) + STAMP) % STAMP) as number;
    // Clocks of two processes may differ by a millisecond.
    const ms = delay > STAMP / 2 ? 0 : Math.min(delay, MOST_MS);
    this.counts[ms] = (this.counts[ms] as number) + 1;
  }

  add(other: readonly number[]): void {
    for (let ms = 0; ms <= MOST_MS; ms++) this.counts[ms] = (this.counts[ms] as number) + (other[ms] as number);
  }

  get total(): number {
    return this.counts.reduce((sum, count) => sum + count, 0);
  }

  /** In ms; 0 when there are none. */
  quantile(share: number): number {
    let left = this.total * share;
    for (let ms = 0; ms <= MOST_MS; ms++) {
      left -= this.counts[ms] as number;
      if (left <= 0) return ms;
    }
    return MOST_MS;
  }

  get text(): string {
    return `${this.quantile(0.5)} ms at p50, ${this.quantile(0.99)} ms at p99, at most ${this.quantile(1)} ms`;
  }
}
