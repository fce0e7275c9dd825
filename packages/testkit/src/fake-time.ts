import type { Cancel, Chance, Time } from 'ar-rtm-server/ports';

interface Timer {
  dueMs: number;
  /** Timers due at the same time run in the order in which they were set. */
  readonly order: number;
  readonly periodMs: number | undefined;
  readonly task: () => void;
}

/** A real turn of the event loop: everything that is ready runs before it ends, microtasks included. */
const realTurn = () => new Promise<void>((resolve) => setImmediate(resolve));

/**
 * {@link Time} moved by hand. Nothing happens by itself: {@link advance} runs what falls due on the way, in order, with
 * all turns and microtasks that follow from each timer before the next one.
 */
export class FakeTime implements Time {
  #nowMs = 0;
  #wallOffsetMs: number;
  #order = 0;
  /** Sorted by due time, then by order. */
  #timers: Timer[] = [];
  #turns: (() => void)[] = [];

  constructor(wallMs = Date.UTC(2026, 0, 1)) {
    this.#wallOffsetMs = wallMs;
  }

  monotonicMs(): number {
    return this.#nowMs;
  }

  wallMs(): number {
    return Math.floor(this.#wallOffsetMs + this.#nowMs);
  }

  after(delayMs: number, task: () => void): Cancel {
    return this.#set(delayMs, undefined, task);
  }

  every(periodMs: number, task: () => void): Cancel {
    return this.#set(periodMs, Math.max(1, periodMs), task);
  }

  nextTurn(task: () => void): void {
    this.#turns.push(task);
  }

  /** Lets the wall clock jump, as when somebody sets it. Timers do not notice. */
  jumpWall(byMs: number): void {
    this.#wallOffsetMs += byMs;
  }

  /** Lets time pass in which the process did not run: timers become late, none runs. */
  stall(ms: number): void {
    this.#nowMs += ms;
  }

  /** Lets time pass and runs what falls due on the way. */
  async advance(ms: number): Promise<void> {
    const untilMs = this.#nowMs + ms;
    await this.settle();
    for (;;) {
      const timer = this.#timers[0];
      if (!timer || timer.dueMs > untilMs) break;
      this.#timers.shift();
      this.#nowMs = Math.max(this.#nowMs, timer.dueMs);
      if (timer.periodMs !== undefined) {
        timer.dueMs = this.#nowMs + timer.periodMs;
        this.#insert(timer);
      }
      timer.task();
      await this.settle();
    }
    this.#nowMs = Math.max(this.#nowMs, untilMs);
  }

  /** Runs waiting turns and microtasks until there are none, without letting time pass. */
  async settle(): Promise<void> {
    await realTurn();
    while (this.#turns.length > 0) {
      const turns = this.#turns;
      this.#turns = [];
      for (const task of turns) task();
      await realTurn();
    }
  }

  /** Timers that are set: 0 when everything was cancelled. */
  get timers(): number {
    return this.#timers.length;
  }

  #set(delayMs: number, periodMs: number | undefined, task: () => void): Cancel {
    this.#order += 1;
    const timer: Timer = { dueMs: this.#nowMs + Math.max(0, delayMs), order: this.#order, periodMs, task };
    this.#insert(timer);
    return () => {
      const index = this.#timers.indexOf(timer);
      if (index >= 0) this.#timers.splice(index, 1);
    };
  }

  #insert(timer: Timer): void {
    let low = 0;
    let high = this.#timers.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const other = this.#timers[middle];
      if (other && (other.dueMs - timer.dueMs || other.order - timer.order) <= 0) low = middle + 1;
      else high = middle;
    }
    this.#timers.splice(low, 0, timer);
  }
}

/** {@link Chance} that gives the same numbers for the same seed (mulberry32). */
export class SeededChance implements Chance {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  fraction(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  secretHex(bytes: number): string {
    let hex = '';
    for (let i = 0; i < bytes; i += 1) {
      hex += Math.floor(this.fraction() * 256)
        .toString(16)
        .padStart(2, '0');
    }
    return hex;
  }
}
