import {
  CAPABILITIES,
  decodeGatewayReply,
  type GatewayReply,
  type ServerFrame,
  type ServerFrameContent,
} from 'ar-rtm-protocol';
import type { Cancel, Environment } from '../ports.js';
import { type Address, gatewayUrl, socketUrl } from './address.js';
import { Link } from './link.js';
import type { Logger } from './logger.js';
import { type LoginRefusal, refusalByGateway, refusalByServer } from './login-refusal.js';

export type LoginReply = ServerFrameContent<'Login'>;

/** Who logs in where. */
export interface Credentials {
  readonly address: Address;
  readonly appId: string;
  readonly uid: string;
  /** Empty when there is none. */
  readonly token: string;
  /** New per `login`, kept for its reconnects. */
  readonly userSId: string;
  readonly sdkVersion: string;
  /** Whether this goes on with a session, as a reconnect does. */
  readonly isResume: boolean;
}

export type AttemptOutcome =
  | { readonly kind: 'accepted'; readonly link: Link; readonly reply: LoginReply }
  | { readonly kind: 'refused'; readonly refusal: LoginRefusal }
  /** Nobody answered, or not with sense: worth another attempt. */
  | { readonly kind: 'failed'; readonly why: string };

/** Time for each of: gateway reply, socket opening, login reply. */
export const STEP_MS = 3000;

const CAPS = [CAPABILITIES.REPLY_CODES, CAPABILITIES.PUSH_OFFLINE];

/**
 * One try to get a logged-in link:
 *
 * ```
 * gateway POST -> { sessionid, addresses } -> first address whose socket opens -> Login -> Login reply
 * ```
 *
 * `done` is called once, never from inside the constructor, and never after {@link Attempt.abandon}.
 */
export class Attempt {
  private readonly stopPost: Cancel;
  private stopTimer: Cancel | undefined;
  private link: Link | undefined;
  private hasSentLogin = false;

  constructor(
    private readonly environment: Environment,
    private readonly logger: Logger,
    private readonly credentials: Credentials,
    private readonly done: (outcome: AttemptOutcome) => void,
  ) {
    const { address, appId, uid, token } = credentials;
    const body = JSON.stringify({ appid: appId, uid, token, wss: address.secure });
    this.stopPost = environment.network.post(gatewayUrl(address), body, (reply) => this.onGatewayReply(reply));
    this.limitStep(() => this.fail('the gateway did not answer'));
  }

  /** Gives up. With `isGoodbye`, a server that may have accepted the login is told that it is over. */
  abandon(isGoodbye: boolean): void {
    this.stopTimer?.();
    this.stopPost();
    if (isGoodbye && this.hasSentLogin) this.link?.send('Logout', {});
    this.link?.close();
  }

  private onGatewayReply(text: string | undefined): void {
    const result = text === undefined ? undefined : decodeGatewayReply(text);
    if (!result?.ok) {
      this.fail('the gateway cannot be reached');
      return;
    }
    const { code, sessionid = '', addresses = [] } = result.value;
    if (code === 0) this.tryAddresses(this.urls(addresses), sessionid);
    else this.refuse(refusalByGateway(code));
  }

  private urls(addresses: NonNullable<GatewayReply['addresses']>): string[] {
    return addresses
      .filter(({ type }) => type === 0)
      .map(({ addr, port }) => socketUrl(this.credentials.address, addr, port));
  }

  private tryAddresses([url, ...others]: readonly string[], sessionId: string): void {
    this.link?.close();
    if (url === undefined) {
      this.fail('no socket could be opened');
      return;
    }
    const tryOthers = () => this.tryAddresses(others, sessionId);
    const link = new Link(this.environment, this.logger, url, {
      onOpen: () => this.logIn(link, sessionId),
      onFrame: () => undefined,
      onDown: tryOthers,
    });
    this.link = link;
    this.limitStep(tryOthers);
  }

  private logIn(link: Link, sessionId: string): void {
    const { appId, uid, token, userSId, sdkVersion, isResume } = this.credentials;
    link.handlers = {
      onFrame: (frame) => this.onFrame(link, frame),
      onDown: () => this.fail('the connection was lost'),
    };
    const content = {
      UserId: uid,
      UserSId: userSId,
      AcsToken: token,
      SdkVer: sdkVersion,
      SessionId: sessionId,
      SvrKeepAlive: true,
      Caps: CAPS,
      Resume: isResume,
    };
    this.hasSentLogin = true;
    link.send('Login', content, appId);
    this.limitStep(() => this.fail('the server did not answer'));
  }

  private onFrame(link: Link, frame: ServerFrame): void {
    if (frame.cmd !== 'Login') return;
    const { Code: code, Reason: reason } = frame.content;
    if (code === 0) {
      this.stopTimer?.();
      this.done({ kind: 'accepted', link, reply: frame.content });
    } else this.refuse(refusalByServer(code, reason));
  }

  private limitStep(expired: () => void): void {
    this.stopTimer?.();
    this.stopTimer = this.environment.clock.after(STEP_MS, expired);
  }

  private refuse(refusal: LoginRefusal): void {
    this.abandon(false);
    this.done({ kind: 'refused', refusal });
  }

  private fail(why: string): void {
    this.abandon(false);
    this.done({ kind: 'failed', why });
  }
}
