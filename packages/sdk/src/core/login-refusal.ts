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

/**
 * What each code means: the error of `login`, and what it does to a client that is reconnecting. Without an event it goes
 * on trying: an expired token can be renewed, and everything that is not listed may pass.
 */
const MEANINGS: Readonly<
  Record<number, [ErrorClass: typeof RTMException, text: string, onReconnect?: ConnectionEvent]>
> = {
  [LOGIN_CODE.INVALID_ARGUMENT]: [RtmInvalidArgumentError, 'Refused', 'refused'],
  [LOGIN_CODE.INVALID_APP_ID]: [RtmUnauthenticatedError, 'Not allowed', 'banned'],
  [LOGIN_CODE.INVALID_TOKEN]: [RtmUnauthenticatedError, 'The token is not valid', 'refused'],
  [LOGIN_CODE.TOKEN_EXPIRED]: [RtmUnauthenticatedError, 'The token has expired'],
  [LOGIN_CODE.NOT_AUTHORIZED]: [RtmUnauthenticatedError, 'Not allowed', 'banned'],
  [LOGIN_CODE.TOO_OFTEN]: [RtmInvokeTooOftenError, 'Too often'],
};

export function refusalByGateway(serverCode: number): LoginRefusal {
  return { code: BY_GATEWAY_CODE[serverCode] ?? LOGIN_CODE.UNKNOWN, serverCode, isSuperseded: false };
}

export function refusalByServer(serverCode: number, reason: KickReason | string | undefined): LoginRefusal {
  const otherwise = reason === 'BANNED' ? LOGIN_CODE.NOT_AUTHORIZED : LOGIN_CODE.UNKNOWN;
  return {
    code: MEANINGS[serverCode] ? serverCode : otherwise,
    serverCode,
    isSuperseded: reason === 'REMOTE_LOGIN',
  };
}

/** What a refusal does to a client that is logging in. */
export function loginEvent(refusal: LoginRefusal): ConnectionEvent {
  return MEANINGS[refusal.code]?.[2] ?? 'refused';
}

/** What a refusal does to a client that is reconnecting; `undefined` when it shall go on trying. */
export function reconnectEvent({ code, isSuperseded }: LoginRefusal): ConnectionEvent | undefined {
  return isSuperseded ? 'superseded' : MEANINGS[code]?.[2];
}

/** What `login` rejects with. */
export function loginError({ code, serverCode }: LoginRefusal): RTMException {
  const [ErrorClass, text] = MEANINGS[code] ?? [RtmInternalError, 'Refused'];
  return new ErrorClass(code, text, { serverCode });
}
