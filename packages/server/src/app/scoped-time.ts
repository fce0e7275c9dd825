import type { Cancel, Time } from '../ports/time.js';

/**
 * The time of one node. Its end cancels every timer that the node has set and takes no new one, so that nothing of a
 * stopped node is tried again: whoever pauses between two attempts does not go on. Turns of the event loop still run, since
 * closes leave through them.
 */
export class ScopedTime implements Time {
  private readonly cancels = new Set<Cancel>();
  private hasEnded = false;

  constructor(private readonly time: Time) {}

  monotonicMs(): number {
    return this.time.monotonicMs();
  }

  wallMs(): number {
    return this.time.wallMs();
  }

  after(delayMs: number, task: () => void): Cancel {
    return this.keep((cancel) =>
      this.time.after(delayMs, () => {
        this.cancels.delete(cancel);
        task();
      }),
    );
  }

  every(periodMs: number, task: () => void): Cancel {
    return this.keep(() => this.time.every(periodMs, task));
  }

  nextTurn(task: () => void): void {
    this.time.nextTurn(task);
  }

  end(): void {
    this.hasEnded = true;
    for (const cancel of this.cancels) cancel();
  }

  private keep(set: (cancel: Cancel) => Cancel): Cancel {
    if (this.hasEnded) return () => undefined;
    const cancel = (): void => {
      this.cancels.delete(cancel);
      stop();
    };
    const stop = set(cancel);
    this.cancels.add(cancel);
    return cancel;
  }
}
