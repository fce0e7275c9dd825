import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type ConnectionEvent, type ConnectionState, reduceConnection } from './connection-state.js';

const STATES: ConnectionState[] = ['DISCONNECTED', 'CONNECTING', 'CONNECTED', 'RECONNECTING', 'ABORTED'];
const EVENTS: ConnectionEvent[] = [
  'login',
  'accepted',
  'refused',
  'timedOut',
  'banned',
  'interrupted',
  'superseded',
  'tokenExpired',
  'loggedOut',
];

/** api.md 7.2, copied: from, to, reason. */
const ROWS = [
  ['DISCONNECTED', 'CONNECTING', 'LOGIN'],
  ['CONNECTING', 'CONNECTED', 'LOGIN_SUCCESS'],
  ['CONNECTING', 'DISCONNECTED', 'LOGIN_FAILURE'],
  ['CONNECTING', 'DISCONNECTED', 'LOGIN_TIMEOUT'],
  ['CONNECTING', 'DISCONNECTED', 'BANNED_BY_SERVER'],
  ['CONNECTING', 'DISCONNECTED', 'LOGOUT'],
  ['CONNECTED', 'RECONNECTING', 'INTERRUPTED'],
  ['RECONNECTING', 'CONNECTED', 'LOGIN_SUCCESS'],
  ['CONNECTED', 'ABORTED', 'REMOTE_LOGIN'],
  ['RECONNECTING', 'ABORTED', 'REMOTE_LOGIN'],
  ['CONNECTED', 'ABORTED', 'BANNED_BY_SERVER'],
  ['RECONNECTING', 'ABORTED', 'BANNED_BY_SERVER'],
  ['CONNECTED', 'ABORTED', 'TOKEN_EXPIRED'],
  ['RECONNECTING', 'ABORTED', 'LOGIN_FAILURE'],
  ['CONNECTED', 'DISCONNECTED', 'LOGOUT'],
  ['RECONNECTING', 'DISCONNECTED', 'LOGOUT'],
  ['ABORTED', 'DISCONNECTED', 'LOGOUT'],
].map((row) => row.join(' '));

test('every (state, event) pair gives a row of api.md 7.2 or nothing, and every row is reached', () => {
  const reached = STATES.flatMap((state) =>
    EVENTS.flatMap((event) => {
      const transition = reduceConnection(state, event);
      return transition ? [[state, ...transition].join(' ')] : [];
    }),
  );
  expect([...reached].sort()).toEqual([...ROWS].sort());
});

test('random walks use the rows only, and logout leads home from everywhere', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...EVENTS), { maxLength: 100 }), (events) => {
      let state: ConnectionState = 'DISCONNECTED';
      for (const event of events) {
        const transition = reduceConnection(state, event);
        if (!transition) continue;
        expect(ROWS).toContain([state, ...transition].join(' '));
        [state] = transition;
      }
      if (state !== 'DISCONNECTED') expect(reduceConnection(state, 'loggedOut')?.[0]).toBe('DISCONNECTED');
    }),
  );
});
