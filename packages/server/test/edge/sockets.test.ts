/** Connections that are opened and do not become clients. */
import { connect, type Socket } from 'node:net';
import { gateway } from 'ar-rtm-testkit/raw-client';
import { expect, test } from 'vitest';
import { APP, eventually, useArena } from './support/arena.js';
import { frame, OPCODE, upgradeRequest } from './support/wire-socket.js';

const arena = useArena();

test('each silence has its deadline', async () => {
  await arena.start({ requestTimeoutMs: 800, settings: { loginDeadlineMs: 800, offlineMs: 7000 } });
  const began = performance.now();
  const line = 'POST /arapi/v1?action=wrtm_gateway HTTP/1.1\r\n';
  const silences: Record<string, string> = {
    'nothing at all': '',
    'one byte': 'P',
    'half a line': line.slice(0, 20),
    'half a head': `${line}Host: a\r\nX: `,
    'half a body': `${line}Host: a\r\nContent-Length: 10\r\n\r\n{`,
    'half an upgrade': upgradeRequest().slice(0, -2),
  };
  const gone = Object.entries(silences).map(async ([name, bytes]) => {
    const wire = await arena.tcp();
    wire.write(bytes);
    await wire.gone;
    // Once a second the server looks.
    expect(performance.now() - began, name).toBeLessThan(4000);
    expect(wire.text === '' || wire.text.startsWith('HTTP/1.1 408 '), name).toBe(true);
  });
  const upgraded = [await arena.wire(), await arena.wire(), await arena.wire()];
  // One that broke the rules of WebSocket was told so, and goes on as if it had not been.
  const rude = await arena.loggedInWire();
  rude.write(frame('{}', { masked: false }));
  expect(await rude.closeCode()).toBe(1002);
  // Pings and half a frame are no Login either.
  const pings = setInterval(() => {
    for (const wire of [upgraded[1], rude]) wire?.write(frame('', { opcode: OPCODE.PING }));
  }, 100);
  upgraded[2]?.write(frame('{"Cmd":"KeepAlive"}').subarray(0, 10));
  for (const wire of upgraded) expect(await wire.closeCode()).toBe(1000);
  expect(arena.server.count('closed_login_deadline')).toBeGreaterThanOrEqual(3);
  expect(performance.now() - began).toBeGreaterThan(700);
  // Nobody answers the close: cut after 5 s more.
  await Promise.all([...gone, ...upgraded.map((wire) => wire.gone), rude.gone]);
  expect(performance.now() - began).toBeLessThan(9000);
  clearInterval(pings);
});

test('a head that comes byte by byte does not stretch the deadline', async () => {
  await arena.start({ requestTimeoutMs: 800 });
  const wire = await arena.tcp();
  const began = performance.now();
  wire.write('GET / HTTP/1.1\r\nHost: a\r\nX: ');
  const drip = setInterval(() => wire.write('x'), 50);
  await wire.gone;
  clearInterval(drip);
  expect(performance.now() - began).toBeLessThan(4000);
});

test('5,000 half-open connections at once: the server goes on, and closes them all after the deadline', async () => {
  await arena.start({ requestTimeoutMs: 2500, settings: { loginDeadlineMs: 1000 } });
  const { port } = arena.server;
  const sockets: Socket[] = [];
  let open = 0;
  let refused = 0;
  for (let batch = 0; batch < 50; batch++) {
    await Promise.all(
      Array.from({ length: 100 }, (_, i) => {
        const localAddress = `127.0.0.${2 + ((batch * 100 + i) % 20)}`;
        const socket = connect({ port, host: '127.0.0.1', localAddress });
        sockets.push(socket);
        socket.on('close', () => {
          open--;
        });
        return new Promise<void>((resolve) => {
          socket.once('error', () => {
            refused++;
            resolve();
          });
          socket.once('connect', () => {
            open++;
            // A third says nothing, a third half of a handshake, a third all of it and then nothing.
            if (i % 3 === 1) socket.write(upgradeRequest().slice(0, 40));
            if (i % 3 === 2) socket.write(upgradeRequest());
            socket.resume();
            resolve();
          });
        });
      }),
    );
  }
  expect(refused).toBe(0);
  expect(sockets).toHaveLength(5000);
  // Meanwhile others come in as ever.
  expect((await gateway(arena.server.url, { appid: APP, uid: 'eve', token: '', wss: false })).body['code']).toBe(0);
  const eve = await arena.intruder();
  await eve.settled();
  await eventually(() => open <= 0, 'all of them are closed');
  await eve.settled();
}, 40_000);

test('above maxConnections an upgrade gets 503 and its connection ends; below again, it is let in', async () => {
  await arena.start({ settings: { maxConnections: 4 } });
  const first = await arena.wire();
  await arena.wire();
  for (let i = 0; i < 20; i++) {
    const wire = await arena.tcp();
    expect(await wire.request(upgradeRequest())).toMatch(/^HTTP\/1.1 503 /);
    // Not only its half of it: a refused client that does not close would cost a descriptor for ever.
    await wire.gone;
  }
  first.destroy();
  await eventually(() => arena.server.census()['connections'] === 3, 'one has gone');
  await arena.wire();
});

test('while it drains: 503 for the gateway and for upgrades; and no silent connection keeps it from stopping', async () => {
  const server = await arena.start({ settings: { drainMs: 600 } });
  const silent = await Promise.all([arena.tcp(), arena.tcp(), arena.tcp(), arena.wire()]);
  silent[1]?.write('POST /arapi/v1 HTTP/1.1\r\n');
  silent[2]?.write('POST /arapi/v1?action=wrtm_gateway HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n{');
  const [late, later] = await Promise.all([arena.tcp(), arena.tcp()]);
  await arena.quiet();
  const began = performance.now();
  const stopped = server.stop();
  const body = JSON.stringify({ appid: APP, uid: 'eve', token: '', wss: false });
  const head = `POST /arapi/v1?action=wrtm_gateway HTTP/1.1\r\nHost: a\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
  expect(await late.request(head)).toMatch(/^HTTP\/1.1 503 /);
  expect(await later.request(upgradeRequest())).toMatch(/^HTTP\/1.1 503 /);
  await stopped;
  expect(performance.now() - began).toBeLessThan(5000);
  await Promise.all([...silent, late, later].map((wire) => wire.gone));
});

test('hundreds that go on sending are cut at once by a stop, and it goes through', async () => {
  const server = await arena.start({ settings: { drainMs: 1 } });
  const wires = await Promise.all(Array.from({ length: 400 }, () => arena.wire()));
  let sending = true;
  const keepSending = async (): Promise<void> => {
    while (sending) {
      for (const wire of wires) wire.write(frame('{"Cmd":"KeepAlive"}'));
      await new Promise((resume) => setImmediate(resume));
    }
  };
  const sender = keepSending();
  try {
    await arena.quiet();
    await server.stop();
    await Promise.all(wires.map((wire) => wire.gone));
  } finally {
    sending = false;
    await sender;
  }
});
