import { expect, test } from 'vitest';
import { Pace } from './pace.js';

const turns: (() => void)[] = [];
const nextTurn = (): void => {
  for (const task of turns.splice(0)) task();
};

test('a few run at once; a crowd some in each turn, in order, also those that come meanwhile', () => {
  const pace = new Pace((task) => turns.push(task), 3);
  const ran: number[] = [];
  for (let i = 0; i < 5; i++) pace.run(() => ran.push(i));
  expect(ran).toEqual([0, 1, 2]);
  for (let i = 5; i < 8; i++) pace.run(() => ran.push(i));
  nextTurn();
  expect(ran).toEqual([0, 1, 2, 3, 4, 5]);
  nextTurn();
  expect(ran).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  // What is left of a turn is for whoever comes in it.
  pace.run(() => ran.push(8));
  expect(ran.at(-1)).toBe(8);
  nextTurn();
  expect(turns).toEqual([]);
});

test('what a task asks for in its turn waits behind those that came before', () => {
  const pace = new Pace((task) => turns.push(task), 1);
  const ran: string[] = [];
  pace.run(() => ran.push('first'));
  pace.run(() => pace.run(() => ran.push('asked for by the second')));
  pace.run(() => ran.push('third'));
  for (let i = 0; i < 4; i++) nextTurn();
  expect(ran).toEqual(['first', 'third', 'asked for by the second']);
  expect(turns).toEqual([]);
});

test('places are taken from the same number', () => {
  const pace = new Pace((task) => turns.push(task), 2);
  expect([pace.takesPlace(), pace.takesPlace(), pace.takesPlace()]).toEqual([true, true, false]);
  nextTurn();
  expect(pace.takesPlace()).toBe(true);
  nextTurn();
});

test('so many wait at most; what comes then is done at once', () => {
  const pace = new Pace((task) => turns.push(task), 1, 2);
  const ran: number[] = [];
  for (let i = 0; i < 5; i++) pace.run(() => ran.push(i));
  expect(ran).toEqual([0, 3, 4]);
  nextTurn();
  nextTurn();
  expect(ran).toEqual([0, 3, 4, 1, 2]);
  nextTurn();
});
