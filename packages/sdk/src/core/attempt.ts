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

/** Where and with what a session was let in: good for going on with it, without asking the gateway. */
export interface Door {
  readonly access: Access;
  readonly url: string;
  /** What the ticket was given for. */
  readonly token: string;
}

/** The server took the login: its reply, and the link on which it came. */
export interface Accepted {
  readonly link: Link;
  readonly reply: LoginReply;
  readonly door: Door;
}

/** How an attempt ends. A step that nobody answered, or not with sense, is worth another attempt. */
export type AttemptOutcome = Accepted | LoginRefusal | 'gateway' | 'socket' | 'login';

/** Gives up; nothing is reported any more. With `isGoodbye`, a server that may have accepted is told that it is over. */
export type Abandon = (isGoodbye: boolean) => void;

/** Time for each of: gateway reply, socket opening, login reply. */
const STEP_MS = 3000;

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
 * Who goes on with a session and has a `door` goes straight to the socket.
 *
 * `done` is called once, never from inside this call, and never after the attempt was abandoned.
 */
export function startAttempt(
  { clock, network }: Environment,
  logger: Logger,
  { address, appId, uid, token, userSId, sdkVersion, isResume, inboxAt }: Credentials,
  door: Door | undefined,
  done: (outcome: AttemptOutcome) => void,
): Abandon {
  const { base } = address;
  let stopTimer: Cancel | undefined;
  let stopPost: Cancel | undefined;
  let link: Link | undefined;
  /** On which a Login has been sent. */
  let asked: Link | undefined;

  const limitStep = (expired: () => void) => {
    stopTimer?.();
    stopTimer = clock.after(STEP_MS, expired);
  };
  const abandon = (isGoodbye: boolean) => {
    stopTimer?.();
    stopPost?.();
    if (isGoodbye) asked?.send('Logout', {});
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
    const { code, addresses = [], sessionid: sessId = '' } = reply;
    const ways = addresses.filter(({ type }) => type === 0);
    const access = { base, appId, uid, sessId };
    const tryNext = () => {
      link?.close();
      const next = ways.shift();
      if (next) enter({ access, token, url: socketUrl(address, next.addr, next.port) }, tryNext);
      else fail('socket');
    };
    if (code) fail(refusalByGateway(code));
    else tryNext();
  };

  const enter = (through: Door, onDown: () => void) => {
    const giveUp = () => fail('login');
    const onFrame = ({ cmd, content }: ServerFrame) => {
      if (cmd !== 'Login') return;
      if (content.Code === 0) {
        stopTimer?.();
        done({ link: opened, reply: { Memory: '', ...content }, door: through });
        // A door that is shut says nothing of the session, unless the server says why: the gateway knows.
      } else if (through === door && !content.Reason) giveUp();
      else fail(refusalByServer(content.Code, content.Reason));
    };
    const onOpen = () => {
      const content = {
        UserId: uid,
        UserSId: userSId,
        AcsToken: token,
        SdkVer: sdkVersion,
        SessionId: through.access.sessId,
        SvrKeepAlive: true,
        Caps: CAPS,
        Resume: isResume,
        ...placeOf(inboxAt),
      };
      opened.handlers = { onFrame, onDown: giveUp };
      opened.send('Login', content, appId);
      asked = opened;
      limitStep(giveUp);
    };
    const opened = openLink({ clock, network }, logger, through.url, { onOpen, onFrame, onDown });
    link = opened;
    limitStep(onDown);
  };

  // A new token or another deployment: only the gateway can say what becomes of that.
  if (isResume && door?.token === token && door.access.base === base) enter(door, () => fail('socket'));
  else {
    const body = JSON.stringify({ appid: appId, uid, token, wss: address.secure });
    stopPost = network.post(gatewayUrl(address), body, onGatewayReply);
    limitStep(() => fail('gateway'));
  }
  return abandon;
}
