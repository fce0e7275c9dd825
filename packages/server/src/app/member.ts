import { messageIdOf, type Position } from 'ar-rtm-protocol';
import { type MemberEvent, type MemberState, nextMemberState } from '../domain/member-state.js';
import type { MemberCount } from '../ports/channels.js';
import type { Frames } from '../ports/transport.js';
import type { ClientSocket } from './client-socket.js';

/** One announced change of the attributes of a channel, encoded once for all members. */
export interface AttributeReport {
  readonly version: number;
  readonly frame: Frames;
}

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
  /** The end of what has been delivered to those who are here. */
  readonly end: Position;
  begin(member: Member, position: Position, members: MemberCount): void;
  /** Whether entries behind `after` are lost, and where one that follows the log from there goes on. */
  startBehind(after: Position): Promise<{ readonly position: Position; readonly gap: boolean }>;
  listens(member: Member): void;
  remove(member: Member): void;
  reportTo(member: Member): void;
  /** The newest version of the attributes that was announced, as far as this node knows. */
  readonly attributesVersion: number;
  reportAttributesTo(member: Member): void;
  /** Members now, as far as this node knows. */
  readonly memberCount: number;
  expect(end: Position): void;
}

/** One session's membership in one channel, on the node that hosts the session. */
export class Member {
  private current: MemberState = 'joining';
  /** Last member count reported to this member; -1 before the first. */
  lastCount = -1;
  /** The version of the attributes that this member was told of, or that was there before it joined. */
  toldAttributes: number;
  /** Changes of the attributes that its client waits for: it is told of them behind the reply. */
  attributeWrites = 0;
  heldReports: AttributeReport[] | undefined;
  /** When it became a member only with the takeover: nothing before that is for it to see. */
  entitledFrom: Position | undefined;
  /** The last of own entries for which nothing was sent: to be named before what follows (resume.1). */
  skipped: Position | undefined;
  /** Repeated requests whose entry the run has not reached yet: number of the reply by id of the position. */
  private awaited: Map<number, number> | undefined;

  constructor(
    readonly channel: MemberChannel,
    readonly session: MemberSession,
    /** End of the run of entries that was put on the member's socket, or that it is not entitled to. */
    public delivered: Position,
  ) {
    this.toldAttributes = channel.attributesVersion;
  }

  get state(): MemberState {
    return this.current;
  }

  /** The reply `ref` is due when the run reaches `position`. */
  awaitEntry(position: Position, ref: number): void {
    this.awaited ??= new Map();
    this.awaited.set(messageIdOf(position), ref);
  }

  /** The reply that is due at this position, once. */
  takeAwaited(position: Position): number | undefined {
    const id = messageIdOf(position);
    const ref = this.awaited?.get(id);
    if (ref !== undefined) this.awaited?.delete(id);
    return ref;
  }

  /** The one setter of the state. False when the event means nothing in the current state. */
  apply(event: MemberEvent): boolean {
    const next = nextMemberState(this.current, event);
    if (next === undefined) return false;
    this.current = next;
    return true;
  }
}
