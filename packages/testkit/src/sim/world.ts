import { ClusterServers } from './cluster-servers.js';
import { Dice } from './dice.js';
import { EngineTap } from './engine-tap.js';
import { type Deviation, Findings } from './findings.js';
import { emptyHistory, type History } from './history.js';
import { checkArchive } from './model/archive-rules.js';
import { checkCalls } from './model/call-rules.js';
import { checkChannels } from './model/channel-rules.js';
import { checkInboxes } from './model/inbox-rules.js';
import { checkSessions } from './model/session-rules.js';
import { checkPresence, checkStates } from './model/state-rules.js';
import { type Reachable, SimNetwork } from './network.js';
import { People } from './people.js';
import type { Product } from './product.js';
import { Scheduler } from './scheduler.js';
import type { Servers } from './servers.js';
import { SingleServer } from './single-server.js';
import { Trouble } from './trouble.js';
import { Watchers } from './watchers.js';

export interface RunResult {
  readonly seed: number;
  /** What kind of world it was. */
  readonly kind: string;
  readonly deviations: readonly Deviation[];
  readonly events: number;
  readonly checks: number;
  readonly trace: readonly string[];
}

/** After the last fault: connections come back, lost feeds are found (every 10 s), silent sessions end (30 s). */
const RECOVERY_MS = 45_000;
const PROBE_MS = 15_000;
/** Longer than a run: attributes stay while the model looks at them. */
const EMPTY_CHANNEL_MS = 130_000;
/** Channel logs are kept for 60 s, idle users and channels for 10 s, attributes of empty channels a little longer. */
const LEAVING_MS = EMPTY_CHANNEL_MS + 15_000;
/** What may be left when everybody is gone: bindings of tickets, the nodes' leases, messages for who is offline. */
const MAY_STAY = new Set(['tickets', 'leases', 'boxes', 'superseded', 'reconnecting']);

/** One run: a world from a seed, trouble, calm, and then what the reference model says. */
export async function runSeed(product: Product, seed: number, wantsTrace = false): Promise<RunResult> {
  const dice = new Dice(seed);
  const scheduler = new Scheduler();
  const history = emptyHistory();
  const lines: string[] = [];
  const trace = (who: string, text: () => string): void => {
    if (wantsTrace) lines.push(`${scheduler.nowMs.toFixed(1).padStart(9)} ${who.padEnd(14)} ${text()}`);
  };
  const setting = dice.for('setting');
  const size = setting.happens(0.4) ? 1 : setting.whole(2, 3);
  // The load balancer: nodes whose process runs, a stalled one included.
  const route = (): Reachable | undefined => {
    const ready = servers.nodes.filter(({ node }) => node.isReady);
    return ready.length > 0 ? balancer.pick(ready) : undefined;
  };
  const balancer = dice.for('balancer');
  const network = new SimNetwork(scheduler, dice.for('network'), route, trace);
  const tap = new EngineTap(scheduler, history, (uid) => network.silentMsOf(uid), trace);
  const isTight = setting.happens(0.3);
  const parts = {
    product,
    scheduler,
    dice: dice.for('servers'),
    history,
    tap,
    // Tight: a slow reader is closed soon, large fan-outs come in slices.
    settings: isTight ? { drainMs: 500, connectionQueueBytes: 16_384, fanoutSlice: 2 } : { drainMs: 500 },
    limits: { emptyChannelMs: EMPTY_CHANNEL_MS },
    trace,
  };
  const servers: Servers = size === 1 ? new SingleServer(parts) : new ClusterServers(parts, size);
  const uids = Array.from({ length: setting.whole(2, 5) }, (_, i) => `u${i + 1}`);
  const channels = Array.from({ length: setting.whole(1, 3) }, (_, i) => `c${i + 1}`);
  const people = new People(
    { product, scheduler, network, history, dice: dice.for('people'), trace },
    uids,
    channels,
    setting.pick([150, 400, 1000]),
    isTight ? 3000 : 200,
  );
  const watchers = new Watchers({ scheduler, dice: dice.for('watchers') }, people, uids, channels);
  const trouble = new Trouble(
    { scheduler, dice: dice.for('trouble'), network, servers, apps: people.apps, trace },
    setting.pick([300, 1000, 3000]),
    setting.pick([2000, 5000, 20_000]),
  );
  const onUnhandled = (error: unknown): void => void history.complaints.push(`unhandled rejection: ${stackOf(error)}`);
  process.on('unhandledRejection', onUnhandled);
  const found = new Findings();
  try {
    await live(scheduler, servers, people, watchers, trouble, history, setting.pick([8000, 20_000, 40_000]));
    // The model looks at what was until here. Then one leaves, whom the others see go; and all, which is for the leaks.
    checkSessions(history, found);
    checkArchive(history, found);
    checkChannels(history, found);
    checkInboxes(history, found);
    checkStates(history, found);
    checkCalls(history, found);
    people.farewell();
    await scheduler.runUntil(scheduler.nowMs + 2000);
    checkPresence(history, found);
    people.leave();
    await scheduler.runUntil(scheduler.nowMs + LEAVING_MS);
    checkLeaks(servers, history);
  } catch (error) {
    history.complaints.push(`the run ended: ${stackOf(error)}`);
  } finally {
    process.off('unhandledRejection', onUnhandled);
  }
  for (const error of scheduler.uncaught) history.complaints.push(`uncaught: ${stackOf(error)}`);
  for (const complaint of history.complaints) found.must(false, 'no errors inside', () => complaint);
  return {
    seed,
    kind: `${size === 1 ? 'one server' : `${size} nodes`}, ${uids.length} users, ${channels.length} channels`,
    deviations: found.deviations,
    events: scheduler.executed,
    checks: found.checks,
    trace: lines,
  };
}

async function live(
  scheduler: Scheduler,
  servers: Servers,
  people: People,
  watchers: Watchers,
  trouble: Trouble,
  history: History,
  troubleMs: number,
): Promise<void> {
  const pass = (ms: number): Promise<void> => scheduler.runUntil(scheduler.nowMs + ms);
  servers.start();
  await pass(500);
  people.begin();
  watchers.begin();
  trouble.begin();
  await pass(troubleMs);
  people.rest();
  watchers.rest();
  trouble.end();
  for (let passed = 0; passed < RECOVERY_MS; passed += 5000) {
    people.assemble();
    await pass(5000);
  }
  history.quietMs = scheduler.nowMs;
  people.probe();
  watchers.probe();
  await pass(PROBE_MS);
  history.calmMs = scheduler.nowMs;
  people.ask();
  watchers.ask();
  await pass(1000);
  history.endMs = scheduler.nowMs;
  checkQuiet(servers, history);
}

/** Nothing waits any more, and there is exactly one socket and one session per app that is logged in. */
function checkQuiet(servers: Servers, { apps, complaints }: History): void {
  const connected = apps.filter(
    ({ states, goneMs }) => goneMs === undefined && states.at(-1)?.state === 'CONNECTED',
  ).length;
  const expected = {
    connections: connected,
    sessions: connected,
    deliveries: 0,
    replies: 0,
    departures: 0,
    queuedBytes: 0,
  };
  const census = servers.census();
  for (const [kind, count] of Object.entries(expected)) {
    if (census[kind] !== count) complaints.push(`in the calm: ${census[kind]} ${kind} instead of ${count}`);
  }
}

function checkLeaks(servers: Servers, { complaints }: History): void {
  for (const [kind, count] of Object.entries(servers.census())) {
    if (count !== 0 && !MAY_STAY.has(kind)) complaints.push(`when all are gone: ${count} ${kind}`);
  }
}

function stackOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
