import { cpuMicros } from '../cpu.js';
import { arrtm } from '../peers.js';
import { Delays, nowMs, stamped } from './delays.js';
import { Generator, sleep } from './generator.js';
import type { LargeChannelAnswers, LargeChannelQuestions } from './large-channel-clients.js';
import { Claims, type Scenario, type Size } from './scenario.js';
import { FaultServer } from './server.js';

const APP_ID = '0123456789abcdef0123456789abcdef';
const ROOM = 'room';
const MEMBERS = { short: 2000, long: 10_000 };
const SECONDS = { short: 10, long: 60 };
/** What the vendors recommend at most for a channel of that size, and what is more than that. */
const CALM = 30;
const BUSY = 100;
const BUSY_SECONDS = { short: 2, long: 20 };
/** Written as it is: with the pieces of the frame, 400 bytes. */
const BYTES = 250;

type Members = Generator<LargeChannelQuestions, LargeChannelAnswers>;

/** Sends at a rate, and what came of it. */
async function talk(
  server: FaultServer,
  crowd: Members,
  publish: (serial: number) => void,
  refused: { count: number },
  rate: { readonly perSecond: number; readonly seconds: number; readonly first: number },
) {
  await crowd.ask('begin', { first: rate.first });
  const contention = server.contention();
  await server.inside();
  const cpuBefore = cpuMicros(server.pid);
  const began = performance.now();
  const total = rate.perSecond * rate.seconds;
  refused.count = 0;
  for (let sent = 0; sent < total; ) {
    const due = Math.min(total, ((performance.now() - began) / 1000) * rate.perSecond);
    while (sent < due) publish(stamped(rate.first + sent++, nowMs()));
    await sleep(5);
  }
  const cpu = (cpuMicros(server.pid) - cpuBefore) / 10 / (performance.now() - began);
  const last = rate.first + total - 1;
  const waited = contention();
  const { holes, incomplete, closed, ...end } = await crowd.ask('end', { last });
  const loop = await server.inside();
  const delays = new Delays(end.delays);
  const text =
    `at ${rate.perSecond} a second ${delays.total} deliveries, ${delays.text}; CPU ${cpu.toFixed(0)} % of a core, ` +
    `loop delay ${loop.p99.toFixed(0)} ms at p99, ${(100 * waited).toFixed(0)} % of the time without a core; ${refused.count} refused, ${closed} closed`;
  return { total, delays, refused: refused.count, holes, incomplete, closed, text };
}

const loadOf = (size: Size): string =>
  `${MEMBERS[size]} members on sockets of their own, ${CALM} messages of ${BYTES} bytes a second for ${SECONDS[size]} s, then ${BUSY} a second for ${BUSY_SECONDS[size]} s`;

export const largeChannel: Scenario = {
  name: 'a large channel',
  load: { short: loadOf('short'), long: loadOf('long') },
  async run(size) {
    const claims = new Claims();
    const count = MEMBERS[size];
    const server = await FaultServer.start({
      // The sender is one client.
      settings: ['limits.messagesPerSecond=1000', 'limits.messageBurst=1000'],
    });
    const crowd: Members = new Generator('large-channel-clients.js');
    try {
      const uids = Array.from({ length: count }, (_, at) => `member${at}`);
      await crowd.ask('enter', { port: server.port, appId: APP_ID, room: ROOM, uids });
      const sender = await arrtm(server.port, APP_ID)('sender', ROOM, undefined, BYTES);
      const refused = { count: 0 };
      sender.onRefused = () => void refused.count++;
      const publish = (serial: number) => sender.publish(serial);
      const calm = await talk(server, crowd, publish, refused, { perSecond: CALM, seconds: SECONDS[size], first: 1 });
      const next = { perSecond: BUSY, seconds: BUSY_SECONDS[size], first: calm.total + 1 };
      const busy = await talk(server, crowd, publish, refused, next);
      claims.holds(`at ${CALM} a second every member has every message, in order`, calm.holes + calm.incomplete === 0);
      claims.holds(`at ${CALM} a second all were delivered`, calm.delays.total === calm.total * count);
      claims.holds(`at ${CALM} a second nobody is closed and nothing refused`, calm.closed + calm.refused === 0);
      claims.holds(`at ${BUSY} a second nobody is closed`, busy.closed === 0);
      // What was accepted, all of it; what is refused has a number that nobody gets.
      const accepted = (busy.total - busy.refused) * count;
      claims.holds(`at ${BUSY} a second whatever was accepted was delivered`, busy.delays.total === accepted);
      sender.close();
      return claims.outcome(`${calm.text}; ${busy.text}`);
    } finally {
      crowd.end();
      await server.close();
    }
  },
};
