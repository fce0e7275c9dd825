import { positionOfMessageId } from 'ar-rtm-protocol';
import { SlotTable } from '../../domain/slot-table.js';
import type { Conversation, RecordChange } from '../../ports/index.js';
import { HistoryLog, type HistoryRoom } from './history-log.js';
import type { HighWater } from './numbers.js';
import { keyParts, RECORD_KEYS } from './record-keys.js';
import { numberOf } from './record-values.js';

/** Heads that one step of the sweep looks at. */
const SWEEP_HEADS = 500;
/** Entries that it removes, about; the loop is held by reading them. */
const SWEEP_CHANGES = 100;

/** The histories that are in memory: those that were used some seconds ago, or whose requests may be repeated. */
export class HistoryTable {
  readonly #logs = new SlotTable<HistoryLog>();
  readonly #room: HistoryRoom;
  readonly #epoch: number;
  readonly #highWater: HighWater;
  /** Runs a task after the idle time. */
  readonly #later: (task: () => void) => void;
  #sweptTo: string | undefined;

  constructor(
    room: HistoryRoom,
    options: { readonly epoch: number; readonly highWater: HighWater; readonly later: (task: () => void) => void },
  ) {
    this.#room = room;
    this.#epoch = options.epoch;
    this.#highWater = options.highWater;
    this.#later = options.later;
  }

  get size(): number {
    return this.#logs.size;
  }

  open(appId: string, conversation: Conversation): HistoryLog {
    return this.#load(appId, nameOf(conversation));
  }

  /** One step of looking for entries that are too old; what to write, and whether all logs have been looked at. */
  sweep(): { readonly changes: readonly RecordChange[]; readonly isDone: boolean } {
    const { records, wallMs, bounds } = this.#room;
    const expiredTs = wallMs() - bounds.historyMs;
    let seen = 0;
    const changes: RecordChange[] = [];
    for (const { key, value } of records.scan(RECORD_KEYS.historyHeads, { from: this.#sweptTo })) {
      this.#sweptTo = key;
      if (seen >= SWEEP_HEADS || changes.length >= SWEEP_CHANGES) return { changes, isDone: false };
      seen += 1;
      if (numberOf(value, 'firstTs') > expiredTs) continue;
      const [appId = '', ...name] = keyParts(key);
      const log = this.#load(appId, name.join('/'));
      const trimmed = log.trim();
      changes.push(...trimmed);
      // There is more of this one to remove than a step may: the next one begins here.
      if (trimmed.length > 0 && log.isOverdue) return { changes, isDone: false };
    }
    this.#sweptTo = undefined;
    return { changes, isDone: true };
  }

  /** What a graceful stop writes. */
  *tails(): Iterable<RecordChange> {
    for (const log of this.#logs.values()) {
      this.#retire(log);
      yield* log.tail();
    }
  }

  #load(appId: string, name: string): HistoryLog {
    const found = this.#logs.get(appId, name);
    if (found) return found;
    const log = new HistoryLog(this.#room, appId, name);
    this.#logs.set(appId, name, log);
    this.#letGo(log, appId, name);
    return log;
  }

  #letGo(log: HistoryLog, appId: string, name: string): void {
    this.#later(() => {
      log.requests.forget(this.#room.nowMs());
      if (log.requests.size > 0) return this.#letGo(log, appId, name);
      this.#retire(log);
      this.#logs.delete(appId, name);
    });
  }

  /** Should all its entries go, the next one gets a new offset all the same. */
  #retire(log: HistoryLog): void {
    const last = positionOfMessageId(log.last);
    if (last?.epoch === this.#epoch) this.#highWater.raise(last.offset);
  }
}

/** As keys name a conversation; ids have no slash in them. */
function nameOf(conversation: Conversation): string {
  if (conversation.kind === 'channel') return `channel/${conversation.channelId}`;
  const [one, other] = conversation.uids;
  return one < other ? `peers/${one}/${other}` : `peers/${other}/${one}`;
}
