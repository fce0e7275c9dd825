/** The program's life: an end that is asked for at any moment of the start. */
import { expect, test } from 'vitest';
import { Service } from '../../src/cli/index.js';
import { ImpatientTime } from '../../src/edge/node-time.js';

const ignore = (): void => undefined;
const logger = { error: ignore, warn: ignore, info: ignore, debug: ignore, child: () => logger };

function later<T>() {
  let resolve: (value: T) => void = ignore;
  let reject: (error: Error) => void = ignore;
  const promise = new Promise<T>((onDone, onError) => {
    resolve = onDone;
    reject = onError;
  });
  return { promise, resolve, reject };
}

function life() {
  const log: string[] = [];
  const opened = later<{ close(): Promise<void> }>();
  const started = later<{ stop(): Promise<void> }>();
  const exited = later<number>();
  const storage = { close: async () => void log.push('storage closed') };
  const server = { stop: async () => void log.push('server stopped') };
  const steps = {
    open: () => opened.promise,
    giveUp: () => void log.push('given up'),
    start: () => {
      log.push('starting');
      return started.promise;
    },
  };
  const exit = (code: number) => {
    log.push(`exit ${code}`);
    exited.resolve(code);
  };
  return { log, opened, started, exited: exited.promise, storage, server, service: new Service(steps, logger, exit) };
}

test('runs until the end is asked for', async () => {
  const { log, opened, started, exited, storage, server, service } = life();
  const begun = service.start();
  opened.resolve(storage);
  started.resolve(server);
  expect(await begun).toBe(server);
  void service.end(0, 'SIGTERM');
  void service.end(1, 'SIGINT');
  expect(await exited).toBe(0);
  expect(log).toEqual(['starting', 'given up', 'server stopped', 'exit 0']);
});

test('a signal while the server starts: it is stopped as soon as it runs, then the process ends', async () => {
  const { log, opened, started, exited, storage, server, service } = life();
  const begun = service.start();
  opened.resolve(storage);
  await Promise.resolve().then();
  void service.end(0, 'SIGTERM');
  await new Promise(setImmediate);
  expect(log).toEqual(['starting', 'given up']);
  started.resolve(server);
  expect(await exited).toBe(0);
  expect(log).toEqual(['starting', 'given up', 'server stopped', 'exit 0']);
  expect(await begun).toBeUndefined();
});

test('a signal while the server starts, and the start fails', async () => {
  const { log, opened, started, exited, storage, service } = life();
  const begun = service.start();
  opened.resolve(storage);
  await new Promise(setImmediate);
  void service.end(0, 'SIGTERM');
  started.reject(new Error('port in use'));
  expect(await exited).toBe(0);
  expect(await begun).toBeUndefined();
  expect(log).toEqual(['starting', 'given up', 'exit 0']);
});

test('a signal while the storage is opened: nothing is started, and it is closed', async () => {
  const { log, opened, exited, storage, service } = life();
  const begun = service.start();
  void service.end(0, 'SIGTERM');
  opened.resolve(storage);
  expect(await exited).toBe(0);
  expect(await begun).toBeUndefined();
  expect(log).toEqual(['given up', 'storage closed', 'exit 0']);
});

test('a start that fails is told; a stop that fails ends with 1', async () => {
  const failing = life();
  const begun = failing.service.start();
  failing.opened.reject(new Error('no disk'));
  await expect(begun).rejects.toThrow('no disk');
  expect(failing.log).toEqual([]);
  const stuck = life();
  const running = stuck.service.start();
  stuck.opened.resolve(stuck.storage);
  stuck.started.resolve({ stop: () => Promise.reject(new Error('no')) });
  await running;
  void stuck.service.end(0, 'SIGTERM');
  expect(await stuck.exited).toBe(1);
});

test('whoever waits with impatient time comes to the end at once when it is given up', async () => {
  const time = new ImpatientTime();
  const deadline = time.monotonicMs() + 3_600_000;
  let rounds = 0;
  const waited = (async () => {
    while (time.monotonicMs() < deadline) {
      rounds += 1;
      await new Promise<void>((resolve) => time.after(3_600_000, resolve));
    }
  })();
  const cancelled: string[] = [];
  time.after(3_600_000, () => cancelled.push('never'))();
  time.giveUp();
  await waited;
  expect([rounds, cancelled]).toEqual([1, []]);
  await new Promise<void>((resolve) => time.after(3_600_000, resolve));
});
