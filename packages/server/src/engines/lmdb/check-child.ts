/**
 * The process that touches data files which may be damaged, so that a file that LMDB cannot bear ends this process and
 * not the server:
 *
 *     node check-child.js <file>               checks a file that nobody writes to
 *     node check-child.js <file> <new file>    copies a file, which a server may be using, and checks the copy
 *
 * Answers with the report as JSON on its standard output.
 */
import { chmodSync } from 'node:fs';
import { checkFile, type FileReport } from './file-check.js';
import { openLmdb } from './lmdb-file.js';

async function copy(from: string, to: string): Promise<void> {
  const database = openLmdb(from, { readOnly: true });
  await database.backup(to, true);
  await database.close();
  // LMDB makes copies readable for everybody.
  chmodSync(to, 0o600);
}

/** Our own walk found nothing; now LMDB has to see the same entries, which touches every page as the server would. */
async function compareWithLmdb(path: string, report: FileReport): Promise<FileReport> {
  const database = openLmdb(path, { readOnly: true });
  let entries = 0;
  for (const { value } of database.getRange({ start: Buffer.of(0) })) entries += value.length > 0 ? 1 : 0;
  await database.close();
  if (entries === report.entries) return report;
  const structure = [`LMDB finds ${entries} entries, the check found ${report.entries}`];
  return { ...report, structure, structureCount: 1 };
}

const [from, to] = process.argv.slice(2);
if (from === undefined) throw new Error('Usage: check-child.js <data file> [<copy>]');
if (to !== undefined) await copy(from, to);
const path = to ?? from;
const report = checkFile(path);
const answer = report.structureCount === 0 && report.entries > 0 ? await compareWithLmdb(path, report) : report;
process.stdout.write(JSON.stringify(answer));
