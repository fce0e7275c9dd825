import { mkdirSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { Syscall } from './syscall-trace.js';

/** When something was done: whatever began may have reached the disk, what a flush has covered must have. */
interface Step {
  readonly startUs: number;
  readonly endUs: number;
  /** The call itself came back only when it was on disk (O_DSYNC). */
  readonly isSynchronous?: boolean;
}

interface Write extends Step {
  readonly offset: number;
  readonly bytes: Buffer;
  /** Of the file, behind it. */
  readonly size: number;
}

interface Change extends Step {
  /** Names and what they lead to from now on. All of one step, or nothing. */
  readonly entries: readonly (readonly [name: string, node: Node | undefined])[];
}

class Node {
  readonly flushes: Step[] = [];
  readonly writes: Write[] = [];
  readonly changes: Change[] = [];
  size = 0;

  constructor(readonly isFolder: boolean) {}

  /** How many of the steps are on disk for certain at this time. */
  durable(steps: readonly Step[], atUs: number): number {
    const flushes = this.flushes.filter(({ endUs }) => endUs <= atUs);
    let count = 0;
    for (const [index, { endUs, isSynchronous }] of steps.entries()) {
      const isFlushed = flushes.some((flush) => endUs <= flush.startUs);
      if (isFlushed || (isSynchronous === true && endUs <= atUs)) count = index + 1;
    }
    return count;
  }
}

/** Between 0 and 1. */
export type Dice = () => number;

/** How much of what was not flushed is on disk after the loss of power. */
const REACHED = [0, 0.1, 0.5, 0.9, 1];
const SECTORS = [512, 4096];

/** Files as the operating system knows them, and what a disk may have of them. `root` itself was there before. */
export class DiskModel {
  private readonly top = new Node(true);
  private readonly nodes = new Map<string, Node>();
  private readonly descriptors = new Map<string, { at: number; readonly appends: boolean; readonly isSync: boolean }>();
  /** Times at which it is worth to lose power: in and right behind flushes. */
  readonly flushes: Step[] = [];
  firstUs = Number.POSITIVE_INFINITY;
  lastUs = 0;

  constructor(private readonly root: string) {
    this.nodes.set(root, this.top);
  }

  apply(call: Syscall): void {
    const [first, second] = call.texts.map(String);
    switch (call.name) {
      case 'openat':
        this.open(first ?? '', call);
        break;
      case 'mkdir':
        this.make(first ?? '', new Node(true), call);
        break;
      case 'unlink':
        this.change(first ?? '', call, [[basename(first ?? ''), undefined]], () => this.nodes.delete(first ?? ''));
        break;
      case 'rename':
        this.rename(first ?? '', second ?? '', call);
        break;
      case 'link':
        this.link(first ?? '', second ?? '', call);
        break;
      default:
        this.touch(call);
    }
  }

  /** What may be on the disk when the power is lost at this time, written to a folder. */
  image(atUs: number, to: string, dice: Dice): void {
    const pick = <T>(list: readonly T[]): T => list[Math.floor(dice() * list.length)] as T;
    this.writeFolder(this.top, atUs, to, { dice, reached: pick(REACHED), sector: pick(SECTORS) });
  }

  private open(path: string, call: Syscall): void {
    if (!this.knows(path)) return;
    const flags = call.rest;
    if (flags.includes('O_CREAT') && !this.nodes.has(path)) this.make(path, new Node(false), call);
    const node = this.nodes.get(path);
    if (!node) return;
    if (flags.includes('O_TRUNC')) this.resize(node, 0, call);
    const isSync = /O_D?SYNC/.test(flags);
    this.descriptors.set(`${call.result} ${path}`, { at: 0, appends: flags.includes('O_APPEND'), isSync });
  }

  private make(path: string, node: Node, call: Syscall): void {
    if (!this.knows(path)) return;
    this.change(path, call, [[basename(path), node]], () => this.nodes.set(path, node));
  }

  private rename(from: string, to: string, call: Syscall): void {
    const node = this.nodes.get(from);
    if (!node) return;
    if (dirname(from) !== dirname(to))
      throw new Error(`the model knows no rename from folder to folder: ${from}, ${to}`);
    this.change(
      to,
      call,
      [
        [basename(from), undefined],
        [basename(to), node],
      ],
      () => {
        this.nodes.delete(from);
        this.nodes.set(to, node);
      },
    );
  }

  private link(from: string, to: string, call: Syscall): void {
    const node = this.nodes.get(from);
    if (node) this.change(to, call, [[basename(to), node]], () => this.nodes.set(to, node));
  }

  private change(path: string, { startUs, endUs }: Syscall, entries: Change['entries'], then: () => void): void {
    const folder = this.nodes.get(dirname(path));
    if (!folder) return;
    folder.changes.push({ startUs, endUs, entries });
    then();
  }

  private touch(call: Syscall): void {
    const { name, path, descriptor, startUs, endUs, texts, rest, result } = call;
    const node = this.nodes.get(path);
    if (!node) return;
    const key = `${descriptor} ${path}`;
    const known = this.descriptors.get(key) ?? { at: 0, appends: false, isSync: false };
    this.descriptors.set(key, known);
    this.firstUs = Math.min(this.firstUs, startUs);
    this.lastUs = Math.max(this.lastUs, endUs);
    switch (name) {
      case 'fsync':
      case 'fdatasync':
        node.flushes.push({ startUs, endUs });
        this.flushes.push({ startUs, endUs });
        return;
      case 'lseek':
        known.at = result;
        return;
      case 'ftruncate':
        this.resize(node, numberBefore(rest), call);
        return;
      default: {
        const bytes = Buffer.concat(texts).subarray(0, result);
        if (bytes.length !== result)
          throw new Error(`${name} to ${path}: ${bytes.length} of ${result} bytes are in the trace`);
        const isPlaced = name.startsWith('p');
        const offset = isPlaced ? numberBefore(rest) : known.appends ? node.size : known.at;
        if (!isPlaced) known.at = offset + result;
        node.size = Math.max(node.size, offset + result);
        const isSynchronous = known.isSync;
        node.writes.push({ startUs, endUs, offset, bytes, size: node.size, isSynchronous });
        if (isSynchronous) this.flushes.push({ startUs, endUs });
      }
    }
  }

  /** What is cut off is zeros when the file grows again. */
  private resize(node: Node, size: number, { startUs, endUs }: Syscall): void {
    const offset = Math.min(size, node.size);
    node.writes.push({ startUs, endUs, offset, bytes: Buffer.alloc(Math.max(0, node.size - size)), size });
    node.size = size;
  }

  private knows(path: string): boolean {
    return path.startsWith(`${this.root}/`);
  }

  private writeFolder(folder: Node, atUs: number, to: string, chance: Chance): void {
    const changes = folder.changes.filter(({ startUs }) => startUs <= atUs);
    const entries = new Map<string, Node>();
    for (const { entries: changed } of changes.slice(
      0,
      reachedOf(folder.durable(changes, atUs), changes.length, chance),
    )) {
      for (const [name, node] of changed) {
        if (node) entries.set(name, node);
        else entries.delete(name);
      }
    }
    for (const [name, node] of entries) {
      const path = join(to, name);
      if (node.isFolder) {
        mkdirSync(path, { mode: 0o700 });
        this.writeFolder(node, atUs, path, chance);
      } else writeFileSync(path, contentOf(node, atUs, chance), { mode: 0o600 });
    }
  }
}

interface Chance {
  readonly dice: Dice;
  readonly reached: number;
  readonly sector: number;
}

/** The last argument of a call; there is a blank behind it when the call was interrupted by others in the trace. */
const numberBefore = (rest: string): number => Number(/(\d+) *\) += /.exec(rest)?.[1]);

/** Steps of one place reach the disk in their order: all up to the last one that was flushed, and some behind it. */
function reachedOf(durable: number, all: number, { dice, reached }: Chance): number {
  if (all === durable || dice() >= reached) return durable;
  return durable + 1 + Math.floor(dice() * (all - durable));
}

function contentOf(node: Node, atUs: number, chance: Chance): Buffer {
  const writes = node.writes.filter(({ startUs }) => startUs <= atUs);
  const sizedBy = reachedOf(node.durable(writes, atUs), writes.length, chance);
  const content = Buffer.alloc(writes[sizedBy - 1]?.size ?? 0);
  const isDurable = writes.map((write) => node.durable([write], atUs) === 1);
  const bySector = new Map<number, number[]>();
  for (const [index, { offset, bytes }] of writes.entries()) {
    for (let at = Math.floor(offset / chance.sector); at * chance.sector < offset + bytes.length; at += 1) {
      bySector.set(at, [...(bySector.get(at) ?? []), index]);
    }
  }
  for (const [sector, indexes] of bySector) {
    // A flush takes the sector as it is, with all that was written to it before.
    const durable = indexes.map((index) => isDurable[index]).lastIndexOf(true) + 1;
    for (const index of indexes.slice(0, reachedOf(durable, indexes.length, chance))) {
      const { offset, bytes } = writes[index] as Write;
      const [from, to] = [sector * chance.sector, Math.min((sector + 1) * chance.sector, content.length)];
      const [first, last] = [Math.max(from, offset), Math.min(to, offset + bytes.length)];
      if (first < last) bytes.copy(content, first, first - offset, last - offset);
    }
  }
  return content;
}
