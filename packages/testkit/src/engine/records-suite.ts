import type { RecordChange, Records } from 'ar-rtm-server/ports';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { RecordsFactory, RecordsUnderTest } from './engine-factory.js';

/** Conformance of {@link Records}: order, transactions, and what survives. */
export function describeRecords(name: string, factory: RecordsFactory): void {
  describe(`Records: ${name}`, () => {
    let underTest: RecordsUnderTest;
    let records: Records;

    beforeEach(async () => {
      underTest = await factory();
      records = underTest.records;
    });
    afterEach(() => underTest.dispose());

    const keys = (prefix: string) => [...records.scan(prefix)].map(({ key }) => key);

    test('what was written can be read', async () => {
      const value = {
        text: 'ä €😀',
        number: -1.5,
        flag: true,
        nothing: null,
        list: [1, 'b', { c: [] }],
        nested: { a: {} },
      };
      await records.write([{ key: 'x/1', value }]);
      expect(records.get('x/1')).toEqual(value);
      expect(records.get('x/2')).toBeUndefined();
      expect([...records.scan('x/')]).toEqual([{ key: 'x/1', value }]);
    });

    test('writes can be seen before they are on disk', async () => {
      const done = records.write([{ key: 'x/1', value: { n: 1 } }]);
      expect(records.get('x/1')).toEqual({ n: 1 });
      const again = records.write([
        { key: 'x/1', value: { n: 2 } },
        { key: 'x/2', value: { n: 3 } },
      ]);
      expect(records.get('x/1')).toEqual({ n: 2 });
      expect(keys('x/')).toEqual(['x/1', 'x/2']);
      const removal = records.write([{ key: 'x/1' }]);
      expect(records.get('x/1')).toBeUndefined();
      expect(keys('x/')).toEqual(['x/2']);
      await Promise.all([done, again, removal]);
      expect(records.get('x/1')).toBeUndefined();
      expect(keys('x/')).toEqual(['x/2']);
    });

    test('the order of the changes counts, within a write and between writes', async () => {
      await records.write([
        { key: 'x/1', value: { n: 1 } },
        { key: 'x/1' },
        { key: 'x/2' },
        { key: 'x/2', value: { n: 2 } },
      ]);
      expect(keys('x/')).toEqual(['x/2']);
      const writes = [1, 2, 3].map((n) => records.write([{ key: 'x/3', value: { n } }]));
      await Promise.all(writes);
      expect(records.get('x/3')).toEqual({ n: 3 });
      expect((await underTest.reopen()).get('x/3')).toEqual({ n: 3 });
    });

    test('scans are in key order and keep to their prefix', async () => {
      const names = ['b/1', 'a/2', 'a/10', 'a/1', 'a', 'a/ ', 'a/~', 'a!', 'a0', 'ab'];
      await records.write(names.map((key) => ({ key, value: { key } })));
      expect(keys('a/')).toEqual(['a/ ', 'a/1', 'a/10', 'a/2', 'a/~']);
      expect(keys('')).toEqual([...names].sort((x, y) => Buffer.compare(Buffer.from(x), Buffer.from(y))));
      expect(keys('c')).toEqual([]);
    });

    test('a scan begins where it is told to, and goes either way', async () => {
      const names = ['a', 'a/', 'a/1', 'a/3', 'a/5', 'a0', 'b/1'];
      await records.write(names.map((key) => ({ key, value: { key } })));
      const written = records.write([{ key: 'a/4', value: {} }, { key: 'a/3' }, { key: 'a/6', value: {} }]);
      const found = (from?: string, isReverse = false) =>
        [...records.scan('a/', { from, isReverse })].map(({ key }) => key);
      const check = () => {
        expect(found(undefined, true)).toEqual(['a/6', 'a/5', 'a/4', 'a/1', 'a/']);
        expect([found('a/1'), found('a/2')]).toEqual([
          ['a/1', 'a/4', 'a/5', 'a/6'],
          ['a/4', 'a/5', 'a/6'],
        ]);
        expect([found('a/7'), found('a/0', true)]).toEqual([[], ['a/']]);
        expect([found('a/4', true), found('a/3', true), found('a/9', true)[0]]).toEqual([
          ['a/4', 'a/1', 'a/'],
          ['a/1', 'a/'],
          'a/6',
        ]);
      };
      check();
      await written;
      check();
      // A caller may stop.
      for (const { key } of records.scan('a/', { isReverse: true })) {
        expect(key).toBe('a/6');
        break;
      }
    });

    test('a scan stands changes made while it runs', async () => {
      await records.write(['a/1', 'a/2', 'a/3'].map((key) => ({ key, value: {} })));
      const seen: string[] = [];
      const writes: Promise<void>[] = [];
      for (const { key } of records.scan('a/')) {
        seen.push(key);
        writes.push(records.write([{ key }, { key: `${key}x`, value: {} }]));
      }
      await Promise.all(writes);
      expect(seen.filter((key) => !key.endsWith('x'))).toEqual(['a/1', 'a/2', 'a/3']);
      expect(keys('a/')).toEqual(expect.arrayContaining(['a/1x', 'a/2x', 'a/3x']));
    });

    test('removing what is not there is fine, and so is an empty write', async () => {
      await records.write([{ key: 'x/1' }]);
      await records.write([]);
      await records.flushed();
      expect(keys('')).toEqual([]);
    });

    test('a value is a copy', async () => {
      const list = [1];
      const written = records.write([{ key: 'x/1', value: { list } }]);
      list.push(2);
      await written;
      expect(records.get('x/1')).toEqual({ list: [1] });
      (records.get('x/1') as { list: number[] }).list.push(3);
      expect(records.get('x/1')).toEqual({ list: [1] });
      expect((await underTest.reopen()).get('x/1')).toEqual({ list: [1] });
    });

    test('everything survives a reopen', async () => {
      const pending = records.write([
        { key: 'x/1', value: { n: 1 } },
        { key: 'y/1', value: { n: 2 } },
      ]);
      records = await underTest.reopen();
      await pending;
      expect(keys('')).toEqual(['x/1', 'y/1']);
      await records.write([{ key: 'x/1' }]);
      records = await underTest.reopen();
      expect(keys('')).toEqual(['y/1']);
    });

    test('what was flushed survives a crash, as whole transactions in order', async () => {
      await records.write([{ key: 'x/1', value: { n: 1 } }]);
      void records.write([{ key: 'x/2', value: { n: 2 } }]);
      void records.write([
        { key: 'x/3', value: { n: 3 } },
        { key: 'x/4', value: { n: 4 } },
      ]);
      records = await underTest.crash();
      const left = keys('x/').join();
      expect(['x/1', 'x/1,x/2', 'x/1,x/2,x/3,x/4']).toContain(left);
    });

    test('after a crash at every step the reopened records stand at that step, or at one before that nobody was told of', async () => {
      const set = (key: string, n: number) => ({ key, value: { n } });
      const steps: { readonly isAwaited: boolean; readonly changes: readonly RecordChange[] }[] = [];
      for (let i = 0; i < 24; i += 1) {
        const changes: RecordChange[] = [set(`x/${i % 5}`, i), set(`y/${i}`, i)];
        if (i % 3 === 0) changes.push({ key: `y/${i - 2}` }, { key: `x/${(i + 1) % 5}` });
        steps.push({ isAwaited: i % 4 < 2, changes });
      }
      const model = new Map<string, unknown>();
      const apply = (changes: readonly RecordChange[]) => {
        for (const { key, value } of changes) value ? model.set(key, value) : model.delete(key);
        return snapshot(model);
      };
      const content = () => snapshot(new Map([...records.scan('')].map(({ key, value }) => [key, value])));

      for (let from = 0; from < steps.length; from += 1) {
        // Runs of one to four steps, so that the crash comes behind awaited ones and in the middle of others.
        const run = steps.slice(from, from + 1 + (from % 4));
        let allowed = [content()];
        for (const { isAwaited, changes } of run) {
          const write = records.write(changes);
          const state = apply(changes);
          if (isAwaited) await write;
          else write.catch(() => undefined);
          allowed = isAwaited ? [state] : [...allowed, state];
        }
        records = await underTest.crash();
        expect(allowed, `behind step ${from}`).toContain(content());
        model.clear();
        for (const { key, value } of records.scan('')) model.set(key, value);
      }
    });

    test('flushed waits for all writes so far', async () => {
      for (let i = 0; i < 20; i += 1) void records.write([{ key: `x/${String(i).padStart(2, '0')}`, value: { i } }]);
      await records.flushed();
      records = await underTest.crash();
      expect(keys('x/')).toHaveLength(20);
    });

    test('long keys and large values', async () => {
      const key = `offline/${'a'.repeat(32)}/${'u'.repeat(64)}/${'1'.repeat(16)}`;
      const value = { body: 'x'.repeat(300_000) };
      await records.write([{ key, value }]);
      records = await underTest.reopen();
      expect(records.get(key)).toEqual(value);
    });

    test('many writes at once', async () => {
      const writes = Array.from({ length: 2000 }, (_, i) => records.write([{ key: `x/${i}`, value: { i } }]));
      await Promise.all(writes);
      records = await underTest.reopen();
      expect(keys('x/')).toHaveLength(2000);
    });
  });
}

/** The same text for the same content. */
function snapshot(content: ReadonlyMap<string, unknown>): string {
  return JSON.stringify([...content].sort(([a], [b]) => (a < b ? -1 : 1)));
}
