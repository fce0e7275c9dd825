import { Dice } from './fuzz/dice.js';
import { createRtm, type Rtm } from './rtm-user.js';
import { Claims, type Scenario } from './scenario.js';
import { FaultServer } from './server.js';
import { TroubledNetwork } from './troubled-network.js';
import { eventually, sleep } from './waiting.js';

const SECONDS = { short: 12, long: 300 };
const ROOMS = 4;
const MEMBERS = 4;
const SEND_EVERY_MS = 400;
/** From one trouble of a member to the next. */
const CALM_MS = 3000;
const BACK_LIMIT_MS = 15_000;

/** What may follow what, and why (api.md 7.2), for clients that nobody puts off. */
const LEGAL = new Set([
  'DISCONNECTED CONNECTING LOGIN',
  'CONNECTING CONNECTED LOGIN_SUCCESS',
  'CONNECTED RECONNECTING INTERRUPTED',
  'RECONNECTING CONNECTED LOGIN_SUCCESS',
]);

interface Member {
  readonly uid: string;
  readonly network: TroubledNetwork;
  readonly client: Rtm;
  readonly channel: ReturnType<Rtm['createChannel']>;
  /** Numbers heard, by sender. */
  readonly heard: Map<string, number[]>;
  readonly accepted: Set<number>;
  readonly odd: string[];
  state: string;
  gaps: number;
}

async function join(serverPort: number, uid: string, room: string, dice: Dice): Promise<Member> {
  const network = await TroubledNetwork.open(serverPort, () => dice.fraction());
  const client = createRtm(network.port);
  const channel = client.createChannel(room);
  const member: Member = {
    ...{
      uid,
      network,
      client,
      channel,
      heard: new Map(),
      accepted: new Set(),
      odd: [],
      state: 'DISCONNECTED',
      gaps: 0,
    },
  };
  client.on('ConnectionStateChanged', (state, reason, details) => {
    const step = `${member.state} ${state} ${reason}`;
    if (!LEGAL.has(step)) member.odd.push(step);
    member.state = state;
    if (details?.gaps?.channels.includes(room)) member.gaps += 1;
  });
  channel.on('ChannelMessage', ({ text }, from) => {
    const numbers = member.heard.get(from) ?? [];
    member.heard.set(from, numbers);
    numbers.push(Number(text));
  });
  await client.login({ uid });
  await channel.join();
  return member;
}

/** Something happens to the network of a member, for a while. */
async function trouble(dice: Dice, { network }: Member, count: Map<string, number>): Promise<void> {
  const kind = dice.pick(['slow', 'loss', 'stall', 'half-open', 'moved', 'cut']);
  count.set(kind, (count.get(kind) ?? 0) + 1);
  const ms = 500 + dice.below(6000);
  switch (kind) {
    case 'slow':
      network.latencyMs = 20 + dice.below(780);
      network.jitterMs = dice.below(200);
      break;
    case 'loss':
      // A lost packet costs a retransmission: 200 ms and more.
      for (let holes = 5; holes > 0; holes--) {
        network.stalledUntil = performance.now() + 200 + dice.below(800);
        await sleep(ms / 5);
      }
      return;
    case 'stall':
      network.stalledUntil = performance.now() + ms;
      break;
    case 'half-open':
      network.swallow();
      break;
    case 'moved':
      network.move();
      break;
    default:
      network.cut();
  }
  await sleep(ms);
  network.calm();
}

export const badNetworks: Scenario = {
  name: 'bad networks',
  load: {
    short: '16 members of 4 channels for 12 s: latency to 800 ms, loss, stalls, swallowed packets, new addresses, cuts',
    long: '16 members of 4 channels for 5 min: latency to 800 ms, loss, stalls, swallowed packets, new addresses, cuts',
  },
  async run(size) {
    const claims = new Claims();
    const seed = Number(process.env.FUZZ_SEED ?? Date.now() % 2 ** 31);
    const server = await FaultServer.start();
    const members: Member[] = [];
    try {
      for (let at = 0; at < ROOMS * MEMBERS; at++) {
        members.push(await join(server.port, `user${at}`, `room${at % ROOMS}`, new Dice(seed + at)));
      }
      let isOver = false;
      const count = new Map<string, number>();
      let timeouts = 0;
      const write = async (member: Member) => {
        for (let number = 1; !isOver; number++) {
          member.channel.sendMessage({ text: String(number) }).then(
            () => member.accepted.add(number),
            () => {
              timeouts += 1;
            },
          );
          await sleep(SEND_EVERY_MS);
        }
      };
      const plague = async (member: Member, dice: Dice) => {
        while (!isOver) {
          await sleep(dice.below(2 * CALM_MS));
          if (!isOver) await trouble(dice, member, count);
        }
      };
      const running = members.flatMap((member, at) => [write(member), plague(member, new Dice(seed + 1000 + at))]);
      await sleep(SECONDS[size] * 1000);
      isOver = true;
      await Promise.all(running);
      // Behind it everybody is back, and hears everybody.
      await eventually(() => members.every(({ state }) => state === 'CONNECTED'), BACK_LIMIT_MS);
      const stuck = members.filter(({ state }) => state !== 'CONNECTED').map(({ uid, state }) => `${uid} ${state}`);
      const last = await Promise.allSettled(members.map(({ channel }) => channel.sendMessage({ text: '1000000' })));
      const silent = last.filter(({ status }) => status === 'rejected').length;
      const missing: string[] = [];
      let twice = 0;
      const isSettled = () => {
        missing.length = 0;
        twice = 0;
        for (const [at, receiver] of members.entries()) {
          for (const [other, sender] of members.entries()) {
            if (at === other || at % ROOMS !== other % ROOMS) continue;
            const heard = receiver.heard.get(sender.uid) ?? [];
            if (heard.some((number, index) => index > 0 && number <= (heard[index - 1] as number))) twice += 1;
            if (heard.at(-1) !== 1_000_000) missing.push(`${receiver.uid} of ${sender.uid}: the last`);
            const lost = [...sender.accepted].filter((number) => !heard.includes(number));
            // Who was told of a gap may have missed anything before it.
            if (receiver.gaps === 0 && lost.length > 0)
              missing.push(`${receiver.uid} of ${sender.uid}: ${lost.slice(0, 5)}`);
          }
        }
        return missing.length === 0;
      };
      await eventually(isSettled, BACK_LIMIT_MS);
      const odd = members.flatMap(({ uid, odd: steps }) => steps.map((step) => `${uid}: ${step}`));
      claims.holds(`everybody is back: ${stuck.join(', ')}`, stuck.length === 0);
      claims.holds('everybody can write', silent === 0);
      claims.holds(
        `what was accepted is heard, or a gap is told: ${missing.slice(0, 5).join('; ')}`,
        missing.length === 0,
      );
      claims.holds('nothing is heard twice, or out of order', twice === 0);
      claims.holds(`states follow each other as they should: ${odd.slice(0, 5).join('; ')}`, odd.length === 0);
      const accepted = members.reduce((sum, member) => sum + member.accepted.size, 0);
      const gaps = members.reduce((sum, member) => sum + member.gaps, 0);
      const troubles = [...count].map(([kind, times]) => `${times} ${kind}`).join(', ');
      const seen = `seed ${seed}: ${accepted} messages accepted, ${timeouts} without an answer in time, ${gaps} gaps told; ${troubles}`;
      return { broken: claims.broken, seen };
    } finally {
      await Promise.allSettled(members.map(({ client }) => client.logout()));
      for (const { network } of members) network.close();
      await server.close();
    }
  },
};
