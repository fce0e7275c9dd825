import { FakeTime } from 'ar-rtm-testkit';
import { expect, test } from 'vitest';
import { EngineUnavailable } from '../ports/engine-error.js';
import type { Time } from '../ports/time.js';
import type { NodeContext } from './context.js';
import { Departures } from './departures.js';
import { Lease } from './lease.js';
import { ScopedTime } from './scoped-time.js';
import type { SessionHost } from './session-host.js';

const ignore = (): void => undefined;
const logger = { error: ignore, warn: ignore, info: ignore, debug: ignore };

function contextOf(time: Time, engine: object): NodeContext {
  const context = { nodeId: 'n', time, engine, logger, counters: { add: ignore }, settings: { engineTimeoutMs: 100 } };
  return context as unknown as NodeContext;
}

test('timers run until the end, and none behind it; turns go on', async () => {
  const time = new FakeTime();
  const scoped = new ScopedTime(time);
  const ran: string[] = [];
  scoped.after(100, () => ran.push('first'));
  scoped.after(100, () => ran.push('cancelled'))();
  const stop = scoped.every(40, () => ran.push('again'));
  await time.advance(100);
  expect(ran).toEqual(['again', 'again', 'first']);
  stop();
  scoped.after(100, () => ran.push('never'));
  scoped.every(100, () => ran.push('never'));
  scoped.end();
  expect(time.timers).toBe(0);
  scoped.after(0, () => ran.push('never'))();
  scoped.every(1, () => ran.push('never'))();
  scoped.nextTurn(() => ran.push('turn'));
  await time.advance(1000);
  expect(ran).toEqual(['again', 'again', 'first', 'turn']);
  expect([scoped.monotonicMs(), scoped.wallMs()]).toEqual([time.monotonicMs(), time.wallMs()]);
});

test('departures are tried again until they are settled, and no longer than the node runs', async () => {
  const time = new FakeTime();
  const scoped = new ScopedTime(time);
  let calls = 0;
  const leave = async (): Promise<void> => {
    calls += 1;
    throw new EngineUnavailable('away');
  };
  const departures = new Departures(contextOf(scoped, { channels: { leave } }));
  departures.add('app', 'ann', { session: 1, channels: ['room'] });
  await time.advance(1200);
  expect(calls).toBe(3);
  scoped.end();
  await time.advance(10_000);
  expect([calls, time.timers]).toEqual([3, 0]);
});

/** An engine whose answers come when the test says so. */
class SlowNodes {
  readonly calls: string[] = [];
  readonly answers: (() => void)[] = [];

  register = () => this.answer('register', { leaseMs: 1000 });
  renew = () => this.answer('renew', { renewed: false });
  release = () => this.answer('release', undefined);
  adopt = () => this.answer('adopt', { orphans: [{}], unsettled: [] });

  async next(time: FakeTime): Promise<void> {
    this.answers.shift()?.();
    await time.settle();
  }

  private answer<T>(name: string, value: T): Promise<T> {
    this.calls.push(name);
    return new Promise((resolve) => this.answers.push(() => resolve(value)));
  }
}

function leaseOf(time: FakeTime, nodes: SlowNodes) {
  const adopted: unknown[] = [];
  const sessions = { size: 0, abandonAll: ignore, adopt: (one: unknown) => void adopted.push(one) };
  const context = contextOf(time, { nodes });
  return { lease: new Lease(context, sessions as unknown as SessionHost, new Departures(context)), adopted };
}

test('a lease that is granted behind the end is given back', async () => {
  const time = new FakeTime();
  const nodes = new SlowNodes();
  const { lease, adopted } = leaseOf(time, nodes);
  const begun = lease.begin();
  await lease.end();
  await nodes.next(time);
  await nodes.next(time);
  await begun;
  expect([nodes.calls, lease.isHeld, adopted, time.timers]).toEqual([['register', 'release'], false, [], 0]);
});

test('what is adopted behind the end is left to the next node', async () => {
  const time = new FakeTime();
  const nodes = new SlowNodes();
  const { lease, adopted } = leaseOf(time, nodes);
  const begun = lease.begin();
  await nodes.next(time);
  expect(nodes.calls).toEqual(['register', 'adopt']);
  const ended = lease.end();
  await nodes.next(time);
  await nodes.next(time);
  await Promise.all([begun, ended]);
  expect([nodes.calls, adopted, time.timers]).toEqual([['register', 'adopt', 'release'], [], 0]);
});
