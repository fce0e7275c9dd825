import { arrtm } from '../peers.js';
import { APP_ID, createRtm } from './rtm-user.js';
import { Claims, type Scenario } from './scenario.js';
import { FaultServer } from './server.js';
import { SlowNetwork } from './slow-network.js';
import { eventually, sleep } from './waiting.js';

const ROOM = 'room';
const READERS = 97;
const PER_SECOND = 60;
const BYTES = 16_000;
const QUEUE_BYTES = 1024 * 1024;
const SECONDS = { short: 12, long: 60 };

/** A member on a network that takes little: what it got, and whether it was told that something is missing. */
async function slowMember(serverPort: number, uid: string) {
  const network = await SlowNetwork.open(serverPort);
  const client = createRtm(network.port);
  const member = { network, client, got: [] as number[], gaps: 0, cuts: 0 };
  client.on('ConnectionStateChanged', (state, _reason, details) => {
    if (state === 'RECONNECTING') member.cuts += 1;
    if (details?.gaps?.channels.includes(ROOM)) {
      member.gaps += 1;
      // Behind this, numbers may be missing.
      member.got.push(Number.NaN);
    }
  });
  await client.login({ uid });
  const channel = client.createChannel(ROOM);
  channel.on('ChannelMessage', ({ text }) => member.got.push(Number(/#(\d+)#/.exec(text)?.[1])));
  await channel.join();
  return member;
}

/** Whether every number follows the one before, but where a gap was told. */
function isWithoutSilentHole(got: readonly number[]): boolean {
  let last: number | undefined;
  let isTold = false;
  for (const number of got) {
    if (Number.isNaN(number)) isTold = true;
    else {
      if (last !== undefined && !(isTold ? number > last : number === last + 1)) return false;
      last = number;
      isTold = false;
    }
  }
  return true;
}

export const slowReaders: Scenario = {
  name: 'slow readers',
  load: {
    short: `100 members, ${PER_SECOND} messages of 16 KB a second for 12 s; one reads 1 KB/s, two nothing; 1 MB of queue each`,
    long: `100 members, ${PER_SECOND} messages of 16 KB a second for 60 s; one reads 1 KB/s, two nothing; 1 MB of queue each`,
  },
  async run(size) {
    const claims = new Claims();
    const server = await FaultServer.start({
      settings: [`limits.connectionQueueBytes=${QUEUE_BYTES}`, 'limits.logBytes=67108864'],
    });
    try {
      const open = arrtm(server.port, APP_ID);
      const readers = await Promise.all(
        Array.from({ length: READERS }, async (_, at) => {
          const reader = { got: [] as number[], client: await open(`reader${at}`, ROOM) };
          reader.client.onMessage = (serial) => reader.got.push(serial);
          return reader;
        }),
      );
      const [sipping, deaf] = [await slowMember(server.port, 'sipping'), await slowMember(server.port, 'deaf')];
      const frozen = await open('frozen', ROOM);
      const sender = await open('sender', ROOM, undefined, BYTES);
      // What is measured begins here.
      await server.inside();
      const contention = server.contention();
      frozen.pause();
      sipping.network.bytesPerSecond = 1024;
      deaf.network.bytesPerSecond = 0;
      const total = PER_SECOND * SECONDS[size];
      const began = performance.now();
      let mostQueued = 0;
      let looked = began;
      for (let serial = 1; serial <= total; ) {
        const due = Math.min(total, ((performance.now() - began) / 1000) * PER_SECOND);
        while (serial <= due) sender.publish(serial++);
        if (performance.now() - looked > 1000) {
          looked = performance.now();
          mostQueued = Math.max(mostQueued, await server.metric('arrtm_queued_bytes'));
        }
        await sleep(20);
      }
      const delay = await server.inside();
      const waited = contention();
      const closed = await server.metric('arrtm_closed_slow_consumer_total');
      frozen.resume();
      // Both can read again: what is left of the log comes, or they are told.
      for (const { network } of [sipping, deaf]) network.bytesPerSecond = Infinity;
      // Behind a gap there may be nothing more.
      const isDone = (got: readonly number[]) => got.at(-1) === total || Number.isNaN(got.at(-1));
      await eventually(() => [...readers, sipping, deaf].every(({ got }) => isDone(got)), 30_000);
      await frozen.closed;
      const whole = Array.from({ length: total }, (_, at) => at + 1).join();
      const complete = readers.filter(({ got }) => got.join() === whole).length;
      claims.holds('the others have every message once, in order', complete === READERS);
      claims.holds('whose socket took nothing was closed', closed >= 1);
      claims.holds('whose network took nothing was cut', deaf.cuts > 0);
      claims.holds('no more waits for them than their queues', mostQueued < 3 * QUEUE_BYTES);
      claims.holdsInTime("the event loop's delay is below 50 ms at p99", delay.p99 < 50, waited);
      for (const { got } of [sipping, deaf]) {
        claims.holds('who reads again has what follows, or was told of a gap', isDone(got) && isWithoutSilentHole(got));
      }
      await Promise.all([sipping, deaf].map(({ client }) => client.logout()));
      for (const { network } of [sipping, deaf]) network.close();
      for (const { client } of readers) client.close();
      sender.close();
      const seen =
        `${complete} of ${READERS} others complete; ${closed} closed as too slow; gaps told: ${sipping.gaps} and ${deaf.gaps}; ` +
        `at most ${(mostQueued / 1024).toFixed(0)} KB queued in all; loop delay ${delay.p99.toFixed(0)} ms at p99, at most ${delay.max.toFixed(0)} ms`;
      return claims.outcome(seen);
    } finally {
      await server.close();
    }
  },
};
