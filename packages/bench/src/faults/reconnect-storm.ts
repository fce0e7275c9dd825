import { cpuMicros, residentBytes } from '../cpu.js';
import { arrtm } from '../peers.js';
import { Generator, sleep } from './generator.js';
import type { StormAnswers, StormQuestions } from './reconnect-storm-clients.js';
import { Claims, type Scenario, type Size } from './scenario.js';
import { FaultServer, OUTER_NODE_FLAGS } from './server.js';
import { BEHIND_ALL, BEHIND_CUT } from './storm-marks.js';

const APP_ID = '0123456789abcdef0123456789abcdef';
const OURS = { short: 200, long: 2000 };
const PUBLISHED = { short: 1000, long: 10_000 };
/** Processes with clients of each kind. */
const GENERATORS = 2;
const ROOM_SIZE = 1000;
const BACK_MS = 10_000;
/** Whoever is not back in time is waited for as long, to say how late. */
const PATIENCE_MS = { short: 15_000, long: 40_000 };
const HEAR_MS = 5000;
const STALL_MS = 200;
const GROWTH = 1.5;
const LOOK_MS = 50;

type Kind = 'ours' | 'published';

const CLIENTS = 'reconnect-storm-clients.js';

const loadOf = (size: Size): string =>
  `${OURS[size]} clients of our SDK and ${PUBLISHED[size]} that behave as the published one, all connections reset at once`;

interface Storm {
  /** When each was back, in ms behind the cut: clients of our SDK, and published ones. */
  readonly ours: readonly number[];
  readonly published: readonly number[];
  /** Attempts that had to be repeated. */
  readonly failed: number;
  /** How many of ours were told that they may have missed something. */
  readonly told: number;
  /** The last states of those of ours that are not back. */
  readonly missing: readonly string[];
  /** How many heard what was said behind all. */
  readonly heard: number;
  readonly cpuMicros: number;
  /** The share of the time in which the server had no core. */
  readonly waited: number;
  readonly loop: { readonly p99: number; readonly max: number };
  readonly bytesBefore: number;
  readonly bytesPeak: number;
}

/** Lets a crowd in, cuts it off, and waits until it is back. */
async function stage(server: FaultServer, counts: Record<Kind, number>, size: Size): Promise<Storm> {
  const crowds = Array.from(
    { length: 2 * GENERATORS },
    () => new Generator<StormQuestions, StormAnswers>(CLIENTS, { yields: true }),
  );
  try {
    const { port } = server;
    const all = counts.ours + counts.published;
    const rooms = Array.from({ length: Math.ceil(all / ROOM_SIZE) }, (_, room) => `room${room}`);
    const named = (kind: Kind) => Array.from({ length: counts[kind] }, (_, at) => `${kind}${at}`);
    await Promise.all(
      crowds.map((crowd, index) => {
        const kind = index < GENERATORS ? 'published' : 'ours';
        const uids = named(kind).filter((_, at) => at % GENERATORS === index % GENERATORS);
        return crowd.ask('enter', { kind, port, appId: APP_ID, uids, rooms });
      }),
    );
    const speakers = await Promise.all(rooms.map((room) => arrtm(port, APP_ID)(`speaker-${room}`, room)));
    await sleep(2000);
    await server.inside();
    const before = residentBytes(server.pid);
    let peak = before;
    const looking = setInterval(() => {
      peak = Math.max(peak, residentBytes(server.pid));
    }, LOOK_MS);
    const contention = server.contention();
    const cpu = cpuMicros(server.pid);
    const cuts = await Promise.all(crowds.map((crowd) => crowd.ask('cut', {})));
    for (const speaker of speakers) speaker.publish(BEHIND_CUT);
    const began = Math.min(...cuts.map(({ atMs }) => atMs));
    const backs = await Promise.all(crowds.map((crowd) => crowd.ask('back', { limitMs: PATIENCE_MS[size] })));
    clearInterval(looking);
    const spent = cpuMicros(server.pid) - cpu;
    const waited = contention();
    const loop = await server.inside();
    for (const speaker of speakers) speaker.publish(BEHIND_ALL);
    const heard = await Promise.all(crowds.map((crowd) => crowd.ask('hear', { limitMs: HEAR_MS })));
    for (const speaker of speakers) speaker.close();
    const took = (some: readonly StormAnswers['back'][]): number[] =>
      some.flatMap(({ atMs }) => atMs.map((at) => at - began)).sort((a, b) => a - b);
    return {
      ours: took(backs.slice(GENERATORS)),
      published: took(backs.slice(0, GENERATORS)),
      failed: backs.reduce((sum, back) => sum + back.failed, 0),
      told: backs.reduce((sum, back) => sum + back.told, 0),
      missing: backs.slice(GENERATORS).flatMap(({ missing }) => missing),
      heard: heard.reduce((sum, some) => sum + some, 0),
      cpuMicros: spent,
      waited,
      loop,
      bytesBefore: before,
      bytesPeak: peak,
    };
  } finally {
    for (const crowd of crowds) crowd.end();
  }
}

/** What Node and `ws` need for the same crowd, when the server does nothing for it. */
async function yardstick(all: number, size: Size): Promise<string> {
  const server = await FaultServer.start({ program: 'bare-rtm-server.js' });
  try {
    const { published, cpuMicros: spent, loop } = await stage(server, { ours: 0, published: all }, size);
    return `; beside it Node and \`ws\` alone, without sessions: ${backOf(published, all)}, ${cpuOf(spent, all)}, loop at most ${loop.max.toFixed(0)} ms late`;
  } finally {
    await server.close();
  }
}

function backOf(took: readonly number[], count: number): string {
  const inTime = took.filter((ms) => ms <= BACK_MS).length;
  const seconds = (ms: number | undefined) => ((ms ?? Number.NaN) / 1000).toFixed(1);
  return `${inTime} of ${count} back in time (half after ${seconds(took[took.length >> 1])} s, ${took.length} after ${seconds(took.at(-1))} s)`;
}

const cpuOf = (micros: number, all: number): string => `${(micros / all).toFixed(0)} µs of CPU for each`;

export const reconnectStorm: Scenario = {
  name: 'a storm of reconnects',
  load: { short: loadOf('short'), long: loadOf('long') },
  async run(size) {
    const claims = new Claims();
    // Such as --cpu-prof, which writes when the server ends by itself.
    const nodeFlags = OUTER_NODE_FLAGS;
    const server = await FaultServer.start({ nodeFlags });
    const counts = { ours: OURS[size], published: PUBLISHED[size] };
    const all = counts.ours + counts.published;
    let seen: string;
    try {
      const storm = await stage(server, counts, size);
      const { ours, published, waited, loop, bytesBefore, bytesPeak } = storm;
      const times = [...ours, ...published];
      const growth = bytesPeak / bytesBefore;
      const isBack = times.length === all;
      claims.holds(`everybody comes back (not: ${storm.missing.slice(0, 5).join(', ')})`, isBack);
      claims.holds('everybody hears what is said then', storm.heard === all);
      const isInTime = times.filter((ms) => ms <= BACK_MS).length === all;
      if (isBack) claims.holdsInTime(`everybody is back within ${BACK_MS / 1000} s`, isInTime, waited);
      claims.holdsInTime(`the event loop is never late by more than ${STALL_MS} ms`, loop.max <= STALL_MS, waited);
      claims.holds(`memory stays below ${GROWTH} times what it was`, growth <= GROWTH);
      const megabytes = (bytes: number) => (bytes / 2 ** 20).toFixed(0);
      seen =
        `ours: ${backOf(ours, counts.ours)}; published: ${backOf(published, counts.published)}, ` +
        `${storm.told} of ours told that they may have missed something; ${storm.failed} attempts had to be repeated, ${await server.metric('arrtm_refused_overload_total')} of them for the overload; ` +
        `${cpuOf(storm.cpuMicros, all)}; loop delay ${loop.p99.toFixed(0)} ms at p99, at most ${loop.max.toFixed(0)} ms, ${(100 * waited).toFixed(0)} % of the time without a core; ` +
        `RSS ${megabytes(bytesBefore)} MB before, ${megabytes(bytesPeak)} MB at most (${growth.toFixed(2)} times)`;
    } finally {
      if (nodeFlags.length > 0) await server.end('SIGTERM');
      await server.close();
    }
    return claims.outcome(size === 'long' ? seen + (await yardstick(all, size)) : seen);
  },
};
