import { LOGIN_CODE, type ServerFrame, TIMES } from 'ar-rtm-protocol';
import { type RTMException, RtmInterruptedError, RtmTimeoutError } from '../errors.js';
import type { Cancel, Environment } from '../ports.js';
import { Attempt, type AttemptOutcome, type Credentials, type LoginReply } from './attempt.js';
import { backoffMs } from './backoff.js';
import {
  type ConnectionEvent,
  type ConnectionReason,
  type ConnectionState,
  reduceConnection,
} from './connection-state.js';
import type { EventQueue } from './event-queue.js';
import type { Link } from './link.js';
import type { Logger } from './logger.js';
import { type LoginRefusal, loginError, loginEvent, reconnectEvent } from './login-refusal.js';

/** What was missed, or may have been, during a cut. */
export interface Gaps {
  readonly inbox: boolean;
  readonly channels: readonly string[];
}

/** The rest of the client, as the connection sees it. */
export interface ConnectionHost {
  /** Tells the application; called in due order. */
  stateChanged(state: ConnectionState, reason: ConnectionReason, gaps: Gaps | 'none' | undefined): void;
  /** The server does not take the token any more; reconnecting waits. */
  tokenExpired(): void;
  /** A link has been accepted; its frames follow. */
  attach(link: Link): void;
  /** A frame of the link, in order. */
  receive(frame: ServerFrame): void;
  /** Brings the session back on a new link; `done` is not called when the link is lost meanwhile. */
  restore(reply: LoginReply, done: (gaps: Gaps | undefined) => void): void;
  /** The session is there: calls may be sent. */
  open(): void;
  /** The link is lost. */
  detach(): void;
  /** The session is over: silently, or by the server, which lets events that came before still be dispatched. */
  end(isSilent: boolean): void;
  /** Credentials for the next attempt; the address may have been changed. */
  credentials(isResume: boolean): Credentials;
}

/** A series of attempts: a login, or the repair of a cut. */
interface Effort {
  readonly since: number;
  tries: number;
  /** Set while waiting for the next attempt. */
  stopWaiting?: Cancel | undefined;
  attempt?: Attempt | undefined;
  attemptSince: number;
}

/** An attempt younger than this is not given up for a wake-up call. */
const FRESH_MS = 1000;

/** Login, reconnect and logout: carries out what the state table says (api.md 7). */
export class Connection {
  private current: ConnectionState = 'DISCONNECTED';
  private link: Link | undefined;
  private effort: Effort | undefined;
  /** Settles the running `login`. */
  private failLogin: ((error: RTMException) => void) | undefined;
  private resolveLogin: (() => void) | undefined;
  /** The running `logout`. */
  private leaving: Promise<void> | undefined;
  private stopDeadline: Cancel | undefined;
  private stopWatching: Cancel | undefined;

  constructor(
    private readonly environment: Environment,
    private readonly queue: EventQueue,
    private readonly logger: Logger,
    private readonly host: ConnectionHost,
  ) {}

  get state(): ConnectionState {
    return this.current;
  }

  /** Whether calls are accepted: sent now or when the session is restored. */
  get isLoggedIn(): boolean {
    return !this.leaving && (this.current === 'CONNECTED' || this.current === 'RECONNECTING');
  }

  /** Begins to log in. The state is DISCONNECTED or ABORTED; the caller has checked everything else. */
  login(): Promise<void> {
    if (this.current === 'ABORTED') this.move('loggedOut', { isSoon: true });
    this.leaving = undefined;
    this.move('login', { isSoon: true });
    return new Promise((resolve, reject) => {
      this.resolveLogin = () => this.queue.settle(resolve);
      this.failLogin = (error) => this.queue.settle(() => reject(error));
      this.stopDeadline = this.environment.clock.after(TIMES.LOGIN_MS, () =>
        this.endLogin('timedOut', new RtmTimeoutError(LOGIN_CODE.TIMEOUT, 'No success in time')),
      );
      this.begin(this.environment.clock.now());
    });
  }

  /** Ends the session; the state is not DISCONNECTED. Never rejects. */
  logout(): Promise<void> {
    this.leaving ??= new Promise((resolve) => {
      const { link } = this;
      const finish = () => {
        link?.close();
        this.stop(true);
        this.queue.release();
        this.move('loggedOut');
        this.failLogin?.(new RtmInterruptedError(LOGIN_CODE.ABORTED_BY_LOGOUT, 'logout was called'));
        this.failLogin = undefined;
        this.queue.settle(() => {
          this.leaving = undefined;
          resolve();
        });
      };
      this.host.end(true);
      if (!link) {
        finish();
        return;
      }
      this.stop(false);
      this.stopDeadline = this.environment.clock.after(TIMES.LOGOUT_MS, finish);
      link.handlers = { onFrame: ({ cmd }) => cmd === 'Logout' && finish(), onDown: finish };
      link.send('Logout', {});
    });
    return this.leaving;
  }

  /** The server ended the session. */
  abort(event: ConnectionEvent): void {
    this.link?.close();
    this.stop(false);
    this.host.end(false);
    this.queue.release();
    this.move(event);
  }

  /** The one place where the state changes. */
  private move(event: ConnectionEvent, options: { isSoon?: boolean; gaps?: Gaps | 'none' } = {}): void {
    const transition = reduceConnection(this.current, event);
    if (!transition) return;
    const [state, reason] = transition;
    this.logger.info(`${this.current} -> ${state} (${reason})`);
    this.current = state;
    const announce = () => this.host.stateChanged(state, reason, options.gaps);
    if (options.isSoon) this.queue.announceSoon(announce);
    else this.queue.announce(announce);
  }

  private begin(since: number): void {
    this.effort = { since, tries: 0, attemptSince: since };
    this.stopWatching ??= this.environment.network.onWake(() => this.hurry());
    this.scheduleAttempt();
  }

  private scheduleAttempt(): void {
    const { effort, environment } = this;
    if (!effort) return;
    const { clock, random } = environment;
    const delayMs = backoffMs(effort.tries, clock.now() - effort.since, random.fraction());
    effort.tries += 1;
    effort.stopWaiting = clock.after(delayMs, () => this.attempt(effort));
  }

  private attempt(effort: Effort): void {
    effort.stopWaiting = undefined;
    effort.attemptSince = this.environment.clock.now();
    const credentials = this.host.credentials(this.current !== 'CONNECTING');
    effort.attempt = new Attempt(this.environment, this.logger, credentials, (outcome) => this.onOutcome(outcome));
  }

  /** The network or the page is back: no more waiting. */
  private hurry(): void {
    const { effort } = this;
    if (effort?.stopWaiting) effort.stopWaiting();
    else if (effort?.attempt && this.environment.clock.now() - effort.attemptSince > FRESH_MS) {
      effort.attempt.abandon(false);
    } else return;
    this.attempt(effort);
  }

  private onOutcome(outcome: AttemptOutcome): void {
    const { effort } = this;
    if (effort) effort.attempt = undefined;
    switch (outcome.kind) {
      case 'accepted':
        this.onAccepted(outcome.link, outcome.reply);
        break;
      case 'refused':
        this.onRefused(outcome.refusal);
        break;
      case 'failed':
        this.logger.debug(`attempt to connect: ${outcome.why}`);
        this.scheduleAttempt();
    }
  }

  private onAccepted(link: Link, reply: LoginReply): void {
    this.link = link;
    link.handlers = { onFrame: (frame) => this.host.receive(frame), onDown: (silentMs) => this.onDown(silentMs) };
    link.watch(reply.Heartbeat ?? TIMES.HEARTBEAT_MS);
    this.host.attach(link);
    if (this.current === 'CONNECTING') {
      this.effort = undefined;
      this.stopDeadline?.();
      this.move('accepted');
      this.resolveLogin?.();
      this.failLogin = undefined;
      this.host.open();
      return;
    }
    this.queue.hold();
    // A server that does not answer the rejoin is no better than none.
    const stopTimer = this.environment.clock.after(TIMES.REQUEST_MS, () => {
      if (this.link === link) this.reconnect();
    });
    this.host.restore(reply, (gaps) => {
      stopTimer();
      this.onRestored(gaps);
    });
  }

  /** A repair within 4 s stays invisible, but only if nothing was missed (design 4). */
  private onRestored(gaps: Gaps | undefined): void {
    this.stopDeadline?.();
    this.effort = undefined;
    if (gaps && this.current === 'CONNECTED') this.move('interrupted');
    if (this.current === 'RECONNECTING') this.move('accepted', { gaps: gaps ?? 'none' });
    this.queue.release();
    this.host.open();
  }

  private onRefused(refusal: LoginRefusal): void {
    if (this.current === 'CONNECTING') {
      this.endLogin(loginEvent(refusal), loginError(refusal));
      return;
    }
    const event = reconnectEvent(refusal);
    if (event) {
      // Rows 9, 10 and 12 of the table; "refused for good" starts from RECONNECTING only.
      if (event === 'refused' && this.current === 'CONNECTED') this.move('interrupted');
      this.abort(event);
      return;
    }
    this.logger.warn(`the server refused to restore the session: ${refusal.serverCode}`);
    if (refusal.code === LOGIN_CODE.TOKEN_EXPIRED) this.host.tokenExpired();
    else this.scheduleAttempt();
  }

  private endLogin(event: ConnectionEvent, error: RTMException): void {
    this.stop(true);
    this.host.end(true);
    this.move(event);
    this.failLogin?.(error);
    this.failLogin = undefined;
  }

  private onDown(silentMs: number): void {
    if (!this.effort) {
      this.logger.warn('the connection was lost');
      // Silence counts from the last frame, a closed socket from now (api.md 7.2, row 7).
      const restMs = Math.max(0, TIMES.INTERRUPTED_MS - (silentMs < TIMES.INTERRUPTED_MS ? 0 : silentMs));
      this.stopDeadline = this.environment.clock.after(restMs, () => this.move('interrupted'));
    }
    this.reconnect();
  }

  private reconnect(): void {
    this.link?.close();
    this.link = undefined;
    this.host.detach();
    if (this.effort) this.scheduleAttempt();
    else this.begin(this.environment.clock.now());
  }

  /** Ends everything that runs by itself. */
  private stop(isGoodbye: boolean): void {
    this.link = undefined;
    this.stopDeadline?.();
    this.stopWatching?.();
    this.stopWatching = undefined;
    this.effort?.stopWaiting?.();
    this.effort?.attempt?.abandon(isGoodbye);
    this.effort = undefined;
  }
}
