import {
  type Counters,
  EngineUnavailable,
  type Logger,
  type RecordChange,
  type RecordRange,
  type Records,
  type RecordValue,
  type Time,
} from '../../ports/index.js';
import type { Digest } from './digest.js';
import type { RootStore } from './lmdb-file.js';
import { mergeByKey } from './merge-by-key.js';
import { PendingWrites } from './pending-writes.js';
import { decodeRecord, encodeRecord, storedChecksum } from './record-format.js';
import { behindPrefix, DIGEST_KEY, keyText, prefixKey, recordKey } from './record-key.js';
import { type WriteGroup, WriteGroups } from './write-groups.js';

/** A data file as `openLmdbRecords` prepared it. */
export interface OpenedFile {
  readonly database: RootStore;
  readonly digest: Digest;
  readonly wasStoppedCleanly: boolean;
  /** Rejects when the disk has hardly any room: a write that fails in the middle of lmdb-js may abort the process without a word. */
  assertRoom(): Promise<void>;
  /** Rejects when the name of the file leads to it no more: what is written then goes with the process. */
  assertInPlace(): Promise<void>;
  /** Called when the file was closed; `isComplete` is false after a failed write. */
  onClosed(outcome: { readonly isComplete: boolean }): Promise<void>;
}

export interface Surroundings {
  readonly logger: Logger;
  readonly counters: Counters;
  readonly time: Time;
  /** Nothing can be stored any more: the server should stop, so that a restart reads back what is on disk. */
  readonly onFailure?: ((error: Error) => void) | undefined;
}

/** Damaged keys that are remembered so that each is reported once. */
const REMEMBERED_DAMAGE = 10_000;

interface EncodedChange {
  readonly key: string;
  readonly keyBytes: Buffer;
  readonly stored: Buffer | undefined;
}

function encodeChange({ key, value }: RecordChange): EncodedChange {
  const keyBytes = recordKey(key);
  return { key, keyBytes, stored: value === undefined ? undefined : encodeRecord(keyBytes, value) };
}

/** lmdb-js rejects with "see commitError" and gives the cause as a promise that rejects. */
async function causeOf(error: unknown): Promise<unknown> {
  if (!(error instanceof Error) || !('commitError' in error)) return error;
  return Promise.resolve(error.commitError).then(
    () => error,
    (cause: unknown) => cause,
  );
}

/** Durable records in an LMDB file. Reads are answered from the file and from the writes that are on their way to it. */
export class LmdbRecords implements Records {
  /** False: the last run did not come to its end, and what it had only in memory is gone (design 2: raise the epochs). */
  readonly wasStoppedCleanly: boolean;
  readonly #database: RootStore;
  readonly #digest: Digest;
  readonly #pending = new PendingWrites();
  readonly #groups: WriteGroups;
  readonly #reported = new Set<string>();
  #closing: Promise<void> | undefined;

  constructor(
    private readonly file: OpenedFile,
    private readonly surroundings: Surroundings,
  ) {
    this.#database = file.database;
    this.#digest = file.digest;
    this.wasStoppedCleanly = file.wasStoppedCleanly;
    this.#groups = new WriteGroups(surroundings.time, {
      commit: (group) => this.#commit(group),
      onCommitted: (group) => this.#pending.settle(group.id, group.writes.keys()),
      onFailed: (error) => this.#failed(error),
    });
  }

  write(changes: readonly RecordChange[]): Promise<void> {
    if (this.#closing !== undefined) return Promise.reject(new EngineUnavailable('The records are closed'));
    if (this.#groups.failure) return Promise.reject(this.#groups.failure);
    if (changes.length === 0) return Promise.resolve();
    try {
      // Encoded first: a call that cannot be stored changes nothing, and what the caller does to a value later neither.
      return this.#enqueue(changes.map(encodeChange));
    } catch (error) {
      return Promise.reject(error);
    }
  }

  get(key: string): RecordValue | undefined {
    this.#assertOpen();
    const keyBytes = recordKey(key);
    const stored = this.#stored(key, keyBytes);
    return stored && this.#decode(key, keyBytes, stored);
  }

  /** What is written while the caller iterates is not seen. */
  *scan(
    prefix: string,
    { from, isReverse = false }: RecordRange = {},
  ): Generator<{ readonly key: string; readonly value: RecordValue }, void, undefined> {
    this.#assertOpen();
    const first = prefixKey(prefix);
    const start = from === undefined ? undefined : recordKey(from);
    const inFile = this.#database.getRange(
      isReverse
        ? { start: start ?? behindPrefix(first), exclusiveStart: !start, end: first, inclusiveEnd: true, reverse: true }
        : { start: start ?? first, end: behindPrefix(first) },
    );
    const pending = this.#pending.withPrefix(prefix, start, isReverse);
    for (const { key: keyBytes, value: stored } of mergeByKey(inFile, pending, isReverse)) {
      const key = keyText(keyBytes);
      const value = this.#decode(key, keyBytes, stored);
      if (value) yield { key, value };
    }
  }

  async flushed(): Promise<void> {
    await (this.#closing ?? this.#groups.settled());
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  #enqueue(changes: readonly EncodedChange[]): Promise<void> {
    const group = this.#groups.join();
    for (const { key, keyBytes, stored } of changes) {
      const before = this.#stored(key, keyBytes);
      if (before) this.#digest.remove(storedChecksum(before));
      if (stored) this.#digest.add(storedChecksum(stored));
      group.put(key, keyBytes, stored);
      this.#pending.set(key, { keyBytes, stored, group: group.id });
      this.#reported.delete(key);
    }
    group.digest = this.#digest.value();
    return group.done;
  }

  #stored(key: string, keyBytes: Buffer): Buffer | undefined {
    const pending = this.#pending.get(key);
    return pending ? pending.stored : this.#database.getBinary(keyBytes);
  }

  /** One transaction; lmdb-js runs it in a thread of its own and resolves when the file was flushed. */
  async #commit(group: WriteGroup): Promise<void> {
    const database = this.#database;
    try {
      await this.file.assertRoom();
      await database.batch(() => {
        for (const { keyBytes, stored } of group.writes.values()) {
          void (stored ? database.put(keyBytes, stored) : database.remove(keyBytes));
        }
        void database.put(DIGEST_KEY, encodeRecord(DIGEST_KEY, group.digest));
      });
      // Behind the write: a file that is removed later was there when the answer was given.
      await this.file.assertInPlace();
    } catch (error) {
      const cause = await causeOf(error);
      throw new EngineUnavailable(`Writing to the data file failed: ${String(cause)}`, { cause });
    }
  }

  #failed(error: Error): void {
    const { logger, counters, onFailure } = this.surroundings;
    counters.add('engine_failures');
    logger.error({ err: error }, 'Writing to the data file failed; nothing more is stored until a restart');
    onFailure?.(error);
  }

  #decode(key: string, keyBytes: Buffer, stored: Buffer): RecordValue | undefined {
    const decoded = decodeRecord(keyBytes, stored);
    if (decoded.ok) return decoded.value;
    if (!this.#reported.has(key) && this.#reported.size < REMEMBERED_DAMAGE) {
      this.#reported.add(key);
      this.surroundings.counters.add('records_damaged');
      this.surroundings.logger.error({ key, reason: decoded.reason }, 'A stored record is damaged and is left out');
    }
    return undefined;
  }

  #assertOpen(): void {
    if (this.#closing !== undefined) throw new EngineUnavailable('The records are closed');
  }

  async #close(): Promise<void> {
    let isComplete = true;
    try {
      await this.#groups.settled();
    } catch {
      // Reported when it happened, and to everyone who waited for a write.
      isComplete = false;
    }
    await this.#database.close();
    await this.file.onClosed({ isComplete });
  }
}
