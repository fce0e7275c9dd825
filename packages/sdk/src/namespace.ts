import type { BaseClient } from './client.js';
import { LOG_LEVEL } from './core/logger.js';
import { RtmErrorCode } from './error-code.js';
import { RtmInvalidArgumentError } from './errors.js';
import type { LogFilterType, RtmParameters } from './public-types.js';
import { RtmStatusCode } from './status-code.js';
import { BUILD, VERSION } from './version.js';

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

/** The members of the namespace, around the client class of an entry. */
export function createNamespace<Client extends BaseClient>(
  ClientClass: new (appId: string, params?: RtmParameters) => Client,
): ArRTMNamespace<Client> {
  return {
    VERSION,
    BUILD,
    END_CALL_PREFIX: 'ArRTMLegacyEndcallCompatibleMessagePrefix',
    LOG_FILTER_OFF: LOG_LEVEL.OFF,
    LOG_FILTER_ERROR: LOG_LEVEL.ERROR,
    LOG_FILTER_WARNING: LOG_LEVEL.WARNING,
    LOG_FILTER_INFO: LOG_LEVEL.INFO,
    ConnectionState: RtmStatusCode.ConnectionState,
    ConnectionChangeReason: RtmStatusCode.ConnectionChangeReason,
    LocalInvitationState: RtmStatusCode.LocalInvitationState,
    RemoteInvitationState: RtmStatusCode.RemoteInvitationState,
    LocalInvitationFailureReason: RtmStatusCode.LocalInvitationFailureReason,
    RemoteInvitationFailureReason: RtmStatusCode.RemoteInvitationFailureReason,
    PeerOnlineState: RtmStatusCode.PeerOnlineState,
    PeerSubscriptionOption: RtmStatusCode.PeerSubscriptionOption,
    MessageType: RtmStatusCode.MessageType,
    AreaCode: RtmStatusCode.AreaCode,
    createInstance(appId, params, areaCodes) {
      if (areaCodes !== undefined) checkAreas(areaCodes);
      return new ClientClass(appId, params);
    },
    setArea(areaConfig) {
      const { areaCodes, excludedArea } = (areaConfig ?? {}) as Partial<AreaConfig>;
      checkAreas(areaCodes);
      if (areaCodes?.length === 0) throw invalidArea();
      if (excludedArea !== undefined && (excludedArea === 'GLOBAL' || !isArea(excludedArea))) throw invalidArea();
    },
  };
}

function checkAreas(areaCodes: unknown): void {
  if (!Array.isArray(areaCodes) || !areaCodes.every(isArea)) throw invalidArea();
}

function isArea(value: unknown): boolean {
  return Object.values<unknown>(RtmStatusCode.AreaCode).includes(value);
}

function invalidArea(): RtmInvalidArgumentError {
  const code = RtmErrorCode.CreateInstanceError.CREATE_INSTANCE_ERR_INVALID_ARGUMENT;
  return new RtmInvalidArgumentError(code, 'Not a list of area codes');
}
