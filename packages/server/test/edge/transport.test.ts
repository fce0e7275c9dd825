/** A socket as the application layer sees it, over a real one. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { RawClient } from 'ar-rtm-testkit/raw-client';
import { expect, test } from 'vitest';
import WebSocket from 'ws';
import { OriginRule } from '../../src/edge/http/origins.js';
import { acceptUpgrades } from '../../src/edge/ws/upgrade.js';
import type { Transport } from '../../src/ports/index.js';
import { APP, useArena } from './support/arena.js';

const arena = useArena();
const ignore = (): void => undefined;

test('a socket that is closed while it is paused reads the answer of its client once it goes on', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  let closed: (how: unknown) => void = ignore;
  const ended = new Promise((resolve) => {
    closed = resolve;
  });
  const accepted = new Promise<Transport>((resolve) => {
    acceptUpgrades(server, {
      maxFrameBytes: 1000,
      origins: new OriginRule(undefined),
      trustProxy: false,
      letsConnect: () => true,
      accept: (transport) => {
        resolve(transport);
        return {
          received: ignore,
          receivedBinary: ignore,
          ponged: ignore,
          drained: ignore,
          closed: (code, byClient) => closed({ code, byClient }),
        };
      },
    });
  });
  const client = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`);
  const clientClosed = once(client, 'close');
  await once(client, 'open');
  const transport = await accepted;
  transport.pause();
  const closedAt = performance.now();
  transport.close(4001, 'replaced');
  transport.resume();
  expect(await ended).toEqual({ code: 4001, byClient: true });
  // Not at the deadline of the close (5 s).
  expect(performance.now() - closedAt).toBeLessThan(4000);
  // Behind the end nothing is thrown.
  transport.resume();
  transport.pause();
  await clientClosed;
  server.close();
});

test.each([
  ['spaces', '{ "Cmd" : "KeepAlive", "Encrypt": false, "Content": "{\\"time\\":\\"1\\"}" }'],
  ['another order', '{"Content":"{\\"time\\":\\"1\\"}","Encrypt":false,"Cmd":"KeepAlive"}'],
  ['the usual form', '{"Cmd":"KeepAlive","Encrypt":false,"Content":"{\\"time\\":\\"1\\"}"}'],
])('a KeepAlive with %s is answered to clients that ask by themselves, once', async (_name, text) => {
  await arena.start();
  const asks = await arena.intruder('asks');
  asks.sendText(text);
  expect(await asks.next('KeepAlive')).toEqual({});
  const answers = arena.keep(
    await RawClient.login(arena.server.url, { appId: APP, uid: 'answers', svrKeepAlive: true }),
  );
  answers.sendText(text);
  await Promise.all([asks.settled(), answers.settled()]);
  expect([asks.all('KeepAlive').length, answers.all('KeepAlive').length]).toEqual([1, 0]);
  expect([asks.all('ErrorNotice'), answers.all('ErrorNotice')]).toEqual([[], []]);
});
