import type { Position } from 'ar-rtm-protocol';
import { type MemberEvent, type MemberState, nextMemberState } from '../domain/member-state.js';
import type { LocalChannel } from './local-channel.js';
import type { Session } from './session.js';

/** One session's membership in one channel, on the node that hosts the session. */
export class Member {
  private current: MemberState = 'joining';
  /** Last member count reported to this member; -1 before the first. */
  lastCount = -1;

  constructor(
    readonly channel: LocalChannel,
    readonly session: Session,
    /** End of the run of entries that was put on the member's socket, or that it is not entitled to. */
    public delivered: Position,
  ) {}

  get state(): MemberState {
    return this.current;
  }

  /** The one setter of the state. False when the event means nothing in the current state. */
  apply(event: MemberEvent): boolean {
    const next = nextMemberState(this.current, event);
    if (next === undefined) return false;
    this.current = next;
    return true;
  }
}
