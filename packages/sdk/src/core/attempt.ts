import { CAPABILITIES, type GatewayReply, type Position } from 'ar-rtm-protocol';
import type { Cancel, Environment } from '../ports.js';
import type { Access } from './access.js';
import { type Address, gatewayUrl, socketUrl } from './address.js';
import { type FrameContent, objectOf, readJson, type ServerFrame } from './frames.js';
import { type Link, openLink } from './link.js';
import type { Logger } from './logger.js';
import { type LoginRefusal, refusalByGateway, refusalByServer } from './login-refusal.js';
import { placeOf } from './stream-position.js';

export type LoginReply = FrameContent<'Login'> & { readonly Memory: string };

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
  /** How far that session's inbox has been followed. */
  readonly inboxAt: Position | undefined;
}

/** The server took the login: its reply, and the link on which it came. */
export interface Accepted {
  readonly link: Link;
  readonly reply: LoginReply;
  readonly access: Access;
}

/** How an attempt ends. A step that nobody answered, or not with sense, is worth another attempt. */
export type AttemptOutcome = Accepted | LoginRefusal | 'gateway' | 'socket' | 'login';

/** Gives up; nothing is reported any more. With `isGoodbye`, a server that may have accepted is told that it is over. */
export type Abandon = (isGoodbye: boolean) => void;

/** Time for each of: gateway reply, socket opening, login reply. */
export const STEP_MS = 3000;

const CAPS = [
  CAPABILITIES.REPLY_CODES,
  CAPABILITIES.PUSH_OFFLINE,
  CAPABILITIES.RESUME,
  CAPABILITIES.HISTORY,
  CAPABILITIES.CALLS,
  CAPABILITIES.TYPES,
];

/**
 * One try to get a logged-in link:
 *
 * ```
 * gateway POST -> { sessionid, addresses } -> first address whose socket opens -> Login -> Login reply
 * ```
 *
 * `done` is called once, never from inside this call, and never after the attempt was abandoned.
 */
export function startAttempt(
  { clock, network }: Environment,
  logger: Logger,
  { address, appId, uid, token, userSId, sdkVersion, isResume, inboxAt }: Credentials,
  done: (outcome: AttemptOutcome) => void,
): Abandon {
  let stopTimer: Cancel | undefined;
  let link: Link | undefined;
  let hasSentLogin = false;

  const limitStep = (expired: () => void) => {
    stopTimer?.();
    stopTimer = clock.after(STEP_MS, expired);
  };
  const abandon = (isGoodbye: boolean) => {
    stopTimer?.();
    stopPost();
    if (isGoodbye && hasSentLogin) link?.send('Logout', {});
    link?.close();
  };
  const fail = (outcome: Exclude<AttemptOutcome, Accepted>) => {
    abandon(false);
    done(outcome);
  };

  const onGatewayReply = (text: string | undefined) => {
    let reply: GatewayReply;
    try {
      reply = objectOf(readJson(text)) as GatewayReply;
    } catch {
      fail('gateway');
      return;
    }
    const { code, addresses = [], sessionid = '' } = reply;
    if (code) fail(refusalByGateway(code));
    else tryAddresses(addresses, sessionid);
  };

  const tryAddresses = ([first, ...others]: NonNullable<GatewayReply['addresses']>, sessionId: string) => {
    link?.close();
    if (!first) {
      fail('socket');
      return;
    }
    const tryOthers = () => tryAddresses(others, sessionId);
    if (first.type !== 0) {
      tryOthers();
      return;
    }
    const opened = openLink({ clock, network }, logger, socketUrl(address, first.addr, first.port), {
      onOpen: () => logIn(opened, sessionId),
      onFrame: () => undefined,
      onDown: tryOthers,
    });
    link = opened;
    limitStep(tryOthers);
  };

  const logIn = (opened: Link, sessionId: string) => {
    opened.handlers = { onFrame: (frame) => onFrame(opened, frame, sessionId), onDown: () => fail('login') };
    const content = {
      UserId: uid,
      UserSId: userSId,
      AcsToken: token,
      SdkVer: sdkVersion,
      SessionId: sessionId,
      SvrKeepAlive: true,
      Caps: CAPS,
      Resume: isResume,
      ...placeOf(inboxAt),
    };
    hasSentLogin = true;
    opened.send('Login', content, appId);
    limitStep(() => fail('login'));
  };

  const onFrame = (opened: Link, { cmd, content }: ServerFrame, sessId: string) => {
    if (cmd !== 'Login') return;
    if (content.Code !== 0) {
      fail(refusalByServer(content.Code, content.Reason));
      return;
    }
    stopTimer?.();
    done({ link: opened, reply: { Memory: '', ...content }, access: { base: address.base, appId, uid, sessId } });
  };

  const body = JSON.stringify({ appid: appId, uid, token, wss: address.secure });
  const stopPost = network.post(gatewayUrl(address), body, onGatewayReply);
  limitStep(() => fail('gateway'));
  return abandon;
}
