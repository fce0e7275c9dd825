import { DataFile, FileDamage, type Meta, readNumber } from './data-file.js';
import { Digest } from './digest.js';
import { type Entry, PageTree } from './page-tree.js';
import { PageUse } from './page-use.js';
import { damageOf, decodeRecord, storedChecksum } from './record-format.js';
import { DIGEST_KEY, isRecordKey, keyText, SCHEMA_KEY } from './record-key.js';

/** What a walk through a whole data file found. Plain data: it is sent from the process that walks. */
export interface FileReport {
  readonly bytes: number;
  readonly transaction: number;
  readonly records: number;
  /** Records, and what the store keeps for itself. */
  readonly entries: number;
  /** What makes the file unusable as a whole; at most MAX_LISTED, `structureCount` counts all. */
  readonly structure: readonly string[];
  readonly structureCount: number;
  /** Single records that cannot be read; at most MAX_LISTED, `damagedCount` counts all. */
  readonly damaged: readonly { readonly key: string; readonly reason: string }[];
  readonly damagedCount: number;
  /** Of all records, damaged ones included, by their stored checksums. */
  readonly digest: { readonly count: number; readonly sum: number };
  readonly lostPages: number;
  /** What the digest names, if it can be read: the records that were written. */
  readonly written: { readonly count: number; readonly sum: number } | undefined;
  /** The schema version, if it can be read. */
  readonly schema: number | undefined;
}

const MAX_LISTED = 200;
/** Flags of the trees: numbers as keys of the list of free pages, and that the environment is a file; none of ours. */
const FREE_FLAGS = 0x4008;
const MAIN_FLAGS = 0;

/** A list that counts on when it is full. */
class Findings<T> {
  readonly listed: T[] = [];
  count = 0;
  add(finding: T): void {
    this.count += 1;
    if (this.listed.length < MAX_LISTED) this.listed.push(finding);
  }
}

const compareNumbers = (a: Buffer, b: Buffer): number => {
  if (a.length !== 8 || b.length !== 8) throw new FileDamage('a key of the list of free pages has the wrong length');
  return readNumber(a, 0) - readNumber(b, 0);
};

class FileCheck {
  readonly #structure = new Findings<string>();
  readonly #damaged = new Findings<{ key: string; reason: string }>();
  readonly #seen = Digest.of(0, 0);
  #stored: Digest | undefined;
  #schema: number | undefined;
  #entries = 0;

  constructor(
    private readonly file: DataFile,
    private readonly isOurs: boolean,
    private readonly onGood?: (entry: Entry) => void,
  ) {}

  run(): FileReport {
    let meta: Meta | undefined;
    let lostPages = 0;
    try {
      meta = this.file.currentMeta();
      this.#checkMeta(meta);
      lostPages = this.#walk(meta);
    } catch (error) {
      if (!(error instanceof FileDamage)) throw error;
      this.#structure.add(error.message);
    }
    const { count, sum } = this.#seen.value();
    return {
      bytes: this.file.bytes,
      transaction: meta?.transaction ?? 0,
      records: count,
      entries: this.#entries,
      structure: this.#structure.listed,
      structureCount: this.#structure.count,
      damaged: this.#damaged.listed,
      damagedCount: this.#damaged.count,
      digest: { count, sum },
      lostPages,
      written: this.#stored?.value(),
      schema: this.#schema,
    };
  }

  #checkMeta(meta: Meta): void {
    const { pageBytes, lastPage, mapBytes, free, main } = meta;
    if (meta.address !== 0) throw new FileDamage('the meta page asks for a fixed address');
    if (free.flags !== FREE_FLAGS || main.flags !== MAIN_FLAGS) throw new FileDamage('the meta page has unknown flags');
    if (!(lastPage >= 1 && lastPage < 2 ** 40))
      throw new FileDamage(`the meta page names page ${lastPage} as the last`);
    if (mapBytes < (lastPage + 1) * pageBytes || mapBytes > 2 ** 47)
      throw new FileDamage(`the map has ${mapBytes} bytes`);
    // The last pages may be missing while they are free (LMDB had no reason to write them), but not half of the file.
    if (this.file.bytes < (lastPage * pageBytes) / 2) {
      throw new FileDamage(
        `the file has ${this.file.bytes} bytes; the meta page speaks of ${(lastPage + 1) * pageBytes}`,
      );
    }
  }

  #walk(meta: Meta): number {
    const { file } = this;
    const use = new PageUse(meta.lastPage);
    const onProblem = (text: string): void => this.#structure.add(text);
    const main = { name: 'records', use, onProblem, compare: Buffer.compare, onEntry: (e: Entry) => this.#entry(e) };
    new PageTree(file, meta, meta.main, main).walk();
    const freeEntries: Entry[] = [];
    const free = {
      name: 'free pages',
      use,
      onProblem,
      compare: compareNumbers,
      onEntry: (e: Entry) => freeEntries.push(e),
    };
    new PageTree(file, meta, meta.free, free).walk();
    // Last, so that what is in use and also listed as free is reported as such.
    for (const entry of freeEntries) this.#claimFree(entry, meta, use);
    this.#checkDigest(meta);
    return use.lost;
  }

  #entry({ key, value }: Entry): void {
    if (!this.isOurs) return;
    this.#entries += 1;
    if (isRecordKey(key)) {
      this.#seen.add(storedChecksum(value));
      const reason = damageOf(key, value);
      if (reason !== undefined) this.#damaged.add({ key: keyText(key), reason });
      else this.onGood?.({ key, value });
      return;
    }
    const own = decodeRecord(key, value);
    if (!own.ok) this.#structure.add(`the entry ${JSON.stringify(keyText(key))} of the server itself: ${own.reason}`);
    else if (key.equals(DIGEST_KEY)) this.#stored = Digest.from(own.value);
    else if (key.equals(SCHEMA_KEY)) this.#schema = Number(own.value.version);
  }

  /** An entry of the list of free pages: a count, then page numbers; -n says that n pages begin at the next number. */
  #claimFree({ key, value }: Entry, meta: Meta, use: PageUse): void {
    const name = `free pages of transaction ${readNumber(key, 0)}`;
    try {
      if (readNumber(key, 0) > meta.transaction) throw new FileDamage('there was no such transaction yet');
      const count = value.length < 8 ? Number.POSITIVE_INFINITY : readNumber(value, 0);
      if ((count + 1) * 8 > value.length) throw new FileDamage('the list is shorter than it says');
      for (let index = 1; index <= count; index += 1) {
        const number = value.readBigInt64LE(index * 8);
        if (number === 0n) continue;
        if (number > 0n) use.claim(Number(number));
        else if (index < count) {
          index += 1;
          const start = readNumber(value, index * 8);
          if (-number > BigInt(meta.lastPage)) throw new FileDamage(`a run of ${-number} pages`);
          for (let page = start; page < start + Number(-number); page += 1) use.claim(page);
        }
      }
    } catch (error) {
      if (!(error instanceof FileDamage)) throw error;
      this.#structure.add(`${name}: ${error.message}`);
    }
  }

  #checkDigest(meta: Meta): void {
    if (!this.isOurs || (meta.main.root === undefined && this.#structure.count === 0)) return;
    if (this.#schema === undefined) this.#structure.add('the schema version is missing');
    if (this.#stored === undefined) this.#structure.add('the digest of all records is missing');
    // With damaged records a wrong sum says nothing new.
    else if (this.#damaged.count === 0 && !this.#stored.equals(this.#seen)) {
      this.#structure.add(
        `${this.#seen.count} records are there, ${this.#stored.count} were written, or some are not the ones that were written last`,
      );
    } else if (this.#stored.count !== this.#seen.count) {
      this.#structure.add(`${this.#seen.count} records are there, ${this.#stored.count} were written`);
    }
  }
}

function check(path: string, isOurs: boolean, onGood?: (entry: Entry) => void): FileReport {
  const file = new DataFile(path);
  try {
    return new FileCheck(file, isOurs, onGood).run();
  } finally {
    file.close();
  }
}

/**
 * Reads the whole file, page by page, without LMDB; `onGood` gets the records that can be read. Throws only if the file
 * cannot be opened or read at all.
 */
export const checkFile = (path: string, onGood?: (entry: Entry) => void): FileReport => check(path, true, onGood);

/** The same for an LMDB file with other content: what is wrong with it, in words; undefined if nothing is. */
export const checkStructure = (path: string): string | undefined => check(path, false).structure[0];
