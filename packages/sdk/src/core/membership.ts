import { MESSAGE_TYPE, type Position, type ServerFrame } from 'ar-rtm-protocol';
import type { Cancel } from '../ports.js';
import type { EventQueue } from './event-queue.js';
import { type MembershipEvent, type MembershipState, reduceMembership } from './membership-state.js';
import { Scope } from './scope.js';
import { positionOf, StreamPosition } from './stream-position.js';

/** The channel object of the application, as the core sees it. */
export interface ChannelEvents {
  emit(event: 'ChannelMessage', message: object, memberId: string, properties: object): unknown;
  emit(event: 'MemberJoined' | 'MemberLeft', memberId: string): unknown;
  emit(event: 'MemberCountUpdated', memberCount: number): unknown;
}

/** One channel object in its stays in the channel (api.md 3.3). */
export class Membership {
  /** Changed by {@link Membership.move} only. */
  state: MembershipState = 'LEFT';
  private readonly position = new StreamPosition();
  private lastCount: number | undefined;
  /** This stay in the channel. */
  private scope = new Scope();
  /** Makes the running `join` fail because of `leave`. */
  abortJoin: Cancel | undefined;

  constructor(
    readonly channelId: string,
    private readonly events: ChannelEvents,
    private readonly queue: EventQueue,
  ) {}

  /** The one place where the state changes. */
  move(event: MembershipEvent): void {
    this.state = reduceMembership(this.state, event) ?? this.state;
  }

  /** A new stay begins with the session. */
  begin(session: Scope): void {
    this.move('join');
    this.scope = new Scope(session);
  }

  /** The application has left: nothing more is dispatched. */
  silence(): void {
    this.scope.end();
  }

  /** The server made the user a member, who is entitled to what lies behind `at`. */
  joined(at: Position | undefined): void {
    this.move('joined');
    this.position.start(at);
    this.lastCount = undefined;
  }

  /** The membership was brought back; whether every entry up to `at` had been seen. */
  rejoined(at: Position | undefined): boolean {
    const isComplete = this.position.isComplete(at);
    if (!isComplete) this.position.start(at);
    return isComplete;
  }

  /** An entry by this user: the reply stands in place of the frame. */
  skipOwn(at: Position | undefined): void {
    this.position.advance(at);
  }

  count(members: number | undefined): void {
    if (members === undefined || members === this.lastCount) return;
    this.lastCount = members;
    this.dispatch(() => this.events.emit('MemberCountUpdated', members));
  }

  /** A push for this channel. What concerns the user itself is not reported. */
  receive({ cmd, content }: ServerFrame, uid: string): void {
    switch (cmd) {
      case 'MemSizeChanged':
        this.count(content.MemSize);
        break;
      case 'ChanMemberJoin':
      case 'ChanMemberLeave': {
        const { UserId: memberId } = content;
        const event = cmd === 'ChanMemberJoin' ? 'MemberJoined' : 'MemberLeft';
        const isNew = this.position.advance(positionOf(content));
        if (isNew && memberId !== uid) this.dispatch(() => this.events.emit(event, memberId));
        break;
      }
      case 'RecvMsgFromChan': {
        const { FromUId: memberId, MsgType: type, MsgBody: text, SvrTS: serverReceivedTs } = content;
        const message = { text, messageType: 'TEXT' };
        const properties = { serverReceivedTs, isOfflineMessage: false, isHistoricalMessage: false };
        const isNew = this.position.advance(positionOf(content));
        if (isNew && memberId !== uid && type === MESSAGE_TYPE.TEXT) {
          this.dispatch(() => this.events.emit('ChannelMessage', message, memberId, properties));
        }
      }
    }
  }

  private dispatch(run: () => void): void {
    const { scope } = this;
    this.queue.push(() => {
      if (!scope.isOver) run();
    });
  }
}
