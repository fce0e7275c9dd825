/**
 * Every rejection and every throw of the SDK. Test `code`, which is a number of the enum that belongs to
 * the method ({@link RtmErrorCode}); the class says what kind of failure it is.
 */

/** More about an error, for people and for retries; fields may be added. */
export interface ErrorData {
  /** The code of the server, when it is not the public one. */
  serverCode?: number | undefined;
  /** The limit that was exceeded. */
  limit?: number | undefined;
  /** Milliseconds after which the same call is within its frequency limit again. */
  retryAfterMs?: number | undefined;
  channelId?: string | undefined;
}

/** Base of all errors of the SDK. */
export class RTMException extends Error {
  /** A number of the enum that belongs to the method. */
  readonly code: number;
  readonly data: ErrorData;

  constructor(code: number, text: string, data: ErrorData = {}) {
    super(`Error Code ${code} - ${text}`);
    this.code = code;
    this.data = data;
  }
}

/** An argument or a message is not valid. */
export class RtmInvalidArgumentError extends RTMException {}

/** The call does not fit the state: not logged in, already logged in, not joined, already joined. */
export class RtmInvalidStatusError extends RTMException {}

/** The server refuses the app, the token, the user or the address. */
export class RtmUnauthenticatedError extends RTMException {}

/** No answer in time. For messages this means that the outcome is unknown; the SDK never sends them later. */
export class RtmTimeoutError extends RTMException {}

/** Above a call frequency limit. */
export class RtmInvokeTooOftenError extends RTMException {}

/** Above a limit of size or number. */
export class RtmLimitExceededError extends RTMException {}

/** Ended by `logout`, `leave`, or the end of the session. */
export class RtmInterruptedError extends RTMException {}

/** The server reports a failure. */
export class RtmInternalError extends RTMException {}

/** The server cannot be reached or is overloaded. */
export class RtmUnavailableError extends RTMException {}

/** Anything unexpected. */
export class RtmUnknownError extends RTMException {}

/** All of them by name, which is also what the `name` of each error says, however a bundler renames the classes. */
export const ERROR_CLASSES = {
  RTMException,
  RtmInvalidArgumentError,
  RtmInvalidStatusError,
  RtmUnauthenticatedError,
  RtmTimeoutError,
  RtmInvokeTooOftenError,
  RtmLimitExceededError,
  RtmInterruptedError,
  RtmInternalError,
  RtmUnavailableError,
  RtmUnknownError,
};
for (const [name, ErrorClass] of Object.entries(ERROR_CLASSES)) ErrorClass.prototype.name = name;
