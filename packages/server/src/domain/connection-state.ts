/**
 * States of one socket. "One setter": {@link nextConnectionState} is the only way from one to the next.
 *
 * ```
 * opened --login--> logging-in --accepted--> active ------close------> closing --gone--> closed
 *    |                  |----superseded----> quarantined --close------>   ^
 *    |                  |----refused-------------------------------------|
 *    |----close (no Login in time, drain)--------------------------------|
 * ```
 * Every state but `closed` goes to `closed` when the socket is gone.
 */
export type ConnectionState = 'opened' | 'logging-in' | 'active' | 'quarantined' | 'closing' | 'closed';

export type ConnectionEvent = 'login' | 'accepted' | 'refused' | 'superseded' | 'close' | 'gone';

const TABLE: Readonly<Record<ConnectionState, Readonly<Partial<Record<ConnectionEvent, ConnectionState>>>>> = {
  opened: { login: 'logging-in', close: 'closing', gone: 'closed' },
  'logging-in': { accepted: 'active', refused: 'closing', superseded: 'quarantined', close: 'closing', gone: 'closed' },
  active: { close: 'closing', gone: 'closed' },
  quarantined: { close: 'closing', gone: 'closed' },
  closing: { gone: 'closed' },
  closed: {},
};

export const CONNECTION_STATES = Object.keys(TABLE) as readonly ConnectionState[];
export const CONNECTION_EVENTS: readonly ConnectionEvent[] = [
  'login',
  'accepted',
  'refused',
  'superseded',
  'close',
  'gone',
];

/** The next state, or `undefined` when the event means nothing in this one. */
export function nextConnectionState(state: ConnectionState, event: ConnectionEvent): ConnectionState | undefined {
  return TABLE[state][event];
}
