import { GATEWAY_CODE, type KickReason, LOGIN_CODE } from 'ar-rtm-protocol';
import {
  type RTMException,
  RtmInternalError,
  RtmInvalidArgumentError,
  RtmInvokeTooOftenError,
  RtmUnauthenticatedError,
} from '../errors.js';
import type { ConnectionEvent } from './connection-state.js';

/** Why the gateway or the server said no. */
export interface LoginRefusal {
  /** A value of the public LoginError. */
  readonly code: number;
  readonly serverCode: number;
  /** The same user logged in elsewhere; only an automatic reconnect is told so. */
  readonly isSuperseded: boolean;
}

const BY_GATEWAY_CODE: Readonly<Record<number, number>> = {
  [GATEWAY_CODE.INVALID_ARGUMENT]: LOGIN_CODE.INVALID_ARGUMENT,
  [GATEWAY_CODE.INVALID_APP_ID]: LOGIN_CODE.INVALID_APP_ID,
  [GATEWAY_CODE.SERVICE_NOT_OPENED]: LOGIN_CODE.INVALID_APP_ID,
  [GATEWAY_CODE.UID_BANNED]: LOGIN_CODE.NOT_AUTHORIZED,
  [GATEWAY_CODE.IP_BANNED]: LOGIN_CODE.NOT_AUTHORIZED,
  [GATEWAY_CODE.TOKEN_EXPIRED]: LOGIN_CODE.TOKEN_EXPIRED,
  [GATEWAY_CODE.INVALID_TOKEN]: LOGIN_CODE.INVALID_TOKEN,
};

export function refusalByGateway(serverCode: number): LoginRefusal {
  return { code: BY_GATEWAY_CODE[serverCode] ?? LOGIN_CODE.UNKNOWN, serverCode, isSuperseded: false };
}

export function refusalByServer(serverCode: number, reason: KickReason | string | undefined): LoginRefusal {
  const isKnown = BANNED.includes(serverCode) || TOKEN.includes(serverCode) || OTHERS.includes(serverCode);
  const code = isKnown ? serverCode : reason === 'BANNED' ? LOGIN_CODE.NOT_AUTHORIZED : LOGIN_CODE.UNKNOWN;
  return { code, serverCode, isSuperseded: reason === 'REMOTE_LOGIN' };
}

const BANNED: readonly number[] = [LOGIN_CODE.INVALID_APP_ID, LOGIN_CODE.NOT_AUTHORIZED];
const TOKEN: readonly number[] = [LOGIN_CODE.INVALID_TOKEN, LOGIN_CODE.TOKEN_EXPIRED];
const OTHERS: readonly number[] = [LOGIN_CODE.INVALID_ARGUMENT, LOGIN_CODE.TOO_OFTEN];

/** What a refusal does to a client that is logging in. */
export function loginEvent({ code }: LoginRefusal): ConnectionEvent {
  return BANNED.includes(code) ? 'banned' : 'refused';
}

/**
 * What a refusal does to a client that is reconnecting; `undefined` when it shall go on trying. An expired token is
 * not for good: it can be renewed.
 */
export function reconnectEvent({ code, isSuperseded }: LoginRefusal): ConnectionEvent | undefined {
  if (isSuperseded) return 'superseded';
  if (BANNED.includes(code)) return 'banned';
  return code === LOGIN_CODE.INVALID_TOKEN || code === LOGIN_CODE.INVALID_ARGUMENT ? 'refused' : undefined;
}

/** What `login` rejects with. */
export function loginError({ code, serverCode }: LoginRefusal): RTMException {
  const data = { serverCode };
  if (BANNED.includes(code)) return new RtmUnauthenticatedError(code, 'Not allowed', data);
  if (TOKEN.includes(code)) {
    const what = code === LOGIN_CODE.TOKEN_EXPIRED ? 'has expired' : 'is not valid for this app and user';
    return new RtmUnauthenticatedError(code, `The token ${what}`, data);
  }
  if (code === LOGIN_CODE.INVALID_ARGUMENT) return new RtmInvalidArgumentError(code, 'Refused as invalid', data);
  if (code === LOGIN_CODE.TOO_OFTEN) return new RtmInvokeTooOftenError(code, 'Too often', data);
  return new RtmInternalError(code, 'The server refused the login', data);
}
