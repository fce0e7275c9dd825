/**
 * How methods report their failures (error matrix of api.md 3.0). The table of codes of a method, as the protocol has it,
 * is all there is to know: the class of an error follows from the name of its code.
 */
import {
  type RTMException,
  RtmInternalError,
  RtmInterruptedError,
  RtmInvalidArgumentError,
  RtmInvalidStatusError,
  RtmInvokeTooOftenError,
  RtmLimitExceededError,
  RtmTimeoutError,
} from '../errors.js';
import type { SlidingWindow } from './frequency.js';

/** Codes of one method, by name. Interruption is reported as FAILURE, and so is a timeout where it has no code. */
export interface Codes {
  readonly [name: string]: number;
  readonly FAILURE: number;
  readonly NOT_LOGGED_IN: number;
}

/** The one code of `logout`. */
export const LOGOUT_CODE = { NOT_LOGGED_IN: 102 } as const;

/** Codes of `join` that never come from a server. */
export const JOIN_CONFLICT = { ALREADY_JOINED: 6, ABORTED_BY_LEAVE: 210, SAME_ID_JOINED: 211 } as const;

export function notLoggedIn(code: number): RTMException {
  return new RtmInvalidStatusError(code, 'Not logged in');
}

export function notJoined(code: number, channelId: string): RTMException {
  return new RtmInvalidStatusError(code, 'Not joined', { channelId });
}

export function interrupted(codes: Codes): RTMException {
  return new RtmInterruptedError(codes.FAILURE, 'The session has ended');
}

export function timedOut(codes: Codes): RTMException {
  return new RtmTimeoutError(codes.TIMEOUT ?? codes.FAILURE, 'No answer in time');
}

/** Counts a call in each window, or throws when it would be above the limit of one (check 5 of api.md 3.0). */
export function countCall(now: number, ...windows: readonly (readonly [window: SlidingWindow, code: number])[]): void {
  for (const [window, code] of windows) {
    const retryAfterMs = window.waitMs(now);
    if (retryAfterMs > 0) {
      throw new RtmInvokeTooOftenError(code, 'Too often', { limit: window.limit, retryAfterMs });
    }
  }
  for (const [window] of windows) window.count(now);
}

/** Class of the errors whose code has such a name; the generic failure for all others. */
const CLASSES = [
  [/^INVALID/, RtmInvalidArgumentError],
  [/TOO_OFTEN$/, RtmInvokeTooOftenError],
  [/LIMIT$/, RtmLimitExceededError],
  [/^NOT_/, RtmInvalidStatusError],
  [/^TIMEOUT$/, RtmTimeoutError],
] as const;

/** The error for a code that the server answered. */
export function refused(codes: Codes, serverCode: number, reason: string | undefined): RTMException {
  const name = Object.keys(codes).find((key) => codes[key] === serverCode) ?? '';
  const [, ErrorClass] = CLASSES.find(([pattern]) => pattern.test(name)) ?? [];
  return ErrorClass ? new ErrorClass(serverCode, reason || 'Refused') : failed(codes, serverCode, reason);
}

/** The generic failure of a method. */
export function failed(codes: Codes, serverCode: number, reason: string | undefined): RTMException {
  return new RtmInternalError(codes.FAILURE, reason || 'Failed', { serverCode });
}
