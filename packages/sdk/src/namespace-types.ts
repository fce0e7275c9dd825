import type { LogFilterType, RtmParameters } from './public-types.js';
import type { RtmStatusCode } from './status-code.js';

/** Regions for {@link ArRTMNamespace.setArea}. */
export interface AreaConfig {
  areaCodes: RtmStatusCode.AreaCode[];
  excludedArea?: RtmStatusCode.AreaCode | undefined;
}

/** The object `ArRTM`: default export of the module, and the global of the script. */
export interface ArRTMNamespace<Client> {
  /** Semantic version of the SDK. */
  readonly VERSION: string;
  /** Identifies the build. */
  readonly BUILD: string;
  /** For code that looks for messages with this prefix; they are ordinary text messages here. */
  readonly END_CALL_PREFIX: string;
  /** No log at all. */
  readonly LOG_FILTER_OFF: LogFilterType;
  readonly LOG_FILTER_ERROR: LogFilterType;
  /** Errors and warnings. */
  readonly LOG_FILTER_WARNING: LogFilterType;
  /** Errors, warnings and one line per step of the session; the default. */
  readonly LOG_FILTER_INFO: LogFilterType;
  readonly ConnectionState: typeof RtmStatusCode.ConnectionState;
  readonly ConnectionChangeReason: typeof RtmStatusCode.ConnectionChangeReason;
  readonly LocalInvitationState: typeof RtmStatusCode.LocalInvitationState;
  readonly RemoteInvitationState: typeof RtmStatusCode.RemoteInvitationState;
  readonly LocalInvitationFailureReason: typeof RtmStatusCode.LocalInvitationFailureReason;
  readonly RemoteInvitationFailureReason: typeof RtmStatusCode.RemoteInvitationFailureReason;
  readonly PeerOnlineState: typeof RtmStatusCode.PeerOnlineState;
  readonly PeerSubscriptionOption: typeof RtmStatusCode.PeerSubscriptionOption;
  readonly MessageType: typeof RtmStatusCode.MessageType;
  readonly AreaCode: typeof RtmStatusCode.AreaCode;
  readonly LegacyAreaCode: typeof RtmStatusCode.LegacyAreaCode;
  /**
   * Makes a client. Clients are independent of each other, also those of one app; nothing is sent before `login`.
   *
   * @param appId 32 letters and digits; whether it exists is decided by the server at login
   * @param areaCodes checked, and without effect on a self-hosted server
   * @throws RtmInvalidArgumentError 1 ({@link RtmErrorCode.CreateInstanceError})
   */
  createInstance(appId: string, params?: RtmParameters, areaCodes?: RtmStatusCode.AreaCode[]): Client;
  /**
   * Checks its argument, and has no effect on a self-hosted server.
   *
   * @throws RtmInvalidArgumentError 1 ({@link RtmErrorCode.CreateInstanceError})
   */
  setArea(areaConfig: AreaConfig): void;
}
