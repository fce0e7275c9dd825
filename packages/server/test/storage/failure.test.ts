import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { Child } from './support/child.js';
import { childFile } from './support/compiled.js';
import { content, newDirectory, openRecords } from './support/storage.js';

test('when the disk takes no more, writes are refused from then on; what was acknowledged is there after a restart', async () => {
  const dir = newDirectory();
  // The limit of 4 MB on the size of a file stands for a full disk.
  const args = ['-c', 'ulimit -f 4096; exec "$0" "$@"', process.execPath, childFile('filler'), dir];
  const { code, out, err } = await new Child('sh', args).ended;
  expect(code, err).toBe(0);
  expect(out).toMatch(/^failed EngineUnavailable$/m);
  const [, written] = /^written (\d+), later refused, told 1$/m.exec(out) ?? [];
  expect(Number(written)).toBeGreaterThan(10);

  const records = await openRecords(dir);
  expect(records.wasStoppedCleanly).toBe(false);
  expect(Object.keys(content(records))).toHaveLength(Number(written));
});

test('a disk counts as full before it is: no write that could fail in the middle is begun', async (ctx) => {
  const dir = newDirectory();
  // Less than is left free.
  const { status } = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=8m', 'tmpfs', dir]);
  if (status !== 0) ctx.skip('nothing can be mounted here');
  try {
    const failures: string[] = [];
    const records = await openRecords(dir, { onFailure: (error) => failures.push(error.message) });
    await expect(records.write([{ key: 'a', value: {} }])).rejects.toMatchObject({ name: 'EngineUnavailable' });
    expect(failures).toEqual([expect.stringMatching(/no space left on the disk of .*: \d+ bytes/)]);
    await records.close();
  } finally {
    spawnSync('umount', [dir]);
  }
});
