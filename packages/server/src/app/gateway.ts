import {
  decodeGatewayRequest,
  decodeOfflineRequest,
  GATEWAY_CODE,
  isAppId,
  isId,
  type OfflineReply,
} from 'ar-rtm-protocol';
import type { App, Apps } from '../domain/apps.js';
import type { Tokens } from '../domain/tokens.js';
import { EngineUnavailable } from '../ports/engine-error.js';
import type { MessageEntry } from '../ports/inboxes.js';
import type { NodeContext } from './context.js';
import { FailureLimit } from './failure-limit.js';
import { LogLimit } from './log-limit.js';
import type { Tickets } from './tickets.js';

/** Where a client reaches this deployment, as seen from its request. */
export interface Address {
  readonly host: string;
  readonly port: number;
}

/** What the HTTP edge is to answer. Anything but 200 is retried by clients (wire-protocol.md 2.5). */
export type GatewayAnswer =
  | { readonly status: 200; readonly body: object }
  | { readonly status: 503; readonly body: object };

const UNAVAILABLE: GatewayAnswer = {
  status: 503,
  body: { code: GATEWAY_CODE.UNKNOWN, message: 'not ready, try again' },
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
  private readonly invalidTokens = new FailureLimit(INVALID_TOKENS, INVALID_TOKENS_MS);
  private readonly limitedLog: LogLimit;

  constructor(
    private readonly context: NodeContext,
    private readonly apps: Apps,
    private readonly tokens: Tokens,
    private readonly tickets: Tickets,
    private readonly isReady: () => boolean,
  ) {
    this.limitedLog = new LogLimit(context.logger, context.time);
  }

  /**
   * `POST /arapi/v1?action=wrtm_gateway`: all refusals of a login are made here (quirk Q3). `from` is the address that the
   * request came from.
   */
  login(body: string, address: Address, from = ''): GatewayAnswer {
    if (!this.isReady()) return UNAVAILABLE;
    const request = decodeGatewayRequest(body);
    if (!request.ok) return refusal(GATEWAY_CODE.INVALID_ARGUMENT, `${request.field} is missing or has the wrong type`);
    const { appid, uid, token } = request.value;
    const app = isAppId(appid) ? this.apps.find(appid) : undefined;
    if (!app) return refusal(GATEWAY_CODE.INVALID_APP_ID, 'unknown App ID');
    if (!isId(uid)) return refusal(GATEWAY_CODE.INVALID_ARGUMENT, 'uid is not a user id');
    const refused = this.refuseToken(app, uid, token, from);
    if (refused) return refused;
    return {
      status: 200,
      body: {
        code: GATEWAY_CODE.OK,
        sessionid: this.tickets.issue(appid, uid, token),
        addresses: [{ type: 0, addr: address.host, port: address.port }],
      },
    };
  }

  /** A body that cannot be taken (size, encoding). */
  invalid(reason: string): GatewayAnswer {
    return refusal(GATEWAY_CODE.INVALID_ARGUMENT, reason);
  }

  /**
   * `POST /arapi/v1/artmgw/getOfflineMsg`. `written` is to be called when the answer has been written: only then do the
   * messages count as delivered (design 4).
   */
  async offlineMessages(body: string): Promise<{ readonly answer: GatewayAnswer; readonly written?: () => void }> {
    const request = decodeOfflineRequest(body);
    if (!request.ok) return { answer: refusal(GATEWAY_CODE.INVALID_ARGUMENT, `${request.field} is missing`) };
    const { uid, sessId, appId } = request.value;
    const ticket = this.tickets.read(sessId);
    if (!ticket || ticket.appId !== appId || ticket.uid !== uid) return { answer: invalidSession() };
    const { engine, settings } = this.context;
    const timeoutMs = settings.engineTimeoutMs;
    try {
      const holder = await engine.registry.holder({ appId, uid, ticketId: ticket.id, timeoutMs });
      if (!holder.valid) return { answer: invalidSession() };
      const upTo = holder.offlineUpTo;
      // A client that went on with its session gets everything on the socket; there is nothing to fetch.
      const entries = upTo === undefined ? [] : await engine.inboxes.stored({ appId, uid, upTo, timeoutMs });
      const reply: OfflineReply = { code: GATEWAY_CODE.OK, data: entries.map(itemOf) };
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

  /** History endpoints that old releases call after every login (wire-protocol.md 2.4, appendix A). */
  emptyHistory(): GatewayAnswer {
    return { status: 200, body: { code: GATEWAY_CODE.OK, data: [] } };
  }

  /** The answer to a token that does not let `uid` in (token.md 6, 7); nothing if it does. */
  private refuseToken(app: App, uid: string, token: string, from: string): GatewayAnswer | undefined {
    const { logger, counters, time, signer } = this.context;
    const { appId } = app;
    if (app.certificates.length > 0 && this.invalidTokens.isReached(from, time.monotonicMs())) {
      counters.add('logins_refused');
      this.limitedLog.log('warn', 'too many', { from }, 'too many invalid tokens came from one address');
      return TOO_MANY_FAILURES;
    }
    const result = this.tokens.verify({ app, uid, token, nowS: Math.floor(time.wallMs() / 1000) });
    if (result.verdict === 'ok') {
      const { oddity } = result;
      if (oddity) this.limitedLog.log('warn', oddity, { appId, uid, oddity }, 'a token is odd');
      if (app.certificates.length === 0 && token !== '' && !this.apps.isOpen && !this.unchecked.has(appId)) {
        this.unchecked.add(appId);
        logger.warn({ appId }, 'clients send tokens, but the app has no certificate to check them with');
      }
      return undefined;
    }
    counters.add('logins_refused');
    // Tokens are never logged; the hash tells whether it was the same one again.
    const { verdict, ...why } = result;
    const fields = { appId, uid, tokenHash: signer.digest(token).slice(0, 12), ...why };
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

function refusal(code: number, message: string): GatewayAnswer {
  return { status: 200, body: { code, message } };
}

function invalidSession(): GatewayAnswer {
  return { status: 200, body: { code: GATEWAY_CODE.INVALID_TOKEN, message: 'sessId is not valid', data: [] } };
}

function itemOf({ message, ts }: MessageEntry): OfflineReply['data'][number] {
  return { msgFrom: message.from, msgType: message.type, msgBody: message.body, msgTs: ts, msgStatus: 0 };
}
