import {
  backup,
  type FileReport,
  type MaintenanceOptions,
  openLmdbRecords,
  repair,
  restore,
  StorageRefused,
  type StoredRecords,
  verify,
} from '../engines/lmdb/index.js';
import { forkedEpoch, RECORD_KEYS } from '../engines/local/index.js';
import type { Logger } from '../ports/index.js';
import type { MaintenanceCommand } from './command-line.js';
import { checkFiles, copyFiles, FilesReport, restoreFiles } from './stored-files.js';

/** What a command says, and how the process should end: 0 done, 1 refused or failed, 2 damage found. */
export interface Outcome {
  readonly text: string;
  readonly exitCode: 0 | 1 | 2;
}

const nothing = (): void => undefined;
const SILENT: Logger = { error: nothing, warn: nothing, info: nothing, debug: nothing, child: () => SILENT };

const done = (...lines: readonly string[]): Outcome => ({ text: `${lines.join('\n')}\n`, exitCode: 0 });

function summary({ records, bytes, damagedCount }: FileReport, files: FilesReport): string {
  const damage = damagedCount === 0 ? '' : `, ${damagedCount} of them damaged`;
  return `${records} records in ${bytes} bytes${damage}; ${files.files} files of ${files.bytes} bytes`;
}

/** Faults of files, after a line that says what they mean. */
function faultLines({ faults, faultCount }: FilesReport, meaning: string): string[] {
  if (faultCount === 0) return [];
  const more = faultCount - faults.length;
  return [meaning, ...faults.map((text) => `  - ${text}`), ...(more > 0 ? [`  - and ${more} more`] : [])];
}

/** Carries out one of the commands that work on the data of a stopped server (backup: also of a running one). */
export async function runMaintenance(
  command: MaintenanceCommand,
  dataDir: string,
  options: MaintenanceOptions,
): Promise<Outcome> {
  try {
    switch (command.kind) {
      case 'backup':
        return await runBackup(command.toDir, dataDir, options);
      case 'restore':
        return await runRestore(command.fromDir, dataDir, { ...options, force: command.force });
      case 'verify':
        return command.repair ? await runRepair(dataDir, options) : await runVerify(dataDir, options);
    }
  } catch (error) {
    if (error instanceof StorageRefused) return { text: `${error.message}\n`, exitCode: 1 };
    throw error;
  }
}

async function runBackup(toDir: string, dataDir: string, options: MaintenanceOptions): Promise<Outcome> {
  let files = new FilesReport();
  const alongside = async (records: StoredRecords, copyDir: string): Promise<void> => {
    files = await copyFiles(records, dataDir, copyDir, options.time);
  };
  const report = await backup(dataDir, toDir, { ...options, alongside });
  return done(
    `Copied to ${toDir}: ${summary(report, files)}.`,
    ...faultLines(files, 'Not in the copy, since they were removed while it was made, or are lost:'),
  );
}

async function runRestore(
  fromDir: string,
  dataDir: string,
  options: MaintenanceOptions & { readonly force: boolean },
): Promise<Outcome> {
  let files = new FilesReport();
  const kept: string[] = [];
  const alongside = async (records: StoredRecords, dir: string, ending: string): Promise<void> => {
    const { report, keptAs } = await restoreFiles(records, { fromDir, dir, ending }, options.time);
    files = report;
    if (keptAs !== undefined) kept.push(keptAs);
  };
  const { report, keptAs } = await restore(fromDir, dataDir, { ...options, alongside });
  await fork(dataDir, options);
  if (keptAs !== undefined) kept.unshift(keptAs);
  const before = kept.length === 0 ? '' : ` The data that were there are now ${kept.join(' and ')}.`;
  return done(
    `Restored to ${dataDir}: ${summary(report, files)}.${before}`,
    ...faultLines(files, 'Known to the records, and not in the backup:'),
  );
}

/** The original may have gone on behind the backup: what clients know of it must not be taken for something else here. */
async function fork(dataDir: string, { time, checker }: MaintenanceOptions): Promise<void> {
  // The check before has said what there is to say.
  const silent = { logger: SILENT, counters: { add: () => undefined } };
  const options = { dir: dataDir, ...silent, time, lockWaitMs: 0, ...(checker !== undefined && { checker }) };
  const records = await openLmdbRecords(options);
  await records.write([...forkedEpoch(records), { key: RECORD_KEYS.secret }]);
  await records.close();
}

async function runRepair(dataDir: string, options: MaintenanceOptions): Promise<Outcome> {
  const { kept, written, isExact, keptAs } = await repair(dataDir, options);
  const result = isExact
    ? `All ${kept} records were kept.`
    : `${kept} records were kept, of ${written ?? 'an unknown number'} that were written. Some may be older than what was written last.`;
  return done(`${result} The damaged file is now ${keptAs}.`);
}

async function runVerify(dataDir: string, options: MaintenanceOptions): Promise<Outcome> {
  let files = new FilesReport();
  const alongside = async (records: StoredRecords): Promise<void> => {
    files = await checkFiles(records, dataDir, options.time);
  };
  const report = await verify(dataDir, { ...options, alongside });
  const { structure, structureCount, damaged, damagedCount } = report;
  if (structureCount + damagedCount + files.faultCount === 0) {
    return done(`${dataDir} is sound: ${summary(report, files)}.`);
  }
  const lines = [
    `${dataDir} is damaged: ${summary(report, files)} are sound.`,
    ...structure.map((text) => `  - ${text}`),
    ...damaged.map(({ key, reason }) => `  - record ${key}: ${reason}`),
  ];
  const more = structureCount + damagedCount - structure.length - damaged.length;
  if (more > 0) lines.push(`  - and ${more} more`);
  if (structureCount > 0) {
    lines.push(
      'The server does not start on this. Restore a backup, or keep what can be read: verify --repair. Files were not looked at.',
    );
  } else if (damagedCount > 0) lines.push('The server starts, and leaves the damaged records out.');
  lines.push(
    ...faultLines(
      files,
      'Files cannot be downloaded as they were. Copy <backup>/media/<app>/<xx>/<id>.media to the same place in media:',
    ),
  );
  return { text: `${lines.join('\n')}\n`, exitCode: 2 };
}
