import type { Cancel } from 'ar-rtm-server/ports';

interface Task {
  readonly dueMs: number;
  /** Tasks due at the same time run in the order in which they were set. */
  readonly order: number;
  /** Absent when it was cancelled. */
  run: (() => void) | undefined;
}

/** Tasks that are handed to Node's event loop together; the promise reactions of each run before the next. */
const BATCH = 256;
/** More tasks than this without any time passing are a loop that does not end. */
const MOST_WITHOUT_TIME = 200_000;

/**
 * Virtual time of a whole world: one heap of tasks. Between two tasks all promise reactions run, as between the macrotasks
 * of a real process. Nothing else moves the time.
 */
export class Scheduler {
  nowMs = 0;
  /** Tasks that ran. */
  executed = 0;
  /** What tasks threw. */
  readonly uncaught: unknown[] = [];
  readonly #heap: Task[] = [];
  #order = 0;
  #withoutTime = 0;

  at(dueMs: number, run: () => void): Cancel {
    this.#order += 1;
    const task: Task = { dueMs: Math.max(dueMs, this.nowMs), order: this.#order, run };
    this.#push(task);
    return () => {
      task.run = undefined;
    };
  }

  /** Runs everything due until `endMs`. */
  runUntil(endMs: number): Promise<void> {
    return new Promise((resolve, reject) => {
      let isOver = false;
      const step = (): void => {
        if (isOver) return;
        try {
          if (this.#step(endMs)) return;
          this.nowMs = Math.max(this.nowMs, endMs);
          isOver = true;
          resolve();
        } catch (error) {
          isOver = true;
          reject(error);
        }
      };
      const batch = (): void => {
        if (isOver) return;
        for (let i = 0; i < BATCH; i += 1) setImmediate(step);
        setImmediate(batch);
      };
      batch();
    });
  }

  #step(endMs: number): boolean {
    let task = this.#heap[0];
    while (task && !task.run) {
      this.#pop();
      task = this.#heap[0];
    }
    if (!task || task.dueMs > endMs) return false;
    this.#pop();
    if (task.dueMs > this.nowMs) this.#withoutTime = 0;
    this.#withoutTime += 1;
    if (this.#withoutTime > MOST_WITHOUT_TIME) throw new Error('a loop without end: no time passes');
    this.nowMs = task.dueMs;
    this.executed += 1;
    try {
      task.run?.();
    } catch (error) {
      this.uncaught.push(error);
    }
    return true;
  }

  #push(task: Task): void {
    const heap = this.#heap;
    let at = heap.length;
    heap.push(task);
    while (at > 0) {
      const parent = (at - 1) >>> 1;
      const above = heap[parent] as Task;
      if (isBefore(above, task)) break;
      heap[at] = above;
      at = parent;
    }
    heap[at] = task;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop() as Task;
    if (heap.length === 0) return;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && isBefore(heap[child + 1] as Task, heap[child] as Task)) child += 1;
      const below = heap[child] as Task;
      if (isBefore(last, below)) break;
      heap[at] = below;
      at = child;
    }
    heap[at] = last;
  }
}

function isBefore(a: Task, b: Task): boolean {
  return a.dueMs < b.dueMs || (a.dueMs === b.dueMs && a.order < b.order);
}
