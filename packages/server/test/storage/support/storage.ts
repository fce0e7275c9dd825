import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach } from 'vitest';
import { NodeTime } from '../../../src/edge/node-time.js';
import { type LmdbRecords, type LmdbRecordsOptions, openLmdbRecords } from '../../../src/engines/lmdb/index.js';
import type { CounterName, Counters, Logger } from '../../../src/ports/index.js';
import { checkerFile } from './compiled.js';

/** A logger and counters that remember. */
export class Seen implements Counters, Logger {
  readonly lines: { level: string; fields: Readonly<Record<string, unknown>>; text: string }[] = [];
  readonly counts = new Map<CounterName, number>();

  add(name: CounterName, amount = 1): void {
    this.counts.set(name, (this.counts.get(name) ?? 0) + amount);
  }
  error(fields: Readonly<Record<string, unknown>>, text: string): void {
    this.lines.push({ level: 'error', fields, text });
  }
  warn(fields: Readonly<Record<string, unknown>>, text: string): void {
    this.lines.push({ level: 'warn', fields, text });
  }
  info(fields: Readonly<Record<string, unknown>>, text: string): void {
    this.lines.push({ level: 'info', fields, text });
  }
  debug(): void {
    // Not looked at.
  }
  child(): Logger {
    return this;
  }
}

export const time = new NodeTime();
export const maintenance = () => ({ time, checker: checkerFile() });

const directories: string[] = [];
const opened: LmdbRecords[] = [];

/** A new directory that goes after the test. */
export function newDirectory(): string {
  const dir = mkdtempSync(join(tmpdir(), 'arrtm-storage-'));
  directories.push(dir);
  return dir;
}

/** Records that are closed after the test. */
export async function openRecords(dir: string, options: Partial<LmdbRecordsOptions> = {}): Promise<LmdbRecords> {
  const seen = new Seen();
  const base = { dir, logger: seen, counters: seen, time, lockWaitMs: 0, checker: checkerFile() };
  const records = await openLmdbRecords({ ...base, ...options });
  opened.push(records);
  return records;
}

/**
 * The directory as `kill -9` would leave it: a copy of the bytes that the operating system has. Meta pages come first,
 * and at most the commit that is under way can go on meanwhile, so the copy is one that a crash could leave.
 */
export function crashImage(dir: string): string {
  const image = newDirectory();
  mkdirSync(image, { recursive: true });
  writeFileSync(join(image, 'data.mdb'), readFileSync(join(dir, 'data.mdb')));
  return image;
}

export const content = (records: LmdbRecords): Record<string, unknown> =>
  Object.fromEntries([...records.scan('')].map(({ key, value }) => [key, value]));

afterEach(async () => {
  for (const records of opened.splice(0)) await records.close();
  for (const dir of directories.splice(0)) rmSync(dir, { recursive: true, force: true });
});
