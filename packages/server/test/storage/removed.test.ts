import { copyFileSync, existsSync, renameSync, rmSync } from 'node:fs';
import { expect, test } from 'vitest';
import { content, newDirectory, openRecords } from './support/storage.js';

async function withRecords() {
  const dir = newDirectory();
  const failures: string[] = [];
  const records = await openRecords(dir, { onFailure: (error) => failures.push(error.message) });
  await records.write([{ key: 'before', value: { n: 1 } }]);
  return { dir, records, failures };
}

test('when the directory is removed, the next write fails instead of going to a file that nobody finds again', async () => {
  const { dir, records, failures } = await withRecords();
  rmSync(dir, { recursive: true });
  await expect(records.write([{ key: 'behind', value: {} }])).rejects.toMatchObject({ name: 'EngineUnavailable' });
  await expect(records.write([{ key: 'later', value: {} }])).rejects.toMatchObject({ name: 'EngineUnavailable' });
  expect(failures).toEqual([expect.stringContaining(`${dir}/data.mdb was removed while the server runs`)]);
  // The stop comes to its end, and makes nothing that the next start could take for data.
  await records.close();
  expect(existsSync(dir)).toBe(false);
});

test('another file under the name is no better', async () => {
  const { dir, records, failures } = await withRecords();
  copyFileSync(`${dir}/data.mdb`, `${dir}/other`);
  renameSync(`${dir}/other`, `${dir}/data.mdb`);
  await expect(records.write([{ key: 'behind', value: {} }])).rejects.toMatchObject({ name: 'EngineUnavailable' });
  expect(failures).toEqual([expect.stringContaining('was replaced while the server runs')]);
  await records.close();
  expect(content(await openRecords(dir))).toEqual({ before: { n: 1 } });
});
