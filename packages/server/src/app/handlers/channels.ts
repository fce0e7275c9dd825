import {
  CHANNEL_MESSAGE_CODE,
  type CommandContent,
  comparePositions,
  isId,
  JOIN_CODE,
  LEAVE_CODE,
  MEMBER_COUNT_CODE,
  MEMBERS_CODE,
  type Position,
  type ServerFrameInput,
} from 'ar-rtm-protocol';
import { messageProblem } from '../../domain/message-rules.js';
import { Pace } from '../../domain/pace.js';
import type { ReadClock } from '../../domain/read-clock.js';
import type { Archive } from '../archive.js';
import type { AuthorReplies } from '../author-replies.js';
import type { ChannelHub } from '../channel-hub.js';
import type { Connection } from '../connection.js';
import type { NodeContext } from '../context.js';
import { noteFailure, pause } from '../engine-failure.js';
import { LogLimit } from '../log-limit.js';
import type { Member } from '../member.js';
import { placeOf, positionOf } from '../place.js';
import type { Session } from '../session.js';
import type { SessionHost } from '../session-host.js';
import { admit } from './admission.js';
import { OUTCOME_UNKNOWN } from './peer-messages.js';

/** How often a delayed join of a published client looks again. */
const JOIN_RETRY_MS = 100;
/** A channel that lags is looked at again after this time. */
const LAG_RETRY_MS = 100;
/** After an accepted message whose entry has not been fed yet, the log is read back after this time. */
const FEED_PATIENCE_MS = 100;

/** When a crowd comes back: a few ms of work. Others are to have their turn too. */
const JOINS_PER_TURN = 64;

/** Names no reply. */
const NO_REF = 0;

type JoinReply = Partial<Pick<ServerFrameInput<'JoinChannel'>, 'Epoch' | 'Offset' | 'MemSize' | 'Gap' | 'AttrVersion'>>;

/** The channel commands (wire-protocol.md 4.5). */
export class ChannelCommands {
  private readonly limitedLog: LogLimit;
  private readonly joins: Pace;

  constructor(
    private readonly context: NodeContext,
    private readonly hub: ChannelHub,
    private readonly replies: AuthorReplies,
    private readonly sessions: SessionHost,
    private readonly clock: ReadClock,
    private readonly archive: Archive,
  ) {
    this.limitedLog = new LogLimit(context.logger, context.time);
    this.joins = new Pace((task) => context.time.nextTurn(task), JOINS_PER_TURN);
  }

  async join(connection: Connection, session: Session, content: CommandContent<'JoinChannel'>): Promise<void> {
    const { ChanId: channelId } = content;
    const reply = (code: number, more: JoinReply = {}) =>
      connection.send('JoinChannel', { ChanId: channelId, Code: code, ...idOf(content), ...more });
    const { clock, context } = this;
    if (!isId(channelId)) return reply(JOIN_CODE.INVALID_ARGUMENT);
    if (!this.joins.takesPlace()) await this.joins.place();
    await session.takeovers?.get(channelId);
    // The client has a newer socket by now, on which it says again what it still wants.
    if (connection.session !== session) return;
    const retained = session.member(channelId);
    const after = connection.profile?.resumes ? positionOf(content) : undefined;
    if (retained) return this.goOn(connection, retained, after, content.AttrVersion, reply);
    const published = connection.profile?.published !== false;
    const rejoining = clock.nowMs < session.rejoinUntilMs;
    if (session.channelCount >= context.settings.joinedChannels) {
      // A published client joins everything it ever created after a reconnect (Q7); a refusal would ruin the channel object.
      return reply(published && rejoining ? JOIN_CODE.OK : JOIN_CODE.EXCEED_LIMIT);
    }
    const tooOften = rejoining ? 0 : await this.joinFrequency(session, channelId, published);
    if (tooOften !== 0) return reply(tooOften);
    try {
      const joined = after
        ? await this.joinBehind(connection, session, content, after, reply)
        : await this.hub.join(session, channelId, ({ position, members, attributes }) =>
            reply(JOIN_CODE.OK, { ...placeOf(position), MemSize: members.count, AttrVersion: attributes }),
          );
      const member = session.member(channelId);
      if (!after && member && content.AttrVersion !== undefined) {
        // Its session is a new one, but it knows what it was told; unless that was by a server that has lost everything.
        member.toldAttributes = Math.min(content.AttrVersion, member.channel.attributesVersion);
        member.channel.reportAttributesTo(member);
      }
      if (joined === 'stale' && connection.session === session) this.sessions.stale(session);
    } catch (error) {
      noteFailure(this.context, 'joining a channel', error);
      reply(JOIN_CODE.FAILURE);
    }
  }

  /**
   * The client is back in a channel that its session has kept. Idempotent: published clients join again after every
   * reconnect, and a refusal would double their events (Q8). Ours names the position behind which it goes on.
   */
  private async goOn(
    connection: Connection,
    member: Member,
    after: Position | undefined,
    told: number | undefined,
    reply: (code: number, more?: JoinReply) => void,
  ): Promise<void> {
    const { channel, entitledFrom } = member;
    let gap = false;
    if (member.state === 'away' && after && entitledFrom && comparePositions(after, entitledFrom) < 0) {
      // In between it was a member no more: what lies there was never for it to see.
      gap = true;
      member.delivered = entitledFrom;
    } else if (member.state === 'away' && after) {
      const start = await channel.startBehind(after);
      // Cut again meanwhile: the next socket asks anew.
      if (connection.session?.member(channel.channelId) !== member) return;
      member.delivered = start.position;
      gap = start.gap;
    } else if (member.state === 'away' && connection.profile?.resumes) {
      if (comparePositions(channel.end, member.delivered) > 0) member.delivered = channel.end;
    }
    member.entitledFrom = undefined;
    if (member.state === 'away' && told !== undefined) member.toldAttributes = told;
    reply(JOIN_CODE.OK, {
      ...placeOf(member.delivered),
      Gap: gap,
      MemSize: channel.memberCount,
      AttrVersion: channel.attributesVersion,
    });
    if (member.state === 'away') channel.listens(member);
    channel.reportTo(member);
  }

  /** The client goes on in a channel in which this node does not know it: from its position, if it is still a member. */
  private async joinBehind(
    connection: Connection,
    session: Session,
    { ChanId: channelId, AttrVersion: told }: CommandContent<'JoinChannel'>,
    after: Position,
    reply: (code: number, more?: JoinReply) => void,
  ): Promise<'joined' | 'stale' | 'moved'> {
    const joined = await this.hub.join(session, channelId, () => undefined, { servedUpTo: undefined });
    const member = session.member(channelId);
    if (joined !== 'joined' || !member || connection.session !== session) return joined;
    await this.goOn(connection, member, after, told, reply);
    return joined;
  }

  async leave(connection: Connection, session: Session, content: CommandContent<'LeaveChannel'>): Promise<void> {
    const { ChanId: channelId } = content;
    const reply = (code: number) =>
      connection.send('LeaveChannel', { ChanId: channelId, Code: code, ...idOf(content) });
    await session.takeovers?.get(channelId);
    if (connection.session !== session) return;
    // Not a member: the wish is fulfilled (wire-protocol.md O14, design 5).
    if (!session.member(channelId)) return reply(LEAVE_CODE.OK);
    await this.hub.leave(session, channelId);
    reply(LEAVE_CODE.OK);
  }

  /** The reply is written when the fan-out reaches the message. Resolves when the log has it. */
  async send(connection: Connection, session: Session, content: CommandContent<'SendChannelMsg'>): Promise<void> {
    const { ChanId: channelId, MsgId: msgId, MsgType: type, MsgBody: body, Desc: description } = content;
    const { engine, settings, counters, nodeId, time } = this.context;
    const isAgain = content.Again !== '';
    const archiving = content.HistoryMsg;
    const inOrder = connection.profile?.matchesByCommand === true;
    const ref = this.replies.open({ session, connection, channelId, msgId, inOrder });
    const refuse = (code: number, reason: string) => {
      counters.add('channel_messages_refused');
      this.replies.refused(ref, code, reason);
      // It takes every answer for success, so that nobody but the operator can learn of it.
      if (!connection.profile?.published) return;
      const fields = { appId: session.appId, uid: session.uid, channelId, code, reason };
      const level = code === CHANNEL_MESSAGE_CODE.TIMEOUT ? 'warn' : 'info';
      this.limitedLog.log(
        level,
        String(code),
        fields,
        'a channel message was refused, and its published client cannot tell',
      );
    };
    const channel = session.member(channelId)?.channel;
    // A repeated message may have been accepted before its author left.
    if (!channel && !isAgain) return refuse(CHANNEL_MESSAGE_CODE.NOT_IN_CHANNEL, 'not in the channel');
    const problem = messageProblem({ type, body, description }, settings.messageBytes);
    if (problem !== undefined) return refuse(CHANNEL_MESSAGE_CODE.INVALID_MESSAGE, problem);
    // What a resume sends again has been counted before.
    const admitted = isAgain || admit(this.context, connection, session, () => (channel?.isLagging ? LAG_RETRY_MS : 0));
    if (admitted !== true && !(await admitted)) {
      return refuse(CHANNEL_MESSAGE_CODE.TOO_OFTEN, channel?.isLagging ? 'the channel is busy' : 'too many messages');
    }
    try {
      const result = await engine.channels.publish({
        appId: session.appId,
        channelId,
        uid: session.uid,
        message: {
          session: session.session,
          type,
          body,
          description,
          // Of one that is archived the entry may come before the reply is due: nobody waits for it.
          origin: { nodeId, ref: archiving ? NO_REF : ref },
          ...(connection.profile?.resumes && { msgId }),
        },
        onlyIfKnown: isAgain && (content.Again !== session.memory || !channel),
        timeoutMs: settings.engineTimeoutMs,
      });
      if (result.outcome === 'not-member') return refuse(CHANNEL_MESSAGE_CODE.NOT_IN_CHANNEL, 'not in the channel');
      const isUnknown = result.outcome === 'unknown';
      if (archiving) {
        const isKept = await this.archive.keep(
          session.appId,
          { kind: 'channel', channelId },
          { from: session.uid, type, body, description },
          {
            ts: result.outcome === 'accepted' ? result.ts : undefined,
            request: connection.profile?.resumes ? { session: session.session, msgId } : undefined,
            onlyIfKnown: isUnknown,
          },
        );
        if (!isKept) return refuse(CHANNEL_MESSAGE_CODE.TIMEOUT, OUTCOME_UNKNOWN);
        // A crash has lost the entry of the channel, and not that of the history: the message was accepted.
        if (isUnknown) return this.replies.accepted(ref);
      }
      if (result.outcome === 'unknown') return refuse(CHANNEL_MESSAGE_CODE.TIMEOUT, OUTCOME_UNKNOWN);
      if (result.outcome !== 'known') counters.add('channel_messages');
      if (result.outcome === 'known' || archiving) {
        // In its place among the entries, if they have not got that far yet.
        const now = session.member(channelId);
        if (now === undefined || comparePositions(result.position, now.delivered) <= 0) {
          this.replies.accepted(ref, result.position);
        } else now.awaitEntry(result.position, ref);
      }
      if (this.replies.peek(ref)) {
        time.after(FEED_PATIENCE_MS, () => {
          if (!this.replies.peek(ref)) return;
          channel?.expect(result.position);
          // Should the entry have left the log before it came back, the author is answered out of order.
          time.after(settings.pauseRefuseMs, () => this.replies.accepted(ref, result.position));
        });
      }
    } catch (error) {
      noteFailure(this.context, 'sending a channel message', error);
      refuse(CHANNEL_MESSAGE_CODE.TIMEOUT, OUTCOME_UNKNOWN);
    }
  }

  async members(connection: Connection, session: Session, content: CommandContent<'GetChanMembers'>): Promise<void> {
    const { MsgId, ChanId: channelId } = content;
    const { engine, settings, time } = this.context;
    const reply = (Code: number, Members: readonly string[]) =>
      connection.send('GetChanMembers', { MsgId, ChanId: channelId, Code, Members });
    if (!session.member(channelId)) return reply(MEMBERS_CODE.NOT_IN_CHANNEL, []);
    if (!session.window('members', settings, time.monotonicMs()).admit(settings.memberQueries, time.monotonicMs())) {
      return reply(MEMBERS_CODE.TOO_OFTEN, []);
    }
    try {
      const { appId, uid } = session;
      const limit = settings.membersListed;
      const answer = await engine.channels.members({
        appId,
        channelId,
        uid,
        limit,
        timeoutMs: settings.engineTimeoutMs,
      });
      if (!answer.isMember) return reply(MEMBERS_CODE.NOT_IN_CHANNEL, []);
      // A list that was cut holds the caller all the same (api.md 3.3).
      const { uids } = answer;
      reply(MEMBERS_CODE.OK, uids.includes(uid) ? uids : [uid, ...uids.slice(0, limit - 1)]);
    } catch (error) {
      noteFailure(this.context, 'listing members', error);
      reply(MEMBERS_CODE.FAILURE, []);
    }
  }

  async counts(connection: Connection, session: Session, content: CommandContent<'GetChanMemberSize'>): Promise<void> {
    const { MsgId } = content;
    const channelIds = [...new Set(content.ChanIds)];
    const { engine, settings, time } = this.context;
    const reply = (Code: number, ChanMemSize: readonly { ChanId: string; MemSize: number }[]) =>
      connection.send('GetChanMemberSize', { MsgId, Code, ChanMemSize });
    if (channelIds.length > settings.countedChannels) return reply(MEMBER_COUNT_CODE.EXCEED_LIMIT, []);
    // Published clients send an empty list too (wire-protocol.md 4.5); our SDK refuses it before.
    if (!channelIds.every(isId)) return reply(MEMBER_COUNT_CODE.INVALID_ARGUMENT, []);
    if (!session.window('counts', settings, time.monotonicMs()).admit(settings.countQueries, time.monotonicMs())) {
      return reply(MEMBER_COUNT_CODE.TOO_OFTEN, []);
    }
    try {
      const { appId } = session;
      const counts = await engine.channels.counts({ appId, channelIds, timeoutMs: settings.engineTimeoutMs });
      reply(
        MEMBER_COUNT_CODE.OK,
        channelIds.map((ChanId, index) => ({ ChanId, MemSize: counts[index] ?? 0 })),
      );
    } catch (error) {
      noteFailure(this.context, 'counting members', error);
      reply(MEMBER_COUNT_CODE.FAILURE, []);
    }
  }

  /** 0 or the code to refuse with. A published client's join is delayed instead of refused (quirk Q8). */
  private async joinFrequency(session: Session, channelId: string, published: boolean): Promise<number> {
    const { settings, time } = this.context;
    const giveUpMs = time.monotonicMs() + settings.pauseRefuseMs;
    let isCounted = false;
    for (;;) {
      const now = time.monotonicMs();
      // Counted once, however often this join looks again; and first, so that there are not more windows of single
      // channels than joins within the limit.
      if (!isCounted) isCounted = session.window('join', settings, now).admit(settings.joins, now);
      if (isCounted && session.window(`join ${channelId}`, settings, now).admit(settings.sameChannelJoins, now))
        return 0;
      if (!published || now >= giveUpMs) return isCounted ? JOIN_CODE.SAME_CHANNEL_TOO_OFTEN : JOIN_CODE.TOO_OFTEN;
      await pause(time, JOIN_RETRY_MS);
    }
  }
}

function idOf(content: { readonly MsgId?: number | undefined }): { MsgId?: number } {
  return content.MsgId === undefined ? {} : { MsgId: content.MsgId };
}
