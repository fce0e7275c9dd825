/** Where a channel object is (api.md 3.3). */
export type MembershipState = 'LEFT' | 'JOINING' | 'JOINED' | 'LEAVING';

/** What happens to a channel object. */
export type MembershipEvent =
  /** `join` passed its checks. */
  | 'join'
  /** The server made the user a member. */
  | 'joined'
  /** `join` failed. */
  | 'joinFailed'
  /** `leave` passed its checks. */
  | 'leave'
  /** The membership is over. */
  | 'left'
  /** The server refused to end the membership. */
  | 'leaveRefused'
  /** The session is over. */
  | 'ended';

/**
 * ```
 *        join            joined           leave
 *  LEFT ------> JOINING --------> JOINED -------> LEAVING ---> LEFT (left)
 *    ^             |  |  leave      ^                |  ^
 *    +-------------+  +-------------|----------------|--+
 *      joinFailed                   +----------------+
 *                                     leaveRefused
 * ```
 * `ended` leads from everywhere to LEFT.
 */
export const MEMBERSHIP_TABLE: Readonly<
  Record<MembershipState, Readonly<Partial<Record<MembershipEvent, MembershipState>>>>
> = {
  LEFT: { join: 'JOINING' },
  JOINING: { joined: 'JOINED', joinFailed: 'LEFT', leave: 'LEAVING', ended: 'LEFT' },
  JOINED: { leave: 'LEAVING', ended: 'LEFT' },
  LEAVING: { left: 'LEFT', leaveRefused: 'JOINED', ended: 'LEFT' },
};

/** Where an event leads; `undefined` when it has no meaning in this state and nothing changes. */
export function reduceMembership(state: MembershipState, event: MembershipEvent): MembershipState | undefined {
  return MEMBERSHIP_TABLE[state][event];
}
