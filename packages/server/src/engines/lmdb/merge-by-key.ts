import type { PendingWrite } from './pending-writes.js';

export interface StoredEntry {
  readonly key: Buffer;
  readonly value: Buffer;
}

/** Entries of the file in order of their keys, or in reverse, with the pending writes, in the same order, laid over them. */
export function* mergeByKey(
  inFile: Iterable<StoredEntry>,
  pending: readonly PendingWrite[],
  isReverse = false,
): Generator<StoredEntry> {
  let next = 0;
  for (const entry of inFile) {
    let isReplaced = false;
    for (let write = pending[next]; write; write = pending[next]) {
      const order = Buffer.compare(write.keyBytes, entry.key) * (isReverse ? -1 : 1);
      if (order > 0) break;
      next += 1;
      if (write.stored) yield { key: write.keyBytes, value: write.stored };
      isReplaced = order === 0;
    }
    if (!isReplaced) yield entry;
  }
  for (const { keyBytes, stored } of pending.slice(next)) if (stored) yield { key: keyBytes, value: stored };
}
