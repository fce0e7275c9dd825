import { NodeTime } from '../../../src/edge/node-time.js';
import type { LmdbRecordsOptions } from '../../../src/engines/lmdb/index.js';
import type { Logger } from '../../../src/ports/index.js';

const nothing = (): void => undefined;
const logger: Logger = { error: nothing, warn: nothing, info: nothing, debug: nothing, child: () => logger };

export const say = (text: string): void => {
  process.stdout.write(`${text}\n`);
};

export const argument = (index: number): string => process.argv[index + 2] ?? '';

export const optionsFor = (dir: string, lockWaitMs = 0): LmdbRecordsOptions => ({
  dir,
  logger,
  counters: { add: nothing },
  time: new NodeTime(),
  lockWaitMs,
});
