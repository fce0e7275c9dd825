import { expect, test } from 'vitest';
import type { OverviewFacts } from './admin-types.js';
import { type Point, pointOf, withPoint } from './series.js';

const facts = (ts: number, counters: Record<string, number>, more: Partial<OverviewFacts> = {}): OverviewFacts => ({
  ts,
  version: '2',
  nodeId: 'n1',
  status: 'ready',
  now: { connections: 3, users: 2 },
  counters,
  process: {
    uptimeS: ts / 1000,
    cpuMs: { user: ts / 4, system: ts / 4 },
    memoryBytes: { rss: 9, heapUsed: 5 },
    loopDelayMs: { p50: 1, p99: 2, max: 3 },
  },
  storage: { kind: 'durable' },
  ...more,
});

test('what there is is shown as it is, what is counted as a rate over the clock of the server', () => {
  const before = facts(10_000, { peer_messages: 100, channel_messages: 7, deliveries: 50 });
  const now = facts(12_000, { peer_messages: 110, channel_messages: 7, deliveries: 90 });
  expect(pointOf(before, now)).toMatchObject({
    at: 12,
    values: {
      connections: 3,
      users: 2,
      peerMessages: 5,
      channelMessages: 0,
      deliveries: 20,
      rss: 9,
      delayP99: 2,
      cpu: 50,
    },
  });
});

test('errors and refusals are told apart by their names', () => {
  const now = {
    malformed_frames: 1,
    closed_idle: 2,
    live_entries_dropped_bound: 3,
    refused_overload: 4,
    logins_refused: 5,
  };
  const point = pointOf(facts(0, {}), facts(1000, { ...now, connections_closed: 100 }));
  expect(point?.values).toMatchObject({ errors: 6, refusals: 9 });
});

test('over a restart, and without time between, there is no point', () => {
  const before = facts(10_000, { peer_messages: 100 });
  expect(pointOf(before, facts(10_000, {}))).toBeUndefined();
  expect(pointOf(before, facts(11_000, {}, { nodeId: 'n2' }))).toBeUndefined();
  const restarted = facts(11_000, {});
  expect(pointOf(before, { ...restarted, process: { ...restarted.process, uptimeS: 1 } })).toBeUndefined();
});

test('the newest two minutes are kept', () => {
  const one = (at: number) => ({ at }) as Point;
  const points = Array.from({ length: 130 }, (_, at) => one(at)).reduce(withPoint, [] as readonly Point[]);
  expect([points.length, points[0]?.at, points.at(-1)?.at]).toEqual([120, 10, 129]);
  expect(withPoint(points, undefined)).toBe(points);
});
