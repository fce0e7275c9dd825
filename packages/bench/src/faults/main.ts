/**
 * `npm run check:faults`: stages faults on real processes and says what held. Exits with 1 when something did not. The table
 * that it prints is Markdown.
 */
import { parseArgs } from 'node:util';
import { appOverload } from './app-overload.js';
import { badBytes } from './bad-bytes.js';
import { badNetworks } from './bad-networks.js';
import { damagedFiles } from './damaged-files.js';
import { fullDisk } from './full-disk.js';
import { largeChannel } from './large-channel.js';
import { leaks } from './leaks.js';
import { powerLoss } from './power-loss.js';
import { processDeath } from './process-death.js';
import { readOnlyDirectory } from './read-only-directory.js';
import { reconnectStorm } from './reconnect-storm.js';
import { removedDirectory } from './removed-directory.js';
import type { Scenario, Size } from './scenario.js';
import { slowReaders } from './slow-readers.js';
import { stopUnderLoad } from './stop-under-load.js';
import { unknownName } from './unknown-name.js';
import { wallClock } from './wall-clock.js';

const SCENARIOS: readonly Scenario[] = [
  slowReaders,
  appOverload,
  largeChannel,
  reconnectStorm,
  badNetworks,
  badBytes,
  leaks,
  processDeath,
  stopUnderLoad,
  powerLoss,
  fullDisk,
  readOnlyDirectory,
  removedDirectory,
  wallClock,
  unknownName,
  damagedFiles,
];

const HELP = `npm run check:faults [-- options]
  --short          the short form of each, as CI runs them (4 minutes at most)
  --only WORD      part of a fault's name
  --list           names the faults
`;

const { values } = parseArgs({
  options: {
    short: { type: 'boolean', default: false },
    only: { type: 'string', default: '' },
    list: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  },
});

if (values.help) process.stdout.write(HELP);
// Clients of a fault that could not be staged would go on trying to reach their server.
else process.exit(await main(values.short ? 'short' : 'long'));

async function main(size: Size): Promise<number> {
  const chosen = SCENARIOS.filter(({ name }) => name.includes(values.only));
  if (values.list || chosen.length === 0) {
    for (const { name, load } of SCENARIOS) console.log(`${name}: ${load[size]}`);
    return values.list ? 0 : 2;
  }
  console.log('| fault | load | seen | holds | s |\n| --- | --- | --- | --- | --- |');
  let broken = 0;
  for (const scenario of chosen) {
    const began = performance.now();
    const outcome = await scenario
      .run(size)
      .catch((error: unknown) => ({ broken: [`it could be staged: ${(error as Error).stack}`], seen: '' }));
    const seconds = ((performance.now() - began) / 1000).toFixed(0);
    const holds = outcome.broken.length === 0 ? 'yes' : `**no**: ${outcome.broken.join('; ')}`;
    console.log(`| ${scenario.name} | ${scenario.load[size]} | ${outcome.seen} | ${holds} | ${seconds} |`);
    broken += outcome.broken.length;
  }
  return broken > 0 ? 1 : 0;
}
