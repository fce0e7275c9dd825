/**
 * One shared timer for many deadlines (one per connection or session, not one timer each). Items are put into the slot
 * of the tick in which they are due; nothing is ever cancelled: whoever is called looks whether there is still something
 * to do, and answers when it wants to be called again.
 */
export interface Due {
  /** Called at or after the deadline. Milliseconds until the next call, or `undefined` for never. */
  due(nowMs: number): number | undefined;
}

const SLOTS = 512;

export class DeadlineWheel {
  private readonly slots: Due[][] = Array.from({ length: SLOTS }, () => []);
  private tickNo = 0;

  constructor(private readonly tickMs: number) {}

  /** Calls `item.due` in about `delayMs`, never earlier, at most one tick later. Delays beyond a turn of the wheel are cut. */
  schedule(item: Due, delayMs: number): void {
    const ticks = Math.min(SLOTS - 1, Math.max(1, Math.ceil(delayMs / this.tickMs)));
    (this.slots[(this.tickNo + ticks) % SLOTS] as Due[]).push(item);
  }

  /** One tick: calls everything due now. */
  tick(nowMs: number): void {
    this.tickNo++;
    const index = this.tickNo % SLOTS;
    const items = this.slots[index] as Due[];
    if (items.length === 0) return;
    this.slots[index] = [];
    for (const item of items) {
      const again = item.due(nowMs);
      if (again !== undefined) this.schedule(item, again);
    }
  }

  /** Items waiting; for leak tests. */
  get size(): number {
    return this.slots.reduce((sum, slot) => sum + slot.length, 0);
  }
}
