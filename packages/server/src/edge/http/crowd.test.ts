import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { paceCrowds } from './crowd.js';

const turns: (() => void)[] = [];
const nextTurn = (): void => {
  for (const task of turns.splice(0)) task();
};
let server: Server;
/** Both ends of all connections, and the requests that are being served. */
let ours: Socket[];
let theirs: Socket[];
let served: ServerResponse[];

beforeEach(() => {
  turns.length = 0;
  [ours, theirs, served] = [[], [], []];
  server = createServer((_request, response) => served.push(response));
  server.on('connection', (socket) => {
    ours.push(socket);
    // As an upgrade does; a connection of HTTP that breaks is no error.
    socket.on('error', () => undefined);
  });
});

afterEach(() => {
  for (const socket of theirs) socket.destroy();
  server.close();
  for (let left = 3; left > 0; left--) nextTurn();
});

async function open(count: number, perTurn: { readonly closes: number; readonly requests: number }): Promise<void> {
  paceCrowds(server, (task) => turns.push(task), perTurn);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  for (let left = count; left > 0; left--) {
    const socket = connect(port, '127.0.0.1').on('error', () => undefined);
    theirs.push(socket);
    await once(socket, 'connect');
  }
  await expect.poll(() => ours.length).toBe(count);
}

test('a network that breaks has its connections closed some at a time, each with its error', async () => {
  await open(8, { closes: 3, requests: 9 });
  let closed = 0;
  for (const socket of ours) socket.on('close', (hadError) => hadError && closed++);
  for (const socket of theirs) socket.resetAndDestroy();
  await expect.poll(() => ours.filter(({ destroyed }) => destroyed).length).toBe(8);
  for (const left of [3, 6, 8]) {
    await expect.poll(() => closed).toBe(left);
    nextTurn();
  }
  expect(turns).toEqual([]);
});

test.each<[string, (own: Socket, other: Socket) => void]>([
  ['its client', (_own, other) => other.end()],
  ['a reset', (_own, other) => other.resetAndDestroy()],
  ['the server', (own) => own.destroy()],
])('a connection that ends alone, by %s, is closed at once', async (_by, end) => {
  await open(1, { closes: 1, requests: 1 });
  const [own, other] = [ours[0] as Socket, theirs[0] as Socket];
  const closed = new Promise((resolve) => own.once('close', resolve));
  end(own, other);
  // Without a turn.
  await closed;
});

test('what still comes on connections that wait for their close is not read', async () => {
  // Behind an upgrade the socket is read as a stream, and Node ends the process for bytes on one that is destroyed.
  server.on('upgrade', (_request, socket) => socket.write('HTTP/1.1 101 Switching Protocols\r\n\r\n'));
  await open(4, { closes: 1, requests: 9 });
  for (const socket of theirs) {
    socket.write('GET / HTTP/1.1\r\nHost: here\r\nConnection: Upgrade\r\nUpgrade: any\r\n\r\n');
    await once(socket, 'data');
  }
  for (const socket of ours.slice(0, 3)) socket.destroy();
  const [, second, third, last] = ours as [Socket, Socket, Socket, Socket];
  const before = [second.bytesRead, third.bytesRead];
  for (const socket of theirs) socket.write('more');
  await once(last.resume(), 'data');
  expect([second.bytesRead, third.bytesRead]).toEqual(before);
  let closed = 0;
  for (const socket of [second, third]) socket.once('close', () => closed++);
  for (const count of [1, 2]) {
    nextTurn();
    await expect.poll(() => closed).toBe(count);
  }
  last.destroy();
});

test('nor does an answer that still goes out begin to read', async () => {
  await open(2, { closes: 1, requests: 9 });
  const [first, second] = ours as [Socket, Socket & { readonly _handle: { reading: boolean; readStop(): void } }];
  // As Node leaves a connection whose client sends requests and takes no answers.
  second._handle.readStop();
  second._handle.reading = false;
  for (const socket of [first, second]) socket.destroy();
  // And as it goes on behind the last answer.
  second.emit('resume');
  const before = second.bytesRead;
  (theirs[1] as Socket).write('GET / HTTP/1.1\r\n');
  const third = connect((server.address() as AddressInfo).port, '127.0.0.1');
  theirs.push(third);
  third.write('GET / HTTP/1.1\r\nHost: here\r\n\r\n');
  await expect.poll(() => served.length).toBe(1);
  expect(second.bytesRead).toBe(before);
  expect(second.listenerCount('resume')).toBeGreaterThan(0);
});

test('requests of a crowd are served some at a time, in order of their arrival, and each is answered', async () => {
  await open(5, { closes: 9, requests: 2 });
  let answered = 0;
  for (const [at, socket] of theirs.entries()) {
    socket.on('data', (bytes) => bytes.toString().startsWith('HTTP/1.1 204') && answered++);
    socket.write(`GET /${at} HTTP/1.1\r\nHost: here\r\n\r\n`);
    // The next one arrives behind it.
    await expect.poll(() => ours[at]?.bytesRead).toBeGreaterThan(0);
  }
  for (const left of [2, 4, 5]) {
    await expect.poll(() => served.length).toBe(left);
    nextTurn();
  }
  expect(served.map(({ req }) => req.url)).toEqual(['/0', '/1', '/2', '/3', '/4']);
  for (const response of served) response.writeHead(204).end();
  await expect.poll(() => answered).toBe(5);
});
