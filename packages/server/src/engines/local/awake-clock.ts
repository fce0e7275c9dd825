import type { Time } from '../../ports/index.js';

/**
 * Milliseconds in which this process was awake. When it was stopped (a suspended machine, a long stall), the nodes in
 * it could not renew their leases either, so that time counts neither for leases nor for a client's silence (design 4).
 * `tick` is called every `periodMs`; between two ticks the clock advances by at most twice that.
 */
export class AwakeClock {
  readonly #time: Time;
  readonly #mostMs: number;
  #atTickMs = 0;
  #tickedAtMs: number;

  constructor(time: Time, periodMs: number) {
    this.#time = time;
    this.#mostMs = 2 * periodMs;
    this.#tickedAtMs = time.monotonicMs();
  }

  nowMs(): number {
    return this.#atTickMs + Math.min(this.#time.monotonicMs() - this.#tickedAtMs, this.#mostMs);
  }

  /** Begins a new period and answers the time. */
  tick(): number {
    this.#atTickMs = this.nowMs();
    this.#tickedAtMs = this.#time.monotonicMs();
    return this.#atTickMs;
  }
}
