import type { Cancel, Time } from 'ar-rtm-server/ports';
import type { Scheduler } from './scheduler.js';

/** Wall time of every world at its start, in ms since 1970. */
const WALL_MS = Date.UTC(2026, 0, 1);

/**
 * One process on virtual time: its own view of the clock, its own timers. It fits the `Time` port of the server and the
 * `Clock` port of the SDK. It can stall (its timers become late, together with everything that reaches it), its wall clock
 * can jump, and it can die: then nothing of it runs any more.
 */
export class SimProcess implements Time {
  isAlive = true;
  /** Time in which it did not run, up to now. */
  stalledMs = 0;
  #stalledUntilMs = 0;
  #wallMs = WALL_MS;
  /** What came while it stood still, in order. */
  readonly #waiting: (() => void)[] = [];

  constructor(
    private readonly scheduler: Scheduler,
    readonly name: string,
  ) {}

  monotonicMs(): number {
    return this.scheduler.nowMs;
  }

  now(): number {
    return this.scheduler.nowMs;
  }

  wallMs(): number {
    return Math.floor(this.#wallMs + this.scheduler.nowMs);
  }

  wallTime(): number {
    return this.wallMs();
  }

  after(delayMs: number, task: () => void): Cancel {
    let isCancelled = false;
    const run = (): void => {
      if (!isCancelled) task();
    };
    const cancel = this.scheduler.at(this.scheduler.nowMs + Math.max(0, delayMs), () => this.enter(run));
    return () => {
      isCancelled = true;
      cancel();
    };
  }

  every(periodMs: number, task: () => void): Cancel {
    let cancel: Cancel = () => undefined;
    const round = (): void => {
      cancel = this.after(Math.max(1, periodMs), round);
      task();
    };
    cancel = this.after(Math.max(1, periodMs), round);
    return () => cancel();
  }

  nextTurn(task: () => void): void {
    this.after(0, task);
  }

  macrotask(task: () => void): void {
    this.after(0, task);
  }

  get isStalled(): boolean {
    return this.#stalledUntilMs > this.scheduler.nowMs;
  }

  /** Something reaches the process now, or when it runs again, behind what has waited for longer. */
  enter(task: () => void): void {
    if (!this.isAlive) return;
    if (!this.isStalled && this.#waiting.length === 0) {
      task();
      return;
    }
    this.#waiting.push(task);
    if (this.#waiting.length === 1) this.#wakeLater();
  }

  stall(ms: number): void {
    const untilMs = this.scheduler.nowMs + ms;
    const fromMs = Math.max(this.scheduler.nowMs, this.#stalledUntilMs);
    if (untilMs > fromMs) this.stalledMs += untilMs - fromMs;
    this.#stalledUntilMs = Math.max(this.#stalledUntilMs, untilMs);
  }

  jumpWall(byMs: number): void {
    this.#wallMs += byMs;
  }

  kill(): void {
    this.isAlive = false;
  }

  #wakeLater(): void {
    this.scheduler.at(Math.max(this.scheduler.nowMs, this.#stalledUntilMs), () => {
      if (!this.isAlive) return;
      if (this.isStalled) {
        this.#wakeLater();
        return;
      }
      const task = this.#waiting[0];
      task?.();
      this.#waiting.shift();
      if (this.#waiting.length > 0) this.#wakeLater();
    });
  }
}
