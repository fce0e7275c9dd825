/**
 * `npm run bench`: server CPU and memory per unit for our server and for others, alternating in one run, as medians of
 * rounds with their spread, and as ratios within each round. `--rounds N` (default 5), `--only WORD`, `--seconds S`.
 * The generator is this process; the servers are processes of their own, on the other core where `taskset` is there.
 */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { type Figure, fanOut, idleUsers, peerMessages } from './scenarios.js';
import { type RunningPeer, type ServerName, startPeer } from './servers.js';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    only: { type: 'string', default: '' },
    seconds: { type: 'string', default: '2' },
  },
});
const rounds = Number(values.rounds);
const measureMs = Number(values.seconds) * 1000;
const IDLE_MS = 20_000;

interface Scenario {
  readonly name: string;
  readonly servers: readonly ServerName[];
  /** The most that our figure may be of the other's, or our figure itself. */
  readonly goals: readonly { readonly of: ServerName | 'itself'; readonly most: number }[];
  /** No more rounds than this: it takes minutes, and its spread is small. */
  readonly mostRounds?: number;
  run(peer: RunningPeer): Promise<readonly Figure[]>;
}

const scenarios: readonly Scenario[] = [
  {
    name: 'fan-out 1 to 1000, 250 bytes, 1 in flight',
    servers: ['arrtm', 'bare ws', 'socket.io'],
    goals: [
      { of: 'socket.io', most: 0.8 },
      { of: 'bare ws', most: 1.15 },
    ],
    run: async (peer) => [await fanOut(peer, 1000, 1, measureMs)],
  },
  {
    name: 'fan-out 1 to 1000, 250 bytes, 16 in flight',
    servers: ['arrtm', 'bare ws', 'socket.io'],
    goals: [{ of: 'socket.io', most: 0.1 }],
    run: async (peer) => [await fanOut(peer, 1000, 16, measureMs)],
  },
  {
    name: 'peer message with acknowledgement, 200 pairs',
    servers: ['arrtm', 'socket.io'],
    goals: [{ of: 'socket.io', most: 0.7 }],
    run: async (peer) => [await peerMessages(peer, 200, measureMs)],
  },
  {
    name: 'idle users in a channel, 1,000 to 10,000',
    servers: ['arrtm', 'socket.io'],
    mostRounds: 3,
    goals: [{ of: 'itself', most: 8 }],
    run: async (peer) => {
      const { memory, cpu } = await idleUsers(peer, IDLE_MS);
      return [memory, cpu];
    },
  },
];

// The server has the first core, the generator the second.
if (existsSync('/usr/bin/taskset')) execFileSync('/usr/bin/taskset', ['-a', '-c', '-p', '1', String(process.pid)]);

for (const scenario of scenarios.filter(({ name }) => name.includes(values.only))) {
  const figures = new Map<ServerName, (readonly Figure[])[]>(scenario.servers.map((name) => [name, []]));
  const most = Math.min(rounds, scenario.mostRounds ?? rounds);
  for (let round = 0; round < most; round++) {
    for (const name of scenario.servers) {
      const peer = await startPeer(name);
      try {
        figures.get(name)?.push(await scenario.run(peer));
      } finally {
        await peer.stop();
      }
    }
  }
  report(scenario, figures);
}

function report(scenario: Scenario, figures: ReadonlyMap<ServerName, readonly (readonly Figure[])[]>): void {
  console.log(`\n${scenario.name} (${figures.get('arrtm')?.length} rounds)`);
  const ours = figures.get('arrtm') ?? [];
  for (const [name, runs] of figures) {
    for (let i = 0; i < (runs[0]?.length ?? 0); i++) {
      const column = runs.map((run) => run[i] as Figure);
      const ratios =
        name === 'arrtm'
          ? ''
          : ratioText(ours.map((run, at) => (run[i] as Figure).value / (column[at] as Figure).value));
      console.log(`  ${name.padEnd(10)} ${spread(column.map(({ value }) => value))} ${column[0]?.unit}${ratios}`);
    }
  }
  for (const { of, most } of scenario.goals) {
    for (let i = 0; i < (ours[0]?.length ?? 0); i++) {
      const others = of === 'itself' ? undefined : figures.get(of);
      const values = ours.map((run, at) => (run[i] as Figure).value / (others?.[at]?.[i]?.value ?? 1));
      const got = median(values);
      console.log(
        `  goal: at most ${most} ${of === 'itself' ? '' : `of ${of}`} -> ${got.toFixed(2)} ${got <= most ? 'met' : 'MISSED'}`,
      );
    }
  }
}

function ratioText(ratios: readonly number[]): string {
  return `; ours is ${spread(ratios)} of it`;
}

function spread(values: readonly number[]): string {
  return `${median(values).toFixed(2)} [${Math.min(...values).toFixed(2)}-${Math.max(...values).toFixed(2)}]`;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2
    ? (sorted[middle] as number)
    : ((sorted[middle - 1] as number) + (sorted[middle] as number)) / 2;
}
