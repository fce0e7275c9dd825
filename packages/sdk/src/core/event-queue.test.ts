import { FakeClock } from 'ar-rtm-testkit/sdk';
import { expect, test } from 'vitest';
import { EventQueue } from './event-queue.js';

function setUp() {
  const clock = new FakeClock();
  const queue = new EventQueue(clock);
  const lines: string[] = [];
  return { clock, queue, lines, note: (line: string) => () => void lines.push(line) };
}

test('nothing runs inside the call', async () => {
  const { clock, queue, lines, note } = setUp();
  queue.push(note('event'));
  expect(lines).toEqual([]);
  await clock.settle();
  expect(lines).toEqual(['event']);
});

test('after a settlement, promise reactions run before the rest', async () => {
  const { clock, queue, lines, note } = setUp();
  const promise = new Promise<void>((resolve) => {
    queue.push(note('before'));
    queue.settle(resolve);
    queue.push(note('after'));
  });
  void promise.then(note('reaction')).then(note('reaction of the reaction'));
  await clock.settle();
  expect(lines).toEqual(['before', 'reaction', 'reaction of the reaction', 'after']);
});

test('what an event causes is for a later macrotask', async () => {
  const { clock, queue, lines, note } = setUp();
  queue.push(() => queue.push(note('caused')));
  queue.push(note('second'));
  await clock.step();
  expect(lines).toEqual(['second']);
  await clock.step();
  expect(lines).toEqual(['second', 'caused']);
});

test('announceSoon comes in a microtask, but does not overtake', async () => {
  const { clock, queue, lines, note } = setUp();
  queue.announceSoon(note('soon'));
  await Promise.resolve();
  expect(lines).toEqual(['soon']);
  queue.push(note('event'));
  queue.announceSoon(note('behind it'));
  await clock.settle();
  expect(lines).toEqual(['soon', 'event', 'behind it']);
});

test('held events come after what was announced meanwhile', async () => {
  const { clock, queue, lines, note } = setUp();
  queue.hold();
  queue.push(note('event'));
  queue.announce(note('state'));
  await clock.settle();
  expect(lines).toEqual(['state']);
  queue.announce(note('restored'));
  queue.release();
  await clock.settle();
  expect(lines).toEqual(['state', 'restored', 'event']);
});
