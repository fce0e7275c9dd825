import { Ledger } from './ledger.js';
import { createRtm, hearChannel, hearPeers, pour, type Rtm } from './rtm-user.js';
import { Claims, type Scenario } from './scenario.js';
import { FaultServer } from './server.js';
import { eventually, sleep } from './waiting.js';

const ROOM = 'room';
const MEMBERS = ['ann', 'ben', 'cat', 'dan', 'eve', 'fay'];
const SPEECHES_PER_SECOND = 10;
const LETTERS_PER_SECOND = 10;
const STOPS = { short: 4, long: 20 };
const RUN_MS = { short: 2000, long: 5000 };

export const stopUnderLoad: Scenario = {
  name: 'stop under load',
  load: {
    short: `${STOPS.short} times SIGTERM and a start; ${MEMBERS.length} members, each sends 10 channel and 10 peer messages a second, half of these with the offline flag`,
    long: `${STOPS.long} times SIGTERM and a start; ${MEMBERS.length} members, each sends 10 channel and 10 peer messages a second, half of these with the offline flag`,
  },
  async run(size) {
    const claims = new Claims();
    const ledger = new Ledger();
    let server = await FaultServer.start();
    let isOver = false;
    const goesOn = () => !isOver;
    const rtms: Rtm[] = [];
    const { port, dataDir } = server;
    const owner = server;
    let cuts = 0;
    let notRecovered = 0;
    try {
      const work: Promise<void>[] = [];
      const seats = await Promise.all(
        MEMBERS.map(async (uid) => {
          const rtm = createRtm(port);
          rtms.push(rtm);
          rtm.on('ConnectionStateChanged', (state, _reason, details) => {
            if (state === 'RECONNECTING') cuts += 1;
            if (details?.recovered === false) notRecovered += 1;
          });
          // An inbox and a channel are logs of their own: what is heard of one says nothing of the other.
          hearPeers(rtm, ledger.listen(uid));
          await rtm.login({ uid });
          return { uid, rtm, channel: await hearChannel(rtm, ROOM, ledger.listen(uid)) };
        }),
      );
      for (const { uid, rtm, channel } of seats) {
        const others = MEMBERS.filter((other) => other !== uid);
        ledger.open(uid, others);
        work.push(pour(ledger, uid, SPEECHES_PER_SECOND, goesOn, (text) => channel.sendMessage({ text })));
        for (const [index, to] of others.entries()) {
          const stream = `${uid}>${to}`;
          ledger.open(stream, [to]);
          const options = { enableOfflineMessaging: index % 2 === 0 };
          const perSecond = LETTERS_PER_SECOND / others.length;
          work.push(pour(ledger, stream, perSecond, goesOn, (text) => rtm.sendMessageToPeer({ text }, to, options)));
        }
      }
      const [stopMs, exits]: [number[], (number | null)[]] = [[], []];
      for (let stop = 0; stop < STOPS[size]; stop += 1) {
        await sleep(RUN_MS[size]);
        const began = performance.now();
        exits.push(await server.end('SIGTERM'));
        stopMs.push(performance.now() - began);
        server = await FaultServer.start({ dataDir, port });
      }
      await sleep(RUN_MS[size]);
      isOver = true;
      await Promise.all(work);
      await eventually(() => ledger.isComplete, 10_000);
      await sleep(500);
      const verdict = ledger.verdict();
      const { accepted, sent, lost, twice, misplaced, unknown, silentlyMissed, gapsTold, rejected } = verdict;
      const refusals = Object.entries(rejected).map(([code, count]) => `${count} with ${code}`);
      claims.holds(`every send is accepted (rejected: ${refusals.join()})`, accepted === sent);
      claims.holds(`nothing accepted is lost (${lost.slice(0, 3).join()})`, lost.length + silentlyMissed.length === 0);
      claims.holds('nothing comes twice', twice.length + verdict.again === 0);
      claims.holds('the order is that of the calls', misplaced.length === 0);
      claims.holds('nothing comes that was not sent', unknown.length === 0);
      claims.holds('no gap is told', gapsTold + notRecovered === 0);
      claims.holds(
        'every stop ends with exit code 0',
        exits.every((code) => code === 0),
      );
      await Promise.all(rtms.map((rtm) => rtm.logout()));
      const seen =
        `${exits.length} stops, exit codes ${[...new Set(exits)].join()}, slowest ${(Math.max(...stopMs) / 1000).toFixed(1)} s; ${accepted} of ${sent} accepted, ` +
        `${lost.length} lost, ${twice.length} twice, ${misplaced.length} out of order; ${gapsTold} gaps told; ${cuts} cuts shown to applications`;
      return { broken: claims.broken, seen };
    } finally {
      isOver = true;
      await server.close();
      await owner.close();
    }
  },
};
