/** Who is not let in: too many of one address, too many that do not log in, a process that does not keep up or has not begun. */
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { FakeTime, SeededChance } from 'ar-rtm-testkit';
import { gateway } from 'ar-rtm-testkit/raw-client';
import { expect, test } from 'vitest';
import { createNode, openEdge } from '../../src/compose.js';
import { LocalEngine } from '../../src/engines/local/index.js';
import type { CounterName, Logger } from '../../src/ports/index.js';
import { MemoryRecords } from '../../src/testing.js';
import { APP, eventually, useArena } from './support/arena.js';
import { upgradeRequest, WireSocket } from './support/wire-socket.js';

const arena = useArena();
const REFUSED = /^HTTP\/1\.1 503 .*\r\nRetry-After: 1\r\n/is;
const LET_IN = /^HTTP\/1\.1 101 /;

/** The answer to an upgrade from this address; one that is refused must have its connection ended too. */
async function upgrade(from?: string, headers = ''): Promise<{ head: string; wire: WireSocket }> {
  const wire = await arena.tcp(from);
  const head = await wire.request(upgradeRequest(headers));
  if (!LET_IN.test(head)) await wire.gone;
  return { head, wire };
}

const ask = () => gateway(arena.server.url, { appid: APP, uid: 'eve', token: '', wss: false });

function counted(name: CounterName): number {
  return arena.server.count(name);
}

test('connections of one address: more get 503 and end, the gateway makes no tickets for it, others come in', async () => {
  // The bystanders are at 127.0.0.1, too.
  await arena.start({ settings: { addressConnections: 4 } });
  const first = await upgrade();
  expect([first.head, (await upgrade()).head]).toEqual([expect.stringMatching(LET_IN), expect.stringMatching(LET_IN)]);
  for (let i = 0; i < 5; i++) expect((await upgrade()).head).toMatch(REFUSED);
  const asked = await ask();
  expect([asked.status, asked.headers.get('retry-after')]).toEqual([503, '1']);
  expect(counted('refused_address_connections')).toBe(6);
  expect((await upgrade('127.0.0.2')).head).toMatch(LET_IN);
  first.wire.destroy();
  await eventually(() => arena.server.census()['connections'] === 4, 'one has gone');
  expect((await ask()).status).toBe(200);
  expect((await upgrade()).head).toMatch(LET_IN);
});

test('new connections of one address a second: more get 503 until there is room again', async () => {
  await arena.start({ settings: { addressConnectionsPerSecond: 10 } });
  const heads: string[] = [];
  for (let i = 0; i < 15; i++) {
    const { head, wire } = await upgrade('127.0.0.3');
    wire.destroy();
    heads.push(head);
  }
  const refused = heads.filter((head) => REFUSED.test(head)).length;
  expect(heads.filter((head) => LET_IN.test(head))).toHaveLength(15 - refused);
  expect(refused).toBeGreaterThanOrEqual(3);
  expect(counted('refused_address_rate')).toBe(refused);
  expect((await upgrade('127.0.0.4')).head).toMatch(LET_IN);
  // Its second goes by; what is refused meanwhile costs it nothing.
  while (REFUSED.test((await upgrade('127.0.0.3')).head));
});

test('behind a trusted proxy the address is the one that the proxy names last; otherwise the header is nothing', async () => {
  await arena.start({ trustProxy: true, settings: { addressConnections: 3 } });
  const from = (list: string) =>
    upgrade(undefined, `X-Forwarded-For: ${list}\r\n`).then(({ head }) => LET_IN.test(head));
  expect([await from('10.0.0.1'), await from('10.0.0.1'), await from('9.9.9.9, 10.0.0.1:4711')]).toEqual([
    ...[true, true, true],
  ]);
  expect([await from('8.8.8.8, 10.0.0.1'), await from('10.0.0.1, 10.0.0.2')]).toEqual([false, true]);
  expect([await from('2001:db8::1'), await from('[2001:db8::2]:443'), await from('2001:db8::3')]).toEqual([
    ...[true, true, true],
  ]);
  expect([await from('2001:db8::4'), await from('2001:db8:0:1::4')]).toEqual([false, true]);
  // No address at all: that of the socket counts, where the bystanders are.
  expect([await from('unknown'), await from('x'.repeat(9000))]).toEqual([true, false]);
});

test('nobody speaks for another address', async () => {
  await arena.start({ settings: { addressConnections: 3 } });
  expect((await upgrade(undefined, 'X-Forwarded-For: 10.0.0.1\r\n')).head).toMatch(LET_IN);
  expect((await upgrade(undefined, 'X-Forwarded-For: 10.0.0.2\r\n')).head).toMatch(REFUSED);
});

test('sockets that do not log in: more get 503, until one has logged in or gone', async () => {
  await arena.start({ settings: { pendingLogins: 3 } });
  const ticket = (await ask()).body['sessionid'] as string;
  const silent = [await arena.socket(), await upgrade('127.0.0.2'), await upgrade('127.0.0.3')] as const;
  expect((await upgrade('127.0.0.4')).head).toMatch(REFUSED);
  expect((await ask()).status).toBe(503);
  expect(counted('refused_pending_logins')).toBe(2);
  silent[1].wire.destroy();
  await eventually(() => arena.server.census()['pendingLogins'] === 2, 'one has gone');
  expect((await upgrade('127.0.0.4')).head).toMatch(LET_IN);
  expect((await upgrade('127.0.0.4')).head).toMatch(REFUSED);
  const sessionId = 'refused';
  expect(await silent[0].login({ appId: APP, uid: 'eve', sessionId })).toMatchObject({ Code: 4 });
  expect(arena.server.census()['pendingLogins']).toBe(2);
  expect((await ask()).status).toBe(200);
  const eve = await arena.intruder('eve', { sessionId: ticket });
  expect(arena.server.census()['pendingLogins']).toBe(2);
  await eve.settled();
});

test('an event loop that is late for long: logins get 503, sessions go on; in time again, all come in', async () => {
  await arena.start({ settings: { overloadDelayMs: 30, unreachableMs: 5000, offlineMs: 10_000 } });
  arena.expectedComplaints = [/^overloaded: /];
  const eve = await arena.intruder();
  const ready = async () => (await fetch(`${arena.server.url}/readyz`)).status;
  expect(await ready()).toBe(200);
  let isBusy = true;
  const work = (): void => {
    const until = performance.now() + 160;
    while (performance.now() < until);
    if (isBusy) setTimeout(work, 0);
  };
  work();
  await eventually(() => counted('overloads') === 1, 'it is noticed');
  const asked = await ask();
  expect([asked.status, asked.headers.get('retry-after')]).toEqual([503, '1']);
  expect(await ready()).toBe(503);
  // Who got a ticket just before is still let in for a while: a published client may give up for good otherwise (Q5).
  expect((await upgrade()).head).toMatch(LET_IN);
  const refused = async (): Promise<void> => {
    while (LET_IN.test((await upgrade()).head)) await new Promise((resume) => setTimeout(resume, 100));
  };
  await refused();
  expect(counted('refused_overload')).toBeGreaterThanOrEqual(2);
  await eve.settled();
  isBusy = false;
  const calmAt = performance.now();
  while ((await ready()) !== 200) await new Promise((resume) => setTimeout(resume, 20));
  expect(performance.now() - calmAt).toBeGreaterThan(800);
  expect((await ask()).status).toBe(200);
  expect((await upgrade()).head).toMatch(LET_IN);
  expect(counted('overloads')).toBe(1);
  expect(arena.server.complaints).toHaveLength(1);
});

test('before the node is ready nothing but 503 is answered', async () => {
  const time = new FakeTime();
  const silent = () => undefined;
  const logger: Logger = { error: silent, warn: silent, info: silent, debug: silent, child: () => logger };
  const counters = { add: () => undefined };
  const engine = new LocalEngine({ records: new MemoryRecords(), time, counters, logger, limits: {} });
  await engine.open();
  const chance = new SeededChance(1);
  const secret = new Uint8Array(32);
  const node = createNode({ engine: engine.connect(), time, chance, secret, logger, counters, apps: [] });
  const options = { version: '0', httpBodyBytes: 1000, frameCloseBytes: 1000, requestTimeoutMs: 1000 };
  const { server, close } = await openEdge(options, node);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const status = async (path: string, method = 'POST') =>
    (await fetch(`http://127.0.0.1:${port}${path}`, { method, ...(method === 'POST' && { body: '{}' }) })).status;
  const statuses = async () => [
    await status('/arapi/v1?action=wrtm_gateway'),
    await status('/arapi/v1/artmgw/getOfflineMsg'),
    await status('/arapi/v1/artmgw/uploadLog'),
    await status('/dev/v2/project/x/rtm/users/y/peer_messages'),
    await status('/readyz', 'GET'),
    await status('/', 'GET'),
  ];
  expect(await statuses()).toEqual(Array(6).fill(503));
  expect(await status('/healthz', 'GET')).toBe(200);
  const wire = await WireSocket.connect(port);
  expect(await wire.request(upgradeRequest())).toMatch(REFUSED);
  await wire.gone;
  await node.start();
  expect(await statuses()).toEqual([200, 200, 200, 401, 200, 404]);
  await node.stop();
  await close();
  await engine.close({ graceful: false });
});
