/**
 * `npm run drop`: real clients over networks that are cut hard, again and again, against a server in a process of its
 * own. What counts is what arrives: everything accepted, once, in order. Exits with 1 when clients of our SDK miss the goal.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { startPeer } from '../servers.js';
import { KINDS, type Kind } from './clients.js';
import type { FromGenerator, Plan } from './generator.js';
import { addFigures, type Figures, noFigures } from './group.js';

const HELP = `npm run drop [-- options]
  --clients N      clients in all (2000)
  --groups N       members of each group (10); a group is one channel
  --messages N     messages of each group; its members send in turn (120)
  --rate N         messages of each group a second (2)
  --cut-every S    each client's network is cut this often, in seconds (15); 0: never
  --cut-for S      for so long, in seconds (2)
  --kind KIND      ours or published (ours)
  --generators N   processes with clients (2)
`;
const REPLAY_GOAL_MS = 2500;

const { values } = parseArgs({
  options: {
    clients: { type: 'string', default: '2000' },
    groups: { type: 'string', default: '10' },
    messages: { type: 'string', default: '120' },
    rate: { type: 'string', default: '2' },
    'cut-every': { type: 'string', default: '15' },
    'cut-for': { type: 'string', default: '2' },
    kind: { type: 'string', default: 'ours' },
    generators: { type: 'string', default: '2' },
    help: { type: 'boolean', short: 'h', default: false },
  },
});

if (values.help) process.stdout.write(HELP);
else process.exitCode = await main();

async function main(): Promise<number> {
  const kind = KINDS.find((one) => one === values.kind);
  const size = Number(values.groups);
  const clients = Number(values.clients);
  const generators = Number(values.generators);
  if (kind === undefined || !(size >= 2) || !(clients >= size) || !(generators >= 1)) {
    process.stderr.write(HELP);
    return 2;
  }
  const groups = Math.floor(clients / size);
  const plan = {
    kind,
    size,
    messages: Number(values.messages),
    perSecond: Number(values.rate),
    cutEveryMs: Number(values['cut-every']) * 1000,
    cutForMs: Number(values['cut-for']) * 1000,
  };
  const server = await startPeer('arrtm');
  try {
    const plans = Array.from(
      { length: Math.min(generators, groups) },
      (_, index): Plan => ({
        ...plan,
        serverPort: server.port,
        groups: Array.from({ length: groups }, (_, group) => group).filter((group) => group % generators === index),
      }),
    );
    const began = performance.now();
    const children = plans.map(() => fork(fileURLToPath(new URL('generator.js', import.meta.url))));
    const figures = noFigures();
    let uncaught = 0;
    await Promise.all(children.map((child, index) => ready(child, plans[index] as Plan)));
    const seconds = ((performance.now() - began) / 1000).toFixed(1);
    process.stderr.write(`${groups * size} clients of kind "${kind}" are logged in and joined after ${seconds} s\n`);
    for (const done of await Promise.all(children.map((child) => result(child)))) {
      addFigures(figures, done.figures);
      uncaught += done.uncaught;
    }
    return report(kind, groups * size, figures, uncaught);
  } finally {
    await server.stop();
  }
}

/** Until all clients of a generator are there. */
function ready(child: ChildProcess, plan: Plan): Promise<void> {
  return new Promise((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`a generator ended with ${code}`)));
    child.once('message', () => resolve());
    child.send(plan);
  });
}

/** Lets a generator go and awaits what came of it. */
function result(child: ChildProcess): Promise<Extract<FromGenerator, { kind: 'done' }>> {
  return new Promise((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`a generator ended with ${code}`)));
    child.once('message', (message: FromGenerator) => {
      if (message.kind === 'done') resolve(message);
    });
    child.send('go');
  });
}

function report(kind: Kind, clients: number, figures: Figures, uncaught: number): number {
  const { accepted, rejected, expected, delivered, duplicates, outOfOrder } = figures;
  const codes = Object.entries(rejected);
  const replay = [...figures.replayMs].sort((a, b) => a - b);
  const p99 = quantile(replay, 0.99);
  const missing = expected - delivered;
  const lines = [
    `clients (${kind})                ${clients}, networks cut ${figures.cuts} times`,
    `sends accepted                ${accepted}`,
    `sends rejected                ${codes.reduce((sum, [, count]) => sum + count, 0)}${codes.map(([code, count]) => `; ${code}: ${count}`).join('')}`,
    `deliveries expected           ${expected}`,
    `deliveries                    ${delivered} (${((100 * delivered) / expected).toFixed(3)} %), missing ${missing}`,
    `  of sends not accepted       ${figures.deliveredUnaccepted}`,
    `duplicates                    ${duplicates}`,
    `out of order                  ${outOfOrder}`,
    `gaps told by the SDK          ${figures.gapsTold}`,
    `replays                       ${replay.length}; from the restored network to the last missed message: p50 ${ms(quantile(replay, 0.5))}, p99 ${ms(p99)}, max ${ms(replay.at(-1))}`,
    ...(uncaught > 0 ? [`uncaught in the SDK           ${uncaught}`] : []),
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
  if (kind === 'published') return 0;
  const isLossless = missing === 0 && duplicates === 0 && outOfOrder === 0;
  const isFast = p99 === undefined || p99 <= REPLAY_GOAL_MS;
  process.stdout.write(
    `goal: everything, once, in order ${isLossless ? 'met' : 'MISSED'}; p99 of replays at most ${REPLAY_GOAL_MS} ms ${isFast ? 'met' : 'MISSED'}\n`,
  );
  return isLossless && isFast ? 0 : 1;
}

function quantile(sorted: readonly number[], share: number): number | undefined {
  return sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * share) - 1)];
}

function ms(value: number | undefined): string {
  return value === undefined ? '-' : `${value.toFixed(0)} ms`;
}
