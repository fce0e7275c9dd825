import { CLOSE_CODE, encodeServerFrame } from 'ar-rtm-protocol';
import type { ReadClock } from '../domain/read-clock.js';
import type { Frames } from '../ports/transport.js';
import type { Connection } from './connection.js';
import type { NodeContext } from './context.js';
import type { Reachability } from './reachability.js';
import type { SessionHost } from './session-host.js';

/** Sockets that are not logged in yet are looked at this often, so that the first heartbeat is not late. */
const VISIT_MS = 1000;
/** A socket that does not answer a close is ended after this time. */
const CLOSE_PATIENCE_MS = 5000;

/**
 * Heartbeats and the clock of silence (design 4). Ours: a heartbeat when nothing was received, or nothing was sent, for the
 * interval. Published: a ping for the clock, ReqKeepAlive for the client's own deadline.
 */
export class Liveness {
  private readonly reqKeepAlive: Frames;
  /** When a new socket is to be visited first. */
  readonly firstVisitMs: number;

  constructor(
    private readonly context: NodeContext,
    private readonly clock: ReadClock,
    private readonly sessions: SessionHost,
    private readonly reachability: Reachability,
  ) {
    this.reqKeepAlive = context.framing.text(encodeServerFrame('ReqKeepAlive', {}));
    const { heartbeatMs, publishedPingMs } = context.settings;
    this.firstVisitMs = Math.min(VISIT_MS, heartbeatMs, publishedPingMs);
  }

  /** Looks after one socket; milliseconds until the next visit. */
  visit(connection: Connection): number | undefined {
    const { settings, counters } = this.context;
    const now = this.clock.nowMs;
    switch (connection.state) {
      case 'opened': {
        const left = connection.openedMs + settings.loginDeadlineMs - now;
        if (left > 0) return Math.min(left, this.firstVisitMs);
        counters.add('closed_login_deadline');
        connection.close(CLOSE_CODE.NORMAL, 'no Login in time');
        return CLOSE_PATIENCE_MS;
      }
      case 'logging-in':
        return this.firstVisitMs;
      case 'closing':
      case 'quarantined': {
        const left = connection.closingMs + CLOSE_PATIENCE_MS - now;
        if (left > 0) return left;
        connection.transport.terminate();
        return undefined;
      }
      case 'closed':
        return undefined;
      case 'active':
        return this.visitActive(connection, now);
    }
  }

  private visitActive(connection: Connection, now: number): number {
    const { settings, time } = this.context;
    connection.session?.trim(settings, time.monotonicMs());
    const silent = connection.isPaused ? 0 : now - connection.lastPacketMs;
    if (silent >= settings.offlineMs && connection.session) {
      this.sessions.expire(connection.session);
      return CLOSE_PATIENCE_MS;
    }
    const next =
      connection.profile?.published === false
        ? this.heartbeat(connection, now, silent)
        : this.ping(connection, now, silent);
    return connection.session ? Math.min(next, this.reachability.check(connection.session, silent)) : next;
  }

  private heartbeat(connection: Connection, now: number, silent: number): number {
    const { heartbeatMs } = this.context.settings;
    const quiet = now - connection.outbox.lastWriteMs;
    const left = heartbeatMs - Math.max(silent, quiet);
    if (left > 0) return left;
    connection.outbox.push(this.reqKeepAlive);
    return heartbeatMs;
  }

  private ping(connection: Connection, now: number, silent: number): number {
    const { settings, framing } = this.context;
    if (
      connection.profile?.serverDrivenKeepAlive &&
      now - connection.lastReqKeepAliveMs >= settings.publishedKeepAliveMs
    ) {
      connection.lastReqKeepAliveMs = now;
      connection.outbox.push(this.reqKeepAlive);
      return settings.publishedPingMs;
    }
    if (silent < settings.publishedPingMs) return settings.publishedPingMs - silent;
    connection.outbox.push(framing.ping);
    return settings.publishedPingMs;
  }
}
