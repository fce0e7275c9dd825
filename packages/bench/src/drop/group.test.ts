import { expect, test } from 'vitest';
import { addFigures, Group, noFigures } from './group.js';

test('counts what came, what did not, what came twice and what came in another order', () => {
  const group = new Group(3);
  for (const sender of [0, 1, 2, 0]) group.send(sender);
  group.told(0, 'accepted', 10);
  group.told(1, 'accepted', 20);
  group.told(2, 'code 2', 30);
  for (const [member, number] of [
    [1, 0],
    [2, 1],
    [2, 0],
    [0, 1],
    [0, 2],
    [0, 2],
    [1, 2],
  ] as const) {
    group.received(member, number, 100, 50);
  }
  expect(group.isComplete).toBe(false);
  expect(group.figures()).toMatchObject({
    accepted: 2,
    rejected: { 'code 2': 1, unanswered: 1 },
    expected: 4,
    delivered: 4,
    deliveredUnaccepted: 2,
    duplicates: 1,
  });
});

test.each([
  ['accepted one after the other: the one who differs from the server', (number: number) => number, 1],
  ['accepted in the same millisecond: all who differ from each other', () => 7, 3],
])('an order that is not that of all is seen (%s)', (_name, acceptedMs, expected) => {
  const orders = [
    [0, 1, 2, 3],
    [0, 2, 1, 3],
  ];
  const group = new Group(4);
  for (let number = 0; number < 4; number++) {
    group.send(3);
    group.told(number, 'accepted', number);
  }
  for (const [member, order] of [orders[0], orders[0], orders[1]].entries())
    for (const number of order as number[]) group.received(member, number, number, acceptedMs(number));
  expect(group.isComplete).toBe(true);
  expect(group.figures().outOfOrder).toBe(expected);
});

test('a replay takes from the restored network to the last message that was missed', () => {
  const group = new Group(2);
  const came = [
    // accepted, received: before the cut, missed, missed, behind it, missed in the second cut
    [100, 101],
    [1100, 2600],
    [1900, 2700],
    [2100, 2900],
    [11_500, 12_100],
  ] as const;
  for (const [number, [acceptedMs, atMs]] of came.entries()) {
    group.send(0);
    group.told(number, 'accepted', acceptedMs);
    group.received(1, number, atMs, acceptedMs);
  }
  group.restored(1, 2000);
  group.restored(1, 12_000);
  const figures = noFigures();
  addFigures(figures, group.figures());
  addFigures(figures, new Group(2).figures());
  expect(figures.replayMs).toEqual([700, 100]);
  expect([figures.expected, figures.delivered, figures.outOfOrder]).toEqual([5, 5, 0]);
});
