/**
 * One shared timer for many deadlines (one per connection or session, not one timer each). Items are put into the slot
 * of the tick in which they are due; nothing is ever cancelled: whoever is called looks whether there is still something
 * to do, and answers when it wants to be called again.
 */
export interface Due {
  /** Called when about the delay has passed. Milliseconds until the next call, or `undefined` for never. */
  due(nowMs: number): number | undefined;
}

const SLOTS = 512;
/**
 * Slots that one tick may make up for. Ticks come late on a loaded loop, and deadlines are to be kept nevertheless; after a
 * long stall of the process not everything is due at once, since nobody was heard meanwhile (see domain/read-clock.ts).
 */
const MOST_SLOTS = 5;
/** A new item must not get into a slot that is being worked off. */
const MOST_TICKS = SLOTS - 1 - MOST_SLOTS;

export class DeadlineWheel {
  private readonly slots: Due[][] = Array.from({ length: SLOTS }, () => []);
  private tickNo = 0;
  /** The time that `tickNo` stands for; unknown before the first tick. */
  private atMs: number | undefined;

  constructor(private readonly tickMs: number) {}

  /**
   * Calls `item.due` in about `delayMs` from the last tick, never earlier than that, at most one tick later when ticks come
   * in time. Delays beyond a turn of the wheel are cut.
   */
  schedule(item: Due, delayMs: number): void {
    const ticks = Math.min(MOST_TICKS, Math.max(1, Math.ceil(delayMs / this.tickMs)));
    (this.slots[(this.tickNo + ticks) % SLOTS] as Due[]).push(item);
  }

  /** Calls everything that has fallen due by `nowMs` (monotonic), in order. */
  tick(nowMs: number): void {
    const passed = this.slotsUntil(nowMs);
    // First the number, so that whoever asks again is put behind now, however late this tick is.
    this.tickNo += passed;
    for (let no = this.tickNo - passed + 1; no <= this.tickNo; no++) this.callSlot(no % SLOTS, nowMs);
  }

  /** Items waiting; for leak tests. */
  get size(): number {
    return this.slots.reduce((sum, slot) => sum + slot.length, 0);
  }

  private slotsUntil(nowMs: number): number {
    const atMs = this.atMs ?? nowMs - this.tickMs;
    const passed = Math.floor((nowMs - atMs) / this.tickMs);
    if (passed > MOST_SLOTS) {
      this.atMs = nowMs;
      return MOST_SLOTS;
    }
    this.atMs = atMs + passed * this.tickMs;
    return passed;
  }

  private callSlot(index: number, nowMs: number): void {
    const items = this.slots[index] as Due[];
    if (items.length === 0) return;
    this.slots[index] = [];
    for (const item of items) {
      const again = item.due(nowMs);
      if (again !== undefined) this.schedule(item, again);
    }
  }
}
