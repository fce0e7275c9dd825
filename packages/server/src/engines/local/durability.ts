import type { Counters, Logger, RecordChange, Records, Time } from '../../ports/index.js';
import { EngineUnavailable } from '../../ports/index.js';

interface Wait {
  readonly deadlineMs: number;
  readonly give: (error: EngineUnavailable) => void;
}

/**
 * Writes to the records. What an answer promises is awaited, at most as long as the caller waits; the rest is written
 * behind. A failed write is counted and logged; its caller is told that the outcome is unknown.
 */
export class Durability {
  readonly #records: Records;
  readonly #time: Time;
  readonly #counters: Counters;
  readonly #logger: Logger;
  readonly #waits = new Set<Wait>();

  constructor(records: Records, time: Time, counters: Counters, logger: Logger) {
    this.#records = records;
    this.#time = time;
    this.#counters = counters;
    this.#logger = logger;
  }

  /** Answers that wait for the disk. */
  get size(): number {
    return this.#waits.size;
  }

  /** Writes and resolves when on disk. Rejects with {@link EngineUnavailable} when that fails or takes too long. */
  flush(changes: readonly RecordChange[], timeoutMs: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const wait: Wait = { deadlineMs: this.#time.monotonicMs() + timeoutMs, give: reject };
      this.#waits.add(wait);
      this.#write(changes).then(
        () => {
          this.#waits.delete(wait);
          resolve();
        },
        (error: unknown) => {
          this.#waits.delete(wait);
          reject(new EngineUnavailable('the records could not be written', { cause: error }));
        },
      );
    });
  }

  /** Writes without waiting. The order of all writes is the order of the calls. */
  behind(changes: readonly RecordChange[]): void {
    if (changes.length === 0) return;
    this.#write(changes).catch(() => undefined); // reported below
  }

  /** Gives up on writes that take longer than their callers wait; called at every sweep. */
  expire(): void {
    if (this.#waits.size === 0) return;
    const nowMs = this.#time.monotonicMs();
    for (const wait of this.#waits) {
      if (wait.deadlineMs > nowMs) continue;
      this.#waits.delete(wait);
      wait.give(new EngineUnavailable('the records were not written in time'));
    }
  }

  /** Fails whoever still waits: the engine has been closed without grace. */
  abandon(): void {
    for (const wait of this.#waits) wait.give(new EngineUnavailable('the engine was closed'));
    this.#waits.clear();
  }

  async #write(changes: readonly RecordChange[]): Promise<void> {
    try {
      await this.#records.write(changes);
    } catch (error) {
      this.#counters.add('engine_failures');
      this.#logger.error({ err: error, changes: changes.length }, 'records could not be written');
      throw error;
    }
  }
}
