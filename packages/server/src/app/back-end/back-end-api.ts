import { isAppId } from 'ar-rtm-protocol';
import type { App, Apps } from '../../domain/apps.js';
import type { AppQuotas } from '../app-quotas.js';
import { AttemptLimit } from '../attempt-limit.js';
import type { NodeContext } from '../context.js';
import type { Caller, Credentials } from './credentials.js';
import type { Kicks } from './kicks.js';
import type { BackEndMessages } from './messages.js';
import { Problem } from './problem.js';
import { Rates } from './rates.js';
import { type BackEndAnswer, type BackEndRequest, Fields, queryFlag } from './request.js';
import { type Route, routeOf } from './routes.js';

/** Wrong secrets and tokens from one address within the window; above that none is looked at. */
const FAILURES = 50;
const FAILURES_MS = 10_000;
const REQUEST_ID_BYTES = 16;

export interface BackEndLimits {
  /** Of one app: all requests, messages to users and channels, kicks. */
  readonly requestsPerSecond: number;
  readonly messagesPerSecond: number;
  readonly kicksPerSecond: number;
  /** Of one address, before anything is looked at. */
  readonly addressRequestsPerSecond: number;
}

/** Words of a success, beside `result` and `request_id`. */
type Success = Readonly<Record<string, unknown>>;

/** HTTP for back ends (rest-api.md). Every answer is JSON with `result`, `request_id` and, without success, a reason. */
export class BackEndApi {
  private readonly failures = new AttemptLimit(FAILURES, FAILURES_MS);
  private readonly addresses: Rates;
  private readonly requests: Rates;
  private readonly messageRates: Rates;
  private readonly kickRates: Rates;
  /** Users with a token may do no more than on a socket, and nothing at the cost of the app's own back end. */
  private readonly userRates: Rates;

  constructor(
    private readonly context: NodeContext,
    private readonly apps: Apps,
    private readonly credentials: Credentials,
    private readonly messages: BackEndMessages,
    private readonly kicks: Kicks,
    private readonly quotas: AppQuotas,
    limits: BackEndLimits,
    private readonly isReady: () => boolean,
  ) {
    this.addresses = new Rates(limits.addressRequestsPerSecond);
    this.requests = new Rates(limits.requestsPerSecond);
    this.messageRates = new Rates(limits.messagesPerSecond);
    this.kickRates = new Rates(limits.kicksPerSecond);
    this.userRates = new Rates(context.settings.messages);
  }

  /** Never rejects. */
  async handle(request: BackEndRequest): Promise<BackEndAnswer> {
    try {
      return this.answer(await this.run(request));
    } catch (error) {
      this.context.logger.error({ err: error }, 'a request of a back end failed');
      return this.answer(new Problem('internal_error', 'internal error'));
    }
  }

  /** The answer to a request that could not be read. */
  refuse(problem: Problem): BackEndAnswer {
    return this.answer(problem);
  }

  private async run(request: BackEndRequest): Promise<Success | Problem> {
    const nowMs = this.context.time.monotonicMs();
    if (!this.addresses.take(request.from, nowMs)) return tooMany('this address sends too many requests');
    const route = routeOf(request.method, request.path);
    if (route instanceof Problem) return route;
    const fields = request.method === 'POST' ? Fields.of(request.body) : undefined;
    // The app is named in the body.
    if (route.appId === undefined && fields instanceof Problem) return fields;
    const app = this.appOf(route, fields);
    if (app instanceof Problem) return app;
    // Before credentials are looked at, so that guessing them is slow.
    if (this.failures.isReached(request.from, nowMs)) return tooMany('too many wrong credentials from this address');
    const caller = this.credentials.check(app, request.credentials);
    if (caller instanceof Problem) {
      const isWrong =
        caller.code === 'unauthorized' ? request.credentials.basic !== undefined : caller.code === 'invalid_token';
      if (isWrong) this.failures.add(request.from, nowMs);
      return caller;
    }
    if (caller.kind === 'user') {
      if (!this.userRates.take(`${app.appId}/${caller.uid}`, nowMs))
        return tooMany('this user sends too many requests');
    } else if (!isKick(route) && !this.requests.take(app.appId, nowMs)) {
      // Kicks have a budget of their own: whoever floods must not keep the back end from putting them off.
      return tooMany('the app sends too many requests');
    }
    if (fields instanceof Problem) return fields;
    if (!this.isReady()) return new Problem('unavailable', 'not ready, try again');
    return this.carryOut(route, app, caller, fields, request, nowMs);
  }

  private async carryOut(
    route: Route,
    app: App,
    caller: Caller,
    fields: Fields | undefined,
    request: BackEndRequest,
    nowMs: number,
  ): Promise<Success | Problem> {
    const { appId } = app;
    switch (route.kind) {
      case 'peer-message':
      case 'channel-message': {
        if (caller.kind === 'user' && caller.uid !== route.uid) {
          return new Problem('uid_mismatch', 'the token is for another user than the one in the path');
        }
        const wait = queryFlag(request.query, 'wait_for_ack');
        if (wait instanceof Problem || !fields) return wait as Problem;
        const isWithin = caller.kind === 'user' || this.messageRates.take(appId, nowMs);
        if (!isWithin) return tooMany('the app sends too many messages');
        const quota = this.quotas.of(app);
        if (quota && quota.takeMessage(nowMs) > 0) {
          this.context.counters.add('refused_app_messages');
          return tooMany('the clients and back ends of the app send too many messages');
        }
        const code =
          route.kind === 'peer-message'
            ? await this.messages.toPeer(appId, route.uid, fields, wait)
            : await this.messages.toChannel(appId, route.uid, fields);
        return code instanceof Problem ? code : { code };
      }
      case 'kicking-rule':
      case 'connection': {
        if (caller.kind === 'user') return new Problem('unauthorized', 'only for API keys: Authorization: Basic');
        const uid = route.kind === 'connection' ? route.uid : this.kicks.userOf(fields as Fields);
        if (uid instanceof Problem) return uid;
        if (!this.kickRates.take(appId, nowMs)) return tooMany('the app puts off too many users');
        const hadSession = await this.kicks.kick(appId, uid);
        if (hadSession instanceof Problem) return hadSession;
        // No rule is kept, so that none has a number.
        return route.kind === 'connection' ? { was_online: hadSession } : { status: 'success', id: 0 };
      }
    }
  }

  private appOf(route: Route, fields: Fields | Problem | undefined): App | Problem {
    const named = fields instanceof Fields && route.kind === 'kicking-rule' ? fields.get('appid') : undefined;
    const appId = route.appId ?? named;
    const app = isAppId(appId) ? this.apps.find(appId) : undefined;
    if (!app || (named !== undefined && named !== appId)) return new Problem('invalid_appid', 'unknown App ID');
    return app;
  }

  private answer(result: Success | Problem): BackEndAnswer {
    const { counters, chance } = this.context;
    const request_id = chance.secretHex(REQUEST_ID_BYTES);
    const headers = { 'X-Request-ID': request_id };
    if (!(result instanceof Problem)) {
      counters.add('back_end_requests');
      return { status: 200, headers, body: { result: 'success', request_id, ...result } };
    }
    counters.add('back_end_requests_refused');
    const { status, code, message, reason } = result;
    return {
      status,
      headers: { ...headers, ...result.headers },
      body: { result: 'failed', request_id, code, message, reason },
    };
  }
}

function isKick({ kind }: Route): boolean {
  return kind === 'kicking-rule' || kind === 'connection';
}

function tooMany(reason: string): Problem {
  return new Problem('too_many_requests', reason);
}
