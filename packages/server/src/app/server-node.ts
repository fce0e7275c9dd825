import { CLOSE_CODE, type Command } from 'ar-rtm-protocol';
import type { Apps } from '../domain/apps.js';
import { ReadClock } from '../domain/read-clock.js';
import type { Tokens } from '../domain/tokens.js';
import type { ClientLogs } from '../ports/client-logs.js';
import { EngineUnavailable } from '../ports/engine-error.js';
import type { MediaBytes } from '../ports/media-bytes.js';
import type { Notice } from '../ports/nodes.js';
import type { Cancel } from '../ports/time.js';
import type { Transport, TransportEvents } from '../ports/transport.js';
import { AdminAccess } from './admin/admin-access.js';
import { AdminApi, type AdminSources } from './admin/admin-api.js';
import { Lookups } from './admin/lookups.js';
import type { Readiness } from './admin/overview.js';
import { AppQuotas } from './app-quotas.js';
import { Archive } from './archive.js';
import { AuthorReplies } from './author-replies.js';
import { BackEndApi, type BackEndLimits } from './back-end/back-end-api.js';
import { type ApiKey, Credentials, type SecretCheck } from './back-end/credentials.js';
import { Kicks } from './back-end/kicks.js';
import { BackEndMessages } from './back-end/messages.js';
import { CallDesk } from './call-desk.js';
import { ChannelHub } from './channel-hub.js';
import { Connection, type ConnectionHost } from './connection.js';
import type { NodeContext } from './context.js';
import { DeadlineWheel } from './deadline-wheel.js';
import { Deliveries } from './deliveries.js';
import { Departures } from './departures.js';
import { Dispatcher } from './dispatcher.js';
import { Door } from './door.js';
import { pause } from './engine-failure.js';
import { Gateway } from './gateway.js';
import { AttributeCommands } from './handlers/attributes.js';
import { CallCommands } from './handlers/calls.js';
import { ChannelCommands } from './handlers/channels.js';
import { HistoryCommands } from './handlers/history.js';
import { PeerMessages } from './handlers/peer-messages.js';
import { PresenceCommands } from './handlers/presence.js';
import { TokenRenewal } from './handlers/token-renewal.js';
import { HistoryGateway } from './history-gateway.js';
import { Lease } from './lease.js';
import { Liveness } from './liveness.js';
import { LogUploads } from './log-uploads.js';
import { Login } from './login.js';
import { MediaAccess } from './media/media-access.js';
import { MediaDesk } from './media/media-desk.js';
import { MediaTexts } from './media/media-texts.js';
import { OutboxSweep } from './outbox-sweep.js';
import { PresenceHub } from './presence-hub.js';
import { RequestSessions } from './request-sessions.js';
import type { Session } from './session.js';
import { SessionHost } from './session-host.js';
import { Tickets } from './tickets.js';
import { TokenWatch } from './token-watch.js';

const TICK_MS = 100;
const IDLE_CHECK_MS = 10_000;
const HUB_SWEEP_MS = 1000;
const BUDGET_CHECK_MS = 500;

/** One node of the server: everything between the sockets and the engine. */
export class ServerNode implements ConnectionHost {
  readonly clock: ReadClock;
  readonly sweep: OutboxSweep;
  readonly door: Door;
  readonly gateway: Gateway;
  readonly logUploads: LogUploads;
  readonly historyGateway: HistoryGateway;
  readonly media: MediaDesk;
  private readonly archive: Archive;
  private readonly connections = new Set<Connection>();
  private readonly wheel = new DeadlineWheel(TICK_MS);
  private readonly replies = new AuthorReplies();
  private readonly deliveries: Deliveries;
  private readonly departures: Departures;
  private readonly hub: ChannelHub;
  private readonly presence: PresenceHub;
  private readonly sessions: SessionHost;
  private readonly liveness: Liveness;
  private readonly lease: Lease;
  private readonly quotas: AppQuotas;
  private readonly dispatcher: Dispatcher;
  private readonly peers: PeerMessages;
  private readonly timers: Cancel[] = [];
  private starting = true;
  private draining = false;
  private lastIdleCheckMs = 0;
  private lastBudgetCheckMs = 0;
  private lastHubSweepMs = 0;

  constructor(
    readonly context: NodeContext,
    private readonly apps: Apps,
    private readonly tokens: Tokens,
    mediaBytes: MediaBytes,
    clientLogs?: ClientLogs,
  ) {
    const { time, settings, framing } = context;
    this.clock = new ReadClock(TICK_MS, time.monotonicMs());
    this.sweep = new OutboxSweep(
      framing,
      time,
      () => this.clock.nowMs,
      settings.connectionQueueBytes,
      (bytes) => context.counters.add('slow_consumer_bytes_dropped', bytes),
    );
    this.door = new Door(context, () => this.isReady);
    this.deliveries = new Deliveries(context);
    this.departures = new Departures(context);
    const tickets = new Tickets(context.signer, time, context.chance, settings.ticketMs);
    const requestSessions = new RequestSessions(context, tickets);
    const access = new MediaAccess(context, apps, requestSessions);
    const mediaTexts = new MediaTexts(context, access);
    this.hub = new ChannelHub(
      { context, wheel: this.wheel, replies: this.replies, mediaTexts, mayHost: () => this.lease.isGood },
      this.departures,
    );
    this.presence = new PresenceHub(context, () => this.clock.nowMs);
    const calls = new CallDesk(context);
    const { clock, wheel, hub, departures, presence } = this;
    this.sessions = new SessionHost(context, clock, wheel, hub, departures, presence, calls, mediaTexts);
    this.liveness = new Liveness(context, this.clock, this.sessions, this.sessions.reachability);
    this.lease = new Lease(context, this.sessions, this.departures);
    this.quotas = new AppQuotas(context, this.sessions);
    const { door, quotas } = this;
    this.gateway = new Gateway(context, apps, tokens, tickets, requestSessions, mediaTexts, door, quotas);
    const tokenWatch = new TokenWatch(context, this.wheel, this.sessions);
    this.logUploads = new LogUploads(context, requestSessions, clientLogs);
    const archive = new Archive(context);
    this.archive = archive;
    this.historyGateway = new HistoryGateway(context, requestSessions, archive);
    this.media = new MediaDesk(context, access, apps, mediaBytes);
    this.peers = new PeerMessages(context, this.deliveries, archive);
    this.dispatcher = new Dispatcher(
      context,
      new Login(context, apps, tickets, this.sessions, () => this.lease.isHeld, tokenWatch, quotas, tokens),
      this.sessions,
      this.peers,
      new ChannelCommands(context, this.hub, this.replies, this.sessions, this.clock, archive),
      new AttributeCommands(context, this.sessions),
      new PresenceCommands(context, this.presence, this.sessions),
      new TokenRenewal(context, apps, tokens, tokenWatch, this.sessions),
      new HistoryCommands(context, archive),
      new CallCommands(context, calls, this.sessions),
    );
    context.engine.nodes.onNotice((notice) => this.onNotice(notice));
  }

  /** Takes up the lease and the sessions of a former node; then the gateway answers. */
  async start(): Promise<void> {
    await this.lease.begin();
    const { time, settings } = this.context;
    this.timers.push(time.every(TICK_MS, () => this.tick()));
    this.timers.push(time.every(settings.mediaSweepMs, () => void this.media.sweep.run()));
    this.starting = false;
  }

  /** Logins are accepted, unless the process is overloaded. */
  get isReady(): boolean {
    return this.lease.isHeld && !this.starting && !this.draining;
  }

  get readiness(): Readiness {
    return !this.isReady ? 'not ready' : this.door.isOverloaded ? 'overloaded' : 'ready';
  }

  /** Nothing can be answered yet. */
  get isStarting(): boolean {
    return this.starting;
  }

  /** Live objects by kind, for leak tests and health. */
  get census(): Readonly<Record<string, number>> {
    return {
      connections: this.connections.size,
      pendingLogins: this.door.pendingLogins,
      sessions: this.sessions.size,
      feeds: this.hub.size,
      watched: this.presence.size,
      deliveries: this.deliveries.size,
      replies: this.replies.size,
      departures: this.departures.size,
      queuedBytes: this.sweep.queuedBytes,
      uploads: this.media.uploads.size,
      transfers: this.media.transfers.size,
    };
  }

  /** The REST API of this node. `isSecretOf` compares a secret with a hash. */
  backEnds(
    keys: readonly ApiKey[],
    isSecretOf: SecretCheck,
    { offlineCode, ...limits }: BackEndLimits & { readonly offlineCode: 'message_offline' | 'peer_offline' },
  ): BackEndApi {
    const { context, apps, tokens } = this;
    return new BackEndApi(
      context,
      apps,
      new Credentials(keys, isSecretOf, tokens, context),
      new BackEndMessages(context, this.deliveries, this.hub, this.archive, offlineCode),
      new Kicks(context, this.departures),
      this.quotas,
      limits,
      () => this.isReady,
    );
  }

  /** The operator's part of this node. `isKey` knows the operator key. */
  admin(isKey: (text: string) => boolean, sources: AdminSources): AdminApi {
    const { context, apps, sessions, hub, clock, departures } = this;
    const lookups = new Lookups(context, apps, sessions, hub, clock);
    return new AdminApi(context, new AdminAccess(context, isKey), lookups, new Kicks(context, departures), sources);
  }

  /** A new socket. */
  accept(transport: Transport): TransportEvents {
    const connection = new Connection(transport, this);
    this.connections.add(connection);
    this.door.opened(transport.remoteAddress);
    this.context.counters.add('connections_opened');
    this.wheel.schedule(connection, this.liveness.firstVisitMs);
    if (this.draining) connection.close(CLOSE_CODE.SERVICE_RESTART, 'restarting');
    return connection;
  }

  /**
   * Graceful stop: no logins any more (the gateway answers 503), sockets are closed with a reconnect code, spread over the
   * drain time; sessions are left for the next node. Resolves when all sockets are gone or the patience is over.
   */
  async drain(): Promise<void> {
    this.draining = true;
    const { time, settings } = this.context;
    const open = [...this.connections];
    const began = time.monotonicMs();
    for (let i = 0; i < open.length; i++) {
      const due = began + (settings.drainMs * i) / open.length;
      const wait = due - time.monotonicMs();
      if (wait > 10) await pause(this.context.time, wait);
      const connection = open[i] as Connection;
      if (!connection.awaitsLogin) connection.close(CLOSE_CODE.SERVICE_RESTART, 'restarting');
    }
    const giveUp = time.monotonicMs() + Math.min(3000, settings.drainMs + 500);
    while (this.connections.size > 0 && time.monotonicMs() < giveUp) {
      // A published client that is cut before the answer to its Login is lost (quirk Q9): it gets that first.
      for (const connection of this.connections) {
        if (connection.state === 'active') connection.close(CLOSE_CODE.SERVICE_RESTART, 'restarting');
      }
      await pause(this.context.time, 20);
    }
    for (const connection of [...this.connections]) connection.transport.terminate();
  }

  /** Lets go of everything, after `drain`. */
  async stop(): Promise<void> {
    for (const cancel of this.timers.splice(0)) cancel();
    await this.lease.end();
    this.sessions.abandonAll(CLOSE_CODE.SERVICE_RESTART, 'restarting');
  }

  // --- ConnectionHost ---

  dispatch(connection: Connection, command: Command): Promise<void> | undefined {
    return this.dispatcher.dispatch(connection, command);
  }

  acknowledged(connection: Connection, msgId: number): void {
    if (connection.session) this.peers.acknowledge(connection.session, msgId);
  }

  heardAgain(session: Session): void {
    this.sessions.reachability.heard(session);
  }

  visit(connection: Connection): number | undefined {
    return this.liveness.visit(connection);
  }

  decided(): void {
    this.door.decided();
  }

  gone(connection: Connection, _code: number, byClient: boolean): void {
    this.connections.delete(connection);
    this.door.closed(connection.transport.remoteAddress);
    connection.quota?.leave();
    this.context.counters.add('connections_closed');
    const { session, forgetOnClose } = connection;
    connection.session = undefined;
    if (session) this.sessions.cut(session, connection);
    this.replies.forget(connection);
    if (!forgetOnClose || !byClient) return;
    if (connection.profile?.published) this.forgetSuperseded(forgetOnClose);
    // Ours has a new UserSId for every login, but an older attempt of its last one may still be on its way.
    else this.context.time.after(this.context.settings.ticketMs, () => this.forgetSuperseded(forgetOnClose));
  }

  private forgetSuperseded(instance: NonNullable<Connection['forgetOnClose']>): void {
    const { engine, settings, logger } = this.context;
    engine.registry
      .forgetSuperseded({ ...instance, timeoutMs: settings.engineTimeoutMs })
      // Remembered a little longer: the next Login of that instance is told once more.
      .catch((error: unknown) => {
        if (!(error instanceof EngineUnavailable)) logger.error({ err: error }, 'forgetting failed');
      });
  }

  closeSlow(connection: Connection): void {
    if (connection.outbox.isClosing) return;
    this.context.counters.add('closed_slow_consumer');
    this.context.logger.warn(
      { uid: connection.session?.uid, queuedBytes: connection.outbox.queuedBytes },
      'a client that reads too slowly is closed',
    );
    connection.apply('close');
    connection.outbox.abandon(CLOSE_CODE.SLOW_CONSUMER, 'reading too slowly');
  }

  private tick(): void {
    const now = this.context.time.monotonicMs();
    this.door.ticked(this.clock.tick(now), now);
    this.wheel.tick(now);
    this.deliveries.tick(now);
    if (now - this.lastHubSweepMs >= HUB_SWEEP_MS) {
      this.lastHubSweepMs = now;
      this.hub.sweep();
      this.presence.sweep();
    }
    // What the outboxes hold is known at any time; what the sockets hold has to be counted, from time to time.
    const isOver = this.sweep.queuedBytes > this.context.settings.processQueueBytes;
    if (isOver || now - this.lastBudgetCheckMs >= BUDGET_CHECK_MS) {
      this.lastBudgetCheckMs = now;
      this.checkProcessBudget();
    }
    if (now - this.lastIdleCheckMs >= IDLE_CHECK_MS) {
      this.lastIdleCheckMs = now;
      for (const check of [this.hub.checkIdle(), this.presence.checkIdle(), this.sessions.checkIdle()]) {
        check.catch((error: unknown) => {
          if (!(error instanceof EngineUnavailable)) this.context.logger.error({ err: error }, 'the idle check failed');
        });
      }
    }
  }

  private onNotice(notice: Notice): void {
    switch (notice.kind) {
      case 'superseded':
        this.sessions.superseded(notice);
        break;
      case 'acknowledged':
        this.deliveries.acknowledged(notice.ref);
        break;
      case 'undelivered':
        this.deliveries.undelivered(notice.ref);
        break;
      case 'offline-fetched':
        this.sessions.fetched(notice.appId, notice.uid, notice.generation, notice.upTo);
        break;
    }
  }

  /** All together have too much queued: the longest queues go first (design 8). */
  private checkProcessBudget(): void {
    const limit = this.context.settings.processQueueBytes;
    let total = 0;
    for (const connection of this.connections) total += connection.outbox.queuedBytes;
    if (total <= limit) return;
    const longest = [...this.connections].sort((a, b) => b.outbox.queuedBytes - a.outbox.queuedBytes);
    for (const connection of longest) {
      if (total <= limit) return;
      total -= connection.outbox.queuedBytes;
      this.closeSlow(connection);
    }
  }
}
