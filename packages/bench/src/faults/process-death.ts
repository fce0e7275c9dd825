import { Ledger, type Verdict } from './ledger.js';
import { archiveOf, createRtm, hearChannel, hearPeers, loginWhenUp, pour, type Rtm } from './rtm-user.js';
import { Claims, type Scenario } from './scenario.js';
import { FaultServer } from './server.js';
import { eventually, sleep } from './waiting.js';

const ROOM = 'room';
const OFFLINE = { enableOfflineMessaging: true };
const ARCHIVED = { enableHistoricalMessaging: true };
const SENDERS = ['ann', 'ben', 'cat', 'dan'];
/** Who stays logged in, and who comes and goes. */
const STAYING = ['eve', 'fay'];
const VISITING = ['gus', 'hal', 'ida', 'joe'];
const PER_SECOND = 15;
/** Who writes to the room, and who reads there as well. */
const SPEAKERS = ['kim', 'lee'];
const SPEECHES_PER_SECOND = 10;
/** The long form archives more than is kept by default. */
const SETTINGS = ['limits.historyMessages=1000000'];
const TIMES = { short: { everyMs: 4000, forMs: 16_000 }, long: { everyMs: 20_000, forMs: 600_000 } };

/** Comes again and again, each time as a new SDK instance: behind a logout, or like a page that was loaded again. */
async function visit(ledger: Ledger, port: number, uid: string, goesOn: () => boolean): Promise<void> {
  for (let times = 0; goesOn(); times += 1) {
    const rtm = createRtm(port);
    hearPeers(rtm, ledger.listen(uid));
    await loginWhenUp(rtm, uid);
    await sleep(500 + Math.random() * 2500);
    // The one that is left without a word is put off by the next one.
    if (times % 2 === 0) await rtm.logout().catch(() => undefined);
    await sleep(Math.random() * 2000);
  }
}

/** Kills the server and starts it anew, again and again. */
async function killOften(first: FaultServer, { everyMs, forMs }: { everyMs: number; forMs: number }) {
  let server = first;
  const startMs: number[] = [];
  const firstMs = performance.now();
  for (let due = everyMs; due <= forMs; due += everyMs) {
    await sleep(firstMs + due - performance.now());
    await server.end('SIGKILL');
    const began = performance.now();
    server = await FaultServer.start({ dataDir: first.dataDir, port: first.port, settings: SETTINGS });
    startMs.push(performance.now() - began);
  }
  return { server, startMs };
}

export const processDeath: Scenario = {
  name: 'process death',
  load: {
    short: `kill -9 every 4 s for 16 s; ${SENDERS.length} senders with the offline flag, ${STAYING.length + VISITING.length} receivers, ${VISITING.length} of them coming and going; a channel with the history flag`,
    long: `kill -9 every 20 s for 10 minutes; ${SENDERS.length} senders with the offline flag, ${STAYING.length + VISITING.length} receivers, ${VISITING.length} of them coming and going; a channel with the history flag`,
  },
  async run(size) {
    const first = await FaultServer.start({ settings: SETTINGS });
    const { port } = first;
    const [peers, room] = [new Ledger(), new Ledger()];
    let isOver = false;
    const goesOn = () => !isOver;
    let server = first;
    const stayers: Rtm[] = [];
    try {
      const receivers = [...STAYING, ...VISITING];
      for (const uid of STAYING) {
        const rtm = createRtm(port);
        hearPeers(rtm, peers.listen(uid));
        await rtm.login({ uid });
        stayers.push(rtm);
      }
      const speakers = await Promise.all(
        SPEAKERS.map(async (uid) => {
          const rtm = createRtm(port);
          await rtm.login({ uid });
          stayers.push(rtm);
          return { uid, channel: await hearChannel(rtm, ROOM, room.listen(uid)) };
        }),
      );
      const writers = await Promise.all(
        SENDERS.map(async (uid) => {
          const rtm = createRtm(port);
          await rtm.login({ uid });
          stayers.push(rtm);
          return { uid, rtm };
        }),
      );
      const work = [
        ...VISITING.map((uid) => visit(peers, port, uid, goesOn)),
        ...writers.flatMap(({ uid, rtm }) =>
          receivers.map((to) => {
            const stream = `${uid}>${to}`;
            peers.open(stream, [to]);
            const perSecond = PER_SECOND / receivers.length;
            return pour(peers, stream, perSecond, goesOn, (text) => rtm.sendMessageToPeer({ text }, to, OFFLINE));
          }),
        ),
        ...speakers.map(({ uid, channel }) => {
          room.open(
            uid,
            SPEAKERS.filter((other) => other !== uid),
          );
          return pour(room, uid, SPEECHES_PER_SECOND, goesOn, (text) => channel.sendMessage({ text }, ARCHIVED));
        }),
      ];
      const killed = await killOften(first, TIMES[size]);
      server = killed.server;
      isOver = true;
      await Promise.all(work);
      // Who went without a word comes a last time, for what is left.
      for (const uid of VISITING) {
        const rtm = createRtm(port);
        hearPeers(rtm, peers.listen(uid));
        await rtm.login({ uid });
        stayers.push(rtm);
      }
      await eventually(() => peers.isComplete, 10_000);
      // What comes twice comes late.
      await sleep(500);
      const archived = await archiveOf((query) => (speakers[0] as (typeof speakers)[0]).channel.getHistory(query));
      await Promise.all(stayers.map((rtm) => rtm.logout().catch(() => undefined)));
      const [told, spoken] = [peers.verdict(), room.verdict()];
      const claims = new Claims();
      claims.holds('no accepted message with the offline flag is lost', told.lost.length === 0);
      claims.holds('every accepted message with the history flag is archived', isArchived(room, archived));
      claims.holds('none is archived twice', new Set(archived).size === archived.length);
      claims.holds('the archive has the order of the calls', isInOrder(archived));
      claims.holds('what is missed in the channel is told', spoken.silentlyMissed.length === 0);
      claims.holds('every send is answered', told.unanswered + spoken.unanswered === 0);
      for (const verdict of [told, spoken]) holdsOfOrder(claims, verdict);
      const slowest = Math.max(...killed.startMs);
      const seen =
        `${killed.startMs.length} deaths; peers: ${told.accepted} of ${told.sent} accepted, ${told.lost.length} lost, ${told.again} again in a new instance, ${told.twice.length} twice; ` +
        `channel: ${spoken.accepted} of ${spoken.sent} accepted, ${archived.length} archived, ${spoken.lost.length} lost live, ${spoken.gapsTold} gaps told; slowest start ${(slowest / 1000).toFixed(1)} s`;
      return { broken: claims.broken, seen };
    } finally {
      isOver = true;
      await server.close();
      await first.close();
    }
  },
};

function holdsOfOrder(claims: Claims, { twice, misplaced, unknown }: Verdict): void {
  const some = (list: readonly string[]) => list.slice(0, 3).join(', ');
  claims.holds(`no instance hears a message twice (${some(twice)})`, twice.length === 0);
  claims.holds(`messages come in the order of the calls (${some(misplaced)})`, misplaced.length === 0);
  claims.holds(`nothing is heard that was not sent (${some(unknown)})`, unknown.length === 0);
}

function isArchived(room: Ledger, archived: readonly string[]): boolean {
  const marks = new Set(archived.map((text) => /^[^#]*#\d+#/.exec(text)?.[0]));
  return SPEAKERS.every((uid) => room.acceptedOf(uid).every((number) => marks.has(`${uid}#${number}#`)));
}

function isInOrder(archived: readonly string[]): boolean {
  const last = new Map<string, number>();
  return archived.every((text) => {
    const [uid = '', number = ''] = text.split('#');
    const follows = Number(number) > (last.get(uid) ?? -1);
    last.set(uid, Number(number));
    return follows;
  });
}
