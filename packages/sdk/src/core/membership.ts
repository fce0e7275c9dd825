import type { Position } from 'ar-rtm-protocol';
import type { Cancel } from '../ports.js';
import { channelAttributes } from './attributes.js';
import type { EventQueue } from './event-queue.js';
import type { ServerFrame } from './frames.js';
import { type MembershipEvent, type MembershipState, reduceMembership } from './membership-state.js';
import { messageOf } from './message-content.js';
import { Scope } from './scope.js';
import { positionOf, StreamPosition } from './stream-position.js';

/** The channel object of the application, as the core sees it. */
export interface ChannelEvents {
  emit(event: 'ChannelMessage', message: object, memberId: string, properties: object): unknown;
  emit(event: 'MemberJoined' | 'MemberLeft', memberId: string): unknown;
  emit(event: 'MemberCountUpdated', memberCount: number): unknown;
  emit(event: 'AttributesUpdated', attributes: object): unknown;
}

/** One channel object in its stays in the channel (api.md 3.3). */
export class Membership {
  /** Changed by {@link Membership.move} only. */
  state: MembershipState = 'LEFT';
  readonly position = new StreamPosition();
  private lastCount: number | undefined;
  /** The version of the attributes that was reported last, or that was there before the stay began. */
  told = 0;
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
  joined(at: Position | undefined, attributesVersion = 0): void {
    this.move('joined');
    this.position.start(at);
    this.lastCount = undefined;
    this.told = attributesVersion;
  }

  count(members: number | undefined): void {
    if (members === undefined || members === this.lastCount) return;
    this.lastCount = members;
    this.dispatch(() => this.events.emit('MemberCountUpdated', members));
  }

  /**
   * A push for this channel, or the reply that stands in place of the frame of an own message. Nothing is reported when
   * entries before it are missing; the answer is whether to ask for them. A server that is about to end the membership owes
   * no order.
   */
  receive({ cmd, content }: ServerFrame, uid: string): boolean {
    let report: (() => void) | undefined;
    switch (cmd) {
      case 'MemSizeChanged':
        this.count(content.MemSize);
        return false;
      case 'ChanAttribChanged': {
        const { AttrVersion: version, Attributes } = content;
        if (version !== undefined) {
          if (version <= this.told) return false;
          this.told = version;
        }
        this.dispatch(() => this.events.emit('AttributesUpdated', channelAttributes(Attributes)));
        return false;
      }
      case 'ChanPosition':
        this.position.reach(positionOf(content));
        return false;
      case 'SendChannelMsg':
        break;
      case 'ChanMemberJoin':
      case 'ChanMemberLeave': {
        const { UserId: memberId } = content;
        const event = cmd === 'ChanMemberJoin' ? 'MemberJoined' : 'MemberLeft';
        if (memberId !== uid) report = () => this.events.emit(event, memberId);
        break;
      }
      case 'RecvMsgFromChan': {
        const { FromUId: memberId, SvrTS: serverReceivedTs } = content;
        const message = messageOf(content);
        const properties = { serverReceivedTs, isOfflineMessage: false, isHistoricalMessage: false };
        if (memberId !== uid && message) {
          report = () => this.events.emit('ChannelMessage', message, memberId, properties);
        }
        break;
      }
      default:
        return false;
    }
    const step = this.position.advance(positionOf(content));
    if (step === 'new' && report) this.dispatch(report);
    if (step !== 'hole' || this.state !== 'JOINED') return false;
    this.position.miss();
    return true;
  }

  private dispatch(run: () => void): void {
    const { scope } = this;
    this.queue.push(() => {
      if (!scope.isOver) run();
    });
  }
}
