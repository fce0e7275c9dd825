import { decodeLogRequest, GATEWAY_CODE } from 'ar-rtm-protocol';
import type { ClientLogs } from '../ports/client-logs.js';
import { AttemptLimit } from './attempt-limit.js';
import type { NodeContext } from './context.js';
import type { GatewayAnswer } from './gateway.js';
import type { RequestSessions } from './request-sessions.js';

/** Uploads of one user within the window; a client of ours sends one in five seconds at most. */
const UPLOADS = 20;
const UPLOADS_MS = 10_000;
const LINES = 500;
const LINE_LENGTH = 2000;

const OK: GatewayAnswer = { status: 200, body: { code: GATEWAY_CODE.OK } };
const INVALID: GatewayAnswer = { status: 200, body: { code: GATEWAY_CODE.INVALID_ARGUMENT, message: 'not log lines' } };
const NO_SESSION: GatewayAnswer = {
  status: 200,
  body: { code: GATEWAY_CODE.INVALID_TOKEN, message: 'sessId is not valid' },
};
const LATER: GatewayAnswer = { status: 503, body: { code: GATEWAY_CODE.UNKNOWN, message: 'not now, try again later' } };

/** `POST /arapi/v1/artmgw/uploadLog`: log lines of a user who is logged in, or was a minute ago. */
export class LogUploads {
  private readonly counts = new AttemptLimit(UPLOADS, UPLOADS_MS);

  /** Without `logs`, lines are taken and dropped. */
  constructor(
    private readonly context: NodeContext,
    private readonly sessions: RequestSessions,
    private readonly logs: ClientLogs | undefined,
  ) {}

  async take(body: string): Promise<GatewayAnswer> {
    const request = decodeLogRequest(body);
    if (!request.ok || request.value.lines.length > LINES) return INVALID;
    const { uid, sessId, appId, lines } = request.value;
    const ticket = this.sessions.read(sessId, { appId, uid });
    if (!ticket) return NO_SESSION;
    const { time, counters, logger } = this.context;
    const key = `${appId}/${uid}`;
    if (this.counts.isReached(key, time.monotonicMs())) return LATER;
    this.counts.add(key, time.monotonicMs());
    try {
      const { valid } = await this.sessions.holderOf(ticket);
      if (!valid) return NO_SESSION;
      await this.logs?.append({ appId, uid, lines: lines.map(printable) });
      counters.add('log_lines_uploaded', lines.length);
      return OK;
    } catch (error) {
      logger.warn({ err: error, appId, uid }, 'log lines of a client were not stored');
      return LATER;
    }
  }
}

/** One line without anything that a terminal or a later line could be deceived by. */
function printable(line: string): string {
  return line.slice(0, LINE_LENGTH).replace(/[\p{Cc}\p{Zl}\p{Zp}]/gu, ' ');
}
