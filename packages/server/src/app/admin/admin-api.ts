import { isAppId, isId } from 'ar-rtm-protocol';
import { EngineUnavailable } from '../../ports/engine-error.js';
import type { Kicks } from '../back-end/kicks.js';
import { Problem } from '../back-end/problem.js';
import type { NodeContext } from '../context.js';
import type { AdminAccess, Operator } from './admin-access.js';
import { AdminProblem } from './admin-problem.js';
import { type AdminAnswer, type AdminRequest, type AskedPage, askedPage, type CookieChange } from './admin-request.js';
import type { AdminSession } from './admin-sessions.js';
import type { Lookups } from './lookups.js';
import { type OverviewSources, overviewOf } from './overview.js';

/** Lists and the like that are being made at a time: each may look through everything there is. */
const MOST_LOOKUPS = 4;

/** The page of metrics; `edge/observability` makes it. */
export interface MetricsPage {
  readonly contentType: string;
  render(): Promise<string>;
}

export interface AdminSources extends OverviewSources {
  /** Absent: there is no page of metrics. */
  readonly metrics?: MetricsPage | undefined;
  /** Whether the operator's part has an address of its own. */
  readonly hasOwnAddress: boolean;
}

/** A success. */
interface Done {
  readonly body: AdminAnswer['body'];
  readonly cookie?: CookieChange;
}

type Outcome = Done | AdminProblem;

/** HTTP for whoever runs the server (docs/admin.md), without HTTP: what it asks for, and what the answer is. */
export class AdminApi {
  private lookupsRunning = 0;

  constructor(
    private readonly context: NodeContext,
    private readonly access: AdminAccess,
    private readonly lookups: Lookups,
    private readonly kicks: Kicks,
    private readonly sources: AdminSources,
  ) {}

  /** Never rejects. */
  async handle(request: AdminRequest): Promise<AdminAnswer> {
    try {
      return this.answer(await this.run(request));
    } catch (error) {
      if (error instanceof EngineUnavailable) {
        this.context.counters.add('engine_failures');
        return this.answer(
          new AdminProblem('unavailable', 'the engine did not answer in time', { 'Retry-After': '1' }),
        );
      }
      this.context.logger.error({ err: error }, 'a request of the operator failed');
      return this.answer(new AdminProblem('internal_error', 'internal error'));
    }
  }

  /** The answer to a request that was refused before. */
  refuse(problem: AdminProblem): AdminAnswer {
    return this.answer(problem);
  }

  private run(request: AdminRequest): Outcome | Promise<Outcome> {
    const { path, method } = request;
    if (path.length === 1 && path[0] === 'session') return this.session(request);
    // Who is not the operator does not learn what there is.
    const operator = this.access.demand(request);
    if (operator instanceof AdminProblem) return operator;
    const [first, appId, kind, id, act] = path;
    if (path.length === 1 && first === 'overview') {
      return only('GET', method, () => ({ body: overviewOf(this.context, this.sources) }));
    }
    if (path.length === 1 && first === 'metrics') return only('GET', method, () => this.metrics());
    if (first !== 'apps' || path.length > 5) return NOT_FOUND;
    if (path.length === 1) return only('GET', method, () => this.list(request, (page) => this.lookups.apps(page)));
    if (!isAppId(appId)) return new AdminProblem('not_found', 'no App ID is like that');
    if (path.length >= 4 && !isId(id)) return new AdminProblem('not_found', 'no id is like that');
    switch (kind) {
      case 'users':
        if (path.length === 3) {
          return only('GET', method, () => this.list(request, (page) => this.lookups.users(appId, page)));
        }
        if (path.length === 4) return only('GET', method, () => this.one(this.lookups.user(appId, id as string)));
        return act === 'kick' ? only('POST', method, () => this.kick(appId, id as string, operator)) : NOT_FOUND;
      case 'channels':
        if (path.length === 3) {
          return only('GET', method, () => this.list(request, (page) => this.lookups.channels(appId, page)));
        }
        if (path.length > 4) return NOT_FOUND;
        return only('GET', method, () => this.list(request, (page) => this.lookups.channel(appId, id as string, page)));
      default:
        return NOT_FOUND;
    }
  }

  private session(request: AdminRequest): Outcome {
    switch (request.method) {
      case 'GET':
        return this.loginState(request);
      case 'POST':
        return this.login(request);
      case 'DELETE':
        return this.logout(request);
      default:
        return notAllowed('GET, HEAD, POST, DELETE');
    }
  }

  private loginState(request: AdminRequest): Outcome {
    const operator = this.access.identify(request);
    if (operator instanceof AdminProblem) return operator;
    if (!operator) return { body: this.loggedOut() };
    return { body: operator.by === 'cookie' ? this.loggedIn(operator.session) : this.loggedIn() };
  }

  private login({ isJson, body, from, credentials }: AdminRequest): Outcome {
    const key = isJson ? keyIn(body) : NOT_JSON;
    if (key instanceof AdminProblem) return key;
    const begun = this.access.login(key, from);
    if (begun instanceof AdminProblem) return begun;
    // The browser has one cookie, and that of before is gone with the answer.
    for (const secret of credentials.cookies) this.access.sessions.end(secret);
    return { body: this.loggedIn(begun), cookie: { set: begun.secret, maxAgeS: Math.floor(begun.leftMs / 1000) } };
  }

  private logout(request: AdminRequest): Outcome {
    const operator = this.access.demand(request);
    if (operator instanceof AdminProblem) return operator;
    if (operator.by === 'cookie') this.access.sessions.end(operator.secret);
    return { body: this.loggedOut(), cookie: 'remove' };
  }

  private loggedIn(session?: AdminSession): AdminAnswer['body'] {
    return {
      loggedIn: true,
      hasOwnAddress: this.sources.hasOwnAddress,
      ...(session && { csrfToken: session.csrfToken, expiresInS: Math.floor(session.leftMs / 1000) }),
    };
  }

  private loggedOut(): AdminAnswer['body'] {
    return { loggedIn: false, hasOwnAddress: this.sources.hasOwnAddress };
  }

  private async metrics(): Promise<Outcome> {
    const { metrics } = this.sources;
    if (!metrics) return NOT_FOUND;
    return { body: { text: await metrics.render(), type: metrics.contentType } };
  }

  private async list(
    { query }: AdminRequest,
    look: (page: AskedPage) => Promise<AdminAnswer['body'] | undefined>,
  ): Promise<Outcome> {
    const page = askedPage(query);
    if (page instanceof AdminProblem) return page;
    if (this.lookupsRunning >= MOST_LOOKUPS) return BUSY;
    this.lookupsRunning += 1;
    try {
      return await this.one(look(page));
    } finally {
      this.lookupsRunning -= 1;
    }
  }

  private async one(looking: Promise<AdminAnswer['body'] | undefined>): Promise<Outcome> {
    const body = await looking;
    return body ? { body } : new AdminProblem('not_found', 'there is nothing of that name now');
  }

  private async kick(appId: string, uid: string, { by }: Operator): Promise<Outcome> {
    const wasOnline = await this.kicks.kick(appId, uid);
    if (wasOnline instanceof Problem) {
      return new AdminProblem('unavailable', wasOnline.reason, { 'Retry-After': '1' });
    }
    this.context.logger.info({ appId, uid, wasOnline, by }, 'the operator has put a user off');
    return { body: { wasOnline } };
  }

  private answer(outcome: Outcome): AdminAnswer {
    if (!(outcome instanceof AdminProblem)) {
      return { status: 200, headers: {}, cookie: outcome.cookie, body: outcome.body };
    }
    const { status, headers, code, message } = outcome;
    return { status, headers, body: { code, message } };
  }
}

const NOT_FOUND = new AdminProblem('not_found', 'there is no such path');
const NOT_JSON = new AdminProblem('unsupported_media_type', 'the body must be application/json');
const BUSY = new AdminProblem('unavailable', 'too many lists are being made, try again', { 'Retry-After': '1' });

/** Runs what a path does with the one method that it takes. */
function only(
  wanted: 'GET' | 'POST',
  method: string,
  run: () => Outcome | Promise<Outcome>,
): Outcome | Promise<Outcome> {
  return method === wanted ? run() : notAllowed(wanted === 'GET' ? 'GET, HEAD' : wanted);
}

function notAllowed(allowed: string): AdminProblem {
  return new AdminProblem('method_not_allowed', `only ${allowed} is taken here`, { Allow: allowed });
}

function keyIn(body: string): string | AdminProblem {
  try {
    const { key } = JSON.parse(body) as { readonly key?: unknown };
    if (typeof key === 'string') return key;
  } catch {
    // Said below: no JSON, or none with fields.
  }
  return new AdminProblem('invalid_parameter', 'the body must be {"key": "<operator key>"}');
}
