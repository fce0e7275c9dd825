import { expect, test } from 'vitest';
import { Ledger } from './ledger.js';

function sent(told: readonly ('accepted' | `code ${string}` | undefined)[]): Ledger {
  const ledger = new Ledger();
  ledger.open('a>b', ['b']);
  for (const one of told) {
    const { number } = ledger.send('a>b');
    if (one) ledger.told('a>b', number, one);
  }
  return ledger;
}

const hear = (ledger: Ledger, ...numbers: (number | 'gap')[]) => {
  const listener = ledger.listen('b');
  for (const one of numbers) {
    if (one === 'gap') listener.isToldOfGap();
    else listener.hears(`a>b#${one}#xxxx`);
  }
};

test('what is accepted is to be heard; what was rejected may be', () => {
  const ledger = sent(['accepted', 'code 2', 'accepted', undefined]);
  hear(ledger, 0, 1);
  expect(ledger.isComplete).toBe(false);
  expect(ledger.verdict()).toMatchObject({
    sent: 4,
    accepted: 2,
    rejected: { 'code 2': 1 },
    unanswered: 1,
    lost: ['b: a>b#2'],
    twice: [],
    misplaced: [],
    unknown: [],
  });
  hear(ledger, 2);
  expect(ledger.isComplete).toBe(true);
});

test('twice in one instance is wrong, again in a later one is counted', () => {
  const ledger = sent(['accepted', 'accepted', 'accepted']);
  hear(ledger, 0, 1, 1);
  hear(ledger, 1, 2);
  expect(ledger.verdict()).toMatchObject({ lost: [], twice: ['b: a>b#1'], again: 1, misplaced: [] });
});

test('the order is that of the calls, over all instances of a user', () => {
  const ledger = sent(['accepted', 'accepted', 'accepted']);
  hear(ledger, 1, 0);
  hear(ledger, 2);
  expect(ledger.verdict().misplaced).toEqual(['b: a>b#0']);
});

test('a hole is silent unless a gap was told in it, and only accepted messages make one', () => {
  const ledger = sent(['accepted', 'accepted', 'accepted', 'code 2', 'accepted', 'accepted', 'accepted']);
  hear(ledger, 0, 2, 4, 'gap', 6);
  expect(ledger.verdict()).toMatchObject({ silentlyMissed: ['b: a>b#1'], gapsTold: 1 });
});

test('what nobody has sent is no message', () => {
  const ledger = sent(['accepted']);
  hear(ledger, 0, 7);
  expect(ledger.verdict().unknown).toEqual(['b: a>b#7']);
});
