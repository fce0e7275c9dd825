import type { Logger } from '../../ports/index.js';

/**
 * What the engine tells nodes (feeds and notices), in the order in which it happened. A call posts while it changes
 * state and flushes when the change is complete, so a handler sees finished steps only and hears of them before the
 * call's result. A handler that calls the engine in turn is not entered again from within: what its call posts is
 * delivered behind what already waits.
 */
export class Deliveries {
  readonly #logger: Logger;
  #waiting: (() => void)[] = [];
  #isFlushing = false;

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  post(deliver: () => void): void {
    this.#waiting.push(deliver);
  }

  flush(): void {
    if (this.#isFlushing) return;
    this.#isFlushing = true;
    while (this.#waiting.length > 0) {
      const batch = this.#waiting;
      this.#waiting = [];
      for (const deliver of batch) {
        try {
          deliver();
        } catch (error) {
          this.#logger.error({ err: error }, 'a feed or notice handler failed; the engine goes on');
        }
      }
    }
    this.#isFlushing = false;
  }
}
