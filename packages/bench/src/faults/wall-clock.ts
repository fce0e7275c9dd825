import { fileURLToPath } from 'node:url';
import { Ledger } from './ledger.js';
import { archiveOf, createRtm, hearChannel, hearPeers, pour, type Rtm } from './rtm-user.js';
import { Claims, type Scenario } from './scenario.js';
import { FaultServer } from './server.js';
import { eventually, sleep } from './waiting.js';

const PRELOAD = fileURLToPath(new URL('wall-clock-on-signal.js', import.meta.url));
const ROOM = 'room';
const MEMBERS = ['ann', 'ben', 'cat'];
const PER_SECOND = 10;
const STAY_MS = { short: 2500, long: 40_000 };
const WORDS = 'the wall clock of the server a day ahead and back, under load; the monotonic clock stays';

/** Durations are measured on the monotonic clock: nobody is put off, and nothing is lost or told. Times of a log never go back. */
export const wallClock: Scenario = {
  name: 'disk faults: wall clock',
  load: { short: `${WORDS}; 2.5 s each`, long: `${WORDS}; 40 s each, longer than a session outlives a cut` },
  async run(size) {
    const claims = new Claims();
    const ledger = new Ledger();
    const server = await FaultServer.start({ nodeFlags: ['--import', PRELOAD] });
    const { port } = server;
    let isOver = false;
    let states = 0;
    const rtms: Rtm[] = [];
    const times = new Map<string, number[]>(MEMBERS.map((uid) => [uid, []]));
    try {
      const work: Promise<void>[] = [];
      const seats = await Promise.all(
        MEMBERS.map(async (uid) => {
          const rtm = createRtm(port);
          rtms.push(rtm);
          hearPeers(rtm, ledger.listen(uid));
          await rtm.login({ uid });
          const channel = await hearChannel(rtm, ROOM, ledger.listen(uid));
          channel.on('ChannelMessage', (_message, _from, { serverReceivedTs }) =>
            times.get(uid)?.push(serverReceivedTs),
          );
          rtm.on('ConnectionStateChanged', () => {
            if (!isOver) states += 1;
          });
          return { uid, rtm, channel };
        }),
      );
      for (const { uid, rtm, channel } of seats) {
        const others = MEMBERS.filter((other) => other !== uid);
        ledger.open(uid, others);
        const archived = { enableHistoricalMessaging: true };
        work.push(
          pour(
            ledger,
            uid,
            PER_SECOND,
            () => !isOver,
            (text) => channel.sendMessage({ text }, archived),
          ),
        );
        for (const to of others) {
          ledger.open(`${uid}>${to}`, [to]);
          const send = (text: string) => rtm.sendMessageToPeer({ text }, to, { enableOfflineMessaging: true });
          work.push(pour(ledger, `${uid}>${to}`, PER_SECOND / 2, () => !isOver, send));
        }
      }
      /** Whoever comes now can log in, and what is stored for somebody who is not there comes to him. */
      const visit = async (uid: string) => {
        const [visitor, sender] = [createRtm(port), seats[0] as (typeof seats)[number]];
        const heard: string[] = [];
        await sender.rtm.sendMessageToPeer({ text: `for ${uid}` }, uid, { enableOfflineMessaging: true });
        visitor.on('MessageFromPeer', ({ text }) => heard.push(String(text)));
        await visitor.login({ uid });
        const isHeard = await eventually(() => heard.join() === `for ${uid}`, 3000);
        claims.holds(`who logs in has what was stored (${uid})`, isHeard);
        await visitor.logout();
      };
      for (const where of ['before', 'ahead', 'back']) {
        if (where !== 'before') server.signal('SIGHUP');
        const began = performance.now();
        await sleep(200);
        await visit(`visitor-${where}`);
        if (where === 'before') continue;
        await sleep(STAY_MS[size] - (performance.now() - began));
      }
      isOver = true;
      await Promise.all(work);
      await eventually(() => ledger.isComplete, 10_000);
      const { sent, accepted, lost, twice, misplaced, silentlyMissed, gapsTold } = ledger.verdict();
      const archived = await archiveOf((query) => (seats[0] as (typeof seats)[number]).channel.getHistory(query));
      const spoken = MEMBERS.reduce((count, uid) => count + ledger.acceptedOf(uid).length, 0);
      const isRising = [...times.values()].every((list) =>
        list.every((ms, at) => at === 0 || ms >= (list[at - 1] ?? 0)),
      );
      claims.holds('every send is accepted', accepted === sent);
      claims.holds('nothing is lost', lost.length + silentlyMissed.length === 0);
      claims.holds('nothing comes twice or out of order', twice.length + misplaced.length === 0);
      claims.holds('nobody is cut, put off, or told of a gap', states + gapsTold === 0);
      claims.holds('times of a log never go back', isRising);
      claims.holds(`all of the channel is archived (${archived.length} of ${spoken})`, archived.length === spoken);
      claims.holds('the clock was moved', server.output.filter((line) => line.startsWith('wall-clock')).length === 2);
      await Promise.all(rtms.map((rtm) => rtm.logout()));
      const seen = `${accepted} of ${sent} accepted, ${lost.length} lost, ${twice.length} twice, ${misplaced.length} out of order; ${states} changes of state; logins and stored messages in all three times`;
      return { broken: claims.broken, seen };
    } finally {
      isOver = true;
      await server.close();
    }
  },
};
