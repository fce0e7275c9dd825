/** Clients that do not read what is sent to them. */

import type { RawClient } from 'ar-rtm-testkit/raw-client';
import { expect, test } from 'vitest';
import { eventually, LOBBY, OURS, useArena } from './support/arena.js';

const arena = useArena();
const KB = 1024;
const MB = 1024 * KB;
const FREE = { messages: { perSecond: 100_000, burst: 100_000 } };

/** Messages of 16 KB to the lobby until `enough`; every one is accepted and comes to the neighbours. */
async function pour(eve: RawClient, enough: (sent: number) => boolean, limit = 4000): Promise<number> {
  const before = eve.all('SendChannelMsg').length;
  let sent = 0;
  for (; sent < limit && !enough(sent); ) {
    for (let i = 0; i < 20; i++) {
      eve.send('SendChannelMsg', { ChanId: LOBBY, MsgId: sent++, MsgType: 1, MsgBody: 'x'.repeat(16 * KB) });
    }
    await eventually(() => eve.all('SendChannelMsg').length === before + sent, 'an answer to each');
  }
  expect(eve.all('SendChannelMsg').every(({ Code }) => Code === 0)).toBe(true);
  return sent;
}

/** Who reads nothing is silent; that must not end it before the test does, however busy the machine is. */
const PATIENCE_MS = 8000;

const floods = (client: RawClient) => client.all('RecvMsgFromChan').filter(({ FromUId }) => FromUId === 'eve').length;

test.each([
  ['published', {}],
  ['ours', OURS],
])('is closed with 4003, costs no more than its queue, and others lose nothing (%s)', async (_name, fields) => {
  arena.expectedComplaints = [/reads too slowly/];
  const connectionQueueBytes = 512 * KB;
  await arena.start({ settings: { ...FREE, connectionQueueBytes, offlineMs: 3000 } });
  const eve = await arena.intruder();
  const good = await arena.intruder('good', { fields });
  const slow = await arena.intruder('slow', { fields });
  slow.pause();
  let most = 0;
  const watch = setInterval(() => {
    most = Math.max(most, arena.server.census()['queuedBytes'] as number);
  }, 1);
  const sent = await pour(eve, () => {
    most = Math.max(most, arena.server.census()['queuedBytes'] as number);
    return arena.server.count('closed_slow_consumer') > 0;
  });
  clearInterval(watch);
  expect(arena.server.count('closed_slow_consumer')).toBe(1);
  expect(arena.server.count('slow_consumer_bytes_dropped')).toBeGreaterThan(0);
  // Its queue, one batch above it, and what the others had waiting in that moment.
  expect(most).toBeLessThan(connectionQueueBytes + 20 * 17 * KB * 2);
  await eventually(() => floods(good) === sent, 'the neighbour has everything');
  if (fields !== OURS) {
    // It never reads again: cut after 5 s.
    await eventually(() => arena.server.census()['connections'] === 4, 'the socket is gone');
    return;
  }
  // Reading again, it finds whole frames only, and the reason behind them.
  slow.resume();
  expect(await slow.closed).toBe(4003);
  expect(floods(slow)).toBeLessThan(sent);
  await eventually(() => arena.server.census()['queuedBytes'] === 0, 'nothing is queued');
});

test('above the budget of the process the longest queue is closed first', async () => {
  arena.expectedComplaints = [/reads too slowly/];
  await arena.start({
    settings: { ...FREE, connectionQueueBytes: 64 * MB, processQueueBytes: 16 * MB, offlineMs: PATIENCE_MS },
  });
  const eve = await arena.intruder();
  const slower = await arena.intruder('slower');
  slower.pause();
  // The kernel takes some megabytes before anything is queued here.
  await pour(eve, () => (arena.server.census()['queuedBytes'] as number) > 10 * MB);
  const slow = await arena.intruder('slow');
  slow.pause();
  await pour(eve, () => arena.server.count('closed_slow_consumer') > 0);
  expect(arena.server.count('closed_slow_consumer')).toBe(1);
  slow.resume();
  await slow.settled();
  expect(slow.socket.readyState).toBe(slow.socket.OPEN);
  slower.resume();
  expect(await slower.closed).toBe(4003);
});

test('ForceOffline is not overtaken by the close, nor thrown away with a queue', async () => {
  await arena.start({ settings: { ...FREE, connectionQueueBytes: 64 * MB, offlineMs: PATIENCE_MS } });
  const eve = await arena.intruder();
  const slow = await arena.intruder('slow');
  slow.pause();
  const sent = await pour(eve, () => (arena.server.census()['queuedBytes'] as number) > MB);
  const newer = await arena.intruder('slow');
  slow.resume();
  expect(await slow.closed).toBe(1000);
  expect(floods(slow)).toBe(sent);
  expect(slow.frames.calls.at(-1)).toEqual(['ForceOffline', { Reason: 'REMOTE_LOGIN' }]);
  await newer.settled();
});

test('answers that nobody reads count as well: a client that only asks', async () => {
  arena.expectedComplaints = [/reads too slowly/];
  await arena.start({ settings: { connectionQueueBytes: 256 * KB } });
  const eve = await arena.intruder();
  eve.pause();
  const ChanId = 'x'.repeat(100 * KB);
  const end = performance.now() + 8000;
  while (arena.server.count('closed_slow_consumer') === 0 && performance.now() < end) {
    for (let i = 0; i < 10; i++) eve.send('LeaveChannel', { ChanId });
    await new Promise((resume) => setTimeout(resume, 5));
  }
  expect(arena.server.count('closed_slow_consumer')).toBe(1);
});

test('before Login too', async () => {
  arena.expectedComplaints = [/reads too slowly/];
  await arena.start({ settings: { connectionQueueBytes: 16 * KB, malformedFrames: 1_000_000 } });
  const eve = await arena.socket();
  eve.pause();
  const end = performance.now() + 8000;
  while (arena.server.count('closed_slow_consumer') === 0 && performance.now() < end) {
    for (let i = 0; i < 1000; i++) eve.sendText('x');
    await new Promise((resume) => setTimeout(resume, 5));
  }
  expect(arena.server.count('closed_slow_consumer')).toBe(1);
});
