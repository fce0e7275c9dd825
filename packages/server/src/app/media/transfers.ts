import type { MediaUser } from './media-access.js';

/** How many uploads and downloads each user has under way on this node. */
export class Transfers {
  private readonly counts = new Map<string, number>();

  constructor(private readonly most: number) {}

  /** Begins one; call the result once when it has ended. Absent: the user has too many. */
  enter({ appId, uid }: MediaUser): (() => void) | undefined {
    const key = `${appId}/${uid}`;
    const count = this.counts.get(key) ?? 0;
    if (count >= this.most) return undefined;
    this.counts.set(key, count + 1);
    return () => {
      const left = (this.counts.get(key) ?? 1) - 1;
      if (left > 0) this.counts.set(key, left);
      else this.counts.delete(key);
    };
  }

  /** Users with transfers. */
  get size(): number {
    return this.counts.size;
  }
}
