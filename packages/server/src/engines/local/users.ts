import { SlotTable } from '../../domain/slot-table.js';
import { InboxLog } from './inbox-log.js';
import type { HighWater } from './numbers.js';
import type { OfflineBoxes } from './offline-boxes.js';
import { RequestMemory, type RequestMemoryBounds } from './request-memory.js';
import type { UserSlot } from './state.js';

/**
 * The users that are in memory: those with a session, and for some seconds those that were used. Everything else about
 * a user is on disk.
 */
export class Users {
  readonly #slots = new SlotTable<UserSlot>();
  readonly #epoch: number;
  readonly #highWater: HighWater;
  readonly #boxes: OfflineBoxes;
  readonly #bounds: RequestMemoryBounds;
  readonly #now: () => number;
  /** Runs a task after the idle time. */
  readonly #later: (task: () => void) => void;

  constructor(options: {
    readonly epoch: number;
    readonly highWater: HighWater;
    readonly boxes: OfflineBoxes;
    readonly bounds: RequestMemoryBounds;
    readonly now: () => number;
    readonly later: (task: () => void) => void;
  }) {
    this.#epoch = options.epoch;
    this.#highWater = options.highWater;
    this.#boxes = options.boxes;
    this.#bounds = options.bounds;
    this.#now = options.now;
    this.#later = options.later;
  }

  get size(): number {
    return this.#slots.size;
  }

  values(): Iterable<UserSlot> {
    return this.#slots.values();
  }

  sizeOf(appId: string): number {
    return this.#slots.sizeOf(appId);
  }

  apps(): Iterable<string> {
    return this.#slots.apps();
  }

  /** The slots of one app; see {@link SlotTable.of}. */
  of(appId: string): Iterable<readonly [uid: string, slot: UserSlot]> {
    return this.#slots.of(appId);
  }

  /** The slot if it is in memory. */
  find(appId: string, uid: string): UserSlot | undefined {
    return this.#slots.get(appId, uid);
  }

  /** The slot if there is anything in it: in memory or as durable entries. */
  findOrLoad(appId: string, uid: string): UserSlot | undefined {
    return this.find(appId, uid) ?? (this.#boxes.has(appId, uid) ? this.load(appId, uid) : undefined);
  }

  /** The slot, made when there is none. It goes by itself when it stays without a session. */
  load(appId: string, uid: string): UserSlot {
    const found = this.find(appId, uid);
    if (found) return found;
    const slot: UserSlot = {
      appId,
      uid,
      inbox: new InboxLog(this.#epoch, this.#highWater.offset),
      requests: new RequestMemory(this.#bounds),
      session: undefined,
      isAboutToGo: false,
    };
    this.#boxes.load(slot, this.#now());
    this.#slots.set(appId, uid, slot);
    this.letGo(slot);
    return slot;
  }

  /** Frees the slot after the idle time unless there is a session by then. Called whenever a session has ended. */
  letGo(slot: UserSlot): void {
    if (slot.isAboutToGo) return;
    slot.isAboutToGo = true;
    this.#later(() => {
      slot.isAboutToGo = false;
      if (slot.session) return;
      slot.requests.forget(this.#now());
      // A request may be repeated when its receiver is gone already.
      if (slot.requests.size > 0) return this.letGo(slot);
      this.#highWater.raise(slot.inbox.end.offset);
      this.#slots.delete(slot.appId, slot.uid);
    });
  }
}
