import { realpath } from 'node:fs/promises';
import { hostname } from 'node:os';
import type { Transaction } from 'lmdb';
import type { Time } from '../../ports/index.js';
import { checkStructure } from './file-check.js';
import { isMissing, lockFileIn } from './files.js';
import { openLmdb, type RootStore } from './lmdb-file.js';
import { StorageRefused } from './storage-refused.js';

/** Who holds the directory. */
interface Owner {
  readonly pid: number;
  readonly host: string;
  readonly since: string;
}

const OWNER_KEY = Buffer.from('owner');
const LOCK_MAP_BYTES = 1024 * 1024;
const RETRY_MS = 100;

/** Directories that this process holds: LMDB shares an environment within a process, and so cannot tell them apart. */
const heldHere = new Set<string>();

/**
 * Keeps a second process away from a data directory. The lock is a small LMDB environment of its own:
 *
 * - Every process that has it open holds a reader slot, and with it a lock of the operating system (fcntl) on the byte
 *   of its pid. The kernel ends that lock with the process, however it ends, and no later process with the same pid
 *   has it. So a lock of a dead process is seen as such at once, after `kill -9` and after a restart of the machine.
 * - Reading who owns the directory and taking it is one write transaction, under LMDB's robust mutex. Of two processes
 *   that find a dead owner at the same time exactly one takes over.
 *
 * Does not work on file systems without fcntl locks and shared maps (NFS).
 */
export class DirectoryLock {
  private constructor(
    private readonly name: string,
    private readonly database: RootStore,
    /** Its slot is the lock: lmdb-js holds it weakly, and the slot would go with the next garbage collection. */
    private readonly slot: Transaction,
  ) {
    heldHere.add(name);
  }

  /** Waits up to `waitMs` for another holder to go; rejects with StorageRefused, which names its pid. */
  static async acquire(dir: string, time: Time, waitMs: number): Promise<DirectoryLock> {
    const name = await realpath(dir);
    const deadline = time.monotonicMs() + waitMs;
    for (;;) {
      const holder = heldHere.has(name) ? `this process (${process.pid})` : undefined;
      const attempt = holder ?? (await DirectoryLock.#attempt(name));
      if (typeof attempt !== 'string') return attempt;
      if (time.monotonicMs() >= deadline) {
        throw new StorageRefused(
          'locked',
          `The data directory ${dir} is in use by ${attempt}. Two servers cannot share it; stop the other one, or use another dataDir. (Waited ${waitMs} ms for it to end.)`,
        );
      }
      await new Promise<void>((resolve) => {
        time.after(RETRY_MS, resolve);
      });
    }
  }

  async release(): Promise<void> {
    this.slot.done();
    await this.database.close();
    heldHere.delete(this.name);
  }

  /** The lock, or the words for who has it. */
  static async #attempt(name: string): Promise<DirectoryLock | string> {
    assertIntact(lockFileIn(name));
    const database = openLmdb(lockFileIn(name), { mapSizeBytes: LOCK_MAP_BYTES });
    try {
      const slot = database.useReadTransaction();
      const owner = database.transactionSync(() => takeOver(database));
      if (owner === undefined) return new DirectoryLock(name, database, slot);
      await database.close();
      return `process ${owner.pid} on ${owner.host}, since ${owner.since}`;
    } catch (error) {
      await database.close();
      throw error;
    }
  }
}

/** Makes this process the owner, if the owner so far is gone; otherwise names it. Runs under LMDB's mutex. */
function takeOver(database: RootStore): Owner | undefined {
  const owner = readOwner(database);
  database.readerCheck();
  // This process does not own the directory (heldHere), so its own pid there is that of an earlier process.
  if (owner && owner.pid !== process.pid && slotHolders(database).has(owner.pid)) return owner;
  const self: Owner = { pid: process.pid, host: hostname(), since: new Date().toISOString() };
  void database.put(OWNER_KEY, Buffer.from(JSON.stringify(self)));
  return undefined;
}

function readOwner(database: RootStore): Owner | undefined {
  const stored = database.getBinary(OWNER_KEY);
  return stored && (JSON.parse(stored.toString()) as Owner);
}

/** The pids of the living processes that have a slot; LMDB lists one slot a line, the pid first. */
function slotHolders(database: RootStore): Set<number> {
  const lines = database.readerList().split('\n');
  return new Set(lines.map((line) => Number.parseInt(line, 10)).filter((pid) => !Number.isNaN(pid)));
}

function assertIntact(path: string): void {
  let problem: string | undefined;
  try {
    problem = checkStructure(path);
  } catch (error) {
    if (!isMissing(error)) throw error;
  }
  if (problem === undefined) return;
  throw new StorageRefused(
    'damaged',
    `The lock ${path} is damaged (${problem}). Make sure that no other server uses this directory, then delete lock.mdb and lock.mdb-lock; they hold no data.`,
  );
}
