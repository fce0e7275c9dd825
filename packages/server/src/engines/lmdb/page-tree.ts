import { type DataFile, FileDamage, type Meta, PAGE_HEADER_BYTES, readNumber, type Tree } from './data-file.js';
import type { PageUse } from './page-use.js';

/** An entry of a leaf page. */
export interface Entry {
  readonly key: Buffer;
  readonly value: Buffer;
}

const P_BRANCH = 1;
const P_LEAF = 2;
const P_OVERFLOW = 4;
const NODE_HEADER_BYTES = 8;
const F_BIGDATA = 1;
const OVERFLOW_REFERENCE_BYTES = 24;

interface Node {
  readonly key: Buffer;
  readonly flags: number;
  /** Of a leaf: how long the value is. */
  readonly valueBytes: number;
  /** Of a branch: where it leads. */
  readonly child: number;
  /** What follows the key on the page. */
  readonly rest: Buffer;
}

interface Bounds {
  readonly from: Buffer | undefined;
  readonly below: Buffer | undefined;
}

/**
 * Walks one B+ tree of a snapshot and checks everything that LMDB takes for granted: page headers, who points where,
 * order and bounds of keys, sizes, and the totals in the meta page. Problems are reported; a damaged page is left out
 * with what lies below it.
 */
export class PageTree {
  #branchPages = 0;
  #leafPages = 0;
  #overflowPages = 0;
  #entries = 0;

  constructor(
    private readonly file: DataFile,
    private readonly meta: Meta,
    private readonly tree: Tree,
    private readonly options: {
      readonly name: string;
      readonly use: PageUse;
      readonly compare: (a: Buffer, b: Buffer) => number;
      readonly onEntry: (entry: Entry) => void;
      readonly onProblem: (text: string) => void;
    },
  ) {}

  walk(): void {
    const { tree, options } = this;
    if (tree.root !== undefined) {
      this.#page(tree.root, 1, this.meta.transaction, { from: undefined, below: undefined });
    } else if (tree.depth !== 0) options.onProblem(`${options.name}: no root, but ${tree.depth} levels`);
    const found = [this.#branchPages, this.#leafPages, this.#overflowPages, this.#entries];
    const named = [tree.branchPages, tree.leafPages, tree.overflowPages, tree.entries];
    if (found.join() !== named.join()) {
      options.onProblem(
        `${options.name}: ${found.join(', ')} branch pages, leaf pages, overflow pages and entries are there; the meta page names ${named.join(', ')}`,
      );
    }
  }

  #page(page: number, level: number, newest: number, bounds: Bounds): void {
    try {
      const isLeaf = level === this.tree.depth;
      const { bytes, transaction } = this.#read(page, isLeaf ? P_LEAF : P_BRANCH, newest);
      if (isLeaf) this.#leafPages += 1;
      else this.#branchPages += 1;
      const nodes = this.#nodes(bytes, isLeaf);
      this.#checkOrder(nodes, isLeaf, bounds);
      nodes.forEach((node, index) => {
        if (isLeaf) this.#entry(node);
        else {
          this.#page(node.child, level + 1, transaction, {
            from: index === 0 ? bounds.from : node.key,
            below: nodes[index + 1]?.key ?? bounds.below,
          });
        }
      });
    } catch (error) {
      if (!(error instanceof FileDamage)) throw error;
      this.options.onProblem(`${this.options.name}, page ${page}: ${error.message}`);
    }
  }

  /** A page that nothing else uses and that says itself to be the one that is wanted. */
  #read(page: number, flags: number, newest: number): { bytes: Buffer; transaction: number } {
    const { pageBytes } = this.meta;
    this.options.use.claim(page);
    const bytes = this.file.read(page * pageBytes, pageBytes);
    if (readNumber(bytes, 0) !== page) throw new FileDamage(`it says to be page ${readNumber(bytes, 0)}`);
    if (bytes.readUInt16LE(18) !== flags) throw new FileDamage(`its kind is ${bytes.readUInt16LE(18)}, not ${flags}`);
    const transaction = readNumber(bytes, 8);
    if (transaction > newest) throw new FileDamage(`transaction ${transaction} is newer than what points to it`);
    return { bytes, transaction };
  }

  #nodes(bytes: Buffer, isLeaf: boolean): Node[] {
    const lower = bytes.readUInt16LE(20);
    const upper = bytes.readUInt16LE(22);
    const room = bytes.length - PAGE_HEADER_BYTES;
    if (lower % 2 !== 0 || lower > upper || upper > room) throw new FileDamage(`its bounds are ${lower} and ${upper}`);
    const count = lower / 2;
    if (count < (isLeaf ? 1 : 2)) throw new FileDamage(`it has ${count} nodes`);
    const nodes: Node[] = [];
    let used = 0;
    for (let index = 0; index < count; index += 1) {
      const offset = bytes.readUInt16LE(PAGE_HEADER_BYTES + 2 * index);
      if (offset < upper || offset + NODE_HEADER_BYTES > room) throw new FileDamage(`node ${index} lies at ${offset}`);
      const { node, length } = this.#node(bytes, PAGE_HEADER_BYTES + offset, isLeaf, index);
      nodes.push(node);
      used += length + (length % 2);
    }
    if (used !== room - upper) throw new FileDamage(`its nodes have ${used} bytes, their place ${room - upper}`);
    return nodes;
  }

  #node(bytes: Buffer, at: number, isLeaf: boolean, index: number): { node: Node; length: number } {
    const low = bytes.readUInt32LE(at);
    const flags = bytes.readUInt16LE(at + 4);
    const keyBytes = bytes.readUInt16LE(at + 6);
    if (isLeaf && flags !== 0 && flags !== F_BIGDATA) throw new FileDamage(`node ${index} has flags ${flags}`);
    const restBytes = isLeaf ? (flags === F_BIGDATA ? OVERFLOW_REFERENCE_BYTES : low) : 0;
    const length = NODE_HEADER_BYTES + keyBytes + restBytes;
    if (at + length > bytes.length) throw new FileDamage(`node ${index} is longer than the page`);
    const keyAt = at + NODE_HEADER_BYTES;
    const node = {
      key: bytes.subarray(keyAt, keyAt + keyBytes),
      flags,
      valueBytes: low,
      child: low + flags * 2 ** 32,
      rest: bytes.subarray(keyAt + keyBytes, keyAt + keyBytes + restBytes),
    };
    return { node, length };
  }

  #checkOrder(nodes: readonly Node[], isLeaf: boolean, { from, below }: Bounds): void {
    const { compare } = this.options;
    let before = from;
    nodes.forEach((node, index) => {
      // The first key of a branch page is not used, and may be left empty.
      if (!isLeaf && index === 0) return;
      const isFirst = index === (isLeaf ? 0 : 1);
      const order = before === undefined ? 1 : compare(node.key, before);
      if (order < 0 || (order === 0 && !(isFirst && isLeaf))) throw new FileDamage(`node ${index} is out of order`);
      if (below !== undefined && compare(node.key, below) >= 0) throw new FileDamage(`node ${index} belongs elsewhere`);
      before = node.key;
    });
  }

  #entry(node: Node): void {
    this.#entries += 1;
    const value = node.flags === F_BIGDATA ? this.#overflow(node) : node.rest;
    if (value !== undefined) this.options.onEntry({ key: node.key, value });
  }

  /** A value with pages of its own. */
  #overflow(node: Node): Buffer | undefined {
    const { pageBytes } = this.meta;
    const page = readNumber(node.rest, 0);
    const pages = Math.ceil((PAGE_HEADER_BYTES + node.valueBytes) / pageBytes);
    try {
      if (readNumber(node.rest, 16) !== pages) throw new FileDamage('its length and its pages do not fit');
      // A compact copy keeps the transaction of overflow pages, not that of the leaf that points to them.
      const { bytes } = this.#read(page, P_OVERFLOW, this.meta.transaction);
      if (bytes.readUInt32LE(20) !== pages) throw new FileDamage(`it says to have ${bytes.readUInt32LE(20)} pages`);
      for (let next = page + 1; next < page + pages; next += 1) this.options.use.claim(next);
      this.#overflowPages += pages;
      return this.file.read(page * pageBytes + PAGE_HEADER_BYTES, node.valueBytes);
    } catch (error) {
      if (!(error instanceof FileDamage)) throw error;
      this.options.onProblem(`${this.options.name}, overflow page ${page}: ${error.message}`);
      return undefined;
    }
  }
}
