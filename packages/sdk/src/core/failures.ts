/**
 * How methods report their failures (error matrix of api.md 3.0). The public enum of a method is all there is to know: the
 * class of an error follows from the name of its code.
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
  RtmUnauthenticatedError,
} from '../errors.js';
import type { SlidingWindow } from './frequency.js';

/** Codes of one method: an enum of RtmErrorCode. */
export type Codes = Readonly<Record<string, number | string>>;

/** The code whose name ends like this. */
export function codeOf(codes: Codes, ending: string): number | undefined {
  return codes[Object.keys(codes).find((name) => name.endsWith(ending)) ?? ''] as number | undefined;
}

/** The one code of what throws instead of rejecting: createInstance, createChannel, setParameters, setArea. */
export const CREATE_CODE = { INVALID_ARGUMENT: 1 } as const;

/** Invalid arguments of the presence queries; no server answers these codes with that meaning. */
export const PRESENCE_ARGUMENT = { QUERY: 0, LIST: 1 } as const;

/** Codes of `join` that never come from a server. */
export const JOIN_CONFLICT = { ALREADY_JOINED: 6, ABORTED_BY_LEAVE: 210, SAME_ID_JOINED: 211 } as const;

export function invalid(code: number, what: string): RTMException {
  return new RtmInvalidArgumentError(code, `${what} is not valid`);
}

/** Throws when an argument is not valid (check 1 of api.md 3.0). */
export function check(isValid: unknown, code: number, what: string): asserts isValid {
  if (!isValid) throw invalid(code, what);
}

export function tooMany(code: number, limit: number): RTMException {
  return new RtmLimitExceededError(code, `More than ${limit}`, { limit });
}

export function notLoggedIn(codes: Codes): RTMException {
  return new RtmInvalidStatusError(codeOf(codes, 'NOT_LOGGED_IN') as number, 'Not logged in');
}

export function notJoined(codes: Codes, channelId: string): RTMException {
  return new RtmInvalidStatusError(codeOf(codes, 'NOT_IN_CHANNEL') as number, 'Not joined', { channelId });
}

export function interrupted(codes: Codes, why = 'The session has ended'): RTMException {
  const code = codeOf(codes, 'BY_LOGOUT') ?? codeOf(codes, '_INTERRUPTED') ?? failure(codes);
  return new RtmInterruptedError(code, why);
}

/** A timeout is a failure where it has no code of its own. */
export function timedOut(codes: Codes): RTMException {
  return new RtmTimeoutError(codeOf(codes, 'TIMEOUT') ?? failure(codes), 'No answer in time');
}

function failure(codes: Codes): number {
  return (codeOf(codes, 'FAILURE') ?? codeOf(codes, 'REJECTED')) as number;
}

/** Throws when the user is not logged in, or calls too often. */
export type Admit = (codes: Codes, window?: SlidingWindow) => unknown;

/** Throws when a call now would be above a frequency limit. */
export function checkFrequency(window: SlidingWindow, now: number, code: number): void {
  const retryAfterMs = window.waitMs(now);
  if (retryAfterMs > 0) throw new RtmInvokeTooOftenError(code, 'Too often', { limit: window.limit, retryAfterMs });
}

/** Counts a call now, or throws when it would be above the limit (check 5 of api.md 3.0). */
export function countCall(window: SlidingWindow, now: number, codes: Codes): void {
  checkFrequency(window, now, codeOf(codes, 'TOO_OFTEN') as number);
  window.count(now);
}

/** Class of the errors whose code has such a name; the generic failure for all others. */
const CLASSES = [
  [/_TOKEN(_EX|$)/, RtmUnauthenticatedError],
  [/_INVALID_/, RtmInvalidArgumentError],
  [/TOO_OFTEN$/, RtmInvokeTooOftenError],
  [/(LIMIT|OVERFLOW)$/, RtmLimitExceededError],
  [/_NOT_(LOGGED_IN|IN_|FOUND|EXIST)/, RtmInvalidStatusError],
  [/TIMEOUT$/, RtmTimeoutError],
] as const;

/** The error for a code that the server answered. */
export function refused(codes: Codes, serverCode: number, reason: string | undefined): RTMException {
  const [, ErrorClass] = CLASSES.find(([pattern]) => pattern.test(codes[serverCode] as string)) ?? [];
  return ErrorClass ? new ErrorClass(serverCode, reason || 'Refused') : failed(codes, serverCode, reason);
}

/** The generic failure of a method. */
export function failed(codes: Codes, serverCode: number | undefined, reason: string | undefined): RTMException {
  return new RtmInternalError(failure(codes), reason || 'Failed', { serverCode });
}
