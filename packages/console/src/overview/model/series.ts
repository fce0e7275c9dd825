import type { OverviewFacts } from './admin-types.js';

/** One second of the charts. */
export interface Point {
  /** In s since 1970. */
  readonly at: number;
  readonly values: Readonly<Record<SeriesName, number>>;
}

const POINTS_KEPT = 120;

const sumOf = (counters: OverviewFacts['counters'], belongs: (name: string) => boolean) =>
  Object.entries(counters).reduce((sum, [name, count]) => (belongs(name) ? sum + count : sum), 0);

const ERRORS = new Set(['engine_failures', 'records_damaged', 'log_gaps', 'malformed_frames']);
const isError = (name: string) => ERRORS.has(name) || /^(live_entries_dropped_|closed_)/.test(name);
const isRefusal = (name: string) => /^refused_|_refused$/.test(name);

/** What is as it is. */
const LEVELS = {
  connections: ({ now }) => now.connections ?? 0,
  sessions: ({ now }) => now.sessions ?? 0,
  users: ({ now }) => now.users ?? 0,
  channels: ({ now }) => now.channels ?? 0,
  delayP50: ({ process }) => process.loopDelayMs.p50,
  delayP99: ({ process }) => process.loopDelayMs.p99,
  delayMax: ({ process }) => process.loopDelayMs.max,
  heap: ({ process }) => process.memoryBytes.heapUsed,
  rss: ({ process }) => process.memoryBytes.rss,
} as const satisfies Record<string, (facts: OverviewFacts) => number>;

/** What only grows, and is shown per second. */
const COUNTS = {
  peerMessages: ({ counters }) => counters.peer_messages ?? 0,
  channelMessages: ({ counters }) => counters.channel_messages ?? 0,
  calls: ({ counters }) => counters.calls_made ?? 0,
  deliveries: ({ counters }) => counters.deliveries ?? 0,
  stored: ({ counters }) => counters.offline_messages_stored ?? 0,
  errors: ({ counters }) => sumOf(counters, isError),
  refusals: ({ counters }) => sumOf(counters, isRefusal),
  // Percent of one core.
  cpu: ({ process }) => (process.cpuMs.user + process.cpuMs.system) / 10,
} as const satisfies Record<string, (facts: OverviewFacts) => number>;

export type SeriesName = keyof typeof LEVELS | keyof typeof COUNTS;

/** What the charts show of two answers. Absent when they are of one moment, or of two starts of the server. */
export function pointOf(before: OverviewFacts, now: OverviewFacts): Point | undefined {
  const seconds = (now.ts - before.ts) / 1000;
  if (seconds <= 0 || now.nodeId !== before.nodeId || now.process.uptimeS < before.process.uptimeS) return undefined;
  const levels = Object.entries(LEVELS).map(([name, of]) => [name, of(now)]);
  const rates = Object.entries(COUNTS).map(([name, of]) => [name, Math.max(0, of(now) - of(before)) / seconds]);
  return { at: now.ts / 1000, values: Object.fromEntries([...levels, ...rates]) as Point['values'] };
}

export function withPoint(points: readonly Point[], point: Point | undefined): readonly Point[] {
  return point ? [...points, point].slice(-POINTS_KEPT) : points;
}
