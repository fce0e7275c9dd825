import { CLOSE_CODE, type CommandContent, isAppId, isId, LOGIN_CODE, type Position } from 'ar-rtm-protocol';
import type { App, Apps } from '../domain/apps.js';
import { httpAddress } from '../domain/http-address.js';
import { Pace } from '../domain/pace.js';
import type { Tokens } from '../domain/tokens.js';
import { EngineUnavailable } from '../ports/engine-error.js';
import type { ClaimMode, ClaimRequest, ClaimResult } from '../ports/registry.js';
import type { AppQuotas } from './app-quotas.js';
import { type ClientProfile, profileOf, SERVER_CAPABILITIES, versionOf } from './client-profile.js';
import type { Connection } from './connection.js';
import type { NodeContext } from './context.js';
import { pause } from './engine-failure.js';
import { placeOf, positionOf } from './place.js';
import type { Session } from './session.js';
import type { SessionHost } from './session-host.js';
import { type Ticket, type Tickets, tokenName } from './tickets.js';
import { PUBLISHED_LOGIN_MS, type TokenWatch } from './token-watch.js';

/** A claim that the engine did not answer is repeated this long before a client of ours is sent away. */
const CLAIM_PATIENCE_MS = 5000;
const CLAIM_RETRY_MS = 250;
/** How often a Login that waits for a place in its app looks again. */
const PLACE_RETRY_MS = 250;

/** When a crowd comes back: a few ms of work. Others are to have their turn too. */
const LOGINS_PER_TURN = 64;

const USER_SID = /^[0-9a-zA-Z_-]{1,64}$/;

/** The `Login` command: from ticket to session (wire-protocol.md 7.1, 7.4; design 5, 6). */
export class Login {
  private readonly pace: Pace;

  constructor(
    private readonly context: NodeContext,
    private readonly apps: Apps,
    private readonly tickets: Tickets,
    private readonly sessions: SessionHost,
    /** Whether this node holds its lease: without, it must not host sessions. */
    private readonly mayHost: () => boolean,
    private readonly tokenWatch: TokenWatch,
    private readonly quotas: AppQuotas,
    private readonly tokens: Tokens,
  ) {
    this.pace = new Pace((task) => context.time.nextTurn(task), LOGINS_PER_TURN);
  }

  async run(connection: Connection, appId: unknown, content: CommandContent<'Login'>): Promise<void> {
    if (!connection.apply('login')) {
      connection.notice(LOGIN_CODE.ALREADY_LOGIN, 'this socket has a login already', { cmd: 'Login' });
      return;
    }
    const { UserId: uid, UserSId: userSId, SessionId, AcsToken: token } = content;
    const profile = profileOf(content);
    connection.profile = profile;
    connection.sdkVersion = versionOf(content.SdkVer);
    if (!this.pace.takesPlace()) {
      await this.pace.place();
      if (connection.state !== 'logging-in') return;
    }
    const app = isAppId(appId) ? this.apps.find(appId) : undefined;
    if (!app) return this.refuse(connection, uid, LOGIN_CODE.INVALID_APP_ID);
    if (!isId(uid) || !USER_SID.test(userSId)) return this.refuse(connection, uid, LOGIN_CODE.INVALID_ARGUMENT);
    const found = this.tickets.forLogin(SessionId, app.appId, uid, token);
    const goesOn = !profile.published && content.Resume === true;
    if (found?.isOver && !profile.published && !goesOn) return this.ticketOver(connection);
    // Who goes on may do so with the ticket of the login, as long as the session lives: see the claim.
    if (!found || (found.isOver && !goesOn)) return this.refuse(connection, uid, LOGIN_CODE.INVALID_TOKEN);
    // The app's own text of its id, and the uid as Login had it: the session keeps them for its life.
    const ticket = { ...found.ticket, appId: app.appId, uid };
    // The gateway has judged the token when it gave the ticket: certificates and rules may have changed since.
    if (goesOn && this.wouldBeRefused(app, token, ticket)) return this.ticketOver(connection);
    // Others find what is at the server by themselves.
    if (!profile.types) connection.httpAddress = httpAddress(connection.transport.reachedHost, ticket.secure);
    if (!(await this.takePlace(connection, app, uid, profile))) return;
    const mode: ClaimMode = profile.published ? 'published' : goesOn ? 'resume' : 'new';
    const inboxAt = mode === 'resume' ? positionOf(content) : undefined;
    const claim = await this.claim(connection, ticket, userSId, mode, inboxAt);
    if (claim?.outcome === 'token-over' && claim.ended) this.sessions.departed(ticket.appId, uid, claim.ended);
    if (connection.state !== 'logging-in') return this.undo(claim, ticket, userSId);
    if (claim === undefined) {
      connection.close(CLOSE_CODE.SERVICE_RESTART, 'try again');
      return;
    }
    if (claim.outcome === 'ticket-taken') return this.refuse(connection, uid, LOGIN_CODE.INVALID_TOKEN);
    if (claim.outcome === 'ticket-over') return this.ticketOver(connection);
    if (claim.outcome === 'token-over') return this.tokenOver(connection, profile, uid);
    if (claim.outcome === 'superseded') return this.supersede(connection, profile, ticket, userSId, claim.by);
    const begun = this.sessions.begin(connection, ticket, userSId, claim);
    if (begun === 'superseded') return this.supersede(connection, profile, ticket, userSId);
    if (begun === 'replaced') return connection.close(CLOSE_CODE.REPLACED, 'a newer login was faster');
    this.context.counters.add('logins');
    connection.apply('accepted');
    connection.send('Login', {
      Code: LOGIN_CODE.OK,
      UserId: uid,
      ...(profile.published ? {} : this.oursOnly(claim, connection.session as Session)),
    });
    this.sessions.open(connection, claim);
    if (connection.session) this.tokenWatch.begin(connection.session, claim.tokenEndTs);
    connection.releaseWaiting();
  }

  /**
   * The app may have filled up since the ticket was made. Ours asks the gateway again. A published client that is closed
   * before the answer to its Login may never come back (quirk Q9), so that it waits for a place as long as for a Login.
   */
  private async takePlace(
    connection: Connection,
    app: App,
    uid: string,
    { published }: ClientProfile,
  ): Promise<boolean> {
    const { time, settings, counters } = this.context;
    const giveUpMs = time.monotonicMs() + (published ? settings.loginDeadlineMs : 0);
    const quota = this.quotas.of(app);
    if (!quota) return true;
    for (;;) {
      const mayConnect = this.quotas.mayConnect(app, uid);
      if (mayConnect === true || (await mayConnect)) break;
      if (connection.state !== 'logging-in') return false;
      if (time.monotonicMs() >= giveUpMs) {
        counters.add('refused_app_connections');
        connection.close(CLOSE_CODE.SERVICE_RESTART, 'the app has too many connections');
        return false;
      }
      await pause(time, PLACE_RETRY_MS);
    }
    if (connection.state !== 'logging-in') return false;
    quota.enter();
    connection.quota = quota;
    return true;
  }

  private oursOnly(claim: Extract<ClaimResult, { outcome: 'claimed' }>, session: Session) {
    return {
      Caps: SERVER_CAPABILITIES,
      Heartbeat: this.context.settings.heartbeatMs,
      Resumed: claim.continued,
      Channels: claim.channels,
      ...placeOf(claim.inboxStart),
      InboxGap: claim.inboxGap,
      Memory: session.memory,
      Subscriptions: claim.peers.length,
    };
  }

  private async claim(
    connection: Connection,
    ticket: Ticket,
    userSId: string,
    mode: ClaimMode,
    inboxAt: Position | undefined,
  ): Promise<ClaimResult | undefined> {
    const { engine, nodeId, time, settings, counters } = this.context;
    const giveUpMs = time.monotonicMs() + CLAIM_PATIENCE_MS;
    for (;;) {
      try {
        if (!this.mayHost()) throw new EngineUnavailable('the lease is lost');
        const claim = await engine.registry.claim({
          appId: ticket.appId,
          uid: ticket.uid,
          userSId,
          nodeId,
          mode,
          ...(inboxAt && { inboxAt }),
          ticketId: ticket.id,
          ticketExpiresInMs: ticket.expiresMs - time.wallMs(),
          ...tokenOf(ticket, Math.floor(time.wallMs() / 1000)),
          timeoutMs: settings.engineTimeoutMs,
        });
        // Lost meanwhile: what was claimed goes to whoever adopts it, or to the next claim.
        if (!this.mayHost()) throw new EngineUnavailable('the lease is lost');
        return claim;
      } catch (error) {
        if (!(error instanceof EngineUnavailable)) throw error;
        counters.add('engine_failures');
        if (connection.state !== 'logging-in') return undefined;
        // A published client that is closed before the answer to its Login never comes back (quirk Q9): it is kept waiting.
        if (connection.profile?.published === false && time.monotonicMs() > giveUpMs) return undefined;
        await pause(time, CLAIM_RETRY_MS);
      }
    }
  }

  /** The socket went while the claim was made: the session waits for the client, suspended. */
  private undo(claim: ClaimResult | undefined, ticket: Ticket, userSId: string): void {
    if (claim?.outcome === 'claimed') this.sessions.adoptUnused(ticket, userSId, claim);
  }

  /**
   * This client instance was superseded by another one. A published client is let in, told ForceOffline and closed; its
   * own close frame ends the memory. Ours is refused in words.
   */
  private supersede(
    connection: Connection,
    profile: ClientProfile,
    ticket: Ticket,
    userSId: string,
    by?: 'operator',
  ): void {
    const Reason = by === 'operator' ? 'BANNED' : 'REMOTE_LOGIN';
    connection.apply('superseded');
    const { appId, uid } = ticket;
    if (!profile.published) {
      connection.send('Login', { Code: LOGIN_CODE.UNKNOWN, UserId: uid, Reason });
      connection.close(CLOSE_CODE.NORMAL, 'superseded');
      return;
    }
    connection.forgetOnClose = { appId, uid, userSId };
    this.quarantine(connection, uid, () => {
      connection.send('ForceOffline', { Reason });
      connection.close(CLOSE_CODE.NORMAL, 'superseded');
    });
  }

  /** Lets a published client in that is to be put off as soon as it can take that. */
  private quarantine(connection: Connection, uid: string, putOff: () => void): void {
    connection.send('Login', { Code: LOGIN_CODE.OK, UserId: uid });
    this.context.time.after(PUBLISHED_LOGIN_MS, () => {
      if (connection.state === 'quarantined') putOff();
    });
  }

  /** Whether the gateway would refuse this token. Of one whose end also ends its session the claim knows whether it was renewed. */
  private wouldBeRefused(app: App, token: string, { uid, tokenEndTs }: Ticket): boolean {
    const nowS = Math.floor(this.context.time.wallMs() / 1000);
    const { verdict } = this.tokens.verify({ app, uid, token, nowS });
    return verdict === 'invalid' || (verdict === 'expired' && tokenEndTs === undefined);
  }

  /** Clocks differ or one was set, or the session has ended meanwhile. The client asks the gateway for another one. */
  private ticketOver(connection: Connection): void {
    connection.close(CLOSE_CODE.SERVICE_RESTART, 'the ticket is over');
  }

  /**
   * The token has ended and was not renewed by this client. A published one would never recover from a refusal (quirk Q12):
   * it is let in, told of the end, and closed; it comes back with a login.
   */
  private tokenOver(connection: Connection, profile: ClientProfile, uid: string): void {
    if (!profile.published) {
      this.refuse(connection, uid, LOGIN_CODE.TOKEN_EXPIRED);
      return;
    }
    this.context.counters.add('logins_refused');
    connection.apply('superseded');
    this.quarantine(connection, uid, () => {
      connection.send('AcsTokenDidExpire', {});
      connection.close(CLOSE_CODE.NORMAL, 'the token is over');
    });
  }

  private refuse(connection: Connection, uid: string, code: number): void {
    this.context.counters.add('logins_refused');
    connection.apply('refused');
    connection.send('Login', { Code: code, UserId: uid });
    connection.close(CLOSE_CODE.NORMAL, 'login refused');
  }
}

/** The token that the ticket was issued for, and whether it has ended. */
function tokenOf({ tokenDigest, tokenEndTs }: Ticket, nowTs: number): Pick<ClaimRequest, 'token' | 'tokenOverTs'> {
  if (tokenEndTs === undefined) return {};
  const token = { name: tokenName(tokenDigest), endTs: tokenEndTs };
  return nowTs < tokenEndTs ? { token } : { token, tokenOverTs: nowTs };
}
