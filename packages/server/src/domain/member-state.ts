/**
 * States of one membership on the node that hosts the member's session.
 *
 * ```
 * joining --joined--> live <--caught-up-- catching-up
 *                      |------behind-----------^         (a hole between what was delivered and what comes)
 *                      |--cut--> away --back--> live
 * every state --left--> left
 * ```
 */
export type MemberState = 'joining' | 'live' | 'catching-up' | 'away' | 'left';
export type MemberEvent = 'joined' | 'behind' | 'caught-up' | 'cut' | 'back' | 'left';

const TABLE: Readonly<Record<MemberState, Readonly<Partial<Record<MemberEvent, MemberState>>>>> = {
  joining: { joined: 'live', cut: 'away', left: 'left' },
  live: { behind: 'catching-up', cut: 'away', back: 'live', left: 'left' },
  'catching-up': { 'caught-up': 'live', cut: 'away', back: 'live', left: 'left' },
  away: { back: 'live', left: 'left' },
  left: {},
};

export const MEMBER_STATES = Object.keys(TABLE) as readonly MemberState[];
export const MEMBER_EVENTS: readonly MemberEvent[] = ['joined', 'behind', 'caught-up', 'cut', 'back', 'left'];

export function nextMemberState(state: MemberState, event: MemberEvent): MemberState | undefined {
  return TABLE[state][event];
}
