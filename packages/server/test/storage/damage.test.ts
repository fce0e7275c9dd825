import { copyFileSync, cpSync, existsSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { checkFile } from '../../src/engines/lmdb/file-check.js';
import { repair, verify } from '../../src/engines/lmdb/index.js';
import type { Entry } from '../../src/engines/lmdb/page-tree.js';
import { Child } from './support/child.js';
import { childFile } from './support/compiled.js';
import { content, maintenance, newDirectory, openRecords, Seen, time } from './support/storage.js';

/** The same numbers in every run. */
function numbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/** A directory with small and large values, overwritten and removed ones, so that there are free pages and old copies. */
async function fill(dir: string): Promise<Record<string, unknown>> {
  const records = await openRecords(dir);
  const pick = numbers(7);
  for (let round = 0; round < 40; round += 1) {
    const changes = Array.from({ length: 12 }, () => {
      const key = `family/${pick(160)}`;
      const isRemoval = pick(4) === 0;
      return isRemoval ? { key } : { key, value: { round, text: 'abcdefgh'.repeat(pick(pick(8) === 0 ? 1500 : 40)) } };
    });
    await records.write(changes);
  }
  const all = content(records);
  await records.close();
  return all;
}

function flip(path: string, at: number, bit: number): void {
  const bytes = readFileSync(path);
  bytes[at] = (bytes[at] ?? 0) ^ (1 << bit);
  writeFileSync(path, bytes);
}

interface Answer {
  readonly content?: Record<string, unknown>;
  readonly reported?: readonly string[];
  readonly refused?: string;
}

/** Opens and reads the directory in a process of its own. */
async function readIn(dir: string): Promise<Answer> {
  const { code, signal, out, err } = await Child.node(childFile('reader'), dir).ended;
  if (code !== 0) throw new Error(`The reader ended with ${code ?? signal}: ${err}`);
  return JSON.parse(out) as Answer;
}

/** Nothing but what was written last, or nothing under that key and a report about it. */
function expectHonest({ content: found, reported = [], refused }: Answer, written: Record<string, unknown>): void {
  if (refused !== undefined) return;
  const { after: _own, ...rest } = found ?? {};
  const absent = Object.keys(written).filter((key) => !(key in rest));
  expect(absent.length, 'absent without a report').toBeLessThanOrEqual(reported.length);
  expect(rest).toEqual(Object.fromEntries(Object.entries(written).filter(([key]) => !absent.includes(key))));
}

describe('single-bit flips', () => {
  let template = '';
  let written: Record<string, unknown> = {};
  const files = ['data.mdb', 'data.mdb-lock', 'lock.mdb', 'lock.mdb-lock', 'stopped-cleanly.json'];

  // Kept for all tests of this group: not one of the directories that go after each test.
  beforeAll(async () => {
    const { mkdtempSync } = await import('node:fs');
    template = mkdtempSync(`${newDirectory()}-kept-`);
    written = await fill(template);
  });

  test('72 of them, in every file: reported or harmless, never a wrong value', async () => {
    const pick = numbers(42);
    const cases = Array.from({ length: 72 }, (_, index) => {
      const file = index < 52 ? 'data.mdb' : (files[1 + (index % 4)] ?? '');
      const size = readFileSync(`${template}/${file}`).length;
      // Some of them in the first pages, which say where everything is.
      const at = pick(index % 4 === 0 ? Math.min(size, 8192) : size);
      return { file, at, bit: pick(8) };
    });
    const outcomes = { refused: 0, reported: 0, harmless: 0 };
    const next = cases.entries();
    const work = async (): Promise<void> => {
      for (const [index, { file, at, bit }] of next) {
        const dir = `${newDirectory()}/${index}`;
        cpSync(template, dir, { recursive: true });
        flip(`${dir}/${file}`, at, bit);
        const answer = await readIn(dir);
        try {
          expectHonest(answer, written);
        } catch (error) {
          throw new Error(`${file}, byte ${at}, bit ${bit}: ${error}`, { cause: error });
        }
        if (answer.refused) outcomes.refused += 1;
        else if (answer.reported?.length) outcomes.reported += 1;
        else outcomes.harmless += 1;
      }
    };
    await Promise.all([work(), work(), work()]);
    expect(outcomes.refused + outcomes.reported + outcomes.harmless).toBe(72);
    expect(outcomes.reported + outcomes.refused).toBeGreaterThan(8);
  }, 240_000);

  test('4000 of them in the data file: the check reports each that touches what can be read', () => {
    const original = readFileSync(`${template}/data.mdb`);
    const path = `${newDirectory()}/data.mdb`;
    const read = (): { found: string; isClean: boolean } => {
      const entries: string[] = [];
      const report = checkFile(path, ({ key, value }: Entry) => entries.push(`${key}=${value.toString('latin1')}`));
      return { found: entries.join('\n'), isClean: report.structureCount + report.damagedCount === 0 };
    };
    writeFileSync(path, original);
    const sound = read();
    expect(sound.isClean).toBe(true);
    const pick = numbers(99);
    for (let n = 0; n < 4000; n += 1) {
      const at = pick(n % 3 === 0 ? 8192 : original.length);
      const bit = pick(8);
      flip(path, at, bit);
      const { found, isClean } = read();
      if (isClean && found !== sound.found) throw new Error(`byte ${at}, bit ${bit} changed the content unseen`);
      flip(path, at, bit);
    }
  }, 120_000);

  test('verify lists a damaged record, and the server starts without it', async () => {
    const dir = newDirectory();
    cpSync(template, dir, { recursive: true });
    const key = Object.keys(written)[20] ?? '';
    const at = readFileSync(`${dir}/data.mdb`).lastIndexOf(`r${key}`);
    // Every copy of it, old ones too: the one in use is among them.
    for (let place = at; place >= 0; ) {
      flip(`${dir}/data.mdb`, place + key.length + 4, 3);
      place = place === 0 ? -1 : readFileSync(`${dir}/data.mdb`).lastIndexOf(`r${key}`, place - 1);
    }
    const report = await verify(dir, maintenance());
    expect(report.structure).toEqual([]);
    expect(report.damaged.map((damage) => damage.key)).toContain(key);

    const seen = new Seen();
    const records = await openRecords(dir, { logger: seen, counters: seen });
    expect(seen.counts.get('records_damaged')).toBe(report.damagedCount);
    expect(seen.lines.some(({ level, fields }) => level === 'error' && fields.key === key)).toBe(true);
    expect(records.get(key)).toBeUndefined();
    await records.write([{ key, value: { text: 'written anew' } }]);
    expect(records.get(key)).toEqual({ text: 'written anew' });
    await records.close();
    expect((await verify(dir, maintenance())).damagedCount).toBe(report.damagedCount - 1);
  });

  test('repair keeps what can be read, and says what it is', async () => {
    const dir = newDirectory();
    cpSync(template, dir, { recursive: true });
    // The number of entries in both meta pages: all records can still be read.
    flip(`${dir}/data.mdb`, 96 + 32, 2);
    flip(`${dir}/data.mdb`, 4096 + 96 + 32, 2);
    await expect(openRecords(dir)).rejects.toThrow(/verify --data-dir .* --repair/);
    const { kept, isExact, keptAs } = await repair(dir, maintenance());
    expect({ kept, isExact }).toEqual({ kept: Object.keys(written).length, isExact: true });
    expect(existsSync(keptAs ?? '')).toBe(true);
    expect(content(await openRecords(dir))).toEqual(written);
  });
});

describe('truncated files', () => {
  test.each([0.99, 0.5, 0.1, 0.01])('cut to %d of its length: refused, not mapped', async (part) => {
    const dir = newDirectory();
    const written = await fill(dir);
    const size = readFileSync(`${dir}/data.mdb`).length;
    truncateSync(`${dir}/data.mdb`, Math.floor(size * part));
    const answer = await readIn(dir);
    // Pages at the end may be free; then nothing is lost.
    if (part < 0.9) expect(answer.refused).toBe('damaged');
    else expectHonest(answer, written);
  });

  test('a file that only has its first bytes is refused', async () => {
    const dir = newDirectory();
    await fill(dir);
    truncateSync(`${dir}/data.mdb`, 100);
    await expect(openRecords(dir)).rejects.toMatchObject({ kind: 'damaged' });
  });

  test('a file without bytes is a new one', async () => {
    const dir = newDirectory();
    writeFileSync(`${dir}/data.mdb`, '');
    const records = await openRecords(dir);
    await records.write([{ key: 'a', value: {} }]);
    expect(content(records)).toEqual({ a: {} });
  });
});

test('a check that is ended by a signal refuses the start, with instructions', async () => {
  const dir = newDirectory();
  await fill(dir);
  const checker = `${newDirectory()}/dies.mjs`;
  writeFileSync(checker, "process.kill(process.pid, 'SIGBUS');\n");
  await expect(openRecords(dir, { checker })).rejects.toThrow(/ended by SIGBUS[\s\S]*Restore a backup/);
  const broken = `${newDirectory()}/fails.mjs`;
  writeFileSync(broken, "throw new Error('no such thing');\n");
  await expect(openRecords(dir, { checker: broken })).rejects.toThrow(/no such thing/);
  // Nothing was changed, and the lock is free.
  await (await openRecords(dir)).close();
});

test('a value under another key is damaged', async () => {
  const dir = newDirectory();
  const records = await openRecords(dir);
  await records.write([{ key: 'key-1', value: { of: 1 } }]);
  await records.close();
  const path = `${dir}/data.mdb`;
  const bytes = readFileSync(path);
  for (let at = bytes.indexOf('rkey-1'); at >= 0; at = bytes.indexOf('rkey-1', at + 1)) bytes.write('rkey-2', at);
  writeFileSync(path, bytes);
  copyFileSync(path, `${path}.copy`);
  const seen = new Seen();
  const again = await openRecords(dir, { logger: seen, counters: seen, time });
  expect(again.get('key-2')).toBeUndefined();
  expect(again.get('key-2')).toBeUndefined();
  expect(seen.counts.get('records_damaged')).toBe(2);
});
