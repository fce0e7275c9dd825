import { comparePositions, type Position } from 'ar-rtm-protocol';
import type { ChannelEntry, PlacedChannelEntry } from '../../ports/index.js';

interface HeldChannelEntry {
  readonly placed: PlacedChannelEntry;
  readonly atMs: number;
  readonly bytes: number;
}

export interface ChannelLogBounds {
  readonly channelLogMs: number;
  readonly channelLogEntries: number;
  readonly channelLogBytes: number;
}

/** What a graceful restart knows of a log. */
export interface ChannelTail {
  readonly lastOffset: number;
  readonly floor: Position;
  readonly lastTs: number;
  /** In order of position. */
  readonly entries: readonly PlacedChannelEntry[];
}

/** Memory of one entry besides its texts, roughly. */
const ENTRY_BYTES = 200;

/** The log of one channel: the newest entries within its bounds, with consecutive offsets. */
export class ChannelLog {
  readonly #epoch: number;
  readonly #bounds: ChannelLogBounds;
  /** Entries before `#head` have been dropped and are cut off from time to time. */
  #entries: HeldChannelEntry[] = [];
  #head = 0;
  #bytes = 0;
  #lastOffset: number;
  #floor: Position;
  #lastTs = 0;

  constructor(epoch: number, startOffset: number, bounds: ChannelLogBounds) {
    this.#epoch = epoch;
    this.#bounds = bounds;
    this.#lastOffset = startOffset;
    this.#floor = { epoch, offset: startOffset };
  }

  get end(): Position {
    return { epoch: this.#epoch, offset: this.#lastOffset };
  }

  /** Entries up to here are no longer there: a cursor before it has a gap. */
  get floor(): Position {
    return this.#floor;
  }

  get lastTs(): number {
    return this.#lastTs;
  }

  /** Memory of the entries, roughly. */
  get bytes(): number {
    return this.#bytes;
  }

  get size(): number {
    return this.#entries.length - this.#head;
  }

  /** When the oldest entry was appended. */
  get oldestAtMs(): number | undefined {
    return this.#entries[this.#head]?.atMs;
  }

  append(entry: ChannelEntry, nowMs: number, wallMs: number): PlacedChannelEntry {
    this.#lastOffset += 1;
    if (wallMs > this.#lastTs) this.#lastTs = wallMs;
    const placed: PlacedChannelEntry = {
      position: { epoch: this.#epoch, offset: this.#lastOffset },
      ts: this.#lastTs,
      entry,
    };
    this.#hold(placed, nowMs);
    this.trim(nowMs);
    return placed;
  }

  /** Goes on where the log stood before a graceful restart, with its entries. */
  resume(tail: ChannelTail, nowMs: number): void {
    this.#lastOffset = tail.lastOffset;
    this.#lastTs = tail.lastTs;
    this.#floor = tail.floor;
    // Only a run without a hole up to the end: a record may have been damaged.
    let first = tail.entries.length;
    while (first > 0 && tail.entries[first - 1]?.position.offset === tail.lastOffset - (tail.entries.length - first)) {
      first -= 1;
    }
    for (const placed of tail.entries.slice(first)) this.#hold(placed, nowMs);
    const floor: Position = { epoch: this.#epoch, offset: this.#firstOffset() - 1 };
    if (comparePositions(floor, this.#floor) > 0) this.#floor = floor;
  }

  /** Drops what is beyond the bounds. The newest entry stays, whatever its size, until it is too old. */
  trim(nowMs: number): void {
    const { channelLogMs, channelLogEntries, channelLogBytes } = this.#bounds;
    const oldestKeptMs = nowMs - channelLogMs;
    for (;;) {
      const oldest = this.#entries[this.#head];
      if (!oldest) break;
      const isOver = this.size > channelLogEntries || (this.#bytes > channelLogBytes && this.size > 1);
      if (!isOver && oldest.atMs > oldestKeptMs) break;
      this.#floor = oldest.placed.position;
      this.#bytes -= oldest.bytes;
      this.#head += 1;
    }
    if (this.#head === this.#entries.length) {
      this.#entries = [];
      this.#head = 0;
    } else if (this.#head >= 64 && this.#head * 2 >= this.#entries.length) {
      this.#entries = this.#entries.slice(this.#head);
      this.#head = 0;
    }
  }

  read(after: Position, limit: number) {
    const end = this.end;
    const gap = comparePositions(after, this.#floor) < 0 || comparePositions(after, end) > 0;
    const start = gap ? this.#head : this.#head + after.offset - this.#firstOffset() + 1;
    const held = comparePositions(after, end) > 0 ? [] : this.#entries.slice(start, start + Math.max(1, limit));
    const entries = held.map(({ placed }) => placed);
    const last = entries[entries.length - 1];
    const more = last !== undefined && last.position.offset < end.offset;
    return { entries, end: more ? last.position : end, more, gap };
  }

  all(): PlacedChannelEntry[] {
    return this.#entries.slice(this.#head).map(({ placed }) => placed);
  }

  #firstOffset(): number {
    return this.#entries[this.#head]?.placed.position.offset ?? this.#lastOffset + 1;
  }

  #hold(placed: PlacedChannelEntry, atMs: number): void {
    const { entry } = placed;
    const bytes = ENTRY_BYTES + (entry.kind === 'message' ? entry.body.length + entry.description.length : 0);
    this.#bytes += bytes;
    this.#entries.push({ placed, atMs, bytes });
  }
}
