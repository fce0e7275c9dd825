import type { RecordChange, RecordRange, Records, RecordValue } from '../../ports/index.js';

/** What is on the "disk" of {@link MemoryRecords}: JSON texts by key. Give it to the next one to model a restart. */
export type MemoryContent = Map<string, string>;

export interface MemoryRecordsOptions {
  /** Kept over a restart; changed when a flush is complete, and only then. */
  readonly content?: MemoryContent;
  /** Called once per flush; the flush is complete when it resolves. At once when absent. */
  readonly flush?: () => Promise<void>;
}

interface Batch {
  /** In order; without a text the key is removed. */
  readonly changes: { readonly key: string; readonly text: string | undefined }[];
  readonly done: Promise<void>;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/**
 * {@link Records} without a disk: for the engine that keeps nothing, and for tests, which can hold flushes back and
 * lose what was not flushed. Values are kept as JSON text, so that only plain data passes.
 */
export class MemoryRecords implements Records {
  readonly content: MemoryContent;
  readonly #flush: () => Promise<void>;
  readonly #visible = new Map<string, string>();
  /** The keys of `#visible` in order of their UTF-8 bytes. */
  readonly #keys: string[];
  #next: Batch | undefined;
  #flushing: Promise<void> | undefined;
  #isOpen = true;
  #hasCrashed = false;

  constructor(options: MemoryRecordsOptions = {}) {
    this.content = options.content ?? new Map();
    this.#flush = options.flush ?? (() => Promise.resolve());
    for (const [key, text] of this.content) this.#visible.set(key, text);
    this.#keys = [...this.#visible.keys()].sort(compareUtf8);
  }

  write(changes: readonly RecordChange[]): Promise<void> {
    if (!this.#isOpen) return Promise.reject(new Error('the records are closed'));
    this.#next ??= newBatch();
    for (const { key, value } of changes) {
      const text = value && JSON.stringify(value);
      this.#apply(key, text);
      this.#next.changes.push({ key, text });
    }
    const { done } = this.#next;
    if (!this.#flushing) this.#flushing = this.#run();
    return done;
  }

  get(key: string): RecordValue | undefined {
    const text = this.#visible.get(key);
    return text === undefined ? undefined : (JSON.parse(text) as RecordValue);
  }

  *scan(
    prefix: string,
    { from, isReverse = false }: RecordRange = {},
  ): Iterable<{ readonly key: string; readonly value: RecordValue }> {
    // A copy of the range, so that changes during the walk do not move it.
    const start = this.#indexOf(from !== undefined && !isReverse ? from : prefix);
    let end = start;
    while (this.#keys[end]?.startsWith(prefix)) end += 1;
    if (from !== undefined && isReverse) {
      end = this.#indexOf(from);
      if (this.#keys[end] === from) end += 1;
    }
    const keys = this.#keys.slice(start, end);
    for (const key of isReverse ? keys.reverse() : keys) {
      const value = this.get(key);
      if (value) yield { key, value };
    }
  }

  async flushed(): Promise<void> {
    if (this.#next) return this.#next.done;
    await this.#flushing;
  }

  async close(): Promise<void> {
    await this.flushed();
    this.#isOpen = false;
  }

  /** Ends as `kill -9` would: what has not been flushed is lost, whoever waits for it is never answered. */
  crash(): MemoryContent {
    this.#isOpen = false;
    this.#hasCrashed = true;
    this.#next = undefined;
    return this.content;
  }

  /** One flush after the other: calls of the same turn share the first, those made during a flush the next one. */
  async #run(): Promise<void> {
    await Promise.resolve();
    while (this.#next) {
      const batch = this.#next;
      this.#next = undefined;
      try {
        await this.#flush();
      } catch (error) {
        batch.reject(error);
        continue;
      }
      if (this.#hasCrashed) return;
      for (const { key, text } of batch.changes) {
        if (text === undefined) this.content.delete(key);
        else this.content.set(key, text);
      }
      batch.resolve();
    }
    this.#flushing = undefined;
  }

  #apply(key: string, text: string | undefined): void {
    const index = this.#indexOf(key);
    const isThere = this.#keys[index] === key;
    if (text !== undefined) {
      this.#visible.set(key, text);
      if (!isThere) this.#keys.splice(index, 0, key);
    } else if (isThere) {
      this.#visible.delete(key);
      this.#keys.splice(index, 1);
    }
  }

  /** Where `key` is or would be. */
  #indexOf(key: string): number {
    let low = 0;
    let high = this.#keys.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (compareUtf8(this.#keys[middle] ?? '', key) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

function newBatch(): Batch {
  let resolve: () => void = () => undefined;
  let reject: (error: unknown) => void = () => undefined;
  const done = new Promise<void>((onDone, onError) => {
    resolve = onDone;
    reject = onError;
  });
  return { changes: [], done, resolve, reject };
}

/** The order of the UTF-8 bytes: that of the code units, except that surrogates come behind everything else. */
function compareUtf8(a: string, b: string): number {
  if (a === b) return 0;
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i += 1) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x !== y) return rank(x) - rank(y);
  }
  return a.length - b.length;
}

function rank(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit;
}
