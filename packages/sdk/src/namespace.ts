import { RtmChannel } from './channel.js';
import type { BaseClient } from './client.js';
import { CREATE_CODE, check } from './core/failures.js';
import { LOG_LEVEL } from './core/logger.js';
import { RtmErrorCode } from './error-code.js';
import { ERROR_CLASSES } from './errors.js';
import { LocalInvitation, RemoteInvitation } from './invitation.js';
import type { AreaConfig, ArRTMNamespace } from './namespace-types.js';
import type { RtmParameters } from './public-types.js';
import { RtmStatusCode } from './status-code.js';
import { BUILD, VERSION } from './version.js';

/** The members of the namespace, around the client class of an entry. */
export function createNamespace<Client extends BaseClient>(
  ClientClass: new (appId: string, params?: RtmParameters) => Client,
): ArRTMNamespace<Client> {
  return {
    ...RtmStatusCode,
    // Reached as members too (api.md 1.2); their types are those of the named exports.
    ...ERROR_CLASSES,
    ...{ RtmChannel, RtmClient: ClientClass, LocalInvitation, RemoteInvitation, RtmErrorCode, RtmStatusCode },
    VERSION,
    BUILD,
    END_CALL_PREFIX: 'ArRTMLegacyEndcallCompatibleMessagePrefix',
    LOG_FILTER_OFF: LOG_LEVEL.OFF,
    LOG_FILTER_ERROR: LOG_LEVEL.ERROR,
    LOG_FILTER_WARNING: LOG_LEVEL.WARNING,
    LOG_FILTER_INFO: LOG_LEVEL.INFO,
    createInstance(appId, params, areaCodes) {
      if (areaCodes !== undefined) checkAreas(areaCodes);
      return new ClientClass(appId, params);
    },
    setArea(areaConfig) {
      const { areaCodes, excludedArea } = (areaConfig ?? {}) as Partial<AreaConfig>;
      checkAreas(areaCodes);
      checkArea(areaCodes.length > 0);
      checkArea(excludedArea === undefined || (excludedArea !== 'GLOBAL' && isArea(excludedArea)));
    },
  };
}

function checkAreas(areaCodes: unknown): asserts areaCodes is readonly unknown[] {
  checkArea(Array.isArray(areaCodes) && areaCodes.every(isArea));
}

function isArea(value: unknown): boolean {
  return Object.values<unknown>(RtmStatusCode.AreaCode).includes(value);
}

function checkArea(isValid: boolean): void {
  check(isValid, CREATE_CODE.INVALID_ARGUMENT, 'areaCodes');
}
