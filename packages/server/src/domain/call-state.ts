/**
 * States of a call invitation at the server, which decides (api.md 8, wire-protocol.md 8, design 7).
 *
 * ```
 * pending --received--> ringing --accept--> accepted --confirm--> established
 * pending, ringing, accepted --> one of the other ends
 * ```
 * An accept or a refusal may overtake the receipt. What happens first wins: there is no way out of an end, but that a
 * published caller may take back an established call, which its SDK lets it do.
 */
export type CallState =
  /** Made; the callee's client does not have it yet. */
  | 'pending'
  /** The callee's client has it. */
  | 'ringing'
  /** The callee has accepted; the caller's client does not know yet. */
  | 'accepted'
  /** The caller's client knows of the accept. */
  | 'established'
  | 'refused'
  | 'canceled'
  /** Nobody has answered in time. */
  | 'expired'
  /** The callee was there, but did not confirm the receipt in time. */
  | 'unanswered'
  /** The callee was not there in all the time that the invitation waited. */
  | 'unreachable'
  /** The caller, or the callee that had the invitation, has logged out or was lost. */
  | 'caller-gone'
  | 'callee-gone'
  /** The caller's client did not confirm the accept in time. */
  | 'unconfirmed';

export type CallEvent =
  | 'received'
  | 'accept'
  | 'confirm'
  | 'refuse'
  | 'cancel'
  /** The caller's client has given up. */
  | 'giveUp'
  /** The callee's client has given up waiting for the confirmation. */
  | 'withdraw'
  /** The time of the state is over, with the callee there or not. */
  | 'timeOut'
  | 'timeOutAway'
  | 'callerGone'
  | 'calleeGone';

const TABLE: Readonly<Record<CallState, Readonly<Partial<Record<CallEvent, CallState>>>>> = {
  pending: {
    received: 'ringing',
    accept: 'accepted',
    refuse: 'refused',
    cancel: 'canceled',
    giveUp: 'unanswered',
    withdraw: 'unconfirmed',
    timeOut: 'unanswered',
    timeOutAway: 'unreachable',
    callerGone: 'caller-gone',
    // calleeGone: it waits for the callee's next login.
  },
  ringing: {
    accept: 'accepted',
    refuse: 'refused',
    cancel: 'canceled',
    giveUp: 'expired',
    withdraw: 'unconfirmed',
    timeOut: 'expired',
    timeOutAway: 'expired',
    callerGone: 'caller-gone',
    calleeGone: 'callee-gone',
  },
  accepted: {
    confirm: 'established',
    cancel: 'canceled',
    giveUp: 'unconfirmed',
    withdraw: 'unconfirmed',
    timeOut: 'unconfirmed',
    timeOutAway: 'unconfirmed',
    callerGone: 'caller-gone',
    calleeGone: 'callee-gone',
  },
  established: { cancel: 'canceled' },
  refused: {},
  canceled: {},
  expired: {},
  unanswered: {},
  unreachable: {},
  'caller-gone': {},
  'callee-gone': {},
  unconfirmed: {},
};

export const CALL_STATES = Object.keys(TABLE) as readonly CallState[];
export const CALL_EVENTS: readonly CallEvent[] = [
  ...(['received', 'accept', 'confirm', 'refuse', 'cancel', 'giveUp', 'withdraw'] as const),
  ...(['timeOut', 'timeOutAway', 'callerGone', 'calleeGone'] as const),
];

/** The next state, or `undefined` when the event means nothing in this one. */
export function nextCallState(state: CallState, event: CallEvent): CallState | undefined {
  return TABLE[state][event];
}

/** Whether something is still to be decided. */
export function isRunning(state: CallState): boolean {
  return state === 'pending' || state === 'ringing' || state === 'accepted';
}

export type CallSide = 'caller' | 'callee';

const NEWS: Readonly<Record<CallState, readonly CallSide[]>> = {
  pending: ['callee'],
  ringing: ['caller'],
  accepted: ['caller'],
  established: ['callee'],
  refused: ['caller'],
  canceled: ['callee'],
  expired: ['caller', 'callee'],
  unanswered: ['caller', 'callee'],
  unreachable: ['caller'],
  'caller-gone': ['callee'],
  'callee-gone': ['caller'],
  unconfirmed: ['caller', 'callee'],
};

/** Who is told that a call has come into this state; the other side has caused it, or need not know. */
export function sidesToTell(state: CallState): readonly CallSide[] {
  return NEWS[state];
}
