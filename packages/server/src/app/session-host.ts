import { CLOSE_CODE, type Position } from 'ar-rtm-protocol';
import type { ReadClock } from '../domain/read-clock.js';
import { SlotTable } from '../domain/slot-table.js';
import { EngineUnavailable } from '../ports/engine-error.js';
import type { Notice, OrphanedSession } from '../ports/nodes.js';
import type { ClaimResult, EndedSession, EndReason, ServedChannel } from '../ports/registry.js';
import type { CallDesk } from './call-desk.js';
import type { ChannelHub } from './channel-hub.js';
import type { Connection } from './connection.js';
import type { NodeContext } from './context.js';
import type { DeadlineWheel } from './deadline-wheel.js';
import type { Departures } from './departures.js';
import { pause } from './engine-failure.js';
import { InboxPump } from './inbox-pump.js';
import type { MediaTexts } from './media/media-texts.js';
import type { PresenceHub } from './presence-hub.js';
import { Reachability } from './reachability.js';
import { Session } from './session.js';
import type { Ticket } from './tickets.js';

type Claimed = Extract<ClaimResult, { outcome: 'claimed' }>;

/** After a reconnect the client joins its channels again; those joins are not counted for so long. */
const REJOIN_MS = 10_000;
const RETRY_MS = 500;
/** Inboxes asked for their ends in one call. */
const CHECK_BATCH = 500;
/** Longer than an answer of the engine may take. */
const EARLY_MS = 10_000;

/** The sessions that this node hosts: begin, cut, resume, end. */
export class SessionHost {
  private readonly sessions = new SlotTable<Session>();
  /** Kicks whose notice came before the answer to the claim that they end. */
  private readonly early = new SlotTable<number>();
  readonly reachability: Reachability;
  private readonly data: string;

  constructor(
    private readonly context: NodeContext,
    private readonly clock: ReadClock,
    private readonly wheel: DeadlineWheel,
    private readonly hub: ChannelHub,
    private readonly departures: Departures,
    private readonly presence: PresenceHub,
    private readonly calls: CallDesk,
    private readonly mediaTexts: MediaTexts,
  ) {
    // Data that were lost, or came from a backup, have another secret.
    this.data = context.signer.sign('data').slice(0, 12);
    this.reachability = new Reachability(context, (session) => this.stale(session));
    context.engine.inboxes.onFeed((feed) => {
      const session = this.sessions.get(feed.appId, feed.uid);
      if (session && session.generation === feed.generation) session.inbox?.feed(feed.entries);
    });
  }

  get size(): number {
    return this.sessions.size;
  }

  /** Sessions of one app. */
  countOf(appId: string): number {
    return this.sessions.sizeOf(appId);
  }

  all(): Iterable<Session> {
    return this.sessions.values();
  }

  find(appId: string, uid: string): Session | undefined {
    return this.sessions.get(appId, uid);
  }

  /** Puts a claimed session on its socket. `superseded` when another client's newer claim was faster. */
  begin(connection: Connection, ticket: Ticket, userSId: string, claim: Claimed): 'begun' | 'superseded' | 'replaced' {
    if (this.early.get(ticket.appId, ticket.uid) === claim.generation) {
      if (claim.ended) this.departures.add(ticket.appId, ticket.uid, claim.ended);
      return 'superseded';
    }
    const session = this.host(ticket, userSId, claim);
    if (!session) return 'replaced';
    const previous = session.connection;
    session.connection = connection;
    connection.session = session;
    session.profile = connection.profile;
    session.apply('resumed');
    this.presence.back(session, session.profile?.published === false);
    session.isSilent = false;
    session.lastPacketMs = this.clock.nowMs;
    // A crash of the engine, which raises the epoch, loses the memory of what was carried out before.
    session.epoch = claim.inboxEnd.epoch;
    if (claim.continued) this.context.counters.add('sessions_resumed');
    if (claim.reconnecting || claim.continued) {
      session.rejoinUntilMs = this.clock.nowMs + REJOIN_MS;
      session.expectsAttributeRestore = true;
    }
    if (previous && previous !== connection) {
      for (const member of session.memberships()) member.apply('cut');
      previous.detach();
      previous.close(CLOSE_CODE.REPLACED, 'replaced by a newer socket of the same client');
    }
    return 'begun';
  }

  /** After the Login reply was queued: memberships and inbox begin to flow. */
  open(connection: Connection, claim: Claimed): void {
    const { session } = connection;
    if (!session) return;
    if (claim.continued) this.calls.abandon(session);
    this.awaitRejoins(connection, session);
    this.takeOver(session, claim);
    const freshPublished = connection.profile?.published === true && !claim.reconnecting && !claim.continued;
    if (freshPublished) this.holdForFetch(session, claim.inboxEnd);
    else session.inbox?.release(undefined, claim.inboxStart);
  }

  /** A session was claimed for a socket that is gone by now: it waits, suspended. */
  adoptUnused(ticket: Ticket, userSId: string, claim: Claimed): void {
    const known = this.find(ticket.appId, ticket.uid);
    if (known?.connection) {
      if (known.generation >= claim.generation) return;
      // Claims of one client have overtaken each other: its socket that is on comes back to the last of them.
      this.stale(known);
    }
    const session = this.host(ticket, userSId, claim);
    if (session && !session.connection) this.suspend(session);
  }

  /** Hosts a session whose node is gone; its clock goes on. */
  adopt(orphan: OrphanedSession): void {
    // The engine gives away what this node believed to host: the client comes back to the new generation.
    const known = this.find(orphan.appId, orphan.uid);
    if (known && known.generation > orphan.generation) return;
    if (known) this.stale(known);
    const session = new Session(orphan.appId, orphan.uid, orphan.userSId, orphan.session, this.data);
    session.generation = orphan.generation;
    session.lastPacketMs = this.clock.nowMs - orphan.silentMs;
    session.inbox = this.pumpFor(session, undefined);
    this.takeOver(session, orphan);
    this.sessions.set(orphan.appId, orphan.uid, session);
    this.watch(session);
  }

  /** A session has ended that nobody goes on with: it leaves its channels. */
  departed(appId: string, uid: string, ended: EndedSession): void {
    this.departures.add(appId, uid, ended);
  }

  /** The socket of a session is gone. */
  cut(session: Session, connection: Connection): void {
    if (session.connection !== connection) return;
    session.connection = undefined;
    session.inbox?.hold();
    for (const member of session.memberships()) member.apply('cut');
    this.calls.abandon(session);
    this.suspend(session);
  }

  /** Ends a session for good: logout, or 30 s of silence. Resolves when the engine knows. */
  async end(session: Session, reason: EndReason): Promise<void> {
    if (!session.apply('ended')) return;
    session.isOver = true;
    this.forget(session);
    const { engine, settings, time, counters } = this.context;
    const { appId, uid, generation } = session;
    for (;;) {
      try {
        const answer = await engine.registry.end({
          appId,
          uid,
          generation,
          reason,
          timeoutMs: settings.engineTimeoutMs,
        });
        if (answer !== 'stale') this.departures.add(appId, uid, answer.ended);
        return;
      } catch (error) {
        if (!(error instanceof EngineUnavailable)) throw error;
        counters.add('engine_failures');
        await pause(time, RETRY_MS);
      }
    }
  }

  /** A newer claim took the session. */
  superseded(notice: Extract<Notice, { kind: 'superseded' }>): void {
    const session = this.find(notice.appId, notice.uid);
    if (!session || session.generation !== notice.generation) {
      if (notice.by !== 'same') this.rememberEarly(notice);
      return;
    }
    if (notice.by === 'same') {
      this.replaced(session);
      return;
    }
    const { connection } = session;
    session.apply('moved');
    session.isOver = true;
    this.forget(session);
    if (!connection) return;
    connection.detach();
    const isPutOff = notice.by === 'operator';
    this.context.counters.add(isPutOff ? 'sessions_put_off' : 'sessions_kicked');
    connection.forgetOnClose = { appId: notice.appId, uid: notice.uid, userSId: session.userSId };
    connection.send('ForceOffline', { Reason: isPutOff ? 'BANNED' : 'REMOTE_LOGIN' });
    connection.close(CLOSE_CODE.NORMAL, isPutOff ? 'put off by the operator' : 'logged in elsewhere');
  }

  private rememberEarly({ appId, uid, generation }: Extract<Notice, { kind: 'superseded' }>): void {
    this.early.set(appId, uid, generation);
    this.context.time.after(EARLY_MS, () => {
      if (this.early.get(appId, uid) === generation) this.early.delete(appId, uid);
    });
  }

  /**
   * The same client has a newer socket, here or on another node. Here, the answer to the claim is on its way and goes on
   * with this session; otherwise it is let go.
   */
  private replaced(session: Session): void {
    const { generation, connection } = session;
    session.connection = undefined;
    session.inbox?.hold();
    for (const member of session.memberships()) member.apply('cut');
    if (connection) {
      connection.detach();
      connection.close(CLOSE_CODE.REPLACED, 'replaced by a newer socket of the same client');
    }
    this.context.time.after(RETRY_MS, () => {
      if (session.generation !== generation || !session.apply('moved')) return;
      this.forget(session);
    });
  }

  /** The engine says that a newer claim exists, before its notice came: the client has to come back and will be told. */
  stale(session: Session): void {
    const { connection } = session;
    if (!session.apply('moved')) return;
    this.forget(session);
    if (connection) {
      connection.detach();
      connection.close(CLOSE_CODE.REPLACED, 'the session moved');
    }
  }

  /** This node may not host sessions any more (lost lease, drain): all sockets are cut, nothing is ended. */
  abandonAll(code: number, reason: string): void {
    for (const session of [...this.sessions.values()]) {
      const { connection } = session;
      session.apply('moved');
      this.forget(session);
      if (connection) {
        connection.detach();
        connection.close(code, reason);
      }
    }
    this.hub.reset();
    this.presence.reset();
  }

  /** Offline messages of a fresh published login were fetched, over any node. */
  fetched(appId: string, uid: string, generation: number, upTo: Position): void {
    const session = this.find(appId, uid);
    if (session && session.generation === generation && session.connection) session.inbox?.release(upTo);
  }

  /**
   * Asks for the ends of inboxes that were silent since the last call: a lost feed is found (design 2), and the engine
   * hears which sessions this node knows.
   */
  async checkIdle(): Promise<void> {
    const byApp = new Map<string, Session[]>();
    for (const session of this.sessions.values()) {
      const { inbox } = session;
      if (!inbox) continue;
      if (!inbox.touched) {
        const idle = byApp.get(session.appId);
        if (idle) idle.push(session);
        else byApp.set(session.appId, [session]);
      }
      inbox.touched = false;
    }
    const { engine, settings } = this.context;
    for (const [appId, idle] of byApp) {
      for (let from = 0; from < idle.length; from += CHECK_BATCH) {
        const some = idle.slice(from, from + CHECK_BATCH);
        const asked = some.map(({ uid, generation }) => ({ uid, generation }));
        const ends = await engine.inboxes.ends({ appId, sessions: asked, timeoutMs: settings.engineTimeoutMs });
        some.forEach((session, index) => {
          const generation = asked[index]?.generation;
          // A claim that came meanwhile has an answer of its own.
          if (session.generation !== generation) return;
          const end = ends[index];
          if (end === undefined) this.stale(session);
          else session.inbox?.expect(end);
        });
      }
    }
  }

  /** The session is silent for too long, with or without a socket. */
  expire(session: Session): void {
    const { connection } = session;
    this.context.counters.add('sessions_expired');
    if (connection) {
      connection.detach();
      this.context.counters.add('closed_idle');
      connection.close(CLOSE_CODE.IDLE, 'nothing heard for too long');
    }
    this.end(session, 'offline').catch((error: unknown) => this.failed('ending a silent session', error));
  }

  private host(ticket: Ticket, userSId: string, claim: Claimed): Session | undefined {
    const known = this.sessions.get(ticket.appId, ticket.uid);
    if (known && known.generation > claim.generation) return undefined;
    if (claim.ended) this.departures.add(ticket.appId, ticket.uid, claim.ended);
    if (known && known.session === claim.session) {
      // Another node had the session in between: its memberships may not be those that are remembered here.
      if (known.generation !== claim.formerGeneration) this.hub.dropAll(known);
      known.generation = claim.generation;
      known.inbox?.hold();
      return known;
    }
    if (known) {
      this.superseded({
        kind: 'superseded',
        appId: ticket.appId,
        uid: ticket.uid,
        generation: known.generation,
        by: known.userSId === userSId ? 'same' : 'other',
      });
      if (known.apply('moved')) this.forget(known);
    }
    const session = new Session(ticket.appId, ticket.uid, userSId, claim.session, this.data);
    session.generation = claim.generation;
    session.lastPacketMs = this.clock.nowMs;
    session.inbox = this.pumpFor(session, claim.continued ? undefined : claim.inboxEnd);
    this.sessions.set(ticket.appId, ticket.uid, session);
    return session;
  }

  private pumpFor(session: Session, offlineUpTo: Position | undefined): InboxPump {
    return new InboxPump(this.context, session, this.calls, this.mediaTexts, offlineUpTo, (generation) => {
      if (session.generation === generation) this.stale(session);
    });
  }

  /**
   * A client that is back hears nothing of a channel before it has joined it again, which it does by itself for all it
   * knows. A membership that it does not ask for goes on after a while; but a client that has not said a word since its
   * Login may be frozen, and has not read the answer yet: entries in front of its own join would be a hole to it.
   */
  private awaitRejoins(connection: Connection, session: Session): void {
    if (session.rejoinUntilMs <= this.clock.nowMs) return;
    const sinceMs = connection.lastPacketMs;
    const goOn = (): void => {
      if (session.connection !== connection) return;
      if (connection.lastPacketMs <= sinceMs) {
        this.context.time.after(REJOIN_MS, goOn);
        return;
      }
      for (const member of session.memberships()) if (member.state === 'away') member.channel.listens(member);
    };
    this.context.time.after(REJOIN_MS, goOn);
  }

  private holdForFetch(session: Session, cut: Position): void {
    const { generation, inbox } = session;
    this.context.time.after(this.context.settings.offlineFetchMs, () => {
      if (session.generation === generation && session.state === 'active') inbox?.release(cut);
    });
  }

  /** Takes what a continued session has, as far as it is not here, over to this node. */
  private takeOver(
    session: Session,
    {
      channels,
      served,
      peers,
    }: {
      readonly channels: readonly string[];
      readonly served: readonly ServedChannel[];
      readonly peers: readonly string[];
    },
  ): void {
    this.presence.takeOver(session, peers);
    for (const channelId of channels) {
      if (session.member(channelId)) continue;
      this.rejoin(session, channelId, served.find((one) => one.channelId === channelId)?.position);
    }
  }

  private rejoin(session: Session, channelId: string, servedUpTo: Position | undefined): void {
    session.takeovers ??= new Map();
    const { takeovers } = session;
    const taken = this.tryToRejoin(session, channelId, servedUpTo)
      .catch((error: unknown) => this.failed('taking a membership over', error))
      .finally(() => {
        if (takeovers.get(channelId) === taken) takeovers.delete(channelId);
      });
    takeovers.set(channelId, taken);
  }

  /** However long the engine takes to answer: the client's own join waits for this. */
  private async tryToRejoin(session: Session, channelId: string, servedUpTo: Position | undefined): Promise<void> {
    const { generation } = session;
    while (session.state !== 'ended' && session.generation === generation && !session.member(channelId)) {
      try {
        await this.hub.join(session, channelId, () => undefined, { servedUpTo });
        return;
      } catch (error) {
        if (!(error instanceof EngineUnavailable)) throw error;
        this.context.counters.add('engine_failures');
        await pause(this.context.time, RETRY_MS);
      }
    }
  }

  private suspend(session: Session): void {
    if (session.apply('cut') || session.state === 'suspended') this.watch(session);
    const { engine, settings } = this.context;
    const { appId, uid, generation } = session;
    const silentMs = this.clock.nowMs - session.lastPacketMs;
    const served = servedOf(session);
    engine.registry
      .suspend({ appId, uid, generation, silentMs, served, timeoutMs: settings.engineTimeoutMs })
      .then((answer) => {
        // An answer that comes after the client is back says nothing of the newer claim.
        if (answer === 'stale' && session.generation === generation) this.stale(session);
      })
      // Only makes the clock of a later host more exact.
      .catch((error: unknown) => {
        if (!(error instanceof EngineUnavailable)) this.failed('suspending a session', error);
      });
  }

  /** Looks after a session without a socket until it is resumed or its time is over. */
  private watch(session: Session): void {
    const { generation } = session;
    const remaining = () => session.lastPacketMs + this.context.settings.offlineMs - this.clock.nowMs;
    const untilSilent = () => this.reachability.check(session, this.clock.nowMs - session.lastPacketMs);
    const visit = {
      due: (): number | undefined => {
        if (session.state !== 'suspended' || session.generation !== generation) return undefined;
        if (remaining() > 0) return Math.min(remaining(), untilSilent());
        this.expire(session);
        return undefined;
      },
    };
    this.wheel.schedule(visit, Math.min(remaining(), untilSilent()));
  }

  private forget(session: Session): void {
    const { appId, uid } = session;
    if (this.sessions.get(appId, uid) === session) this.sessions.delete(appId, uid);
    this.hub.dropAll(session);
    this.presence.drop(session);
    session.inbox?.hold();
    session.connection = undefined;
  }

  private failed(what: string, error: unknown): void {
    this.context.logger.error({ err: error }, `${what} failed`);
  }
}

/** How far a session has been served, for its next host. Ours names its positions by itself. */
function servedOf(session: Session): ServedChannel[] {
  if (session.profile?.resumes) return [];
  return [...session.memberships()].map(({ channel, delivered }) => ({
    channelId: channel.channelId,
    position: delivered,
  }));
}
