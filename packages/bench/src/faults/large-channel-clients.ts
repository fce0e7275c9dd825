/** One generator of "a large channel": members that count what comes. */
import { arrtm, type OwnClient } from '../peers.js';
import { countIn, Delays, nowMs } from './delays.js';
import { answer, forEach, sleep } from './generator.js';

export interface LargeChannelQuestions {
  readonly enter: {
    readonly port: number;
    readonly appId: string;
    readonly room: string;
    readonly uids: readonly string[];
  };
  /** From now on everything counts anew: the first message has this count. */
  readonly begin: { readonly first: number };
  /** Waits until everybody has the last message, as long as something comes, and tells. */
  readonly end: { readonly last: number };
}

export interface LargeChannelAnswers {
  readonly enter: undefined;
  readonly begin: undefined;
  readonly end: {
    readonly delays: readonly number[];
    /** Messages that did not follow the one before, and members without the last. */
    readonly holes: number;
    readonly incomplete: number;
    readonly closed: number;
  };
}

interface Member {
  readonly client: OwnClient;
  last: number;
}

const LOGINS_AT_ONCE = 20;
/** Loopback addresses: each has ports of its own. */
const PER_ADDRESS = 2000;
const SILENCE_MS = 5000;

const members: Member[] = [];
let delays = new Delays();
let holes = 0;
let closed = 0;
let heardMs = 0;

/** `{"Cmd":"RecvMsgFromChan"`: no other frame has these two letters there. */
const [AT_FIRST, FIRST, AT_SECOND, SECOND] = [8, 'R'.charCodeAt(0), 19, 'C'.charCodeAt(0)];
const MARK = '#'.charCodeAt(0);

function watch(member: Member): void {
  const { wire } = member.client;
  wire.onFrame = (data, start, end) => {
    if (data[start + AT_FIRST] !== FIRST || data[start + AT_SECOND] !== SECOND) return false;
    let at = data.indexOf(MARK, start) + 1;
    if (at <= 0 || at > end) return false;
    let serial = 0;
    for (let byte = data[at] as number; byte !== MARK && at < end; byte = data[++at] as number) {
      serial = serial * 10 + (byte - 48);
    }
    const count = countIn(serial);
    if (count !== member.last + 1) holes++;
    member.last = count;
    heardMs = nowMs();
    delays.arrived(serial, heardMs);
    return true;
  };
}

answer<LargeChannelQuestions>({
  async enter({ port, appId, room, uids }) {
    const open = arrtm(port, appId);
    const numbered = uids.map((uid, index) => ({ uid, from: `127.0.1.${1 + Math.floor(index / PER_ADDRESS)}` }));
    await forEach(numbered, LOGINS_AT_ONCE, async ({ uid, from }) => {
      const member: Member = { client: await open(uid, room, from), last: 0 };
      void member.client.closed.then(() => void closed++);
      watch(member);
      members.push(member);
    });
  },
  async begin({ first }) {
    delays = new Delays();
    holes = 0;
    for (const member of members) member.last = first - 1;
  },
  async end({ last }) {
    const incomplete = () => members.filter((member) => member.last !== last).length;
    heardMs = nowMs();
    while (incomplete() > 0 && nowMs() - heardMs < SILENCE_MS) await sleep(50);
    return { delays: delays.counts, holes, incomplete: incomplete(), closed };
  },
});
