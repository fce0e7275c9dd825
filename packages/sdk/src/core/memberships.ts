import { FREQUENCIES, JOIN_CODE, LEAVE_CODE, LIMITS, type ServerFrame, TIMES } from 'ar-rtm-protocol';
import { RtmInterruptedError, RtmInvalidStatusError, RtmLimitExceededError } from '../errors.js';
import type { Clock } from '../ports.js';
import type { LoginReply } from './attempt.js';
import type { Gaps } from './connection.js';
import type { EventQueue } from './event-queue.js';
import { countCall, JOIN_CONFLICT, notJoined } from './failures.js';
import { SlidingWindow } from './frequency.js';
import type { Membership } from './membership.js';
import type { Requests } from './requests.js';
import type { Scope } from './scope.js';
import { positionOf } from './stream-position.js';

/** The channels of one client: joining, leaving, and bringing memberships back after a cut (api.md 3.3 and 7.3). */
export class Memberships {
  /** Channel objects that have not left, by channel id: at most one each. */
  private readonly active = new Map<string, Membership>();
  /** Channels left during a cut: the server is told when the session is restored. */
  private readonly leftOffline = new Set<string>();
  private readonly joins = new SlidingWindow(FREQUENCIES.JOIN);
  private readonly joinsById = new Map<string, SlidingWindow>();
  private isOnline = false;

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
        {
          cmd: 'JoinChannel',
          reply: 'JoinChannel',
          content: { ChanId: channelId },
          codes: JOIN_CODE,
          timeoutMs: TIMES.REQUEST_MS,
          isRepeatable: true,
        },
        (answer) => {
          membership.abortJoin = undefined;
          if (answer.kind === 'done') {
            membership.joined(positionOf(answer.reply));
            this.queue.settle(resolve);
            membership.count(answer.reply.MemSize);
          } else {
            this.drop(membership, 'joinFailed');
            // Without an answer the server may count a member that the application knows nothing of.
            if (answer.error.code === JOIN_CODE.TIMEOUT) this.tellLeft(channelId);
            this.requests.reject(answer, reject);
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
    if (membership.state !== 'JOINED' && membership.state !== 'JOINING')
      throw notJoined(LEAVE_CODE.NOT_IN_CHANNEL, channelId);
    const wasJoined = membership.state === 'JOINED';
    membership.move('leave');
    membership.abortJoin?.();
    if (!wasJoined) membership.silence();
    if (!this.isOnline) {
      this.drop(membership, 'left');
      this.leftOffline.add(channelId);
      return Promise.resolve();
    }
    return new Promise((resolve, reject) => {
      this.requests.start(
        {
          cmd: 'LeaveChannel',
          reply: 'LeaveChannel',
          content: { ChanId: channelId },
          codes: LEAVE_CODE,
          timeoutMs: TIMES.REQUEST_MS,
          isRepeatable: true,
        },
        (answer) => {
          // After a timeout the outcome is unknown: the channel is not counted as joined, and left again if need be.
          const isRefused = answer.kind === 'failed' && answer.error.data.serverCode !== undefined;
          if (isRefused && wasJoined) membership.move('leaveRefused');
          else this.drop(membership, 'left');
          if (answer.kind === 'failed') this.requests.reject(answer, reject);
          else if (answer.kind === 'interrupted') resolve();
          else this.queue.settle(resolve);
        },
      );
    });
  }

  /** Hands a push, or the reply to an own message, to its channel. */
  receive(frame: ServerFrame, uid: string): void {
    const { ChanId: channelId } = frame.content as { ChanId?: string };
    const membership = channelId === undefined ? undefined : this.active.get(channelId);
    if (membership?.state !== 'JOINED' && membership?.state !== 'LEAVING') return;
    if (frame.cmd === 'SendChannelMsg') membership.skipOwn(positionOf(frame.content));
    else membership.receive(frame, uid);
  }

  /** The session is there. */
  open(): void {
    this.isOnline = true;
  }

  /** The link is lost. */
  detach(): void {
    this.isOnline = false;
  }

  /** Joins exactly the channels that were joined at the cut, and says which of them may have missed something. */
  restore(reply: LoginReply, done: (gaps: Gaps | undefined) => void): void {
    const channels: string[] = [];
    const joined = [...this.active.values()].filter(({ state }) => state === 'JOINED');
    let waiting = joined.length;
    const finish = () => {
      this.leaveOthers(reply.Channels ?? []);
      const inbox = !reply.Resumed;
      done(inbox || channels.length > 0 ? { inbox, channels } : undefined);
    };
    if (waiting === 0) finish();
    for (const membership of joined) {
      const { channelId } = membership;
      this.requests.start(
        { cmd: 'JoinChannel', reply: 'JoinChannel', content: { ChanId: channelId }, codes: JOIN_CODE },
        (answer) => {
          // A refusal is not for good (design 8): the session counts as not restored, and is tried again.
          if (answer.kind !== 'done') return;
          const isComplete = membership.rejoined(positionOf(answer.reply));
          if (membership.state === 'JOINED') {
            if (!isComplete || !reply.Resumed) channels.push(channelId);
            membership.count(answer.reply.MemSize);
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
    this.leftOffline.clear();
    this.isOnline = false;
  }

  private drop(membership: Membership, event: 'joinFailed' | 'left'): void {
    membership.move(event);
    membership.silence();
    if (this.active.get(membership.channelId) === membership) this.active.delete(membership.channelId);
  }

  private tellLeft(channelId: string): void {
    if (this.isOnline) this.requests.tell('LeaveChannel', { ChanId: channelId });
    else this.leftOffline.add(channelId);
  }

  /** Leaves what was left during the cut, and what the server still counts although nobody here does. */
  private leaveOthers(known: readonly string[]): void {
    const stray = known.filter((channelId) => !this.active.has(channelId));
    for (const channelId of new Set([...this.leftOffline, ...stray])) {
      this.requests.tell('LeaveChannel', { ChanId: channelId });
    }
    this.leftOffline.clear();
  }

  private checkJoin(membership: Membership): void {
    const { channelId } = membership;
    if (membership.state !== 'LEFT') {
      throw new RtmInvalidStatusError(JOIN_CONFLICT.ALREADY_JOINED, 'Already joined', {
        channelId,
      });
    }
    if (this.active.has(channelId)) {
      const text = 'Another object has joined';
      throw new RtmInvalidStatusError(JOIN_CONFLICT.SAME_ID_JOINED, text, { channelId });
    }
    if (this.active.size >= LIMITS.JOINED_CHANNELS) {
      const text = `At most ${LIMITS.JOINED_CHANNELS} channels`;
      throw new RtmLimitExceededError(JOIN_CODE.EXCEED_LIMIT, text, { limit: LIMITS.JOINED_CHANNELS });
    }
  }

  private countJoin(channelId: string): void {
    const now = this.clock.now();
    for (const [id, window] of this.joinsById) if (window.isIdle(now)) this.joinsById.delete(id);
    const sameChannel = this.joinsById.get(channelId) ?? new SlidingWindow(FREQUENCIES.JOIN_SAME_CHANNEL);
    // Neither counts before both have been asked: a call that one of them rejects does not count.
    countCall(now, [this.joins, JOIN_CODE.TOO_OFTEN], [sameChannel, JOIN_CODE.SAME_CHANNEL_TOO_OFTEN]);
    this.joinsById.set(channelId, sameChannel);
  }
}
