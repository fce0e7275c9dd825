/** What was written to a key and is not in the file yet. */
export interface PendingWrite {
  /** Undefined: removed. */
  readonly stored: Buffer | undefined;
  readonly keyBytes: Buffer;
  readonly group: number;
}

/** The newest write of every key whose group is not committed; laid over the file, it gives what was written so far. */
export class PendingWrites {
  readonly #byKey = new Map<string, PendingWrite>();

  get(key: string): PendingWrite | undefined {
    return this.#byKey.get(key);
  }

  set(key: string, write: PendingWrite): void {
    this.#byKey.set(key, write);
  }

  /** Those under keys with this prefix, in the order of the keys' bytes or in reverse, from `start` on. */
  withPrefix(prefix: string, start?: Buffer, isReverse = false): PendingWrite[] {
    const order = isReverse ? -1 : 1;
    const found: PendingWrite[] = [];
    for (const [key, write] of this.#byKey) {
      const isIn = key.startsWith(prefix) && (!start || order * Buffer.compare(write.keyBytes, start) >= 0);
      if (isIn) found.push(write);
    }
    return found.sort((a, b) => order * Buffer.compare(a.keyBytes, b.keyBytes));
  }

  /** The group is in the file now; what a later group wrote to the same keys stays. */
  settle(group: number, keys: Iterable<string>): void {
    for (const key of keys) if (this.#byKey.get(key)?.group === group) this.#byKey.delete(key);
  }
}
