import { readFileSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { runMaintenance } from '../../src/cli/index.js';
import { maintenance, newDirectory, openRecords } from './support/storage.js';

const flags = { set: [] };

test('backup, verify, restore and repair say what they did', async () => {
  const dir = newDirectory();
  const records = await openRecords(dir);
  await records.write([{ key: 'a', value: {} }]);
  await records.close();
  const toDir = `${newDirectory()}/copy`;
  const run = (command: Parameters<typeof runMaintenance>[0]) => runMaintenance(command, dir, maintenance());

  expect(await run({ kind: 'backup', flags, toDir })).toMatchObject({
    exitCode: 0,
    text: expect.stringMatching(/^Copied to .*copy: 1 records in \d+ bytes; 0 files of 0 bytes\.\n$/),
  });
  expect(await run({ kind: 'verify', flags, repair: false })).toMatchObject({
    exitCode: 0,
    text: expect.stringMatching(/is sound/),
  });
  expect(await run({ kind: 'restore', flags, fromDir: toDir, force: false })).toMatchObject({
    exitCode: 1,
    text: expect.stringMatching(/not empty.*--force/),
  });
  expect(await run({ kind: 'restore', flags, fromDir: toDir, force: true })).toMatchObject({
    exitCode: 0,
    text: expect.stringMatching(/Restored .* are now .*data\.mdb\.before-/),
  });

  // Two more: the restored data begin a history of their own.
  const path = `${dir}/data.mdb`;
  const bytes = readFileSync(path);
  for (let at = bytes.indexOf('ra'); at >= 0; at = bytes.indexOf('ra', at + 1)) bytes[at + 3] = 0x55;
  writeFileSync(path, bytes);
  expect(await run({ kind: 'verify', flags, repair: false })).toMatchObject({
    exitCode: 2,
    text: expect.stringMatching(/is damaged: 3 records .*1 of them damaged[\s\S]*record a: the checksum is wrong/),
  });
  expect(await run({ kind: 'verify', flags, repair: true })).toMatchObject({
    exitCode: 0,
    text: expect.stringMatching(/^2 records were kept, of 3 that were written/),
  });
  expect(await run({ kind: 'verify', flags, repair: false })).toMatchObject({ exitCode: 0 });
});
