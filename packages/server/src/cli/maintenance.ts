import {
  backup,
  type FileReport,
  type MaintenanceOptions,
  openLmdbRecords,
  repair,
  restore,
  StorageRefused,
  verify,
} from '../engines/lmdb/index.js';
import { forkedEpoch, RECORD_KEYS } from '../engines/local/index.js';
import type { Logger } from '../ports/index.js';
import type { MaintenanceCommand } from './command-line.js';

/** What a command says, and how the process should end: 0 done, 1 refused or failed, 2 damage found. */
export interface Outcome {
  readonly text: string;
  readonly exitCode: 0 | 1 | 2;
}

const nothing = (): void => undefined;
const SILENT: Logger = { error: nothing, warn: nothing, info: nothing, debug: nothing, child: () => SILENT };

const done = (text: string): Outcome => ({ text: `${text}\n`, exitCode: 0 });

function summary({ records, bytes, damagedCount }: FileReport): string {
  const damage = damagedCount === 0 ? '' : `, ${damagedCount} of them damaged`;
  return `${records} records in ${bytes} bytes${damage}`;
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
        return done(`Copied to ${command.toDir}: ${summary(await backup(dataDir, command.toDir, options))}.`);
      case 'restore':
        return await runRestore(command.fromDir, dataDir, { ...options, force: command.force });
      case 'verify':
        return command.repair ? await runRepair(dataDir, options) : runVerify(dataDir, await verify(dataDir, options));
    }
  } catch (error) {
    if (error instanceof StorageRefused) return { text: `${error.message}\n`, exitCode: 1 };
    throw error;
  }
}

async function runRestore(
  fromDir: string,
  dataDir: string,
  options: MaintenanceOptions & { readonly force: boolean },
): Promise<Outcome> {
  const { report, keptAs } = await restore(fromDir, dataDir, options);
  await fork(dataDir, options);
  const kept = keptAs === undefined ? '' : ` The data that were there are now ${keptAs}.`;
  return done(`Restored to ${dataDir}: ${summary(report)}.${kept}`);
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

function runVerify(dataDir: string, report: FileReport): Outcome {
  const { structure, structureCount, damaged, damagedCount } = report;
  if (structureCount + damagedCount === 0) return done(`${dataDir} is sound: ${summary(report)}.`);
  const lines = [
    `${dataDir} is damaged: ${summary(report)}.`,
    ...structure.map((text) => `  - ${text}`),
    ...damaged.map(({ key, reason }) => `  - record ${key}: ${reason}`),
  ];
  const more = structureCount + damagedCount - structure.length - damaged.length;
  if (more > 0) lines.push(`  - and ${more} more`);
  lines.push(
    structureCount > 0
      ? 'The server does not start on this. Restore a backup, or keep what can be read: verify --repair.'
      : 'The server starts, and leaves the damaged records out.',
  );
  return { text: `${lines.join('\n')}\n`, exitCode: 2 };
}
