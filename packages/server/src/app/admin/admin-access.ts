import { AttemptLimit } from '../attempt-limit.js';
import type { NodeContext } from '../context.js';
import { AdminProblem } from './admin-problem.js';
import type { AdminCredentials, AdminRequest } from './admin-request.js';
import { type AdminSession, AdminSessions } from './admin-sessions.js';

/** Wrong keys of one address within the window; above that none of its keys is looked at. */
const WRONG_KEYS = 10;
const WRONG_KEYS_MS = 60_000;

/** Who the operator is: whoever presents the key, or the cookie that was given for it. */
export type Operator =
  | { readonly by: 'key' }
  | { readonly by: 'cookie'; readonly secret: string; readonly session: AdminSession };

/** Decides whether a request is the operator's, and logs browsers in and out. */
export class AdminAccess {
  readonly sessions: AdminSessions;
  private readonly wrongKeys = new AttemptLimit(WRONG_KEYS, WRONG_KEYS_MS);

  constructor(
    private readonly context: NodeContext,
    private readonly isKey: (text: string) => boolean,
  ) {
    this.sessions = new AdminSessions(context);
  }

  /** The operator, nobody (no credentials, or a cookie that is over), or why the credentials are refused. */
  identify({ credentials, from }: Pick<AdminRequest, 'credentials' | 'from'>): Operator | undefined | AdminProblem {
    const { bearer, isOther, cookies } = credentials;
    if (isOther) return new AdminProblem('unauthorized', 'only Authorization: Bearer <operator key> is taken', BEARER);
    // What is presented by hand counts: a cookie must not hide that the key is wrong.
    if (bearer !== undefined) return this.checkKey(bearer, from) ?? { by: 'key' };
    for (const secret of cookies) {
      const session = this.sessions.use(secret);
      if (session) return { by: 'cookie', secret, session };
    }
    return undefined;
  }

  /** The same, for a request that needs the operator, with the CSRF token where it changes something. */
  demand(request: AdminRequest): Operator | AdminProblem {
    const operator = this.identify(request);
    if (operator instanceof AdminProblem) return operator;
    if (!operator) return new AdminProblem('unauthorized', 'log in with the operator key', BEARER);
    return request.method === 'GET' || this.hasCsrfToken(operator, request.credentials)
      ? operator
      : new AdminProblem('csrf_token', 'the header X-CSRF-Token with the token of GET /admin/session is needed');
  }

  /** Logs a browser in. */
  login(key: string, from: string): (AdminSession & { readonly secret: string }) | AdminProblem {
    const problem = this.checkKey(key, from);
    if (problem) return problem;
    this.context.counters.add('operator_logins');
    this.context.logger.info({ from }, 'the operator has logged in');
    return this.sessions.begin();
  }

  private hasCsrfToken(operator: Operator, { csrfToken }: AdminCredentials): boolean {
    if (operator.by === 'key') return true;
    return csrfToken !== undefined && this.sessions.isCsrfTokenOf(operator.secret, csrfToken);
  }

  private checkKey(key: string, from: string): AdminProblem | undefined {
    const { time, counters, logger } = this.context;
    const nowMs = time.monotonicMs();
    if (this.wrongKeys.isReached(from, nowMs)) {
      const leftS = Math.max(1, Math.ceil(this.wrongKeys.leftMs(nowMs) / 1000));
      const message = `too many wrong keys from this address; try again in ${leftS} s`;
      return new AdminProblem('too_many_attempts', message, { 'Retry-After': String(leftS) });
    }
    if (this.isKey(key)) return undefined;
    this.wrongKeys.add(from, nowMs);
    counters.add('operator_refused');
    logger.info({ from }, 'a wrong operator key was refused');
    return new AdminProblem('wrong_key', 'this is not the operator key', BEARER);
  }
}

const BEARER = { 'WWW-Authenticate': 'Bearer' };
