/** One generator of "a storm of reconnects": clients of our SDK, or scripted ones that behave as the published SDK does. */
import { subscribe } from 'node:diagnostics_channel';
import type { Socket } from 'node:net';
import { ArRTM } from 'ar-rtm-sdk';
import { arrtm } from '../peers.js';
import { nowMs } from './delays.js';
import { answer, forEach, sleep } from './generator.js';

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
  /** Waits until all have heard what was said behind the cut, at most so long. */
  readonly back: { readonly limitMs: number };
}

export interface StormAnswers {
  readonly enter: undefined;
  readonly cut: { readonly atMs: number; readonly sockets: number };
  readonly back: {
    /** When each was back in its channel. */
    readonly atMs: readonly number[];
    /** Attempts that failed or were answered with "try again". */
    readonly failed: number;
  };
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
const backAt: number[] = [];

/** Tells when it hears the first message behind the cut. */
function listener(): () => void {
  let isBack = false;
  clients++;
  return () => {
    if (!isCut || isBack) return;
    isBack = true;
    backAt.push(nowMs());
  };
}

async function enterOurs(port: number, appId: string, uid: string, room: string): Promise<void> {
  const confPriCloudAddr = { ServerAdd: '127.0.0.1', Port: port, Wss: false };
  const client = ArRTM.createInstance(appId, { confPriCloudAddr, logFilter: ArRTM.LOG_FILTER_OFF });
  await client.login({ uid });
  const channel = client.createChannel(room);
  channel.on('ChannelMessage', listener());
  await channel.join();
}

async function enterPublished(port: number, appId: string, uid: string, room: string): Promise<void> {
  const open = arrtm(port, appId, { published: true });
  const heard = listener();
  const from = `127.0.3.${1 + (clients % ADDRESSES)}`;
  const connect = async (): Promise<void> => {
    const client = await open(uid, room, from);
    client.onMessage = heard;
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
    return { atMs: backAt, failed };
  },
});
