import { FREQUENCIES, JOIN_CODE, LIMITS } from 'ar-rtm-protocol';
import { RtmErrorCode } from '../error-code.js';
import { RTMException, RtmInterruptedError, RtmInvalidStatusError } from '../errors.js';
import type { Clock } from '../ports.js';
import type { LoginReply } from './attempt.js';
import type { Gaps } from './connection.js';
import type { EventQueue } from './event-queue.js';
import { checkFrequency, JOIN_CONFLICT, notJoined, tooMany } from './failures.js';
import type { ServerFrame } from './frames.js';
import { SlidingWindow } from './frequency.js';
import type { Membership } from './membership.js';
import type { Requests } from './requests.js';
import type { Scope } from './scope.js';
import { placeOf, positionOf } from './stream-position.js';

/** The channels of one client: joining, leaving, and bringing memberships back after a cut (api.md 3.3 and 7.3). */
export class Memberships {
  /** Channel objects that have not left, by channel id: at most one each. */
  private readonly active = new Map<string, Membership>();
  /** Channels of which the server has been, or will be told that they are left. */
  private readonly leaving = new Set<string>();
  /** Where something was missed, or may have been; kept until a restoration has come to its end and it is told. */
  private readonly gaps = new Set<string>();
  private hasInboxGap = false;
  private readonly joins = new SlidingWindow(FREQUENCIES.JOIN);
  private readonly joinsById = new Map<string, SlidingWindow>();

  constructor(
    private readonly clock: Clock,
    private readonly queue: EventQueue,
    private readonly requests: Requests,
  ) {}

  /** Makes the user a member; the caller has checked that it is logged in. Throws what a failed check says. */
  join(membership: Membership, session: Scope): Promise<void> {
    const { channelId } = membership;
    this.checkJoin(membership);
    this.countJoin(channelId);
    membership.begin(session);
    this.active.set(channelId, membership);
    return new Promise((resolve, reject) => {
      const cancel = this.requests.start(
        { cmd: 'JoinChannel', content: { ChanId: channelId }, codes: RtmErrorCode.JoinChannelError },
        (answer) => {
          membership.abortJoin = undefined;
          if (answer instanceof RTMException) {
            this.drop(membership, 'joinFailed');
            // Without an answer the server may count a member that the application knows nothing of.
            if (answer.code === JOIN_CODE.TIMEOUT) this.tellLeft(channelId);
            this.queue.reject(answer, reject);
          } else {
            membership.joined(positionOf(answer), answer.AttrVersion);
            this.queue.settle(resolve);
            membership.count(answer.MemSize);
          }
        },
      );
      membership.abortJoin = () => {
        cancel();
        membership.abortJoin = undefined;
        reject(new RtmInterruptedError(JOIN_CONFLICT.ABORTED_BY_LEAVE, 'leave was called', { channelId }));
      };
    });
  }

  /** Ends the membership, or the attempt to join; the caller has checked that the user is logged in. */
  leave(membership: Membership): Promise<void> {
    const { channelId } = membership;
    const wasJoined = membership.state === 'JOINED';
    if (!wasJoined && membership.state !== 'JOINING') throw notJoined(RtmErrorCode.LeaveChannelError, channelId);
    membership.move('leave');
    membership.abortJoin?.();
    if (!wasJoined) membership.silence();
    if (!this.requests.isOpen) {
      this.drop(membership, 'left');
      this.tellLeft(channelId);
      return Promise.resolve();
    }
    return new Promise((resolve, reject) => {
      this.requests.start(
        { cmd: 'LeaveChannel', content: { ChanId: channelId }, codes: RtmErrorCode.LeaveChannelError },
        (answer) => {
          const error = answer instanceof RTMException ? answer : undefined;
          // After a timeout the outcome is unknown: the channel is not counted as joined, and left again if need be.
          if (wasJoined && error?.data.serverCode !== undefined) membership.move('leaveRefused');
          else this.drop(membership, 'left');
          if (error instanceof RtmInterruptedError) resolve();
          else if (error) this.queue.reject(error, reject);
          else this.queue.settle(resolve);
        },
      );
    });
  }

  /** Hands a push, or the reply to an own message, to its channel; whether entries before it have to be asked for. */
  receive(frame: ServerFrame, uid: string): boolean {
    const { ChanId: channelId } = frame.content as { ChanId?: string };
    const membership = channelId === undefined ? undefined : this.active.get(channelId);
    return (membership?.state === 'JOINED' || membership?.state === 'LEAVING') && membership.receive(frame, uid);
  }

  /**
   * Joins exactly the channels that were joined at the cut, each from the end of what was followed, and says where something
   * may have been missed.
   */
  restore({ Resumed, InboxGap, Channels }: LoginReply, done: (gaps: Gaps | undefined) => void): void {
    this.hasInboxGap ||= !Resumed || InboxGap === true;
    const joined = [...this.active.values()].filter(({ state }) => state === 'JOINED');
    let waiting = joined.length;
    const finish = () => {
      this.leaveStray(Channels ?? []);
      const gaps = { inbox: this.hasInboxGap, channels: [...this.gaps] };
      this.forgetGaps();
      done(gaps.inbox || gaps.channels.length > 0 ? gaps : undefined);
    };
    if (waiting === 0) finish();
    for (const membership of joined) {
      const { channelId, position } = membership;
      // For good: the next attempt may resume the new session, which was not a member all the time either.
      if (!Resumed) position.start(undefined);
      const { end } = position;
      const content = { ChanId: channelId, AttrVersion: membership.told, ...placeOf(end) };
      this.requests.start(
        { cmd: 'JoinChannel', content, codes: RtmErrorCode.JoinChannelError, kind: 'link' },
        (answer) => {
          // A refusal is not for good (design 8): the session counts as not restored, and is tried again.
          if (answer instanceof RTMException) return;
          if (membership.state === 'JOINED') {
            // A server that has lost everything counts anew.
            if (!Resumed) membership.told = Math.min(membership.told, answer.AttrVersion ?? 0);
            if (!end || answer.Gap) {
              position.start(positionOf(answer));
              this.gaps.add(channelId);
            }
            membership.count(answer.MemSize);
          }
          waiting -= 1;
          if (waiting === 0) finish();
        },
      );
    }
  }

  /** The session is over. */
  end(): void {
    for (const membership of this.active.values()) membership.move('ended');
    this.active.clear();
    this.forgetGaps();
  }

  private drop(membership: Membership, event: 'joinFailed' | 'left'): void {
    membership.move(event);
    membership.silence();
    if (this.active.get(membership.channelId) !== membership) return;
    this.active.delete(membership.channelId);
    this.gaps.delete(membership.channelId);
  }

  private forgetGaps(): void {
    this.gaps.clear();
    this.hasInboxGap = false;
  }

  /** Tells the server in order of the calls: messages to the channel that wait go out before, a new `join` behind. */
  private tellLeft(channelId: string): void {
    this.leaving.add(channelId);
    this.requests.start(
      { cmd: 'LeaveChannel', content: { ChanId: channelId }, codes: RtmErrorCode.LeaveChannelError, kind: 'notice' },
      () => this.leaving.delete(channelId),
    );
  }

  /** Leaves what the server still counts although nobody here does. */
  private leaveStray(known: readonly string[]): void {
    for (const channelId of known) {
      if (!this.active.has(channelId) && !this.leaving.has(channelId)) this.tellLeft(channelId);
    }
  }

  private checkJoin(membership: Membership): void {
    const { channelId } = membership;
    const isJoined = membership.state !== 'LEFT';
    if (isJoined || this.active.has(channelId)) {
      const code = isJoined ? JOIN_CONFLICT.ALREADY_JOINED : JOIN_CONFLICT.SAME_ID_JOINED;
      throw new RtmInvalidStatusError(code, 'Already joined', { channelId });
    }
    if (this.active.size >= LIMITS.JOINED_CHANNELS) throw tooMany(JOIN_CODE.EXCEED_LIMIT, LIMITS.JOINED_CHANNELS);
  }

  private countJoin(channelId: string): void {
    const now = this.clock.now();
    for (const [id, window] of this.joinsById) if (window.isIdle(now)) this.joinsById.delete(id);
    const sameChannel = this.joinsById.get(channelId) ?? new SlidingWindow(FREQUENCIES.JOIN_SAME_CHANNEL);
    // Neither counts before both have been asked: a call that one of them rejects does not count.
    checkFrequency(this.joins, now, JOIN_CODE.TOO_OFTEN);
    checkFrequency(sameChannel, now, JOIN_CODE.SAME_CHANNEL_TOO_OFTEN);
    this.joins.count(now);
    sameChannel.count(now);
    this.joinsById.set(channelId, sameChannel);
  }
}
