import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { type WebSocket, WebSocketServer } from 'ws';
import type { HttpAnswer } from '../ports.js';
import { nodeEnvironment } from './node.js';

const { clock, network, random } = nodeEnvironment;
const open: Server[] = [];

/** A real server on a free port, which answers every request alike: with all of a reply, with a part of it, or not to its end. */
async function serve(status: number, reply: string, headers: Record<string, string> = {}, how?: 'cut' | 'open') {
  const requests: (Pick<IncomingMessage, 'method' | 'url' | 'headers'> & { readonly body: string })[] = [];
  let hasClosed: () => void = () => undefined;
  const closed = new Promise<void>((resolve) => {
    hasClosed = resolve;
  });
  const server = createServer(async (request, response) => {
    const body = (await request.setEncoding('utf8').toArray()).join('');
    requests.push({ method: request.method, url: request.url, headers: request.headers, body });
    response.once('close', hasClosed).writeHead(status, headers);
    if (how === undefined) response.end(reply);
    else response.write(reply, () => how === 'cut' && response.destroy());
  });
  const sockets = new WebSocketServer({ server });
  open.push(server);
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { requests, sockets, host, closed };
}

afterEach(() => {
  for (const server of open.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

const post = (url: string, body = '{}') => new Promise((resolve) => network.post(url, body, resolve));

test('posts a text without headers of its own', async () => {
  const { host, requests } = await serve(200, '{"code":0}');
  expect(await post(`http://${host}/path?x=1`, '{"a":"ä"}')).toBe('{"code":0}');
  expect(requests).toMatchObject([{ url: '/path?x=1', body: '{"a":"ä"}' }]);
  expect(requests[0]?.headers['content-type']).toBe('text/plain;charset=UTF-8');
});

test('anything but 200 is a failure, and so is nobody', async () => {
  const { host } = await serve(503, '{}');
  expect(await post(`http://${host}/`)).toBeUndefined();
  expect(await post('http://127.0.0.1:1/')).toBeUndefined();
  expect(await post('not an address')).toBeUndefined();
});

test('a canceled post says nothing', async () => {
  const { host } = await serve(200, '{}');
  let isDone = false;
  network.post(`http://${host}/`, '{}', () => {
    isDone = true;
  })();
  await post(`http://${host}/`);
  expect(isDone).toBe(false);
});

/** Opens a socket and notes what happens, until it has closed or `until` appears. */
function connect(url: string) {
  const lines: string[] = [];
  const waiting: (() => void)[] = [];
  const note = (line: string) => {
    lines.push(line);
    for (const wake of waiting.splice(0)) wake();
  };
  const socket = network.openSocket(url, {
    onOpen: () => note('open'),
    onText: (text) => note(`text ${text}`),
    onClose: () => note('close'),
  });
  const seen = async (line: string) => {
    while (!lines.includes(line)) await new Promise<void>((resolve) => waiting.push(resolve));
  };
  return { socket, lines, seen };
}

test('a socket opens, carries texts both ways, and reports the close of the server', async () => {
  const { host, sockets } = await serve(200, '');
  sockets.on('connection', (peer: WebSocket) => {
    peer.on('message', (data) => {
      peer.send(Buffer.from('binary is not understood'));
      peer.send(`echo ${data}`);
      peer.close(1000);
    });
  });
  const { socket, lines, seen } = connect(`ws://${host}`);
  socket.send('too early');
  expect(lines).toEqual([]);
  await seen('open');
  socket.send('hello');
  await seen('close');
  expect(lines).toEqual(['open', 'text echo hello', 'close']);
});

test('after close() nothing is reported', async () => {
  const { host, sockets } = await serve(200, '');
  const { socket, lines, seen } = connect(`ws://${host}`);
  const [peer] = (await once(sockets, 'connection')) as [WebSocket];
  await seen('open');
  socket.close();
  await once(peer, 'close');
  expect(lines).toEqual(['open']);
});

test.each(['ws://127.0.0.1:1', 'not an address', 'ws://127.0.0.1:99999'])('%s fails by onClose, later', async (url) => {
  const { lines, seen } = connect(url);
  expect(lines).toEqual([]);
  await seen('close');
  expect(lines).toEqual(['close']);
});

test('clock and random', async () => {
  const lines: string[] = [];
  clock.after(0, () => lines.push('canceled'))();
  await new Promise<void>((resolve) => {
    clock.macrotask(() => {
      lines.push('macrotask');
      clock.after(1, resolve);
    });
    void Promise.resolve().then(() => lines.push('microtask'));
  });
  expect(lines).toEqual(['microtask', 'macrotask']);
  expect(random.hex(32)).toMatch(/^[0-9a-f]{32}$/);
  expect(network.origin()).toBeUndefined();
});

describe('http', () => {
  const http = (request: Parameters<typeof network.http>[0]) =>
    new Promise<HttpAnswer | undefined>((resolve) => network.http(request, resolve));

  test('any method with headers; the answer with its headers, its bytes piece by piece', async () => {
    const { host, requests } = await serve(206, 'x'.repeat(300_000), { 'Content-Length': '300000' });
    const pieces: Uint8Array[] = [];
    const answers = new Set<HttpAnswer>();
    const answer = await http({
      method: 'PATCH',
      url: `http://${host}/path`,
      headers: { 'Upload-Offset': '5' },
      onBytes: (bytes, of) => {
        pieces.push(bytes);
        answers.add(of);
      },
    });
    expect(requests).toMatchObject([{ method: 'PATCH', url: '/path', headers: { 'upload-offset': '5' } }]);
    expect([answer?.status, answer?.header('Content-Length'), answer?.header('none')]).toEqual([206, '300000', null]);
    expect(Buffer.concat(pieces).toString()).toBe('x'.repeat(300_000));
    expect([...answers]).toEqual([answer]);
  });

  test('a body is sent as it is, and what has left is told', async () => {
    const { host, requests } = await serve(204, '');
    const sent: number[] = [];
    const body = new Blob(['a'.repeat(100_000), 'b'.repeat(100_000)]);
    const onSent = (bytes: number) => sent.push(bytes);
    await http({ method: 'PATCH', url: `http://${host}/`, headers: {}, body, onSent });
    expect(requests[0]?.body).toBe('a'.repeat(100_000) + 'b'.repeat(100_000));
    expect([sent.at(-1), sent.every((bytes, at) => bytes > (sent[at - 1] ?? 0))]).toEqual([200_000, true]);
  });

  test('nobody there, and a connection that is cut in the middle of the answer', async () => {
    expect(await http({ method: 'GET', url: 'http://127.0.0.1:1/', headers: {} })).toBeUndefined();
    const { host } = await serve(200, 'x', { 'Content-Length': '10' }, 'cut');
    const seen: string[] = [];
    const onBytes = (bytes: Uint8Array) => seen.push(Buffer.from(bytes).toString());
    expect(await http({ method: 'GET', url: `http://${host}/`, headers: {}, onBytes })).toBeUndefined();
    expect(seen).toEqual(['x']);
  });

  test('a canceled request says nothing, and its connection ends', async () => {
    const { host, requests, closed } = await serve(200, 'x', { 'Content-Length': '10' }, 'open');
    const said: unknown[] = [];
    const request = { method: 'GET', url: `http://${host}/`, headers: {} };
    let cancel: () => void = () => undefined;
    await new Promise<void>((resolve) => {
      cancel = network.http({ ...request, onBytes: () => resolve() }, (answer) => said.push(answer));
    });
    cancel();
    await closed;
    await http({ ...request, url: 'http://127.0.0.1:1/' });
    expect([requests.length, said]).toEqual([1, []]);
  });
});
