/** What every entry exports besides `RtmClient` and `ArRTM`. */
export { RtmChannel } from './channel.js';
export type { EventEmitter } from './core/emitter.js';
export { RtmErrorCode } from './error-code.js';
export {
  type ErrorData,
  RTMException,
  RtmInternalError,
  RtmInterruptedError,
  RtmInvalidArgumentError,
  RtmInvalidStatusError,
  RtmInvokeTooOftenError,
  RtmLimitExceededError,
  RtmTimeoutError,
  RtmUnauthenticatedError,
  RtmUnavailableError,
  RtmUnknownError,
} from './errors.js';
export { LocalInvitation, RemoteInvitation } from './invitation.js';
export type { LocalInvitationEventMap, RemoteInvitationEventMap } from './invitation-events.js';
export type { AreaConfig, ArRTMNamespace } from './namespace-types.js';
export type * from './public-types.js';
export { RtmStatusCode } from './status-code.js';
