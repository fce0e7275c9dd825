/** One generator of "a storm of reconnects": clients of our SDK, or scripted ones that behave as the published SDK does. */
import { subscribe } from 'node:diagnostics_channel';
import type { Socket } from 'node:net';
import { ArRTM } from 'ar-rtm-sdk';
import { arrtm, serialIn } from '../peers.js';
import { nowMs } from './delays.js';
import { answer, forEach, sleep } from './generator.js';
import { BEHIND_ALL, BEHIND_CUT } from './storm-marks.js';

export interface StormQuestions {
  readonly enter: {
    readonly kind: 'ours' | 'published';
    readonly port: number;
    readonly appId: string;
    /** In this order, so many in a room. */
    readonly uids: readonly string[];
    readonly rooms: readonly string[];
  };
  /** All connections break at once; the answer tells when. */
  readonly cut: Record<string, never>;
  /**
   * Waits until all are back, at most so long. Published ones are when they have joined again; ours, which does that behind
   * its application's back, when it has heard `BEHIND_CUT`, or was told that it may have missed it.
   */
  readonly back: { readonly limitMs: number };
  /** Waits until all have heard `BEHIND_ALL`, at most so long. */
  readonly hear: { readonly limitMs: number };
}

export interface StormAnswers {
  readonly enter: undefined;
  readonly cut: { readonly atMs: number; readonly sockets: number };
  readonly back: {
    /** When each was back in its channel. */
    readonly atMs: readonly number[];
    /** Attempts that failed or were answered with "try again". */
    readonly failed: number;
    /** How many of ours were told that they may have missed something. */
    readonly told: number;
    /** The last state of each of ours that is not back. */
    readonly missing: readonly string[];
  };
  /** How many have. */
  readonly hear: number;
}

const LOGINS_AT_ONCE = 20;
/** What the published SDK waits between two attempts; the first one is made at once. */
const RETRY_MS = 2000;
/** Loopback addresses: each has ports of its own. */
const ADDRESSES = 8;

const sockets = new Set<Socket>();
// Whoever opens them: the clients cannot tell from a network that breaks.
subscribe('net.client.socket', (message) => {
  const { socket } = message as { socket: Socket };
  sockets.add(socket);
  socket.once('close', () => sockets.delete(socket));
});

let isCut = false;
let clients = 0;
let failed = 0;
let haveHeard = 0;
let told = 0;
const fates: Fate[] = [];
const backAt: number[] = [];

/** What became of one client. */
class Fate {
  private isBack = false;
  /** The last change of state that ours was told of. */
  state = '';

  constructor() {
    clients++;
    fates.push(this);
  }

  get isMissing(): boolean {
    return !this.isBack;
  }

  back(): void {
    if (!isCut || this.isBack) return;
    this.isBack = true;
    backAt.push(nowMs());
  }

  heard(serial: number): void {
    if (serial === BEHIND_CUT) this.back();
    else if (serial === BEHIND_ALL) haveHeard++;
  }
}

async function enterOurs(port: number, appId: string, uid: string, room: string): Promise<void> {
  const confPriCloudAddr = { ServerAdd: '127.0.0.1', Port: port, Wss: false };
  const client = ArRTM.createInstance(appId, { confPriCloudAddr, logFilter: ArRTM.LOG_FILTER_OFF });
  await client.login({ uid });
  const channel = client.createChannel(room);
  const fate = new Fate();
  channel.on('ChannelMessage', ({ text }) => fate.heard(serialIn(text)));
  client.on('ConnectionStateChanged', (state, reason, details) => {
    fate.state = `${state} ${reason}`;
    if (!details?.gaps) return;
    told++;
    fate.back();
  });
  await channel.join();
}

async function enterPublished(port: number, appId: string, uid: string, room: string): Promise<void> {
  const open = arrtm(port, appId, { published: true });
  const fate = new Fate();
  const from = `127.0.3.${1 + (clients % ADDRESSES)}`;
  const connect = async (): Promise<void> => {
    const client = await open(uid, room, from);
    fate.back();
    client.onMessage = (serial) => {
      if (serial === BEHIND_ALL) fate.heard(serial);
    };
    void client.closed.then(reconnect);
  };
  const reconnect = async (): Promise<void> => {
    for (;;) {
      try {
        return await connect();
      } catch {
        failed++;
        await sleep(RETRY_MS);
      }
    }
  };
  await connect();
}

answer<StormQuestions>({
  async enter({ kind, port, appId, uids, rooms }) {
    const enter = kind === 'ours' ? enterOurs : enterPublished;
    const places = uids.map((uid, index) => [uid, rooms[index % rooms.length] as string] as const);
    await forEach(places, LOGINS_AT_ONCE, ([uid, room]) => enter(port, appId, uid, room));
  },
  async cut() {
    isCut = true;
    const open = [...sockets];
    for (const socket of open) socket.resetAndDestroy();
    return { atMs: nowMs(), sockets: open.length };
  },
  async back({ limitMs }) {
    const giveUp = nowMs() + limitMs;
    while (backAt.length < clients && nowMs() < giveUp) await sleep(20);
    const missing = fates.filter(({ isMissing }) => isMissing).map(({ state }) => state);
    return { atMs: backAt, failed, told, missing };
  },
  async hear({ limitMs }) {
    const giveUp = nowMs() + limitMs;
    while (haveHeard < clients && nowMs() < giveUp) await sleep(20);
    return haveHeard;
  },
});
