/** Nothing of thousands of visits stays behind. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { RawClient } from 'ar-rtm-testkit/raw-client';
import { expect, test } from 'vitest';
import { startTestServer } from '../../src/testing.js';
import { APP, eventually } from './support/arena.js';
import { ticketOf } from './support/tickets.js';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

const CYCLES = 2000;
const AT_ONCE = 20;
/** Kept on purpose: the node's own lease, and the memory of reconnecting client instances, which is bounded. */
const BY_DESIGN = ['leases', 'reconnecting', 'superseded'];

async function usedBytes(): Promise<number> {
  for (let i = 0; i < 3; i++) {
    collect();
    await new Promise((resume) => setTimeout(resume, 20));
  }
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

test('2,000 visits, with and without Logout', async () => {
  const server = await startTestServer({
    settings: { offlineMs: 150, unreachableMs: 100, ticketMs: 2000, offlineFetchMs: 50, acknowledgeMs: 100 },
    engineLimits: { idleMs: 100, sweepMs: 50, ticketAfterSessionMs: 100, channelLogMs: 200, memoryMs: 1000 },
  });
  const visit = async (number: number): Promise<void> => {
    const uid = `visitor ${number}`;
    const sessionId = await ticketOf(server.url, uid);
    const client = await RawClient.login(server.url, { appId: APP, uid, sessionId }, { fetch: number % 5 === 0 });
    const ChanId = `room ${number % 10}`;
    await client.request('JoinChannel', { ChanId });
    await client.request('SendChannelMsg', { ChanId, MsgId: 1, MsgType: 1, MsgBody: 'x'.repeat(1000) });
    client.send('SendMsgToPeer', { ToUId: `visitor ${number - 1}`, MsgId: 2, MsgType: 1, MsgBody: 'x'.repeat(1000) });
    client.sendText('no frame');
    if (number % 3 !== 0) await client.request('LeaveChannel', { ChanId });
    if (number % 4 === 0) client.terminate();
    else if (number % 4 === 1) client.socket.close();
    else client.send('Logout');
    await client.closed;
  };
  const sizes: number[] = [];
  try {
    for (let number = 0; number < CYCLES; ) {
      await Promise.all(Array.from({ length: AT_ONCE }, () => visit(number++)));
      if (number % (CYCLES / 10) === 0) sizes.push(await usedBytes());
    }
    const left = () =>
      Object.entries(server.census()).filter(([kind, count]) => count > 0 && !BY_DESIGN.includes(kind));
    await eventually(() => left().length === 0, 'everything is gone', 15_000).catch(() => {
      throw new Error(`left behind: ${JSON.stringify(left())}`);
    });
    sizes.push(await usedBytes());
    expect(server.complaints).toEqual([]);
    const growth = (sizes.at(-1) as number) - (sizes[0] as number);
    expect(growth, `${sizes.map((size) => (size / 2 ** 20).toFixed(1)).join(' ')} MB`).toBeLessThan(4 * 2 ** 20);
  } finally {
    await server.stop();
  }
}, 60_000);
