import { messageIdOf, positionOfMessageId } from 'ar-rtm-protocol';
import { SlotTable } from '../../domain/slot-table.js';
import type {
  Counters,
  Logger,
  MessageEntry,
  RecordChange,
  Records,
  RecordValue,
  RequestKey,
  Time,
} from '../../ports/index.js';
import type { HeldEntry, HeldMessage, InboxLog } from './inbox-log.js';
import type { LocalLimits } from './limits.js';
import { keyParts, RECORD_KEYS } from './record-keys.js';
import { numberOf, textOf } from './record-values.js';
import type { RequestMemory } from './request-memory.js';

interface BoxOwner {
  readonly appId: string;
  readonly uid: string;
  readonly inbox: InboxLog;
  readonly requests: RequestMemory;
}

/**
 * The durable entries of all inboxes: their records, and in memory only who has any and since when. Entries themselves
 * are loaded with their user's slot.
 */
export class OfflineBoxes {
  readonly #records: Records;
  readonly #time: Time;
  readonly #counters: Counters;
  readonly #logger: Logger;
  readonly #limits: LocalLimits;
  /** Users with durable entries and a time (ts) at or before that of their oldest one. */
  readonly #oldestTs = new SlotTable<number>();

  constructor(records: Records, time: Time, counters: Counters, logger: Logger, limits: LocalLimits) {
    this.#records = records;
    this.#time = time;
    this.#counters = counters;
    this.#logger = logger;
    this.#limits = limits;
  }

  get size(): number {
    return this.#oldestTs.size;
  }

  /** Finds out who has entries, at the start. */
  open(): void {
    for (const { key, value } of this.#records.scan(RECORD_KEYS.offline)) {
      const [appId, uid] = keyParts(key);
      if (appId && uid) this.#noteTs(appId, uid, numberOf(value, 'ts'));
    }
  }

  has(appId: string, uid: string): boolean {
    return this.#oldestTs.get(appId, uid) !== undefined;
  }

  /** How many users of an app have entries. */
  sizeOf(appId: string): number {
    return this.#oldestTs.sizeOf(appId);
  }

  /** Apps whose users have entries. */
  apps(): Iterable<string> {
    return this.#oldestTs.apps();
  }

  /** The users of an app who have entries; see {@link SlotTable.of}. */
  *usersOf(appId: string): Iterable<string> {
    for (const [uid] of this.#oldestTs.of(appId)) yield uid;
  }

  /** Puts a user's entries back into the log, and what made them into the memory of requests. */
  load(owner: BoxOwner, nowMs: number): void {
    if (!this.has(owner.appId, owner.uid)) return;
    for (const { key, value } of this.#records.scan(RECORD_KEYS.offlineOf(owner.appId, owner.uid))) {
      const restored = entryOf(key, value);
      if (!restored) continue;
      const { entry, madeBy } = restored;
      owner.inbox.restore(entry, madeBy);
      if (madeBy === undefined) continue;
      owner.requests.remember(madeBy.session, madeBy.msgId, messageIdOf(entry.position), nowMs);
    }
  }

  /** Makes an entry durable and answers what to write, with what goes because the box is full. Harmless twice. */
  keep(owner: BoxOwner, held: HeldMessage): RecordChange[] {
    if (!held.entry.durable) this.#counters.add('offline_messages_stored');
    owner.inbox.makeDurable(held);
    const { position, message, ts } = held.entry;
    this.#noteTs(owner.appId, owner.uid, ts);
    const { from, type, body, description } = message;
    const { madeBy } = held;
    const changes: RecordChange[] = [
      {
        key: RECORD_KEYS.offlineEntry(owner.appId, owner.uid, position),
        value: { from, type, body, description, ts, ...(madeBy !== undefined && { madeBy }) },
      },
    ];
    while (owner.inbox.durableCount > this.#limits.offlineEntries) {
      const oldest = owner.inbox.oldest(true);
      if (!oldest) break;
      owner.inbox.lose(oldest);
      changes.push(this.erase(owner, oldest));
      this.#counters.add('offline_messages_displaced');
      this.#logger.info({ appId: owner.appId, uid: owner.uid }, 'an offline message was displaced by a newer one');
    }
    return changes;
  }

  /** The record to delete for an entry that has left the log. */
  erase(owner: BoxOwner, held: HeldEntry): RecordChange {
    if (owner.inbox.durableCount === 0) this.#oldestTs.delete(owner.appId, owner.uid);
    return { key: RECORD_KEYS.offlineEntry(owner.appId, owner.uid, held.entry.position) };
  }

  /** Users with entries that have been kept for too long. */
  overdue(): { readonly appId: string; readonly uid: string }[] {
    const beforeTs = this.#time.wallMs() - this.#limits.offlineMs;
    const users: { appId: string; uid: string }[] = [];
    for (const { appId, id, slot } of this.#oldestTs.entries()) {
      if (slot <= beforeTs) users.push({ appId, uid: id });
    }
    return users;
  }

  expire(owner: BoxOwner): RecordChange[] {
    const beforeTs = this.#time.wallMs() - this.#limits.offlineMs;
    const overdue = owner.inbox.durable().filter(({ entry }) => entry.ts <= beforeTs);
    const changes = overdue.map((held) => {
      owner.inbox.lose(held);
      return this.erase(owner, held);
    });
    if (overdue.length > 0) {
      this.#counters.add('offline_messages_expired', overdue.length);
      this.#logger.info({ appId: owner.appId, uid: owner.uid, count: overdue.length }, 'offline messages expired');
    }
    // Also forgets a user whose records turned out to be damaged.
    this.#oldestTs.delete(owner.appId, owner.uid);
    const oldest = owner.inbox.oldest(true);
    if (oldest) this.#noteTs(owner.appId, owner.uid, oldest.entry.ts);
    return changes;
  }

  #noteTs(appId: string, uid: string, ts: number): void {
    const known = this.#oldestTs.get(appId, uid);
    if (known === undefined || ts < known) this.#oldestTs.set(appId, uid, ts);
  }
}

function entryOf(
  key: string,
  value: RecordValue,
): { readonly entry: MessageEntry; readonly madeBy: RequestKey | undefined } | undefined {
  const position = positionOfMessageId(Number(keyParts(key)[2]));
  if (!position) return undefined;
  const message = {
    from: textOf(value, 'from'),
    type: numberOf(value, 'type'),
    body: textOf(value, 'body'),
    description: textOf(value, 'description'),
    offline: true,
  };
  return {
    entry: { position, message, ts: numberOf(value, 'ts'), durable: true },
    madeBy: value.madeBy as RequestKey | undefined,
  };
}
