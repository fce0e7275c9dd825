/**
 * States of a session on the node that hosts it.
 *
 * ```
 * active --cut--> suspended --resumed--> active
 * active, suspended --ended--> ended      (logout, OFFLINE, kick)
 * active, suspended --moved--> ended      (another node took it over, or this one lost its lease)
 * ```
 */
export type SessionState = 'active' | 'suspended' | 'ended';
export type SessionEvent = 'cut' | 'resumed' | 'ended' | 'moved';

const TABLE: Readonly<Record<SessionState, Readonly<Partial<Record<SessionEvent, SessionState>>>>> = {
  // A client that reconnects before its old socket was seen to close goes from active to active.
  active: { cut: 'suspended', resumed: 'active', ended: 'ended', moved: 'ended' },
  suspended: { resumed: 'active', ended: 'ended', moved: 'ended' },
  ended: {},
};

export const SESSION_STATES = Object.keys(TABLE) as readonly SessionState[];
export const SESSION_EVENTS: readonly SessionEvent[] = ['cut', 'resumed', 'ended', 'moved'];

export function nextSessionState(state: SessionState, event: SessionEvent): SessionState | undefined {
  return TABLE[state][event];
}
