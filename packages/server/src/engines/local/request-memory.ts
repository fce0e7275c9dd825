/** A request that has been carried out. */
export interface Remembered {
  /** Who made it: a client instance, or its session. */
  readonly by: string;
  /** Its number; those of one client only grow. */
  readonly msgId: number;
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
const NOBODY = new Map<string, number>();

/**
 * Which requests made which entries of one log, so that a repeated one makes no second entry (design 4), and none comes
 * behind a later one of the same client. Bounded in time and number.
 */
export class RequestMemory {
  readonly #bounds: RequestMemoryBounds;
  /** In order of time. */
  #known: Map<string, Remembered> = NOTHING;
  /** The highest number that each client has used here. */
  #newest: Map<string, number> = NOBODY;

  constructor(bounds: RequestMemoryBounds) {
    this.#bounds = bounds;
  }

  get size(): number {
    return this.#known.size;
  }

  find(by: string, msgId: number): Remembered | undefined {
    return this.#known.get(keyOf(by, msgId));
  }

  /** Whether a later request of the same client has been carried out: an earlier one would now be out of order. */
  isLate(by: string, msgId: number): boolean {
    return msgId < (this.#newest.get(by) ?? msgId);
  }

  remember(one: Remembered): void {
    if (this.#known === NOTHING) {
      this.#known = new Map();
      this.#newest = new Map();
    }
    const { by, msgId, atMs } = one;
    this.#known.set(keyOf(by, msgId), one);
    if (msgId > (this.#newest.get(by) ?? -1)) this.#newest.set(by, msgId);
    this.forget(atMs);
  }

  /** Forgets what is beyond the bounds. */
  forget(nowMs: number): void {
    const { requestMs, requestEntries } = this.#bounds;
    for (const { by, msgId, atMs } of this.#known.values()) {
      if (this.#known.size <= requestEntries && nowMs - atMs <= requestMs) return;
      this.#known.delete(keyOf(by, msgId));
      if (this.#newest.get(by) === msgId) this.#newest.delete(by);
    }
    this.#known = NOTHING;
    this.#newest = NOBODY;
  }

  /** What a graceful restart takes along. */
  all(): Iterable<Remembered> {
    return this.#known.values();
  }
}

function keyOf(by: string, msgId: number): string {
  return `${by}/${msgId}`;
}
