import { COUNTER_NAMES, type CounterName, type CounterValues } from '../../ports/counters.js';
import type { NodeContext } from '../context.js';

/** What the process costs. Times of the CPU only grow; the delay is that of the last whole interval. */
export interface ProcessFacts {
  readonly uptimeS: number;
  readonly cpuMs: { readonly user: number; readonly system: number };
  readonly memoryBytes: {
    readonly rss: number;
    readonly heapUsed: number;
    readonly heapTotal: number;
    readonly external: number;
  };
  /** How late turns of the event loop came, over the last `overMs`; `worst` since the start. */
  readonly loopDelayMs: {
    readonly p50: number;
    readonly p99: number;
    readonly max: number;
    readonly worst: number;
    readonly overMs: number;
  };
}

/** Whether logins are accepted. */
export type Readiness = 'ready' | 'not ready' | 'overloaded';

/** What the overview is made of, beside the node. */
export interface OverviewSources {
  readonly version: string;
  readonly storage: 'durable' | 'memory';
  readonly counters: CounterValues;
  /** Live objects by kind, as the gauges of the metrics have them. */
  census(): Readonly<Record<string, number>>;
  process(): ProcessFacts;
  readiness(): Readiness;
}

/** Names in the overview of what the census counts. */
const NOW = {
  connections: 'connections',
  pendingLogins: 'pendingLogins',
  sessions: 'sessions',
  users: 'users',
  channels: 'channels',
  followedChannels: 'feeds',
  usersWithStored: 'boxes',
  runningCalls: 'calls',
  awaitedAcknowledgements: 'deliveries',
  queuedBytes: 'queuedBytes',
  uploads: 'uploads',
  transfers: 'transfers',
} as const;

/**
 * The state of this server in numbers: what there is, and what happened since the start, under the names of the metrics. Who
 * asks twice has rates: the difference of two counters over the difference of `ts`.
 */
export function overviewOf({ nodeId, time }: NodeContext, sources: OverviewSources): Readonly<Record<string, unknown>> {
  const census = sources.census();
  const now = Object.fromEntries(Object.entries(NOW).map(([name, kind]) => [name, census[kind] ?? 0]));
  const counters = Object.fromEntries(COUNTER_NAMES.map((name) => [name, sources.counters.value(name)])) as Record<
    CounterName,
    number
  >;
  return {
    ts: time.wallMs(),
    version: sources.version,
    nodeId,
    status: sources.readiness(),
    now,
    counters,
    process: sources.process(),
    storage: {
      kind: sources.storage,
      waitingWrites: census.waits ?? 0,
      damagedRecords: counters.records_damaged,
      failures: counters.engine_failures,
    },
  };
}
