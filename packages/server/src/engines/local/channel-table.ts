import { SlotTable } from '../../domain/slot-table.js';
import { ChannelLog } from './channel-log.js';
import type { LocalLimits } from './limits.js';
import type { HighWater, SerialNumbers } from './numbers.js';
import { RequestMemory } from './request-memory.js';
import type { ChannelSlot } from './state.js';

/** The channels in memory. One goes when it has no members, no subscribers, no attributes and no
 * entries within the log's bounds. */
export class ChannelTable {
  readonly #slots = new SlotTable<ChannelSlot>();
  readonly #epoch: number;
  readonly #highWater: HighWater;
  readonly #versions: SerialNumbers;
  readonly #limits: LocalLimits;
  readonly #now: () => number;
  readonly #at: (dueMs: number, task: () => void) => void;

  constructor(options: {
    readonly epoch: number;
    readonly highWater: HighWater;
    readonly versions: SerialNumbers;
    readonly limits: LocalLimits;
    readonly now: () => number;
    readonly at: (dueMs: number, task: () => void) => void;
  }) {
    this.#epoch = options.epoch;
    this.#highWater = options.highWater;
    this.#versions = options.versions;
    this.#limits = options.limits;
    this.#now = options.now;
    this.#at = options.at;
  }

  get size(): number {
    return this.#slots.size;
  }

  values(): Iterable<ChannelSlot> {
    return this.#slots.values();
  }

  sizeOf(appId: string): number {
    return this.#slots.sizeOf(appId);
  }

  apps(): Iterable<string> {
    return this.#slots.apps();
  }

  /** The slots of one app; see {@link SlotTable.of}. */
  of(appId: string): Iterable<readonly [channelId: string, slot: ChannelSlot]> {
    return this.#slots.of(appId);
  }

  find(appId: string, channelId: string): ChannelSlot | undefined {
    return this.#slots.get(appId, channelId);
  }

  /** Where the log of a channel that is not in memory ends: no entry of it can lie behind. */
  emptyEnd() {
    return { epoch: this.#epoch, offset: this.#highWater.offset };
  }

  /** The slot, made when there is none. The caller puts a member or a subscriber in. */
  open(appId: string, channelId: string): ChannelSlot {
    const found = this.find(appId, channelId);
    if (found) return found;
    const slot: ChannelSlot = {
      appId,
      channelId,
      members: new Map(),
      subscribers: new Set(),
      log: new ChannelLog(this.#epoch, this.#highWater.offset, this.#limits),
      requests: new RequestMemory(this.#limits),
      count: { count: 0, version: this.#versions.next() },
      attributes: undefined,
      isAboutToTrim: false,
    };
    this.#slots.set(appId, channelId, slot);
    return slot;
  }

  /** Notes the new number of members. */
  recount(slot: ChannelSlot): void {
    slot.count = { count: slot.members.size, version: this.#versions.next() };
  }

  /** Called when the log has got an entry: it is looked at again when that is too old. */
  watch(slot: ChannelSlot): void {
    if (slot.isAboutToTrim || slot.log.oldestAtMs === undefined) return;
    slot.isAboutToTrim = true;
    this.#at(slot.log.oldestAtMs + this.#limits.channelLogMs, () => {
      slot.isAboutToTrim = false;
      slot.log.trim(this.#now());
      slot.requests.forget(this.#now());
      this.watch(slot);
      this.letGo(slot);
    });
  }

  /** Frees the slot if nothing holds it. */
  letGo(slot: ChannelSlot): void {
    if (slot.members.size > 0 || slot.subscribers.size > 0 || slot.log.size > 0 || slot.attributes) return;
    this.#highWater.raise(slot.log.end.offset);
    this.#slots.delete(slot.appId, slot.channelId);
  }
}
