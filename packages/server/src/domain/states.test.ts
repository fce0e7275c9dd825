/** Every (state, event) pair of the state machines: what is in the table happens, everything else does nothing. */
import { describe, expect, test } from 'vitest';
import { CALL_EVENTS, CALL_STATES, isRunning, nextCallState, sidesToTell } from './call-state.js';
import { CONNECTION_EVENTS, CONNECTION_STATES, nextConnectionState } from './connection-state.js';
import { LOOP_EVENTS, LOOP_STATES, nextLoopState } from './loop-state.js';
import { MEMBER_EVENTS, MEMBER_STATES, nextMemberState } from './member-state.js';
import { nextPresenceState, PRESENCE_EVENTS, PRESENCE_STATES } from './presence-state.js';
import { nextSessionState, SESSION_EVENTS, SESSION_STATES } from './session-state.js';
import { nextTokenState, TOKEN_EVENTS, TOKEN_STATES } from './token-life.js';

/** All transitions in the form "from event to", from the walk over all pairs. */
function walk<S extends string, E extends string>(
  states: readonly S[],
  events: readonly E[],
  next: (state: S, event: E) => S | undefined,
): string[] {
  const seen: string[] = [];
  for (const state of states) {
    for (const event of events) {
      const to = next(state, event);
      if (to !== undefined) seen.push(`${state} ${event} ${to}`);
    }
  }
  return seen.sort();
}

test('a connection', () => {
  expect(walk(CONNECTION_STATES, CONNECTION_EVENTS, nextConnectionState)).toEqual(
    [
      'opened login logging-in',
      'opened close closing',
      'opened gone closed',
      'logging-in accepted active',
      'logging-in refused closing',
      'logging-in superseded quarantined',
      'logging-in close closing',
      'logging-in gone closed',
      'active close closing',
      'active gone closed',
      'quarantined close closing',
      'quarantined gone closed',
      'closing gone closed',
    ].sort(),
  );
});

test('a session', () => {
  expect(walk(SESSION_STATES, SESSION_EVENTS, nextSessionState)).toEqual(
    [
      'active cut suspended',
      'active resumed active',
      'active ended ended',
      'active moved ended',
      'suspended resumed active',
      'suspended ended ended',
      'suspended moved ended',
    ].sort(),
  );
});

test('the event loop', () => {
  expect(walk(LOOP_STATES, LOOP_EVENTS, nextLoopState)).toEqual(
    [
      'in-time late late',
      'in-time late-for-long late',
      'late in-time in-time',
      'late in-time-for-long in-time',
      'late late-for-long overloaded',
      'overloaded in-time recovering',
      'overloaded in-time-for-long recovering',
      'recovering late overloaded',
      'recovering late-for-long overloaded',
      'recovering in-time-for-long in-time',
    ].sort(),
  );
});

test('a token', () => {
  expect(walk(TOKEN_STATES, TOKEN_EVENTS, nextTokenState)).toEqual(
    [
      'good near warned',
      'good ended expired',
      'good finished over',
      'warned ended expired',
      'warned finished over',
      'expired finished over',
    ].sort(),
  );
});

test('a membership', () => {
  expect(walk(MEMBER_STATES, MEMBER_EVENTS, nextMemberState)).toEqual(
    [
      'joining joined live',
      'joining cut away',
      'joining left left',
      'live behind catching-up',
      'live cut away',
      'live back live',
      'live left left',
      'catching-up caught-up live',
      'catching-up cut away',
      'catching-up back live',
      'catching-up left left',
      'away back live',
      'away left left',
    ].sort(),
  );
});

test('presence', () => {
  expect(walk(PRESENCE_STATES, PRESENCE_EVENTS, nextPresenceState)).toEqual(
    [
      'OFFLINE began ONLINE',
      'ONLINE silent UNREACHABLE',
      'ONLINE ended OFFLINE',
      'UNREACHABLE heard ONLINE',
      'UNREACHABLE ended OFFLINE',
    ].sort(),
  );
});

test('a call', () => {
  expect(walk(CALL_STATES, CALL_EVENTS, nextCallState)).toEqual(
    [
      'pending received ringing',
      'pending accept accepted',
      'pending refuse refused',
      'pending cancel canceled',
      'pending giveUp unanswered',
      'pending withdraw unconfirmed',
      'pending timeOut unanswered',
      'pending timeOutAway unreachable',
      'pending callerGone caller-gone',
      'ringing accept accepted',
      'ringing refuse refused',
      'ringing cancel canceled',
      'ringing giveUp expired',
      'ringing withdraw unconfirmed',
      'ringing timeOut expired',
      'ringing timeOutAway expired',
      'ringing callerGone caller-gone',
      'ringing calleeGone callee-gone',
      'accepted confirm established',
      'accepted cancel canceled',
      'accepted giveUp unconfirmed',
      'accepted withdraw unconfirmed',
      'accepted timeOut unconfirmed',
      'accepted timeOutAway unconfirmed',
      'accepted callerGone caller-gone',
      'accepted calleeGone callee-gone',
      'established cancel canceled',
    ].sort(),
  );
  expect(CALL_STATES.filter(isRunning)).toEqual(['pending', 'ringing', 'accepted']);
  // Somebody hears of every state, and both of an end that neither has caused.
  for (const state of CALL_STATES) expect([1, 2]).toContain(sidesToTell(state).length);
  expect(CALL_STATES.filter((state) => sidesToTell(state).length === 2)).toEqual([
    'expired',
    'unanswered',
    'unconfirmed',
  ]);
});

describe('ends', () => {
  test('closed, ended and left are final', () => {
    for (const event of CONNECTION_EVENTS) expect(nextConnectionState('closed', event)).toBeUndefined();
    for (const event of SESSION_EVENTS) expect(nextSessionState('ended', event)).toBeUndefined();
    for (const event of MEMBER_EVENTS) expect(nextMemberState('left', event)).toBeUndefined();
  });
});
