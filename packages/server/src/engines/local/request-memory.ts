/** A request that has been carried out. */
export interface Remembered {
  readonly key: string;
  /** The entry that it made, as the id of its position. */
  readonly id: number;
  readonly ts: number;
  readonly atMs: number;
  /** The entry had been acknowledged before a restart, which the log does not know any more. */
  readonly isAcknowledged?: boolean;
}

export interface RequestMemoryBounds {
  /** How long a request is remembered. Longer than a client repeats it. */
  readonly requestMs: number;
  readonly requestEntries: number;
}

const NOTHING = new Map<string, Remembered>();

/**
 * Which requests made which entries of one log, so that a repeated one makes no second entry (design 4). Bounded in time
 * and number.
 */
export class RequestMemory {
  readonly #bounds: RequestMemoryBounds;
  /** In order of time. */
  #known: Map<string, Remembered> = NOTHING;

  constructor(bounds: RequestMemoryBounds) {
    this.#bounds = bounds;
  }

  get size(): number {
    return this.#known.size;
  }

  find(key: string): Remembered | undefined {
    return this.#known.get(key);
  }

  remember(one: Remembered): void {
    if (this.#known === NOTHING) this.#known = new Map();
    this.#known.set(one.key, one);
    this.forget(one.atMs);
  }

  /** Forgets what is beyond the bounds. */
  forget(nowMs: number): void {
    const { requestMs, requestEntries } = this.#bounds;
    for (const { key, atMs } of this.#known.values()) {
      if (this.#known.size <= requestEntries && nowMs - atMs <= requestMs) return;
      this.#known.delete(key);
    }
    this.#known = NOTHING;
  }

  /** What a graceful restart takes along. */
  all(): Iterable<Remembered> {
    return this.#known.values();
  }
}
