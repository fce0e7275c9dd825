import { CLOSE_CODE } from 'ar-rtm-protocol';
import { OUR_TIME_LINE, PUBLISHED_TIME_LINE, type TokenEvent, TokenLife } from '../domain/token-life.js';
import type { ClientSocket } from './client-socket.js';
import type { NodeContext } from './context.js';
import type { DeadlineWheel } from './deadline-wheel.js';
import type { Session } from './session.js';
import type { SessionHost } from './session-host.js';

/**
 * A published client takes the reply to its Login in several turns, at whose end it believes to be logged in, whatever it
 * was told meanwhile: what puts it off, or wants it to act, comes later than that.
 */
export const PUBLISHED_LOGIN_MS = 300;

/**
 * Tells clients of the end of their tokens, and ends their sessions when they do not renew them (api.md 4.4,
 * wire-protocol.md 7.5). The server's clock alone counts: that of a client may be wrong, and its timers may sleep. A session
 * without a socket is judged when its client comes back.
 */
export class TokenWatch {
  /** On which socket a token is watched already. */
  private readonly watched = new WeakMap<TokenLife, ClientSocket>();

  constructor(
    private readonly context: NodeContext,
    private readonly wheel: DeadlineWheel,
    private readonly sessions: SessionHost,
  ) {}

  /** A session is on a socket, behind whose Login reply this is called, or its token was renewed. */
  begin(session: Session, endTs: number | undefined): void {
    if (endTs === undefined) session.token = undefined;
    // After a cut nothing is told twice.
    else if (session.token?.endTs !== endTs) session.token = TokenLife.until(endTs, this.now());
    const { token, connection } = session;
    // Renewed with the same one.
    if (!token || !connection || this.watched.get(token) === connection) return;
    this.watched.set(token, connection);
    const due = () => (session.token === token ? this.advance(session, token, connection) : undefined);
    const nextMs = connection.profile?.published === false ? due() : PUBLISHED_LOGIN_MS;
    if (nextMs !== undefined) this.wheel.schedule({ due }, nextMs);
  }

  /** Takes the steps that are due; milliseconds until the next one. */
  private advance(session: Session, token: TokenLife, connection: ClientSocket): number | undefined {
    if (session.connection !== connection) return undefined;
    const line = connection.profile?.published === false ? OUR_TIME_LINE : PUBLISHED_TIME_LINE;
    const { due, nextMs } = token.advance(line, token.leftMs(this.now()));
    for (const event of due) this.take(event, session, connection);
    return nextMs;
  }

  private take(event: TokenEvent, session: Session, connection: ClientSocket): void {
    switch (event) {
      case 'near':
        connection.send('AcsTokenWillExpire', {});
        break;
      case 'ended':
        connection.send('AcsTokenExpired', {});
        break;
      case 'finished':
        this.context.counters.add('sessions_token_over');
        connection.detach();
        connection.send('AcsTokenDidExpire', {});
        connection.close(CLOSE_CODE.NORMAL, 'the token is over');
        this.sessions.end(session, 'token-over').catch((error: unknown) => {
          this.context.logger.error({ err: error }, 'ending a session failed');
        });
    }
  }

  private now() {
    const { time } = this.context;
    return { wallMs: time.wallMs(), monotonicMs: time.monotonicMs() };
  }
}
