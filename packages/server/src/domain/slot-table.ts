/**
 * Values by App ID and a second id (user or channel). Two levels instead of one joined key: no string is built per
 * lookup, and one app's values can be walked alone.
 */
export class SlotTable<Slot> {
  readonly #apps = new Map<string, Map<string, Slot>>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  get(appId: string, id: string): Slot | undefined {
    return this.#apps.get(appId)?.get(id);
  }

  set(appId: string, id: string, slot: Slot): void {
    let slots = this.#apps.get(appId);
    if (!slots) {
      slots = new Map();
      this.#apps.set(appId, slots);
    }
    if (!slots.has(id)) this.#size += 1;
    slots.set(id, slot);
  }

  delete(appId: string, id: string): void {
    const slots = this.#apps.get(appId);
    if (!slots?.delete(id)) return;
    this.#size -= 1;
    if (slots.size === 0) this.#apps.delete(appId);
  }

  *values(): Iterable<Slot> {
    for (const slots of this.#apps.values()) yield* slots.values();
  }

  /** Slots of one app. */
  sizeOf(appId: string): number {
    return this.#apps.get(appId)?.size ?? 0;
  }

  /** Apps that have slots. */
  apps(): Iterable<string> {
    return this.#apps.keys();
  }

  /** The slots of one app, by id. The walk may be interrupted: what comes or goes meanwhile is part of it or not. */
  of(appId: string): Iterable<readonly [id: string, slot: Slot]> {
    return this.#apps.get(appId) ?? [];
  }

  *entries(): Iterable<{ readonly appId: string; readonly id: string; readonly slot: Slot }> {
    for (const [appId, slots] of this.#apps) {
      for (const [id, slot] of slots) yield { appId, id, slot };
    }
  }
}
