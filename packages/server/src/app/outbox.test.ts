import { beforeEach, describe, expect, test } from 'vitest';
import { webSocketFraming } from '../edge/ws/framing.js';
import type { Transport } from '../ports/transport.js';
import { Outbox } from './outbox.js';
import { OutboxSweep } from './outbox-sweep.js';

class FakeTransport implements Transport {
  readonly remoteAddress = '';
  readonly reachedHost = undefined;
  readonly log: string[] = [];
  takes = true;
  bufferedBytes = 0;

  write(frames: Uint8Array): boolean {
    this.log.push(new TextDecoder().decode(frames));
    if (!this.takes) this.bufferedBytes += frames.length;
    return this.takes;
  }
  close(code: number): void {
    this.log.push(`close ${code}`);
  }
  terminate(): void {
    this.log.push('terminate');
  }
  pause(): void {
    this.log.push('pause');
  }
  resume(): void {
    this.log.push('resume');
  }
}

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

let turns: (() => void)[];
let transport: FakeTransport;
let outbox: Outbox;
let over: number;
let dropped: number[];
let sweep: OutboxSweep;

beforeEach(() => {
  turns = [];
  over = 0;
  dropped = [];
  const time = {
    monotonicMs: () => 0,
    wallMs: () => 0,
    after: () => () => undefined,
    every: () => () => undefined,
    nextTurn: (task: () => void) => void turns.push(task),
  };
  transport = new FakeTransport();
  sweep = new OutboxSweep(
    webSocketFraming,
    time,
    () => 0,
    100,
    (bytes) => dropped.push(bytes),
  );
  outbox = new Outbox(transport, sweep, { readsTooSlowly: () => void over++ });
});

function turn(): void {
  for (const task of turns.splice(0)) task();
}

test('what is due in one turn leaves in one write', () => {
  outbox.push(bytes('a'));
  outbox.push(bytes('b'));
  outbox.push(bytes('c'));
  expect(transport.log).toEqual([]);
  turn();
  expect(transport.log).toEqual(['abc']);
  outbox.push(bytes('d'));
  turn();
  expect(transport.log).toEqual(['abc', 'd']);
});

test('a close never overtakes a frame, and nothing follows it', () => {
  outbox.push(bytes('ForceOffline'));
  outbox.close(1000, '');
  outbox.push(bytes('late'));
  turn();
  expect(transport.log).toEqual(['ForceOffline', 'close 1000']);
});

describe('a client that does not read', () => {
  test('frames wait until the kernel takes more, and count', () => {
    transport.takes = false;
    outbox.push(bytes('1234'));
    turn();
    outbox.push(bytes('5678'));
    outbox.close(1000, '');
    turn();
    expect(transport.log).toEqual(['1234']);
    expect(outbox.queuedBytes).toBe(8);
    transport.takes = true;
    transport.bufferedBytes = 0;
    outbox.drained();
    expect(transport.log).toEqual(['1234', '5678', 'close 1000']);
    expect(outbox.queuedBytes).toBe(0);
  });

  test('above its budget its owner is told, without anybody looking for it', () => {
    outbox.push(bytes('x'.repeat(100)));
    expect(over).toBe(0);
    outbox.push(bytes('x'));
    expect(over).toBe(1);
  });

  test('what is dropped with it is counted, once', () => {
    transport.takes = false;
    outbox.push(bytes('1234'));
    turn();
    outbox.push(bytes('567'));
    outbox.push(bytes('89'));
    outbox.abandon(4003, '');
    expect(dropped).toEqual([5]);
    outbox.discard();
    expect(dropped).toEqual([5]);
    expect(sweep.queuedBytes).toBe(0);
  });

  test('whoever waits for room is woken once there is some', () => {
    transport.takes = false;
    const woken: number[] = [];
    outbox.push(bytes('x'.repeat(50)));
    turn();
    outbox.whenBelow(20, () => woken.push(1));
    expect(woken).toEqual([]);
    transport.takes = true;
    transport.bufferedBytes = 0;
    outbox.drained();
    expect(woken).toEqual([1]);
  });
});
