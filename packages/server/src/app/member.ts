import type { Position } from 'ar-rtm-protocol';
import { type MemberEvent, type MemberState, nextMemberState } from '../domain/member-state.js';
import type { MemberCount } from '../ports/channels.js';
import type { ClientSocket } from './client-socket.js';

/** The session of a member, as its channels see it. */
export interface MemberSession {
  /** Names the session for its whole life. */
  readonly session: number;
  readonly connection: ClientSocket | undefined;
  member(channelId: string): Member | undefined;
}

/** The channel of a member, as its session sees it. */
export interface MemberChannel {
  readonly channelId: string;
  /** Fan-out is behind by more than the limits. */
  readonly isLagging: boolean;
  begin(member: Member, position: Position, members: MemberCount): void;
  back(member: Member): void;
  listens(member: Member): void;
  remove(member: Member): void;
  reportTo(member: Member): void;
  expect(end: Position): void;
}

/** One session's membership in one channel, on the node that hosts the session. */
export class Member {
  private current: MemberState = 'joining';
  /** Last member count reported to this member; -1 before the first. */
  lastCount = -1;

  constructor(
    readonly channel: MemberChannel,
    readonly session: MemberSession,
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
