import type { Position } from 'ar-rtm-protocol';
import type { ChannelFeed, MemberCount } from '../ports/channels.js';
import { EngineUnavailable } from '../ports/engine-error.js';
import type { Departures } from './departures.js';
import { pause } from './engine-failure.js';
import { type ChannelSurroundings, LocalChannel } from './local-channel.js';
import { Member } from './member.js';
import type { Session } from './session.js';

/** A channel without members here stays subscribed this long, so that coming and going does not thrash the broker. */
const LINGER_MS = 5000;
/** Pause before an engine that did not answer is asked again. */
const RETRY_MS = 500;
/** Channels asked for their ends in one call. */
const CHECK_BATCH = 200;

/** What the engine says when it has made a session a member. */
export interface JoinResult {
  /** It was a member before. */
  readonly already: boolean;
  readonly position: Position;
  readonly members: MemberCount;
  /** The version of the attributes that was announced last. */
  readonly attributes: number;
}

interface Subscription {
  /** Settles when the feed has begun. */
  readonly ready: Promise<LocalChannel>;
  channel: LocalChannel | undefined;
}

/** The channels that this node follows: one subscription each, however many members are hosted here. */
export class ChannelHub {
  private readonly subscriptions = new Map<string, Subscription>();
  private readonly ending = new Map<string, Promise<void>>();

  constructor(
    private readonly around: ChannelSurroundings,
    private readonly departures: Departures,
  ) {
    around.context.engine.channels.onFeed((feed) => this.onFeed(feed));
  }

  get size(): number {
    return this.subscriptions.size;
  }

  /** The channel, if this node follows it. */
  find(appId: string, channelId: string): LocalChannel | undefined {
    return this.subscriptions.get(keyOf(appId, channelId))?.channel;
  }

  /**
   * Makes the session a member, or takes its membership over to this node. `onJoined` runs before anything of the channel
   * can reach the member's socket, so that the reply comes first. `stale`: a newer claim exists; `moved`: the session
   * ended or got a newer socket meanwhile. With `waits`, delivery begins when the client itself joins, behind
   * `waits.servedUpTo` if that is known. Rejects with EngineUnavailable.
   */
  async join(
    session: Session,
    wanted: string,
    onJoined: (result: JoinResult) => void,
    waits?: { readonly servedUpTo: Position | undefined },
  ): Promise<'joined' | 'stale' | 'moved'> {
    const { engine, settings } = this.around.context;
    const { appId, uid } = session;
    const timeoutMs = settings.engineTimeoutMs;
    const { generation } = session;
    const channel = await this.follow(appId, wanted);
    // One text for all members, not one per frame that named the channel.
    const { channelId } = channel;
    // A member from now on, so that the channel goes on being followed; nothing is delivered before the answer.
    const member = new Member(channel, session, { epoch: 0, offset: 0 });
    channel.add(member);
    let mayBeMember = false;
    try {
      if ((await engine.registry.addChannel({ appId, uid, generation, channelId, timeoutMs })) === 'stale') {
        channel.remove(member);
        return 'stale';
      }
      // A process that was suspended meanwhile must not speak for a session that others have taken over.
      if (!this.around.mayHost()) throw new EngineUnavailable('the lease is over');
      mayBeMember = true;
      const answer = await engine.channels.join({
        appId,
        channelId,
        uid,
        session: session.session,
        generation,
        timeoutMs,
      });
      const result: JoinResult = { ...answer, attributes: channel.attributes.version };
      if (session.state === 'ended' || session.generation !== generation) {
        channel.remove(member);
        // The departure of a session that is over may have been carried out before this join.
        if (session.isOver) this.departures.add(appId, uid, { session: session.session, channels: [channelId] });
        else if (!result.already && !(session.member(channelId) || session.takeovers?.has(channelId))) {
          this.takeBack(session, channelId, generation);
        }
        return 'moved';
      }
      const other = session.member(channelId);
      if (other) {
        // The client's own join and the takeover of its membership met; the first one stands.
        channel.remove(member);
        onJoined({ ...result, position: other.delivered });
        if (!waits && other.state === 'away') channel.listens(other);
        return 'joined';
      }
      session.addMember(member);
      onJoined(result);
      if (session.connection && !waits) channel.begin(member, result.position, result.members);
      else {
        member.delivered = (result.already && waits?.servedUpTo) || result.position;
        if (!result.already) member.entitledFrom = result.position;
        member.apply('cut');
        channel.counts.changed(result.members);
      }
      return 'joined';
    } catch (error) {
      channel.remove(member);
      // The client hears that it has not joined. The others must not see it as a member for ever.
      if (mayBeMember && !waits) this.leaveBehind(session, channelId, generation);
      throw error;
    }
  }

  /** Ends a membership behind the client's back, however long the engine takes; a new join waits for that. */
  private leaveBehind(session: Session, channelId: string, generation: number): void {
    // The client has a newer socket: it says there again what it wants.
    if (session.generation !== generation) return;
    session.takeovers ??= new Map();
    const { takeovers } = session;
    const { logger } = this.around.context;
    const left = this.leaveStubbornly(session, channelId)
      .catch((error: unknown) => logger.error({ err: error, channel: channelId }, 'ending a membership failed'))
      .finally(() => {
        if (takeovers.get(channelId) === left) takeovers.delete(channelId);
      });
    takeovers.set(channelId, left);
  }

  private async leaveStubbornly(session: Session, channelId: string): Promise<void> {
    const { counters, time } = this.around.context;
    const { generation } = session;
    for (;;) {
      await pause(time, RETRY_MS);
      // The end of a session takes it out of all its channels, this one included. A client that is back joins again, or
      // leaves what it does not know.
      if (session.state === 'ended' || session.generation !== generation) return;
      try {
        return await this.endMembership(session, channelId);
      } catch (error) {
        if (!(error instanceof EngineUnavailable)) throw error;
        counters.add('engine_failures');
      }
    }
  }

  /**
   * Ends the membership for all. An engine that does not answer may have carried it out: there is no way back then, and it
   * is told again until it has answered.
   */
  async leave(session: Session, channelId: string): Promise<void> {
    const { generation } = session;
    this.drop(session, channelId);
    try {
      await this.endMembership(session, channelId);
    } catch (error) {
      if (!(error instanceof EngineUnavailable)) throw error;
      this.around.context.counters.add('engine_failures');
      this.leaveBehind(session, channelId, generation);
    }
  }

  /** Both may be told again: a later host would else make the session a member once more. */
  private async endMembership(session: Session, channelId: string): Promise<void> {
    const { engine, settings } = this.around.context;
    const { appId, uid, generation } = session;
    const timeoutMs = settings.engineTimeoutMs;
    await engine.channels.leave({ appId, channelId, uid, session: session.session, generation, timeoutMs });
    await engine.registry.removeChannel({ appId, uid, generation, channelId, timeoutMs });
  }

  /** Ends what a join under an older generation may have made behind the departure under a newer one. */
  private takeBack(session: Session, channelId: string, generation: number): void {
    const { engine, settings, counters, logger, time } = this.around.context;
    const { appId, uid } = session;
    const timeoutMs = settings.engineTimeoutMs;
    engine.channels
      .leave({ appId, channelId, uid, session: session.session, generation, timeoutMs })
      .catch((error: unknown) => {
        if (!(error instanceof EngineUnavailable)) return logger.error({ err: error }, 'taking a join back failed');
        counters.add('engine_failures');
        time.after(RETRY_MS, () => this.takeBack(session, channelId, generation));
      });
  }

  /** Stops delivery to this session on this node, without telling anybody. */
  drop(session: Session, channelId: string): void {
    const member = session.member(channelId);
    if (!member) return;
    session.removeMember(channelId);
    member.channel.remove(member);
  }

  /** The engine has ended all feeds to this node: what comes next begins anew. */
  reset(): void {
    this.subscriptions.clear();
  }

  dropAll(session: Session): void {
    for (const member of [...session.memberships()]) this.drop(session, member.channel.channelId);
  }

  /** Ends subscriptions that nobody needs any more. Called regularly. */
  sweep(): void {
    const now = this.around.context.time.monotonicMs();
    for (const [key, { channel }] of this.subscriptions) {
      if (channel?.emptySinceMs !== undefined && channel.size === 0 && now - channel.emptySinceMs >= LINGER_MS) {
        this.unfollow(key, channel);
      }
    }
  }

  /** Asks the broker for the ends of channels that were silent since the last call: a lost feed is found (design 2). */
  async checkIdle(): Promise<void> {
    const byApp = new Map<string, LocalChannel[]>();
    for (const { channel } of this.subscriptions.values()) {
      if (channel === undefined) continue;
      if (!channel.touched) {
        const idle = byApp.get(channel.appId);
        if (idle) idle.push(channel);
        else byApp.set(channel.appId, [channel]);
      }
      channel.touched = false;
    }
    const { engine, settings } = this.around.context;
    for (const [appId, channels] of byApp) {
      for (let from = 0; from < channels.length; from += CHECK_BATCH) {
        const some = channels.slice(from, from + CHECK_BATCH);
        const ends = await engine.channels.ends({
          appId,
          channelIds: some.map((channel) => channel.channelId),
          timeoutMs: settings.engineTimeoutMs,
        });
        some.forEach((channel, index) => {
          const answer = ends[index];
          if (answer === undefined) return;
          channel.expect(answer.end);
          channel.counts.changed(answer.members);
          channel.attributes.expect(answer.attributes);
        });
      }
    }
  }

  private onFeed(feed: ChannelFeed): void {
    const key = keyOf(feed.appId, feed.channelId);
    const subscription = this.subscriptions.get(key);
    if (!subscription) this.endStrayFeed(key, feed);
    const channel = subscription?.channel;
    if (channel === undefined) return;
    if (feed.kind === 'entries') channel.feed(feed.entries);
    else if (feed.kind === 'count') channel.counts.changed(feed.members);
    else channel.attributes.changed(feed.attributes);
  }

  private async follow(appId: string, channelId: string): Promise<LocalChannel> {
    const key = keyOf(appId, channelId);
    await this.ending.get(key);
    const known = this.subscriptions.get(key);
    if (known) return known.ready;
    const { engine, nodeId, settings, time } = this.around.context;
    const subscription: Subscription = {
      channel: undefined,
      ready: engine.channels
        .subscribe({ appId, channelId, nodeId, timeoutMs: settings.engineTimeoutMs })
        .then((start) => {
          const channel = new LocalChannel(this.around, appId, channelId, start);
          channel.emptySinceMs = time.monotonicMs();
          subscription.channel = channel;
          // Begun anew meanwhile, and nobody follows it any more: this feed would never be ended.
          this.endStrayFeed(key, channel);
          return channel;
        })
        .catch((error: unknown) => {
          if (this.subscriptions.get(key) === subscription) this.subscriptions.delete(key);
          // It may have been carried out, or be on its way still.
          time.after(settings.engineTimeoutMs, () => this.endStrayFeed(key, { appId, channelId }));
          throw error;
        }),
    };
    this.subscriptions.set(key, subscription);
    return subscription.ready;
  }

  /** Ends a feed that nobody follows: a call that began it, and was given up, was carried out all the same. */
  private endStrayFeed(key: string, channel: { readonly appId: string; readonly channelId: string }): void {
    if (!this.subscriptions.has(key) && !this.ending.has(key)) this.unfollow(key, channel);
  }

  private unfollow(key: string, channel: { readonly appId: string; readonly channelId: string }): void {
    const { engine, nodeId, settings, counters, logger, time } = this.around.context;
    const { appId, channelId } = channel;
    this.subscriptions.delete(key);
    const ended = engine.channels
      .unsubscribe({ appId, channelId, nodeId, timeoutMs: settings.engineTimeoutMs })
      .catch((error: unknown) => {
        if (!(error instanceof EngineUnavailable)) return logger.error({ err: error }, 'ending a channel feed failed');
        counters.add('engine_failures');
        // Until then a feed that goes on is ignored: nobody follows it here.
        time.after(RETRY_MS, () => this.endStrayFeed(key, channel));
      })
      .finally(() => this.ending.delete(key));
    this.ending.set(key, ended);
  }
}

/** NUL cannot occur in an id. */
function keyOf(appId: string, channelId: string): string {
  return `${appId}\u0000${channelId}`;
}
