/** How each method reports its failures: the error matrix of api.md 3.0 as data. */
import {
  CHANNEL_MESSAGE_CODE,
  JOIN_CODE,
  LEAVE_CODE,
  MEMBER_COUNT_CODE,
  MEMBERS_CODE,
  PEER_MESSAGE_CODE,
} from 'ar-rtm-protocol';
import {
  RtmInterruptedError,
  RtmInternalError,
  RtmInvalidArgumentError,
  RtmInvalidStatusError,
  RtmInvokeTooOftenError,
  RtmLimitExceededError,
  type RTMException,
  RtmTimeoutError,
} from '../errors.js';
import type { SlidingWindow } from './frequency.js';

/** The codes of one method. The lists name what a server may answer; other codes become `failure`. */
export interface Failures {
  readonly failure: number;
  readonly interrupted: number;
  readonly timeout: number;
  readonly notLoggedIn: number;
  readonly notJoined?: number;
  readonly argument?: readonly number[];
  readonly tooOften?: readonly number[];
  readonly limit?: readonly number[];
}

export const SEND_TO_PEER: Failures = {
  failure: PEER_MESSAGE_CODE.FAILURE,
  interrupted: PEER_MESSAGE_CODE.FAILURE,
  timeout: PEER_MESSAGE_CODE.TIMEOUT,
  notLoggedIn: PEER_MESSAGE_CODE.NOT_LOGGED_IN,
  argument: [PEER_MESSAGE_CODE.INVALID_USERID, PEER_MESSAGE_CODE.INVALID_MESSAGE],
  tooOften: [PEER_MESSAGE_CODE.TOO_OFTEN],
};

export const SEND_TO_CHANNEL: Failures = {
  failure: CHANNEL_MESSAGE_CODE.FAILURE,
  interrupted: CHANNEL_MESSAGE_CODE.FAILURE,
  timeout: CHANNEL_MESSAGE_CODE.TIMEOUT,
  notLoggedIn: CHANNEL_MESSAGE_CODE.NOT_LOGGED_IN,
  notJoined: CHANNEL_MESSAGE_CODE.NOT_IN_CHANNEL,
  argument: [CHANNEL_MESSAGE_CODE.INVALID_MESSAGE],
  tooOften: [CHANNEL_MESSAGE_CODE.TOO_OFTEN],
};

export const MEMBER_COUNT: Failures = {
  failure: MEMBER_COUNT_CODE.FAILURE,
  interrupted: MEMBER_COUNT_CODE.FAILURE,
  timeout: MEMBER_COUNT_CODE.TIMEOUT,
  notLoggedIn: MEMBER_COUNT_CODE.NOT_LOGGED_IN,
  argument: [MEMBER_COUNT_CODE.INVALID_ARGUMENT],
  tooOften: [MEMBER_COUNT_CODE.TOO_OFTEN],
  limit: [MEMBER_COUNT_CODE.EXCEED_LIMIT],
};

export const JOIN: Failures = {
  failure: JOIN_CODE.FAILURE,
  interrupted: JOIN_CODE.FAILURE,
  timeout: JOIN_CODE.TIMEOUT,
  notLoggedIn: JOIN_CODE.NOT_LOGGED_IN,
  argument: [JOIN_CODE.INVALID_ARGUMENT],
  tooOften: [JOIN_CODE.TOO_OFTEN, JOIN_CODE.SAME_CHANNEL_TOO_OFTEN],
  limit: [JOIN_CODE.EXCEED_LIMIT],
};

/** The one code of `logout`. */
export const LOGOUT_NOT_LOGGED_IN = 102;

/** Codes of `join` that never come from a server. */
export const JOIN_CONFLICT = { ALREADY_JOINED: 6, ABORTED_BY_LEAVE: 210, SAME_ID_JOINED: 211 } as const;

export const LEAVE: Failures = {
  failure: LEAVE_CODE.FAILURE,
  interrupted: LEAVE_CODE.FAILURE,
  timeout: LEAVE_CODE.FAILURE,
  notLoggedIn: LEAVE_CODE.NOT_LOGGED_IN,
  notJoined: LEAVE_CODE.NOT_IN_CHANNEL,
};

export const GET_MEMBERS: Failures = {
  failure: MEMBERS_CODE.FAILURE,
  interrupted: MEMBERS_CODE.FAILURE,
  timeout: MEMBERS_CODE.TIMEOUT,
  notLoggedIn: MEMBERS_CODE.NOT_LOGGED_IN,
  notJoined: MEMBERS_CODE.NOT_IN_CHANNEL,
  tooOften: [MEMBERS_CODE.TOO_OFTEN],
};

export function notLoggedIn(failures: Failures): RTMException {
  return new RtmInvalidStatusError(failures.notLoggedIn, 'Not logged in');
}

export function notJoined(failures: Failures, channelId: string): RTMException {
  return new RtmInvalidStatusError(failures.notJoined ?? failures.failure, 'The channel has not been joined', {
    channelId,
  });
}

export function interrupted(failures: Failures): RTMException {
  return new RtmInterruptedError(failures.interrupted, 'The session has ended');
}

export function timedOut(failures: Failures): RTMException {
  return new RtmTimeoutError(failures.timeout, 'No answer in time');
}

/** Counts a call in each window, or throws when it would be above the limit of one (check 5 of api.md 3.0). */
export function countCall(now: number, ...windows: readonly (readonly [window: SlidingWindow, code: number])[]): void {
  for (const [window, code] of windows) {
    const retryAfterMs = window.waitMs(now);
    if (retryAfterMs > 0) {
      throw new RtmInvokeTooOftenError(code, 'Called too often', { limit: window.limit, retryAfterMs });
    }
  }
  for (const [window] of windows) window.count(now);
}

/** The error for a code that the server answered. */
export function refused(failures: Failures, serverCode: number, reason: string | undefined): RTMException {
  const { argument = [], tooOften = [], limit = [], timeout, failure } = failures;
  const text = reason || 'Refused by the server';
  if (argument.includes(serverCode)) return new RtmInvalidArgumentError(serverCode, text);
  if (tooOften.includes(serverCode)) return new RtmInvokeTooOftenError(serverCode, text);
  if (limit.includes(serverCode)) return new RtmLimitExceededError(serverCode, text);
  if (serverCode === failures.notLoggedIn || serverCode === failures.notJoined) {
    return new RtmInvalidStatusError(serverCode, text);
  }
  if (serverCode === timeout && timeout !== failure) return new RtmTimeoutError(serverCode, text);
  return failed(failures, serverCode, text);
}

/** The generic failure of a method. */
export function failed(failures: Failures, serverCode: number, reason: string | undefined): RTMException {
  return new RtmInternalError(failures.failure, reason || 'Failed', { serverCode });
}
