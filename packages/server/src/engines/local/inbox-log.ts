import { comparePositions, messageIdOf, type Position } from 'ar-rtm-protocol';
import type { CallEntry, InboxEntry, MessageEntry, RequestKey } from '../../ports/index.js';

/** Who wants to hear of the acknowledgement. */
export interface Origin {
  readonly nodeId: string;
  readonly ref: number;
}

export interface HeldEntry {
  entry: InboxEntry;
  origin: Origin | undefined;
  /** The request that made the entry, if it may be repeated. */
  readonly madeBy: RequestKey | undefined;
  readonly bytes: number;
}

/** What an entry is about. */
export type InboxContent = Pick<MessageEntry, 'message'> | Pick<CallEntry, 'call'>;

/** A held entry with a message. */
export type HeldMessage = HeldEntry & { entry: MessageEntry };

/** What a graceful restart knows of a log: its end and its live entries in order of position. */
export interface InboxTail {
  readonly lastOffset: number;
  readonly floor: Position;
  readonly lastTs: number;
  /** How many entries there should be. */
  readonly liveCount: number;
  readonly entries: readonly RestoredEntry[];
}

/** An entry as a restart finds it. */
export interface RestoredEntry {
  readonly entry: InboxEntry;
  readonly origin: Origin | undefined;
  readonly madeBy: RequestKey | undefined;
}

/** Stands for the entries of every empty inbox; never written to. */
const NOTHING_HELD = new Map<number, HeldEntry>();
/** Memory of one entry besides its texts, roughly. */
const ENTRY_BYTES = 200;
/** How many lost entries are remembered one by one, to tell `gone` from `acknowledged`. */
const LOST_REMEMBERED = 4096;

/**
 * The log of one inbox: entries that are neither acknowledged nor lost, in order of position. A map by message id keeps
 * that order, since every new entry has the highest position and one that becomes durable stays where it is.
 */
export class InboxLog {
  readonly #epoch: number;
  /** Most inboxes are empty most of the time: their collections are made when there is something in them. */
  #entries: Map<number, HeldEntry> = NOTHING_HELD;
  #lost: Set<number> | undefined;
  #lastOffset: number;
  #floor: Position;
  /** What was acknowledged or lost up to here is not known: it was before this log came into memory. */
  #start: Position;
  #lastTs = 0;
  #liveCount = 0;
  #liveBytes = 0;
  #durableCount = 0;

  constructor(epoch: number, startOffset: number) {
    this.#epoch = epoch;
    this.#lastOffset = startOffset;
    this.#floor = { epoch, offset: startOffset };
    this.#start = this.#floor;
  }

  get end(): Position {
    return { epoch: this.#epoch, offset: this.#lastOffset };
  }

  /** Entries up to here may have been lost: a cursor before it has a gap. */
  get floor(): Position {
    return this.#floor;
  }

  get lastTs(): number {
    return this.#lastTs;
  }

  get liveCount(): number {
    return this.#liveCount;
  }

  get liveBytes(): number {
    return this.#liveBytes;
  }

  get durableCount(): number {
    return this.#durableCount;
  }

  append(content: InboxContent, origin: Origin | undefined, wallMs: number, madeBy?: RequestKey): HeldEntry {
    this.#lastOffset += 1;
    if (wallMs > this.#lastTs) this.#lastTs = wallMs;
    const position = { epoch: this.#epoch, offset: this.#lastOffset };
    const entry: InboxEntry = { position, ...content, ts: this.#lastTs, durable: false };
    return this.#hold({ entry, origin, madeBy });
  }

  /** Puts back a durable entry from the records; called in order of position, before any {@link append}. */
  restore(entry: InboxEntry, madeBy: RequestKey | undefined): void {
    this.#hold({ entry, origin: undefined, madeBy });
    const { epoch, offset } = entry.position;
    if (epoch === this.#epoch && offset > this.#lastOffset) this.#lastOffset = offset;
    if (entry.ts > this.#lastTs) this.#lastTs = entry.ts;
  }

  /** Goes on where the log stood before a graceful restart, with its live entries. */
  resume(tail: InboxTail): void {
    this.#lastOffset = tail.lastOffset;
    this.#lastTs = Math.max(this.#lastTs, tail.lastTs);
    this.#start = this.end;
    // A record of the tail that was damaged is a loss that nobody else would tell of.
    this.#floor = tail.entries.length === tail.liveCount ? tail.floor : this.end;
    for (const restored of tail.entries) this.#hold(restored);
    const inOrder = [...this.#entries].sort(([a], [b]) => a - b);
    this.#entries = new Map(inOrder);
  }

  find(position: Position): HeldEntry | undefined {
    return this.#entries.get(messageIdOf(position));
  }

  /** Whether an entry that is not in the log any more is known to have been acknowledged or handed over. */
  wasRemoved(position: Position): boolean {
    if (comparePositions(position, this.#start) <= 0 || comparePositions(position, this.end) > 0) return false;
    return !this.#lost?.has(messageIdOf(position));
  }

  makeDurable(held: HeldMessage): void {
    if (held.entry.durable) return;
    held.entry = { ...held.entry, durable: true };
    this.#liveCount -= 1;
    this.#liveBytes -= held.bytes;
    this.#durableCount += 1;
  }

  /** Removes an entry that has been acknowledged or handed over. */
  remove(held: HeldEntry): void {
    this.#entries.delete(messageIdOf(held.entry.position));
    if (this.#entries.size === 0) this.#entries = NOTHING_HELD;
    if (held.entry.durable) {
      this.#durableCount -= 1;
    } else {
      this.#liveCount -= 1;
      this.#liveBytes -= held.bytes;
    }
  }

  /** Removes an entry that its receiver never gets: cursors before it have a gap from now on. */
  lose(held: HeldEntry): void {
    this.remove(held);
    const { position } = held.entry;
    if (comparePositions(position, this.#floor) > 0) this.#floor = position;
    this.#lost ??= new Set();
    this.#lost.add(messageIdOf(position));
    if (this.#lost.size <= LOST_REMEMBERED) return;
    for (const oldest of this.#lost) {
      this.#lost.delete(oldest);
      break;
    }
  }

  /** The oldest entry that is neither acknowledged nor lost. */
  get first(): Position | undefined {
    for (const { entry } of this.#entries.values()) return entry.position;
    return undefined;
  }

  oldest(durable: boolean): HeldEntry | undefined {
    for (const held of this.#entries.values()) {
      if (held.entry.durable === durable) return held;
    }
    return undefined;
  }

  live(): HeldEntry[] {
    return this.#liveCount === 0 ? [] : [...this.#entries.values()].filter((held) => !held.entry.durable);
  }

  /** Durable entries up to a position, all when it is absent. */
  durable(upTo?: Position): HeldMessage[] {
    if (this.#durableCount === 0) return [];
    return [...this.#entries.values()].filter(
      (held): held is HeldMessage => held.entry.durable && (!upTo || comparePositions(held.entry.position, upTo) <= 0),
    );
  }

  read(after: Position | undefined, limit: number) {
    const entries: InboxEntry[] = [];
    let more = false;
    for (const { entry } of this.#entries.values()) {
      if (after && comparePositions(entry.position, after) <= 0) continue;
      if (entries.length >= limit) {
        more = true;
        break;
      }
      entries.push(entry);
    }
    const last = entries[entries.length - 1];
    const end = more && last ? last.position : this.end;
    // A cursor behind the end cannot come from this log (restored from a backup, say): something is missing for sure.
    const gap =
      after !== undefined && (comparePositions(after, this.#floor) < 0 || comparePositions(after, this.end) > 0);
    return { entries, end, more, gap };
  }

  #hold({ entry, origin, madeBy }: RestoredEntry): HeldEntry {
    const bytes = ENTRY_BYTES + textLength(entry);
    const held: HeldEntry = { entry, origin, madeBy, bytes };
    if (this.#entries === NOTHING_HELD) this.#entries = new Map();
    this.#entries.set(messageIdOf(entry.position), held);
    if (entry.durable) {
      this.#durableCount += 1;
    } else {
      this.#liveCount += 1;
      this.#liveBytes += held.bytes;
    }
    return held;
  }
}

function textLength({ message, call }: InboxEntry): number {
  return message ? message.body.length + message.description.length : call.content.length + call.response.length;
}
