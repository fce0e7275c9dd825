/** The states of `RtmStatusCode.ConnectionState`; the core does not depend on the public enum. */
export type ConnectionState = 'DISCONNECTED' | 'CONNECTING' | 'CONNECTED' | 'RECONNECTING' | 'ABORTED';

export type ConnectionReason =
  | 'LOGIN'
  | 'LOGIN_SUCCESS'
  | 'LOGIN_FAILURE'
  | 'LOGIN_TIMEOUT'
  | 'INTERRUPTED'
  | 'LOGOUT'
  | 'BANNED_BY_SERVER'
  | 'REMOTE_LOGIN'
  | 'TOKEN_EXPIRED';

/** What happens to a connection. */
export type ConnectionEvent =
  /** `login` passed its checks. */
  | 'login'
  /** The server accepted the login, or the session is restored. */
  | 'accepted'
  /** The server refused, and trying again is no use. */
  | 'refused'
  /** No success in time. */
  | 'timedOut'
  /** The app, the user or the address is banned. */
  | 'banned'
  /** Cut, and not restored within 4 s. */
  | 'interrupted'
  /** The same user logged in elsewhere. */
  | 'superseded'
  /** The server ended the session because of the token. */
  | 'tokenExpired'
  | 'loggedOut';

export type Transition = readonly [to: ConnectionState, reason: ConnectionReason];

/**
 * The transitions of api.md 7.2; there are no others. The numbers are its rows.
 *
 * ```
 *                 login(1)           accepted(2)          interrupted(7)
 *  DISCONNECTED ----------> CONNECTING -------> CONNECTED <-------------> RECONNECTING
 *       ^  ^                   |                 |   |     accepted(8)       |   |
 *       |  +-------------------+                 |   +--> ABORTED <----------+   |
 *       |     3 4 5 6                            |  9 10 11  |   9 10 12          |
 *       +----------------------------------------+-----------+------------------+
 *                              loggedOut(13)
 * ```
 */
export const CONNECTION_TABLE: Readonly<
  Record<ConnectionState, Readonly<Partial<Record<ConnectionEvent, Transition>>>>
> = {
  DISCONNECTED: {
    login: ['CONNECTING', 'LOGIN'], // 1
  },
  CONNECTING: {
    accepted: ['CONNECTED', 'LOGIN_SUCCESS'], // 2
    refused: ['DISCONNECTED', 'LOGIN_FAILURE'], // 3
    timedOut: ['DISCONNECTED', 'LOGIN_TIMEOUT'], // 4
    banned: ['DISCONNECTED', 'BANNED_BY_SERVER'], // 5
    loggedOut: ['DISCONNECTED', 'LOGOUT'], // 6
  },
  CONNECTED: {
    interrupted: ['RECONNECTING', 'INTERRUPTED'], // 7
    superseded: ['ABORTED', 'REMOTE_LOGIN'], // 9
    banned: ['ABORTED', 'BANNED_BY_SERVER'], // 10
    tokenExpired: ['ABORTED', 'TOKEN_EXPIRED'], // 11
    loggedOut: ['DISCONNECTED', 'LOGOUT'], // 13
  },
  RECONNECTING: {
    accepted: ['CONNECTED', 'LOGIN_SUCCESS'], // 8
    superseded: ['ABORTED', 'REMOTE_LOGIN'], // 9
    banned: ['ABORTED', 'BANNED_BY_SERVER'], // 10
    refused: ['ABORTED', 'LOGIN_FAILURE'], // 12
    loggedOut: ['DISCONNECTED', 'LOGOUT'], // 13
  },
  ABORTED: {
    loggedOut: ['DISCONNECTED', 'LOGOUT'], // 13
  },
};

/** Where an event leads; `undefined` when it has no meaning in this state and nothing changes. */
export function reduceConnection(state: ConnectionState, event: ConnectionEvent): Transition | undefined {
  return CONNECTION_TABLE[state][event];
}
