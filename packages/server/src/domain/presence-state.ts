import type { PeerState } from 'ar-rtm-protocol';

/**
 * What others see of a user (api.md 9).
 *
 * ```
 * OFFLINE --began--> ONLINE <--heard-- UNREACHABLE
 *                      |-----silent------^
 * ONLINE, UNREACHABLE --ended--> OFFLINE      (logout, 30 s of silence)
 * ```
 * A session that takes over from another one begins in the same step, so that no OFFLINE is seen in between.
 */
export type PresenceEvent = 'began' | 'silent' | 'heard' | 'ended';

const TABLE: Readonly<Record<PeerState, Readonly<Partial<Record<PresenceEvent, PeerState>>>>> = {
  OFFLINE: { began: 'ONLINE' },
  ONLINE: { silent: 'UNREACHABLE', ended: 'OFFLINE' },
  UNREACHABLE: { heard: 'ONLINE', ended: 'OFFLINE' },
};

export const PRESENCE_STATES = Object.keys(TABLE) as readonly PeerState[];
export const PRESENCE_EVENTS: readonly PresenceEvent[] = ['began', 'silent', 'heard', 'ended'];

/** The next state, or `undefined` when the event means nothing in this one. */
export function nextPresenceState(state: PeerState, event: PresenceEvent): PeerState | undefined {
  return TABLE[state][event];
}
