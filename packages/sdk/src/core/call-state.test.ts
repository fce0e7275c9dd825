import { expect, test } from 'vitest';
import { type CallEvent, type CallState, isOver, reduceCall } from './call-state.js';

const STATES: CallState[] = [
  ...(['IDLE', 'SENT_TO_REMOTE', 'RECEIVED_BY_REMOTE', 'ACCEPTED_BY_REMOTE', 'REFUSED_BY_REMOTE'] as const),
  ...(['INVITATION_RECEIVED', 'ACCEPT_SENT_TO_LOCAL', 'ACCEPTED', 'REFUSED', 'CANCELED', 'FAILURE'] as const),
];
const EVENTS: CallEvent[] = ['send', 'ReceivedByPeer', 'accept', 'Accepted', 'Refused', 'Canceled', 'Failure'];
const ENDS = ['ACCEPTED_BY_REMOTE', 'REFUSED_BY_REMOTE', 'ACCEPTED', 'REFUSED', 'CANCELED', 'FAILURE'];

test('every (state, event) pair', () => {
  const table = Object.fromEntries(
    STATES.map((state) => [
      state,
      EVENTS.flatMap((event) => {
        const next = reduceCall(state, event);
        return next ? [`${event} -> ${next}`] : [];
      }),
    ]),
  );
  const answers = ['Accepted -> ACCEPTED_BY_REMOTE', 'Refused -> REFUSED_BY_REMOTE'];
  const open = ['Canceled -> CANCELED', 'Failure -> FAILURE'];
  expect(table).toEqual({
    IDLE: ['send -> SENT_TO_REMOTE', 'Failure -> FAILURE'],
    SENT_TO_REMOTE: ['ReceivedByPeer -> RECEIVED_BY_REMOTE', ...answers, ...open],
    RECEIVED_BY_REMOTE: [...answers, ...open],
    INVITATION_RECEIVED: ['accept -> ACCEPT_SENT_TO_LOCAL', 'Refused -> REFUSED', ...open],
    ACCEPT_SENT_TO_LOCAL: ['Accepted -> ACCEPTED', ...open],
    ...Object.fromEntries(ENDS.map((state) => [state, []])),
  });
  expect(STATES.filter(isOver)).toEqual(ENDS);
});
