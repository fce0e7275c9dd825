import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { newDirectory, openRecords } from './support/storage.js';

test('a directory that cannot be written to is refused, with what to do', async (ctx) => {
  const dir = `${newDirectory()}/data`;
  mkdirSync(dir);
  // Root may write to all but a disk that is mounted for reading.
  const isRoot = process.getuid?.() === 0;
  if (isRoot) {
    const { status } = spawnSync('mount', ['-t', 'tmpfs', '-o', 'ro,size=1m', 'tmpfs', dir]);
    if (status !== 0) ctx.skip('nothing can be mounted here');
  } else chmodSync(dir, 0o500);
  try {
    await expect(openRecords(dir)).rejects.toMatchObject({
      name: 'StorageRefused',
      kind: 'read-only',
      message: expect.stringMatching(/data cannot be written to: .*Give the user of the server .* the right/),
    });
  } finally {
    if (isRoot) spawnSync('umount', [dir]);
  }
});
