export interface RequestMemoryBounds {
  /** How long the requests of a session that sends nothing more are remembered. Longer than a client repeats them. */
  readonly requestMs: number;
  /** How many are remembered per session and log, the newest. More than a client can have without an answer. */
  readonly requestEntries: number;
}

/** What one session has done to a log, as a graceful restart takes it along. */
export interface RememberedSession {
  readonly session: number;
  /** Numbers of the requests, growing, and the entry that each made, as the id of its position. */
  readonly msgIds: readonly number[];
  readonly entryIds: readonly number[];
  readonly atMs: number;
}

/** Two lists of numbers, not one object per request: there may be many, and nearly none is ever asked for. */
interface SessionRequests {
  msgIds: number[];
  entryIds: number[];
  atMs: number;
}

const NOBODY = new Map<number, SessionRequests>();
const PRUNE_MS = 10_000;

/**
 * Which requests made which entries of one log, so that a repeated one makes no second entry (design 4), and none comes
 * behind a later one of the same session. Bounded in time and number.
 */
export class RequestMemory {
  readonly #bounds: RequestMemoryBounds;
  #sessions: Map<number, SessionRequests> = NOBODY;
  #prunedMs = 0;

  constructor(bounds: RequestMemoryBounds) {
    this.#bounds = bounds;
  }

  /** Sessions of which something is remembered. */
  get size(): number {
    return this.#sessions.size;
  }

  /** The entry that the request made, as the id of its position. */
  find(session: number, msgId: number): number | undefined {
    const known = this.#sessions.get(session);
    if (!known || msgId > newestOf(known)) return undefined;
    const index = known.msgIds.lastIndexOf(msgId);
    return index < 0 ? undefined : known.entryIds[index];
  }

  /** Whether a later request of the same session has been carried out: an earlier one would now be out of order. */
  isLate(session: number, msgId: number): boolean {
    const known = this.#sessions.get(session);
    return known !== undefined && msgId <= newestOf(known);
  }

  remember(session: number, msgId: number, entryId: number, nowMs: number): void {
    if (nowMs - this.#prunedMs > PRUNE_MS) this.forget(nowMs);
    if (this.#sessions === NOBODY) this.#sessions = new Map();
    const known = this.#sessions.get(session);
    if (!known) {
      this.#sessions.set(session, { msgIds: [msgId], entryIds: [entryId], atMs: nowMs });
      return;
    }
    known.msgIds.push(msgId);
    known.entryIds.push(entryId);
    known.atMs = nowMs;
    const { requestEntries } = this.#bounds;
    if (known.msgIds.length < 2 * requestEntries) return;
    known.msgIds = known.msgIds.slice(-requestEntries);
    known.entryIds = known.entryIds.slice(-requestEntries);
  }

  restore({ session, msgIds, entryIds, atMs }: RememberedSession): void {
    if (this.#sessions === NOBODY) this.#sessions = new Map();
    this.#sessions.set(session, { msgIds: [...msgIds], entryIds: [...entryIds], atMs });
  }

  /** Forgets sessions that have sent nothing for long. */
  forget(nowMs: number): void {
    this.#prunedMs = nowMs;
    const oldestMs = nowMs - this.#bounds.requestMs;
    for (const [session, { atMs }] of this.#sessions) if (atMs < oldestMs) this.#sessions.delete(session);
    if (this.#sessions.size === 0) this.#sessions = NOBODY;
  }

  /** What a graceful restart takes along. */
  all(): RememberedSession[] {
    return [...this.#sessions].map(([session, known]) => ({ session, ...known }));
  }
}

function newestOf({ msgIds }: SessionRequests): number {
  return msgIds[msgIds.length - 1] as number;
}
