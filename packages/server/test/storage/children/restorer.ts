/** Restores over what is there, again and again: `restorer.js <backup> <backup> <dir> <checker>`. */

import { runMaintenance } from '../../../src/cli/maintenance.js';
import { NodeTime } from '../../../src/edge/node-time.js';
import { argument, say } from './common.js';

const options = { time: new NodeTime(), checker: argument(3) };
for (let round = 0; ; round += 1) {
  const command = { kind: 'restore', flags: { set: [] }, fromDir: argument(round % 2), force: true } as const;
  const { exitCode, text } = await runMaintenance(command, argument(2), options);
  if (exitCode !== 0) throw new Error(text);
  say(`restored ${round}`);
}
