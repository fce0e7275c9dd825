import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

/**
 * Reads an LMDB data file without mapping it: a map of a file that is too short ends the process with SIGBUS, and LMDB
 * trusts its pages. Layout of LMDB data format 2 as lmdb 3.5 builds it (64 bit, little endian); a test keeps this and
 * the library in step.
 *
 *     page header, 24 bytes   0 page number u64 | 8 transaction u64 | 18 flags u16 | 20 lower u16, upper u16 (or u32 pages)
 *     meta, pages 0 and 1     24 magic u32 | 28 version u32 | 32 address u64 | 40 map size u64 | 48 free tree | 96 main tree |
 *                             144 last page u64 | 152 transaction u64
 *     tree, 48 bytes          0 pad u32 (free tree: page size) | 4 flags u16 | 6 depth u16 | 8 branch, 16 leaf, 24 overflow pages |
 *                             32 entries | 40 root page
 */
export const PAGE_HEADER_BYTES = 24;
const META_BYTES = 160;
const MAGIC = 0xbeefc0de;
const DATA_VERSION = 2;
const P_META = 8;
const NO_PAGE = 0xffffffffffffffffn;

export interface Tree {
  readonly flags: number;
  readonly depth: number;
  readonly branchPages: number;
  readonly leafPages: number;
  readonly overflowPages: number;
  readonly entries: number;
  /** Undefined: the tree is empty. */
  readonly root: number | undefined;
}

export interface Meta {
  readonly slot: number;
  readonly pageBytes: number;
  readonly address: number;
  readonly mapBytes: number;
  readonly free: Tree;
  readonly main: Tree;
  readonly lastPage: number;
  readonly transaction: number;
}

/** The file is not what LMDB would have written. */
export class FileDamage extends Error {
  override readonly name = 'FileDamage';
}

/** A 64-bit number; those above 2^53 cannot be right in any of the places. */
export function readNumber(bytes: Buffer, at: number): number {
  const value = bytes.readBigUInt64LE(at);
  return value > BigInt(Number.MAX_SAFE_INTEGER) ? Number.POSITIVE_INFINITY : Number(value);
}

function readTree(bytes: Buffer, at: number): Tree {
  return {
    flags: bytes.readUInt16LE(at + 4),
    depth: bytes.readUInt16LE(at + 6),
    branchPages: readNumber(bytes, at + 8),
    leafPages: readNumber(bytes, at + 16),
    overflowPages: readNumber(bytes, at + 24),
    entries: readNumber(bytes, at + 32),
    root: bytes.readBigUInt64LE(at + 40) === NO_PAGE ? undefined : readNumber(bytes, at + 40),
  };
}

export class DataFile {
  readonly #descriptor: number;
  readonly bytes: number;

  /** Throws as `fs.openSync` does. */
  constructor(path: string) {
    this.#descriptor = openSync(path, 'r');
    this.bytes = fstatSync(this.#descriptor).size;
  }

  close(): void {
    closeSync(this.#descriptor);
  }

  /** The bytes from `at`; throws FileDamage if the file ends before. */
  read(at: number, length: number): Buffer {
    if (at + length > this.bytes) {
      throw new FileDamage(`the file ends after ${this.bytes} bytes; ${at + length} are needed`);
    }
    const bytes = Buffer.allocUnsafe(length);
    for (let done = 0; done < length; ) {
      const count = readSync(this.#descriptor, bytes, done, length - done, at + done);
      if (count === 0) throw new FileDamage('the file became shorter while it was read');
      done += count;
    }
    return bytes;
  }

  /** Both meta pages, checked by themselves. Throws FileDamage. */
  metas(): readonly [Meta, Meta] {
    const first = this.#meta(0, 0);
    const { pageBytes } = first;
    const isPageSize = pageBytes >= 512 && pageBytes <= 65_536 && (pageBytes & (pageBytes - 1)) === 0;
    if (!isPageSize) throw new FileDamage(`meta page 0 names ${pageBytes} bytes as page size`);
    const second = this.#meta(1, pageBytes);
    if (second.pageBytes !== pageBytes) throw new FileDamage('the meta pages name different page sizes');
    return [first, second];
  }

  /** The snapshot that LMDB will use. Throws FileDamage if the two meta pages cannot both have been written by it. */
  currentMeta(): Meta {
    const [even, odd] = this.metas();
    const current = even.transaction >= odd.transaction ? even : odd;
    const other = current === even ? odd : even;
    // Transaction n goes to page n % 2, so the two are neighbours; only a new file and a compact copy begin with 0.
    const isUnused = other.transaction === 0 && other.main.root === undefined && other.lastPage === 1;
    const isNew = current.transaction === 0 && current.main.root === undefined;
    const isNeighbour = current.transaction === other.transaction + 1;
    if (!isNew && (current.transaction % 2 !== current.slot || !(isNeighbour || isUnused))) {
      throw new FileDamage(`the meta pages name transactions ${even.transaction} and ${odd.transaction}`);
    }
    return current;
  }

  #meta(slot: number, at: number): Meta {
    const bytes = this.read(at, META_BYTES);
    const problem = (what: string): FileDamage => new FileDamage(`meta page ${slot}: ${what}`);
    if (bytes.readUInt32LE(24) !== MAGIC) throw problem('this is not an LMDB file');
    if (bytes.readUInt32LE(28) !== DATA_VERSION) throw problem(`LMDB data format ${bytes.readUInt32LE(28)} is unknown`);
    if (bytes.readUInt16LE(18) !== P_META || readNumber(bytes, 0) !== slot) throw problem('the page header is wrong');
    return {
      slot,
      pageBytes: bytes.readUInt32LE(48),
      address: readNumber(bytes, 32),
      mapBytes: readNumber(bytes, 40),
      free: readTree(bytes, 48),
      main: readTree(bytes, 96),
      lastPage: readNumber(bytes, 144),
      transaction: readNumber(bytes, 152),
    };
  }
}
