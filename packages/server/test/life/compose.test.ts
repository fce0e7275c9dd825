/** Starts that fail half way, and stops of which a step fails: everything that was opened is closed. */
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RawClient } from 'ar-rtm-testkit/raw-client';
import { expect, test } from 'vitest';
import { Closing } from '../../src/edge/closing.js';
import { LocalEngine } from '../../src/engines/local/index.js';
import { EngineUnavailable } from '../../src/ports/index.js';
import { MemoryRecords, startTestServer } from '../../src/testing.js';
import { eventually } from '../edge/support/arena.js';

const ignore = (): void => undefined;

/** Memory that notes in which order things happen to it. */
class WatchedRecords extends MemoryRecords {
  readonly log: string[] = [];
  failsFrom = Number.POSITIVE_INFINITY;
  private writes = 0;

  override write(changes: Parameters<MemoryRecords['write']>[0]): Promise<void> {
    this.writes += 1;
    if (this.writes >= this.failsFrom) return Promise.reject(new Error('the disk is full'));
    this.log.push('write');
    return super.write(changes);
  }

  override async close(): Promise<void> {
    this.log.push('close');
    await super.close();
  }
}

const timers = () => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;
/** Listening sockets. */
const servers = () => process.getActiveResourcesInfo().filter((kind) => kind === 'TCPServerWrap').length;

/** The start is refused, the records are closed behind the last write, and no timer of the engine or of HTTP is left. */
async function expectCleanFailure(options: Parameters<typeof startTestServer>[0], words: RegExp): Promise<void> {
  const records = options?.records as WatchedRecords;
  const before = { timers: timers(), servers: servers() };
  await expect(startTestServer(options)).rejects.toThrow(words);
  expect(records.log.at(-1)).toBe('close');
  expect(records.log.filter((step) => step === 'close')).toHaveLength(1);
  // A handle goes in a later turn than its close is told. What was forgotten stays.
  const isClosed = () => timers() <= before.timers && servers() <= before.servers;
  await eventually(isClosed, 'no timer and no listener left', 2000);
}

test('the port is in use', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  const { port } = other.address() as AddressInfo;
  await expectCleanFailure({ records: new WatchedRecords(), port }, /EADDRINUSE/);
  other.close();
  await once(other, 'close');
});

test('HTTP cannot be set up', async () => {
  const publicDir = mkdtempSync(join(tmpdir(), 'arrtm-life-'));
  writeFileSync(join(publicDir, 'console'), 'no folder');
  await expectCleanFailure({ records: new WatchedRecords(), publicDir }, /directory/);
  rmSync(publicDir, { recursive: true });
});

test.each([1, 2, 3])('write %i to the records fails', async (failsFrom) => {
  await expectCleanFailure({ records: Object.assign(new WatchedRecords(), { failsFrom }) }, /the disk is full/);
});

test('the engine cannot be reached when the node starts', async () => {
  const { connect } = LocalEngine.prototype;
  LocalEngine.prototype.connect = function (this: LocalEngine) {
    const engine = connect.call(this);
    engine.nodes.adopt = () => Promise.reject(new Error('out of reach'));
    return engine;
  };
  try {
    await expectCleanFailure({ records: new WatchedRecords() }, /out of reach/);
  } finally {
    LocalEngine.prototype.connect = connect;
  }
});

test('a step of the stop fails: the others are done, and the first failure is told', async () => {
  const records = new WatchedRecords();
  const server = await startTestServer({ records });
  const before = timers();
  records.failsFrom = 0;
  await expect(server.stop()).rejects.toThrow('the disk is full');
  expect(records.log.at(-1)).toBe('close');
  expect(timers()).toBeLessThan(before);
  await expect(fetch(server.url)).rejects.toThrow();
  expect(server.complaints).toEqual([expect.stringContaining('closing failed: engine')]);
});

test('what the node tries again and again ends with the node', async () => {
  const { connect } = LocalEngine.prototype;
  let ends = 0;
  LocalEngine.prototype.connect = function (this: LocalEngine) {
    const engine = connect.call(this);
    engine.registry.end = () => {
      ends += 1;
      return Promise.reject(new EngineUnavailable('away'));
    };
    return engine;
  };
  try {
    const before = timers();
    const server = await startTestServer({ settings: { drainMs: 0 } });
    const eve = await RawClient.login(server.url, { appId: '0'.repeat(32), uid: 'eve' });
    eve.send('Logout');
    await eventually(() => ends > 0, 'the session is to end');
    await server.stop();
    await eve.closed;
    await eventually(() => timers() <= before, 'no timer left', 2000);
  } finally {
    LocalEngine.prototype.connect = connect;
  }
});

test('steps are undone in reverse order, each once', async () => {
  const log: string[] = [];
  const logger = { error: (_: object, text: string) => void log.push(text), warn: ignore, info: ignore, debug: ignore };
  const closing = new Closing({ ...logger, child: () => ({ ...logger, child: () => undefined as never }) });
  for (const name of ['a', 'b', 'c', 'd']) {
    closing.add(name, () => {
      log.push(name);
      if (name === 'c' || name === 'b') throw new Error(`no ${name}`);
    });
  }
  const [first, second] = await Promise.allSettled([closing.run(), closing.run()]);
  expect(log).toEqual(['d', 'c', 'closing failed: c', 'b', 'closing failed: b', 'a']);
  expect([first, second]).toEqual([
    { status: 'rejected', reason: new Error('no c') },
    { status: 'rejected', reason: new Error('no c') },
  ]);
});
