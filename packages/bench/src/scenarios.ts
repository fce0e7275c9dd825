import { cpuMicros, residentBytes } from './cpu.js';
import type { Client } from './peers.js';
import type { RunningPeer } from './servers.js';

/** One figure of one run. */
export interface Figure {
  readonly value: number;
  readonly unit: string;
  /** Units of work that were counted. */
  readonly units: number;
}

/** Long enough for the servers' code to be compiled. */
const WARM_UP_MS = 2500;

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Opens many clients, some at a time; several loopback addresses, since one has too few ports. */
async function connectMany(
  peer: RunningPeer,
  count: number,
  groupOf: (index: number) => string | undefined,
  first = 0,
) {
  const clients: Client[] = [];
  for (let from = 0; from < count; from += 50) {
    const some = Array.from({ length: Math.min(50, count - from) }, (_, i) => {
      const index = first + from + i;
      return peer.connect(`user${index}`, groupOf(index), `127.0.0.${1 + (Math.floor(index / 2000) % 10)}`);
    });
    clients.push(...(await Promise.all(some)));
  }
  return clients;
}

/**
 * One publisher to `members` subscribers with `inFlight` messages on the way: server CPU per delivery. Every subscriber
 * must get every serial number in order.
 */
export async function fanOut(peer: RunningPeer, members: number, inFlight: number, measureMs: number): Promise<Figure> {
  const clients = await connectMany(peer, members + 1, () => 'room');
  const [publisher, ...subscribers] = clients as [Client, ...Client[]];
  let delivered = 0;
  let sent = 0;
  let running = true;
  const missing = new Map<number, number>();
  const publish = (): void => {
    sent += 1;
    missing.set(sent, members);
    publisher.publish(sent);
  };
  const idle = new Promise<void>((resolve, reject) => {
    for (const subscriber of subscribers) {
      let last = 0;
      subscriber.onMessage = (serial) => {
        if (serial !== last + 1) reject(new Error(`serial ${serial} after ${last}`));
        last = serial;
        delivered += 1;
        const left = (missing.get(serial) as number) - 1;
        if (left > 0) missing.set(serial, left);
        else {
          missing.delete(serial);
          if (running) publish();
          else if (missing.size === 0) resolve();
        }
      };
    }
  });
  for (let i = 0; i < inFlight; i++) publish();
  await sleep(WARM_UP_MS);
  const before = { cpu: cpuMicros(peer.pid), delivered };
  await sleep(measureMs);
  const after = { cpu: cpuMicros(peer.pid), delivered };
  running = false;
  await idle;
  for (const client of clients) client.close();
  const units = after.delivered - before.delivered;
  return { value: (after.cpu - before.cpu) / units, unit: 'us CPU per delivery', units };
}

/** `pairs` senders with one message each on the way, acknowledged by the receiver back to the sender. */
export async function peerMessages(peer: RunningPeer, pairs: number, measureMs: number): Promise<Figure> {
  const clients = await connectMany(peer, pairs * 2, () => undefined);
  let receipts = 0;
  let serial = 0;
  let open = 0;
  let running = true;
  const idle = new Promise<void>((resolve, reject) => {
    for (let i = 0; i < pairs; i++) {
      const sender = clients[i] as Client;
      const receiver = clients[pairs + i] as Client;
      let expected = 0;
      let arrived = 0;
      const next = (): void => {
        serial += 1;
        expected = serial;
        open += 1;
        sender.sendTo(`user${pairs + i}`, expected);
      };
      receiver.onMessage = (got) => {
        if (got !== expected || got === arrived) reject(new Error(`got ${got}, expected ${expected}`));
        arrived = got;
      };
      sender.onReceipt = () => {
        if (arrived !== expected) reject(new Error('a receipt without a message'));
        receipts += 1;
        open -= 1;
        if (running) next();
        else if (open === 0) resolve();
      };
      next();
    }
  });
  await sleep(WARM_UP_MS);
  const before = { cpu: cpuMicros(peer.pid), receipts };
  await sleep(measureMs);
  const after = { cpu: cpuMicros(peer.pid), receipts };
  running = false;
  await idle;
  for (const client of clients) client.close();
  const units = after.receipts - before.receipts;
  return { value: (after.cpu - before.cpu) / units, unit: 'us CPU per message', units };
}

/** Memory per idle user between the first 1,000 and 10,000, in channels of 100, and CPU of keeping them. */
export async function idleUsers(peer: RunningPeer, idleMs: number): Promise<{ memory: Figure; cpu: Figure }> {
  const groupOf = (index: number): string => `room${Math.floor(index / 100)}`;
  const some = await connectMany(peer, 1000, groupOf);
  const first = await settledBytes(peer.pid);
  const more = await connectMany(peer, 9000, groupOf, 1000);
  const last = await settledBytes(peer.pid);
  const before = cpuMicros(peer.pid);
  await sleep(idleMs);
  const cpu = cpuMicros(peer.pid) - before;
  for (const client of [...some, ...more]) client.close();
  return {
    memory: { value: (last - first) / 9000 / 1024, unit: 'KB per user', units: 9000 },
    cpu: { value: cpu / 10_000 / (idleMs / 1000), unit: 'us CPU per user and second', units: 10_000 },
  };
}

/** Longer than logs and tickets live: what is measured is what an idle user holds, not what a login leaves for a minute. */
const SETTLE_MS = 65_000;

async function settledBytes(pid: number): Promise<number> {
  await sleep(SETTLE_MS);
  process.kill(pid, 'SIGUSR2');
  await sleep(1500);
  process.kill(pid, 'SIGUSR2');
  await sleep(1500);
  return residentBytes(pid);
}
