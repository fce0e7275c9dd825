import type { RecordValue, Time } from '../../ports/index.js';

/** Calls that share one transaction and one flush. */
export class WriteGroup {
  /** The last write of each key; undefined removes. */
  readonly writes = new Map<string, { readonly keyBytes: Buffer; readonly stored: Buffer | undefined }>();
  /** Of all records as they are after this group. */
  digest: RecordValue = {};
  /** Resolves when the group is on disk. */
  readonly done: Promise<void>;
  #bytes = 0;
  #resolve: () => void = () => undefined;
  #reject: (error: Error) => void = () => undefined;

  constructor(readonly id: number) {
    this.done = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    // Every caller has the promise and sees the failure; nobody may be there for it when the process stops.
    this.done.catch(() => undefined);
  }

  put(key: string, keyBytes: Buffer, stored: Buffer | undefined): void {
    this.writes.set(key, { keyBytes, stored });
    this.#bytes += keyBytes.length + (stored?.length ?? 0);
  }

  /** Whether the next call begins a new group; a single call is never split. */
  get isFull(): boolean {
    return this.writes.size >= 4096 || this.#bytes >= 4 * 1024 * 1024;
  }

  succeed(): void {
    this.#resolve();
  }

  fail(error: Error): void {
    this.#reject(error);
  }
}

/**
 * Collects calls into groups and has one group committed at a time: what arrives while a flush is under way waits for
 * the next one. A call on an idle store waits for the end of its turn of the event loop.
 *
 * After a failed commit nothing is committed any more: later groups were built on the failed one, and storing them
 * without it would put the file at odds with what the engine has in memory. A restart reads back what is on disk.
 */
export class WriteGroups {
  /** The one being committed, if any, then those that wait; only the last takes more calls. */
  readonly #queue: WriteGroup[] = [];
  #isCommitting = false;
  #isScheduled = false;
  #nextId = 1;
  #failure: Error | undefined;

  constructor(
    private readonly time: Time,
    private readonly handlers: {
      /** Resolves when the group is on disk. */
      commit(group: WriteGroup): Promise<void>;
      onCommitted(group: WriteGroup): void;
      onFailed(error: Error): void;
    },
  ) {}

  get failure(): Error | undefined {
    return this.#failure;
  }

  /** The group that a call made now belongs to. It is committed in a later turn of the event loop at the earliest. */
  join(): WriteGroup {
    const last = this.#queue.at(-1);
    const isUnderWay = this.#isCommitting && this.#queue.length === 1;
    if (last && !isUnderWay && !last.isFull) return last;
    const group = new WriteGroup(this.#nextId);
    this.#nextId += 1;
    this.#queue.push(group);
    this.#schedule();
    return group;
  }

  /** Resolves when all groups so far are on disk; rejects when one could not be written. */
  async settled(): Promise<void> {
    if (this.#failure) throw this.#failure;
    await this.#queue.at(-1)?.done;
  }

  #schedule(): void {
    if (this.#isScheduled || this.#isCommitting) return;
    this.#isScheduled = true;
    this.time.nextTurn(() => {
      this.#isScheduled = false;
      void this.#commitAll();
    });
  }

  async #commitAll(): Promise<void> {
    this.#isCommitting = true;
    for (let group = this.#queue[0]; group; group = this.#queue[0]) {
      try {
        await this.handlers.commit(group);
      } catch (error) {
        this.#fail(error instanceof Error ? error : new Error(String(error)));
        break;
      }
      this.#queue.shift();
      this.handlers.onCommitted(group);
      group.succeed();
    }
    this.#isCommitting = false;
  }

  #fail(error: Error): void {
    this.#failure = error;
    this.handlers.onFailed(error);
    for (const group of this.#queue.splice(0)) group.fail(error);
  }
}
