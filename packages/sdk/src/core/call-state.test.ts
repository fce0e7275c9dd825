import { expect, test } from 'vitest';
import { type CallEvent, type CallState, isOver, reduceCall } from './call-state.js';

const STATES: CallState[] = [
  ...(['IDLE', 'SENT_TO_REMOTE', 'RECEIVED_BY_REMOTE', 'ACCEPTED_BY_REMOTE', 'REFUSED_BY_REMOTE'] as const),
  ...(['INVITATION_RECEIVED', 'ACCEPT_SENT_TO_LOCAL', 'ACCEPTED', 'REFUSED', 'CANCELED', 'FAILURE'] as const),
];
const EVENTS: CallEvent[] = ['send', 'received', 'accepted', 'refused', 'accept', 'refuse', 'cancel', 'fail'];
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
  const answers = ['accepted -> ACCEPTED_BY_REMOTE', 'refused -> REFUSED_BY_REMOTE'];
  const open = ['cancel -> CANCELED', 'fail -> FAILURE'];
  expect(table).toEqual({
    IDLE: ['send -> SENT_TO_REMOTE', 'fail -> FAILURE'],
    SENT_TO_REMOTE: ['received -> RECEIVED_BY_REMOTE', ...answers, ...open],
    RECEIVED_BY_REMOTE: [...answers, ...open],
    INVITATION_RECEIVED: ['accept -> ACCEPT_SENT_TO_LOCAL', 'refuse -> REFUSED', ...open],
    ACCEPT_SENT_TO_LOCAL: ['accepted -> ACCEPTED', ...open],
    ...Object.fromEntries(ENDS.map((state) => [state, []])),
  });
  expect(STATES.filter(isOver)).toEqual(ENDS);
});
