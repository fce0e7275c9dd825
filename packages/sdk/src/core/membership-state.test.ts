import { expect, test } from 'vitest';
import { type MembershipEvent, type MembershipState, reduceMembership } from './membership-state.js';

const STATES: MembershipState[] = ['LEFT', 'JOINING', 'JOINED', 'LEAVING'];
const EVENTS: MembershipEvent[] = ['join', 'joined', 'joinFailed', 'leave', 'left', 'leaveRefused', 'ended'];

test('every (state, event) pair', () => {
  const table = Object.fromEntries(
    STATES.map((state) => [
      state,
      EVENTS.flatMap((event) => {
        const next = reduceMembership(state, event);
        return next ? [`${event} -> ${next}`] : [];
      }),
    ]),
  );
  expect(table).toEqual({
    LEFT: ['join -> JOINING'],
    JOINING: ['joined -> JOINED', 'joinFailed -> LEFT', 'leave -> LEAVING', 'ended -> LEFT'],
    JOINED: ['leave -> LEAVING', 'ended -> LEFT'],
    LEAVING: ['left -> LEFT', 'leaveRefused -> JOINED', 'ended -> LEFT'],
  });
});
