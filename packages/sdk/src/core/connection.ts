import { LOGIN_CODE, TIMES } from 'ar-rtm-protocol';
import { type RTMException, RtmInterruptedError, RtmTimeoutError } from '../errors.js';
import type { Cancel, Environment } from '../ports.js';
import type { Access } from './access.js';
import { type Abandon, type Accepted, type Credentials, type Door, type LoginReply, startAttempt } from './attempt.js';
import { backoffMs } from './backoff.js';
import {
  type ConnectionEvent,
  type ConnectionReason,
  type ConnectionState,
  reduceConnection,
} from './connection-state.js';
import type { EventQueue } from './event-queue.js';
import type { ServerFrame } from './frames.js';
import type { Link } from './link.js';
import type { Logger } from './logger.js';
import { type LoginRefusal, loginError, loginEvent, reconnectEvent } from './login-refusal.js';
import type { Requests } from './requests.js';

/** What was missed, or may have been, during a cut. */
export interface Gaps {
  readonly inbox: boolean;
  readonly channels: readonly string[];
}

/** The rest of the client, as the connection sees it. */
export interface ConnectionHost {
  /** Tells the application; called in due order. */
  stateChanged(state: ConnectionState, reason: ConnectionReason, gaps: Gaps | 'none' | undefined): void;
  /** An attempt to come back was refused with this LoginError. Whether there is another token to try. */
  refused(code: number): boolean;
  /** The server took a login, a new one or one that goes on: from now on it is reached with HTTP like this. */
  admitted(access: Access): void;
  /** The server took a new login. */
  accepted(reply: LoginReply): void;
  /** A frame of the link, in order. */
  receive(frame: ServerFrame): void;
  /** Brings the session back on a new link; `done` is not called when the link is lost meanwhile. */
  restore(reply: LoginReply, done: (gaps: Gaps | undefined) => void): void;
  /** The session is over: silently, or by the server, which lets events that came before still be dispatched. */
  end(isSilent: boolean): void;
  /** Credentials for the next attempt; the address may have been changed. */
  credentials(isResume: boolean): Credentials;
}

/** Login, reconnect and logout of one client: carries out what the state table says (api.md 7). */
export interface Connection {
  readonly state: ConnectionState;
  /** Whether there is a session, be its link cut or not. */
  readonly hasSession: boolean;
  /** Whether calls are accepted: sent now or when the session is restored. */
  readonly isLoggedIn: boolean;
  /** Begins to log in. The state is DISCONNECTED or ABORTED; the caller has checked everything else. */
  login(): Promise<void>;
  /** Ends the session; the state is not DISCONNECTED. Never rejects. */
  logout(): Promise<void>;
  /** The server ended the session. */
  abort(event: ConnectionEvent): void;
  /** Gives up the link, as if the socket were lost. */
  cut(): void;
  /** There is a new token: tries with it at once, if the connection is cut. */
  retry(): void;
}

/** An attempt younger than this is not given up for a wake-up call. */
const FRESH_MS = 1000;

export function createConnection(
  environment: Environment,
  queue: EventQueue,
  logger: Logger,
  requests: Requests,
  host: ConnectionHost,
): Connection {
  const { clock, random, network } = environment;
  /** Changed by `move` only. */
  let state: ConnectionState = 'DISCONNECTED';
  let link: Link | undefined;
  /** Settles the running `login`. */
  let settleLogin: ((error?: RTMException) => void) | undefined;
  /** The running `logout`. */
  let leaving: Promise<void> | undefined;
  let stopDeadline: Cancel | undefined;
  let stopWatching: Cancel | undefined;

  // A login and the repair of a cut are series of attempts, `tries` of them `since` it began.
  let isTrying = false;
  let since = 0;
  let tries = 0;
  let attemptSince = 0;
  /** Set while waiting for the next attempt. */
  let stopWaiting: Cancel | undefined;
  /** Set while an attempt runs. */
  let abandon: Abandon | undefined;
  /** Where the session was let in last; tried once after a cut, before the gateway is asked. */
  let door: Door | undefined;

  const hasSession = () => state === 'CONNECTED' || state === 'RECONNECTING';

  function login(): Promise<void> {
    if (state === 'ABORTED') move('loggedOut', { isSoon: true });
    leaving = undefined;
    move('login', { isSoon: true });
    return new Promise((resolve, reject) => {
      settleLogin = (error) => {
        settleLogin = undefined;
        queue.settle(error ? () => reject(error) : resolve);
      };
      stopDeadline = clock.after(TIMES.LOGIN_MS, () =>
        endLogin('timedOut', new RtmTimeoutError(LOGIN_CODE.TIMEOUT, 'No answer in time')),
      );
      tryToConnect();
    });
  }

  function logout(): Promise<void> {
    leaving ??= new Promise((resolve) => {
      const last = link;
      const finish = () => {
        last?.close();
        stop(true);
        queue.release();
        move('loggedOut');
        settleLogin?.(new RtmInterruptedError(LOGIN_CODE.ABORTED_BY_LOGOUT, 'logout was called'));
        queue.settle(() => {
          leaving = undefined;
          resolve();
        });
      };
      host.end(true);
      if (!last) {
        finish();
        return;
      }
      stop(false);
      stopDeadline = clock.after(TIMES.LOGOUT_MS, finish);
      last.handlers = { onFrame: ({ cmd }) => cmd === 'Logout' && finish(), onDown: finish };
      last.send('Logout', {});
    });
    return leaving;
  }

  function abort(event: ConnectionEvent): void {
    link?.close();
    stop(false);
    host.end(false);
    // What is held back was not acknowledged, and might lie behind a gap that nobody was told of.
    queue.discard();
    move(event);
  }

  /** The one place where the state changes. */
  function move(event: ConnectionEvent, { isSoon, gaps }: { isSoon?: boolean; gaps?: Gaps | 'none' } = {}): void {
    const transition = reduceConnection(state, event);
    if (!transition) return;
    const [to, reason] = transition;
    logger.info(`${state} -> ${to} (${reason})`);
    state = to;
    const tell = () => host.stateChanged(to, reason, gaps);
    if (isSoon) queue.announceSoon(tell);
    else queue.announce(tell);
  }

  /** Begins a series of attempts, or goes on with it. */
  function tryToConnect(): void {
    const now = clock.now();
    if (!isTrying) {
      isTrying = true;
      since = now;
      tries = 0;
      stopWatching ??= network.onWake(hurry);
    }
    stopWaiting = clock.after(backoffMs(tries, now - since, random.fraction()), attempt);
    tries += 1;
  }

  function attempt(): void {
    stopWaiting = undefined;
    attemptSince = clock.wallTime();
    const credentials = host.credentials(state !== 'CONNECTING');
    abandon = startAttempt(environment, logger, credentials, tries > 1 ? undefined : door, (outcome) => {
      abandon = undefined;
      if (typeof outcome === 'string') {
        logger.debug(`no connection: ${outcome}`);
        tryToConnect();
      } else if ('link' in outcome) onAccepted(outcome);
      else onRefused(outcome);
    });
  }

  /** The network or the page is back: no more waiting. */
  function hurry(): void {
    link?.wake();
    if (stopWaiting || (abandon && clock.wallTime() - attemptSince > FRESH_MS)) retry();
  }

  function retry(): void {
    if (!isTrying || link) return;
    stopWaiting?.();
    abandon?.(false);
    attempt();
  }

  function onAccepted({ link: accepted, reply, door: through }: Accepted): void {
    link = accepted;
    door = through;
    accepted.handlers = { onFrame: (frame) => host.receive(frame), onDown };
    accepted.watch(reply.Heartbeat ?? TIMES.HEARTBEAT_MS);
    requests.attach(accepted);
    host.admitted(through.access);
    if (state === 'CONNECTING') {
      isTrying = false;
      stopDeadline?.();
      host.accepted(reply);
      move('accepted');
      settleLogin?.();
      requests.open(reply.Memory);
      return;
    }
    queue.hold();
    // A server that does not answer the rejoin is no better than none.
    const stopTimer = clock.after(TIMES.REQUEST_MS, () => {
      if (link === accepted) reconnect();
    });
    host.restore(reply, (gaps) => {
      stopTimer();
      onRestored(gaps);
      requests.open(reply.Memory);
    });
  }

  /** A repair within 4 s stays invisible, but only if nothing was missed (design 4). */
  function onRestored(gaps: Gaps | undefined): void {
    stopDeadline?.();
    isTrying = false;
    if (gaps && state === 'CONNECTED') move('interrupted');
    if (state === 'RECONNECTING') move('accepted', { gaps: gaps ?? 'none' });
    queue.release();
  }

  function onRefused(refusal: LoginRefusal): void {
    if (state === 'CONNECTING') {
      endLogin(loginEvent(refusal), loginError(refusal));
      return;
    }
    const hasOther = host.refused(refusal.code);
    const event = hasOther ? undefined : reconnectEvent(refusal);
    if (event) {
      // Rows 9, 10 and 12 of the table; "refused for good" starts from RECONNECTING only.
      if (event === 'refused' && state === 'CONNECTED') move('interrupted');
      abort(event);
      return;
    }
    logger.warn(`session refused: ${refusal.serverCode}`);
    // With a token that has ended it waits for another one.
    if (hasOther || refusal.code !== LOGIN_CODE.TOKEN_EXPIRED) tryToConnect();
  }

  function endLogin(event: ConnectionEvent, error: RTMException): void {
    stop(true);
    host.end(true);
    move(event);
    settleLogin?.(error);
  }

  function onDown(silentMs = 0): void {
    if (!isTrying) {
      logger.warn('connection lost');
      // Silence counts from the last frame, a closed socket from now (api.md 7.2, row 7).
      const restMs = Math.max(0, TIMES.INTERRUPTED_MS - (silentMs < TIMES.INTERRUPTED_MS ? 0 : silentMs));
      stopDeadline = clock.after(restMs, () => move('interrupted'));
    }
    reconnect();
  }

  function reconnect(): void {
    link?.close();
    link = undefined;
    requests.detach();
    tryToConnect();
  }

  /** Ends everything that runs by itself. */
  function stop(isGoodbye: boolean): void {
    link = undefined;
    stopDeadline?.();
    stopWatching?.();
    stopWatching = undefined;
    stopWaiting?.();
    stopWaiting = undefined;
    abandon?.(isGoodbye);
    abandon = undefined;
    isTrying = false;
  }

  return {
    get state() {
      return state;
    },
    get hasSession() {
      return hasSession();
    },
    get isLoggedIn() {
      return !leaving && hasSession();
    },
    login,
    logout,
    abort,
    cut: onDown,
    retry,
  };
}
