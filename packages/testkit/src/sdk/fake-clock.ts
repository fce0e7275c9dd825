/**
 * Time moved by hand. Nothing happens by itself: `advance` runs what is due, one task at a time, and lets the promise
 * reactions of each task run before the next, as a browser does. It fits the `Clock` port of the SDK.
 */
export class FakeClock {
  /** Wall time at the start, in ms since 1970. */
  static readonly EPOCH = 1_800_000_000_000;
  private time = 0;
  private sleptMs = 0;
  private sequence = 0;
  private readonly timers = new Map<number, { due: number; task: () => void }>();
  private readonly tasks: (() => void)[] = [];
  /** What tasks threw: where a browser would call its global error handlers. */
  readonly uncaught: unknown[] = [];

  now(): number {
    return this.time;
  }

  wallTime(): number {
    return FakeClock.EPOCH + this.time + this.sleptMs;
  }

  after(delayMs: number, task: () => void): () => void {
    this.sequence += 1;
    const id = this.sequence;
    this.timers.set(id, { due: this.time + Math.max(0, delayMs), task });
    return () => this.timers.delete(id);
  }

  macrotask(task: () => void): void {
    this.tasks.push(task);
  }

  /** Timers that are waiting. */
  get waiting(): number {
    return this.timers.size;
  }

  /** Lets `ms` pass: everything due until then is done, with all that follows from it. */
  async advance(ms: number): Promise<void> {
    const end = this.time + ms;
    await reactions();
    while (await this.step(end));
    this.time = end;
  }

  /** Does what is due now, and all that follows from it without waiting. */
  settle(): Promise<void> {
    return this.advance(0);
  }

  /**
   * Runs the next macrotask, or else the next timer due until `end`, and the promise reactions that follow; `false`
   * when there is none.
   */
  async step(end = this.time): Promise<boolean> {
    const task = this.tasks.shift() ?? this.dueTimer(end);
    if (!task) return false;
    this.run(task);
    await reactions();
    return true;
  }

  /** Moves the time without running anything, as when a machine sleeps or the event loop is blocked. */
  jump(ms: number): void {
    this.time += ms;
  }

  /** Moves the wall clock alone: where a machine sleeps, the other one and all timers may stand still. */
  sleep(ms: number): void {
    this.sleptMs += ms;
  }

  /** Takes the next timer, and moves the time to it. */
  private dueTimer(end: number): (() => void) | undefined {
    let first: { id: number; due: number; task: () => void } | undefined;
    for (const [id, timer] of this.timers) {
      if (timer.due <= end && (!first || timer.due < first.due)) first = { id, ...timer };
    }
    if (!first) return undefined;
    this.timers.delete(first.id);
    this.time = Math.max(this.time, first.due);
    return first.task;
  }

  private run(task: () => void): void {
    try {
      task();
    } catch (error) {
      this.uncaught.push(error);
    }
  }
}

/** A real macrotask: when it runs, all promise reactions have run. */
function reactions(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
