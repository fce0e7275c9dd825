/** States of an invitation, on either side; the core does not depend on the public enums (api.md 8.1, 8.2). */
export type CallState =
  | 'IDLE'
  | 'SENT_TO_REMOTE'
  | 'RECEIVED_BY_REMOTE'
  | 'ACCEPTED_BY_REMOTE'
  | 'REFUSED_BY_REMOTE'
  | 'INVITATION_RECEIVED'
  | 'ACCEPT_SENT_TO_LOCAL'
  | 'ACCEPTED'
  | 'REFUSED'
  | 'CANCELED'
  | 'FAILURE';

/** What the application hears of, under this name; `Canceled` by the caller, on both sides. */
export type CallNews = 'ReceivedByPeer' | 'Accepted' | 'Refused' | 'Canceled' | 'Failure';

/** What happens to an invitation. */
export type CallEvent = CallNews | 'send' | 'accept';

type Row = Readonly<Partial<Record<CallEvent, CallState>>>;

const OPEN: Row = { Canceled: 'CANCELED', Failure: 'FAILURE' };
const ANSWERS: Row = { Accepted: 'ACCEPTED_BY_REMOTE', Refused: 'REFUSED_BY_REMOTE', ...OPEN };

/**
 * ```
 * caller   IDLE --send--> SENT_TO_REMOTE --ReceivedByPeer--> RECEIVED_BY_REMOTE --> an end
 * callee   INVITATION_RECEIVED --accept--> ACCEPT_SENT_TO_LOCAL --> an end
 * ```
 * States that are not in the table are ends.
 */
const CALL_TABLE: Readonly<Partial<Record<CallState, Row>>> = {
  IDLE: { send: 'SENT_TO_REMOTE', Failure: 'FAILURE' },
  SENT_TO_REMOTE: { ReceivedByPeer: 'RECEIVED_BY_REMOTE', ...ANSWERS },
  RECEIVED_BY_REMOTE: ANSWERS,
  INVITATION_RECEIVED: { accept: 'ACCEPT_SENT_TO_LOCAL', Refused: 'REFUSED', ...OPEN },
  ACCEPT_SENT_TO_LOCAL: { Accepted: 'ACCEPTED', ...OPEN },
};

/** Where an event leads; `undefined` when it has no meaning in this state and nothing changes. */
export function reduceCall(state: CallState, event: CallEvent): CallState | undefined {
  return CALL_TABLE[state]?.[event];
}

/** Whether nothing happens to the invitation any more. */
export function isOver(state: CallState): boolean {
  return !CALL_TABLE[state];
}
