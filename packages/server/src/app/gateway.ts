import {
  decodeGatewayRequest,
  decodeOfflineRequest,
  GATEWAY_CODE,
  isAppId,
  isId,
  type OfflineReply,
} from 'ar-rtm-protocol';
import type { App, Apps } from '../domain/apps.js';
import { type HostAndPort, httpAddress } from '../domain/http-address.js';
import type { MessageContent } from '../domain/message-rules.js';
import type { Tokens } from '../domain/tokens.js';
import type { TokenVerdict } from '../domain/tokens-verdict.js';
import { EngineUnavailable } from '../ports/engine-error.js';
import type { MessageEntry } from '../ports/inboxes.js';
import type { AppQuotas } from './app-quotas.js';
import { AttemptLimit } from './attempt-limit.js';
import type { NodeContext } from './context.js';
import type { Door } from './door.js';
import { LogLimit } from './log-limit.js';
import type { MediaTexts } from './media/media-texts.js';
import type { RequestSessions } from './request-sessions.js';
import { type Tickets, tokenName } from './tickets.js';

type Verdict<V extends TokenVerdict['verdict']> = Extract<TokenVerdict, { verdict: V }>;

/** Where a client reaches this deployment, as seen from its request. */
export interface Address {
  readonly host: string;
  readonly port: number;
}

/** What the HTTP edge is to answer. Anything but 200 is retried by clients (wire-protocol.md 2.5). */
export type GatewayAnswer =
  | { readonly status: 200; readonly body: object }
  | { readonly status: 503; readonly body: object };

export const UNAVAILABLE: GatewayAnswer = {
  status: 503,
  body: { code: GATEWAY_CODE.UNKNOWN, message: 'not ready, try again' },
};

const APP_IS_FULL: GatewayAnswer = {
  status: 503,
  body: { code: GATEWAY_CODE.UNKNOWN, message: 'the app has too many connections, try again later' },
};

const TOO_MANY_FAILURES: GatewayAnswer = {
  status: 503,
  body: { code: GATEWAY_CODE.UNKNOWN, message: 'too many invalid tokens came from this address, try again later' },
};

/** Invalid tokens from one address within the window; above that none of its tokens is looked at. */
const INVALID_TOKENS = 50;
const INVALID_TOKENS_MS = 10_000;

/** The HTTP calls of clients: the gateway, and offline messages for published clients (wire-protocol.md 2). */
export class Gateway {
  /** Apps without certificates whose clients send tokens, told once each. */
  private readonly unchecked = new Set<string>();
  private readonly invalidTokens = new AttemptLimit(INVALID_TOKENS, INVALID_TOKENS_MS);
  private readonly limitedLog: LogLimit;

  constructor(
    private readonly context: NodeContext,
    private readonly apps: Apps,
    private readonly tokens: Tokens,
    private readonly tickets: Tickets,
    private readonly sessions: RequestSessions,
    private readonly mediaTexts: MediaTexts,
    private readonly door: Door,
    private readonly quotas: AppQuotas,
  ) {
    this.limitedLog = new LogLimit(context.logger, context.time);
  }

  /**
   * `POST /arapi/v1?action=wrtm_gateway`: all refusals of a login are made here (quirk Q3). `from` is the address that the
   * request came from.
   */
  login(body: string, address: Address, from = ''): GatewayAnswer | Promise<GatewayAnswer> {
    if (!this.door.letsAsk(from)) return UNAVAILABLE;
    const request = decodeGatewayRequest(body);
    if (!request.ok) return refusal(GATEWAY_CODE.INVALID_ARGUMENT, `${request.field} is missing or has the wrong type`);
    const { appid, uid, token, wss } = request.value;
    const app = isAppId(appid) ? this.apps.find(appid) : undefined;
    if (!app) return refusal(GATEWAY_CODE.INVALID_APP_ID, 'unknown App ID');
    if (!isId(uid)) return refusal(GATEWAY_CODE.INVALID_ARGUMENT, 'uid is not a user id');
    return this.judge(app, uid, token, from, (tokenEndTs) => {
      const answer = (mayConnect: boolean): GatewayAnswer => {
        if (!mayConnect) {
          this.context.counters.add('refused_app_connections');
          return APP_IS_FULL;
        }
        const sessionid = this.tickets.issue(appid, uid, token, tokenEndTs, wss);
        const addresses = [{ type: 0, addr: address.host, port: address.port }];
        return { status: 200, body: { code: GATEWAY_CODE.OK, sessionid, addresses } };
      };
      // Behind the token: who has none does not learn whether the user is there.
      const mayConnect = this.quotas.mayConnect(app, uid);
      return typeof mayConnect === 'boolean' ? answer(mayConnect) : mayConnect.then(answer);
    });
  }

  /** A body that cannot be taken (size, encoding). */
  invalid(reason: string): GatewayAnswer {
    return refusal(GATEWAY_CODE.INVALID_ARGUMENT, reason);
  }

  /** Lets in whose token is good, and who may have renewed one that is over; a promise only where the engine has to be asked. */
  private judge(
    app: App,
    uid: string,
    token: string,
    from: string,
    letIn: (tokenEndTs: number | undefined) => GatewayAnswer | Promise<GatewayAnswer>,
  ): GatewayAnswer | Promise<GatewayAnswer> {
    const { time } = this.context;
    if (app.certificates.length > 0 && this.invalidTokens.isReached(from, time.monotonicMs())) {
      this.context.counters.add('logins_refused');
      this.limitedLog.log('warn', 'too many', { from }, 'too many invalid tokens came from one address');
      return TOO_MANY_FAILURES;
    }
    const result = this.tokens.verify({ app, uid, token, nowS: Math.floor(time.wallMs() / 1000) });
    if (result.verdict === 'invalid') return this.refuseToken(app.appId, uid, token, from, result);
    const endTs = result.expireTs === undefined ? undefined : this.tokens.endOf(token, result.expireTs);
    if (result.verdict === 'ok') {
      this.noteOdd(app, uid, token, result);
      return letIn(endTs);
    }
    const refuse = () => this.refuseToken(app.appId, uid, token, from, result);
    if (endTs === undefined) return refuse();
    return this.comesBack(app.appId, uid, token).then(
      // What becomes of it is decided at the Login, which knows the client instance.
      (known) => (known ? letIn(endTs) : refuse()),
      (error: unknown) => {
        this.failed(error);
        return UNAVAILABLE;
      },
    );
  }

  /**
   * `POST /arapi/v1/artmgw/getOfflineMsg`. `written` is to be called when the answer has been written: only then do the
   * messages count as delivered (design 4). `at`: where the client reaches this server.
   */
  async offlineMessages(
    body: string,
    at?: HostAndPort,
  ): Promise<{ readonly answer: GatewayAnswer; readonly written?: () => void }> {
    const request = decodeOfflineRequest(body);
    if (!request.ok) return { answer: refusal(GATEWAY_CODE.INVALID_ARGUMENT, `${request.field} is missing`) };
    const { uid, sessId, appId } = request.value;
    const ticket = this.sessions.read(sessId, { appId, uid });
    if (!ticket) return { answer: invalidSession() };
    const { engine, settings } = this.context;
    const timeoutMs = settings.engineTimeoutMs;
    try {
      const holder = await this.sessions.holderOf(ticket);
      if (!holder.valid) return { answer: invalidSession() };
      const upTo = holder.offlineUpTo;
      // A client that went on with its session gets everything on the socket; there is nothing to fetch.
      const entries = upTo === undefined ? [] : await engine.inboxes.stored({ appId, uid, upTo, timeoutMs });
      const address = httpAddress(at, ticket.secure);
      // Only published clients have something to fetch.
      const data = entries.map((entry) => itemOf(entry, this.mediaTexts.shown(appId, entry.message, address)));
      const reply: OfflineReply = { code: GATEWAY_CODE.OK, data };
      const written = () => {
        const positions = entries.map((entry) => entry.position);
        const told =
          upTo === undefined
            ? Promise.resolve()
            : engine.nodes.notify({
                to: holder.nodeId,
                notice: { kind: 'offline-fetched', appId, uid, generation: holder.generation, upTo },
                timeoutMs,
              });
        const removed =
          positions.length === 0 ? Promise.resolve() : engine.inboxes.discard({ appId, uid, positions, timeoutMs });
        Promise.all([told, removed]).catch((error: unknown) => this.failed(error));
      };
      return { answer: { status: 200, body: reply }, written };
    } catch (error) {
      this.failed(error);
      return { answer: UNAVAILABLE };
    }
  }

  /**
   * Whether a client comes back with a token that is over: a published one presents that of its login for ever (quirk Q13),
   * and must not be refused here (quirk Q12).
   */
  private comesBack(appId: string, uid: string, token: string): Promise<boolean> {
    const { engine, settings, signer } = this.context;
    const name = tokenName(signer.digest(token));
    return engine.registry.knowsToken({ appId, uid, name, timeoutMs: settings.engineTimeoutMs });
  }

  /** Logs what the issuer of a good token should look at. */
  private noteOdd({ appId, certificates }: App, uid: string, token: string, { oddity }: Verdict<'ok'>): void {
    if (oddity) this.limitedLog.log('warn', oddity, { appId, uid, oddity }, 'a token is odd');
    if (certificates.length > 0 || token === '' || this.apps.isOpen || this.unchecked.has(appId)) return;
    this.unchecked.add(appId);
    this.context.logger.warn({ appId }, 'clients send tokens, but the app has no certificate to check them with');
  }

  /** The answer to a token that does not let `uid` in (token.md 6, 7). */
  private refuseToken(
    appId: string,
    uid: string,
    token: string,
    from: string,
    result: Verdict<'expired' | 'invalid'>,
  ): GatewayAnswer {
    const { counters, time, signer } = this.context;
    counters.add('logins_refused');
    // Tokens are never logged; the hash tells whether it was the same one again.
    const { verdict, ...why } = result;
    const fields = { appId, uid, tokenHash: tokenName(signer.digest(token)), ...why };
    const reason = `${verdict} ${result.verdict === 'invalid' ? result.fault : result.oddity}`;
    this.limitedLog.log('info', reason, fields, `a token is ${verdict}`);
    // An expired token is a genuine one: its client is told to get another. No token at all costs nothing.
    const isForged = result.verdict === 'invalid' && result.fault !== 'missing';
    if (isForged && from !== '') this.invalidTokens.add(from, time.monotonicMs());
    return verdict === 'expired'
      ? refusal(GATEWAY_CODE.TOKEN_EXPIRED, 'the token has expired')
      : refusal(GATEWAY_CODE.INVALID_TOKEN, 'the token is not valid');
  }

  private failed(error: unknown): void {
    this.context.counters.add('engine_failures');
    if (!(error instanceof EngineUnavailable)) this.context.logger.error({ err: error }, 'offline messages failed');
  }
}

export function refusal(code: number, message: string): GatewayAnswer {
  return { status: 200, body: { code, message } };
}

export function invalidSession(): GatewayAnswer {
  return { status: 200, body: { code: GATEWAY_CODE.INVALID_TOKEN, message: 'sessId is not valid', data: [] } };
}

function itemOf({ message, ts }: MessageEntry, shown: MessageContent): OfflineReply['data'][number] {
  const { type, body, description } = shown;
  const more = description === '' ? undefined : { msgDesc: description };
  return { msgFrom: message.from, msgType: type, msgBody: body, msgTs: ts, msgStatus: 0, ...more };
}
