/**
 * Work that falls due at a sweep: buckets as wide as the sweep's period instead of a timer each. A task runs at the
 * first sweep at or after its time; there is no cancelling, so a task looks first whether there is still something to do.
 */
export class Agenda {
  readonly #periodMs: number;
  readonly #buckets = new Map<number, (() => void)[]>();
  #done = 0;

  constructor(periodMs: number) {
    this.#periodMs = periodMs;
  }

  at(dueMs: number, task: () => void): void {
    const bucket = Math.max(Math.ceil(dueMs / this.#periodMs), this.#done + 1);
    const tasks = this.#buckets.get(bucket);
    if (tasks) tasks.push(task);
    else this.#buckets.set(bucket, [task]);
  }

  /** Runs what is due. The clock moves by few periods between two sweeps, so walking the bucket numbers is cheap. */
  run(nowMs: number): void {
    const last = Math.floor(nowMs / this.#periodMs);
    while (this.#done < last) {
      this.#done += 1;
      const tasks = this.#buckets.get(this.#done);
      if (!tasks) continue;
      this.#buckets.delete(this.#done);
      for (const task of tasks) task();
    }
  }

  /** Buckets that wait. */
  get size(): number {
    return this.#buckets.size;
  }
}
