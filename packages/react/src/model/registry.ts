import type { Release } from './hold.js';

/** What a {@link Registry} holds: something that knows whether it is still of use. */
interface Entry {
  /** Keeps it alive; the last release ends it. */
  take(): Release;
}

/** Things by name, made when somebody first holds one and forgotten when it has ended. */
export class Registry<T extends Entry> {
  private readonly entries = new Map<string, T>();

  constructor(private readonly make: (name: string, forget: () => void) => T) {}

  /** The one that is in use, if there is one. */
  peek(name: string): T | undefined {
    return this.entries.get(name);
  }

  /** The one that is in use, or one for a single call, which nobody else sees. */
  of(name: string): T {
    return this.entries.get(name) ?? this.make(name, () => undefined);
  }

  /** The one that everybody uses. */
  shared(name: string): T {
    const known = this.entries.get(name);
    if (known) return known;
    const made: T = this.make(name, () => {
      if (this.entries.get(name) === made) this.entries.delete(name);
    });
    this.entries.set(name, made);
    return made;
  }

  [Symbol.iterator](): IterableIterator<T> {
    return this.entries.values();
  }
}
