/**
 * The process that checks a data file: `node check-child.js <file>`. Answers with the report as JSON on its standard
 * output. It is a process of its own so that a file that LMDB cannot bear ends this one and not the server.
 */
import { checkFile } from './file-check.js';
import { openLmdb } from './lmdb-file.js';

const path = process.argv[2];
if (path === undefined) throw new Error('Usage: check-child.js <data file>');

const report = checkFile(path);
if (report.structureCount === 0) {
  // Our own walk found nothing; now LMDB has to see the same entries, which touches every page as the server would.
  const database = openLmdb(path, { readOnly: true });
  let entries = 0;
  for (const { value } of database.getRange({ start: Buffer.of(0) })) entries += value.length > 0 ? 1 : 0;
  await database.close();
  const own = report.records > 0 || entries > 0 ? 2 : 0;
  if (entries !== report.records + own) {
    const structure = [`LMDB finds ${entries} entries, the check ${report.records + own}`];
    process.stdout.write(JSON.stringify({ ...report, structure, structureCount: 1 }));
    process.exit(0);
  }
}
process.stdout.write(JSON.stringify(report));
