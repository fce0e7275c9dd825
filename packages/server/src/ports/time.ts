/** Time, chance and turns of the event loop: the only ways in which the application layer may touch them. */

/** Cancels what it was returned for; calling it twice is harmless. */
export type Cancel = () => void;

export interface Time {
  /** Milliseconds on a clock that never goes back; for durations and deadlines. */
  monotonicMs(): number;
  /** Milliseconds since 1970; for what people read. May jump. */
  wallMs(): number;
  /** Runs `task` once after `delayMs`. */
  after(delayMs: number, task: () => void): Cancel;
  /** Runs `task` every `periodMs` until cancelled. */
  every(periodMs: number, task: () => void): Cancel;
  /** Runs `task` in the next turn of the event loop, after pending I/O (Node's `setImmediate`). */
  nextTurn(task: () => void): void;
}

export interface Chance {
  /** A number in [0, 1). */
  fraction(): number;
  /** Unguessable lower-case hex of `bytes` random bytes. */
  secretHex(bytes: number): string;
}
