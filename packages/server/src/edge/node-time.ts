import { randomFillSync } from 'node:crypto';
import type { Cancel, Chance, Time } from '../ports/index.js';

/** `setTimeout` takes 32 bits; above that it would run at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** The clocks and timers of Node. */
export class NodeTime implements Time {
  monotonicMs(): number {
    return performance.now();
  }

  wallMs(): number {
    return Date.now();
  }

  after(delayMs: number, task: () => void): Cancel {
    const deadline = performance.now() + delayMs;
    let timer: NodeJS.Timeout;
    const wait = (leftMs: number): void => {
      timer = setTimeout(
        () => {
          const stillMs = deadline - performance.now();
          if (leftMs > LONGEST_TIMER_MS && stillMs > 0) wait(stillMs);
          else task();
        },
        Math.min(leftMs, LONGEST_TIMER_MS),
      );
    };
    wait(delayMs);
    return () => clearTimeout(timer);
  }

  every(periodMs: number, task: () => void): Cancel {
    const timer = setInterval(task, Math.min(periodMs, LONGEST_TIMER_MS));
    return () => clearInterval(timer);
  }

  nextTurn(task: () => void): void {
    setImmediate(task);
  }
}

/**
 * The time of a wait that may be given up: from then on every deadline has passed and nothing is waited for, so that
 * whoever waits in steps comes to its end.
 */
export class ImpatientTime extends NodeTime {
  private readonly waiting = new Set<() => void>();
  private hasGivenUp = false;

  giveUp(): void {
    this.hasGivenUp = true;
    for (const run of this.waiting) run();
  }

  override monotonicMs(): number {
    return this.hasGivenUp ? Number.POSITIVE_INFINITY : super.monotonicMs();
  }

  override after(delayMs: number, task: () => void): Cancel {
    const run = (): void => {
      cancel();
      task();
    };
    const stop = super.after(this.hasGivenUp ? 0 : delayMs, run);
    const cancel = (): void => {
      this.waiting.delete(run);
      stop();
    };
    this.waiting.add(run);
    return cancel;
  }
}

/** Asking for a few bytes costs as much as for a page of them, and thousands may log in within a second. */
const POOL_BYTES = 4096;

/** Randomness of Node. */
export class NodeChance implements Chance {
  private readonly pool = Buffer.alloc(POOL_BYTES);
  private used = POOL_BYTES;

  fraction(): number {
    return Math.random();
  }

  secretHex(bytes: number): string {
    if (bytes > POOL_BYTES) return randomFillSync(Buffer.alloc(bytes)).toString('hex');
    if (this.used + bytes > POOL_BYTES) {
      randomFillSync(this.pool);
      this.used = 0;
    }
    const end = this.used + bytes;
    const hex = this.pool.toString('hex', this.used, end);
    // Nobody finds it here later.
    this.pool.fill(0, this.used, end);
    this.used = end;
    return hex;
  }
}
