import { utf8Bytes } from 'ar-rtm-protocol';
import type {
  ArchivedMessage,
  HistoryEntry,
  HistoryPage,
  HistoryQuery,
  RecordChange,
  Records,
  RecordValue,
  RequestKey,
} from '../../ports/index.js';
import { keyParts, RECORD_KEYS } from './record-keys.js';
import { numberOf, textOf } from './record-values.js';
import { RequestMemory, type RequestMemoryBounds } from './request-memory.js';

export interface HistoryBounds extends RequestMemoryBounds {
  readonly historyMs: number;
  readonly historyEntries: number;
  readonly historyBytes: number;
}

/** What all logs share. */
export interface HistoryRoom {
  readonly records: Records;
  readonly bounds: HistoryBounds;
  /** No log of this run has given an id up to here that it does not know of itself. */
  readonly floorId: () => number;
  readonly nowMs: () => number;
  readonly wallMs: () => number;
  /** Entries that went because there were too many, or because they were too old. */
  readonly dropped: (reason: 'displaced' | 'expired', count: number) => void;
}

/** A request and the entry that it made. */
type Made = readonly [session: number, msgId: number, offset: number];

/** Size of one entry besides its texts, roughly. */
const ENTRY_BYTES = 100;
/** Requests that are on disk: far more than clients repeat after a crash. */
const RECORDED_REQUESTS = 64;
/** Entries that one step of trimming removes at most. */
const TRIM_SLICE = 100;
/** A log above its bounds is cut by this part more, so that not every new entry has to remove one. */
const SLACK = 128;

/**
 * The archived messages of one conversation. Entries are on disk only; in memory are their number and size, and which
 * requests made the newest ones. That is the *head*, a record that is written together with each entry.
 */
export class HistoryLog {
  readonly requests: RequestMemory;
  readonly #room: HistoryRoom;
  readonly #appId: string;
  readonly #name: string;
  #last: number;
  #lastTs: number;
  /** Time of the oldest entry, or an earlier one. */
  #firstTs: number;
  #count: number;
  #bytes: number;
  #recent: Made[];

  constructor(room: HistoryRoom, appId: string, name: string) {
    this.#room = room;
    this.#appId = appId;
    this.#name = name;
    const head = room.records.get(RECORD_KEYS.historyHead(appId, name)) ?? this.#recount();
    this.#last = numberOf(head, 'last');
    this.#lastTs = numberOf(head, 'lastTs');
    this.#firstTs = numberOf(head, 'firstTs');
    this.#count = numberOf(head, 'count');
    this.#bytes = numberOf(head, 'bytes');
    this.#recent = [...((head.recent ?? []) as readonly Made[])];
    this.requests = new RequestMemory(room.bounds);
    for (const [session, msgId, offset] of this.#recent) this.requests.remember(session, msgId, offset, room.nowMs());
  }

  /** Entries that are too old are still there. */
  get isOverdue(): boolean {
    return this.#count > 0 && this.#firstTs <= this.#expiredTs();
  }

  /** The highest offset that was given. */
  get last(): number {
    return this.#last;
  }

  append(message: ArchivedMessage, ts: number, madeBy: RequestKey | undefined) {
    const bytes = sizeOf(message);
    const changes = this.#drop(1, bytes);
    const offset = Math.max(this.#last, this.#room.floorId()) + 1;
    this.#last = offset;
    this.#lastTs = Math.max(this.#lastTs, ts);
    if (this.#count === 0) this.#firstTs = this.#lastTs;
    this.#count += 1;
    this.#bytes += bytes;
    if (madeBy) {
      this.requests.remember(madeBy.session, madeBy.msgId, offset, this.#room.nowMs());
      this.#recent = [...this.#recent, [madeBy.session, madeBy.msgId, offset] as const].slice(-RECORDED_REQUESTS);
    }
    const { from, type, body, description } = message;
    changes.push({ key: this.#key(offset), value: { from, type, body, description, ts: this.#lastTs } }, this.#head());
    return { offset, changes };
  }

  /** The same writes once more, for a request that is repeated: the first ones may have failed, or be under way. */
  again(offset: number): RecordChange[] {
    const key = this.#key(offset);
    const value = this.#room.records.get(key);
    return value ? [{ key, value }, this.#head()] : [];
  }

  read({ order, after, startTs = 0, endTs = Number.POSITIVE_INFINITY, limit, maxBytes }: HistoryQuery): HistoryPage {
    const fromTs = Math.max(startTs, this.#expiredTs() + 1);
    const isReverse = order === 'desc';
    const begin = isReverse
      ? Math.min((after ?? Number.POSITIVE_INFINITY) - 1, this.#seek(endTs + 1) - 1)
      : Math.max((after ?? -1) + 1, this.#seek(fromTs));
    const entries: HistoryEntry[] = [];
    let bytes = 0;
    let more = false;
    for (const entry of begin < 0 ? [] : this.#scan(begin, isReverse)) {
      if (isReverse ? entry.ts < fromTs : entry.ts > endTs) break;
      bytes += sizeOf(entry.message);
      more = entries.length >= Math.max(1, limit) || (entries.length > 0 && bytes > maxBytes);
      if (more) break;
      entries.push(entry);
    }
    return { entries, more, total: this.#count };
  }

  /** Removes entries that are too old, some at a time. */
  trim(): RecordChange[] {
    const changes = this.#drop(0, 0);
    return changes.length > 0 ? [...changes, this.#head()] : changes;
  }

  /** What a graceful stop writes: the whole memory of requests. */
  tail(): RecordChange[] {
    const known = this.requests.all();
    const made = known.flatMap(({ session, msgIds, entryIds }) =>
      msgIds.map((msgId, index): Made => [session, msgId, entryIds[index] as number]),
    );
    if (made.length === 0 || this.#count === 0) return [];
    this.#recent = made;
    return [this.#head()];
  }

  /** Removes the oldest entries, so that this many more fit the bounds. */
  #drop(entries: number, bytes: number): RecordChange[] {
    const { historyEntries, historyBytes } = this.#room.bounds;
    const isOver = this.#count + entries > historyEntries || this.#bytes + bytes > historyBytes;
    if (this.#count === 0 || (!isOver && !this.isOverdue)) return [];
    const slack = isOver ? 1 / SLACK : 0;
    const mostEntries = Math.ceil(historyEntries - historyEntries * slack) - entries;
    const mostBytes = historyBytes - historyBytes * slack - bytes;
    const expiredTs = this.#expiredTs();
    const changes: RecordChange[] = [];
    let expired = 0;
    let isEmpty = true;
    for (const { offset, ts, message } of this.#scan(0, false)) {
      const isExpired = ts <= expiredTs;
      if ((!isExpired && this.#count <= mostEntries && this.#bytes <= mostBytes) || changes.length >= TRIM_SLICE) {
        this.#firstTs = ts;
        isEmpty = false;
        break;
      }
      if (isExpired) expired += 1;
      changes.push({ key: this.#key(offset) });
      this.#count -= 1;
      this.#bytes -= sizeOf(message);
    }
    // Also when some were counted that turned out to be damaged.
    if (isEmpty) this.#count = this.#bytes = 0;
    this.#room.dropped('expired', expired);
    this.#room.dropped('displaced', changes.length - expired);
    return changes;
  }

  /** The lowest offset that no entry before this time has reached. Times grow with offsets. */
  #seek(ts: number): number {
    if (ts <= this.#firstTs || this.#count === 0) return 0;
    if (ts > this.#lastTs) return this.#last + 1;
    let low = this.#first(0)?.offset ?? 0;
    let high = this.#last + 1;
    while (low < high) {
      const middle = Math.floor(low + (high - low) / 2);
      const entry = this.#first(middle);
      if (!entry || entry.ts >= ts) high = middle;
      else low = entry.offset + 1;
    }
    return low;
  }

  #first(offset: number): HistoryEntry | undefined {
    for (const entry of this.#scan(offset, false)) return entry;
    return undefined;
  }

  *#scan(begin: number, isReverse: boolean): Iterable<HistoryEntry> {
    const from = this.#key(Math.min(begin, Number.MAX_SAFE_INTEGER));
    const prefix = RECORD_KEYS.historyOf(this.#appId, this.#name);
    for (const { key, value } of this.#room.records.scan(prefix, { from, isReverse })) yield entryOf(key, value);
  }

  #key(offset: number): string {
    return RECORD_KEYS.historyEntry(this.#appId, this.#name, offset);
  }

  /** The record of the head; it goes with the last entry. */
  #head(): RecordChange {
    const key = RECORD_KEYS.historyHead(this.#appId, this.#name);
    if (this.#count === 0) return { key };
    const value = {
      last: this.#last,
      lastTs: this.#lastTs,
      firstTs: this.#firstTs,
      count: this.#count,
      bytes: this.#bytes,
      ...(this.#recent.length > 0 && { recent: this.#recent }),
    };
    return { key, value };
  }

  /** The head of a log that has none, as a new one, or one whose record was damaged. */
  #recount(): RecordValue {
    let [last, lastTs, firstTs, count, bytes] = [0, 0, 0, 0, 0];
    for (const { offset, ts, message } of this.#scan(0, false)) {
      if (count === 0) firstTs = ts;
      count += 1;
      bytes += sizeOf(message);
      last = offset;
      lastTs = ts;
    }
    return { last, lastTs, firstTs, count, bytes };
  }

  #expiredTs(): number {
    return this.#room.wallMs() - this.#room.bounds.historyMs;
  }
}

function sizeOf({ body, description }: ArchivedMessage): number {
  return ENTRY_BYTES + utf8Bytes(body) + utf8Bytes(description);
}

function entryOf(key: string, value: RecordValue): HistoryEntry {
  const message = {
    from: textOf(value, 'from'),
    type: numberOf(value, 'type'),
    body: textOf(value, 'body'),
    description: textOf(value, 'description'),
  };
  return { offset: Number(keyParts(key).at(-1)), ts: numberOf(value, 'ts'), message };
}
