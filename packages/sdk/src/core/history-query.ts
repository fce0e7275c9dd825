import { HISTORY_CODE, LIMITS } from 'ar-rtm-protocol';
import { check } from './failures.js';

interface Options {
  readonly offset?: number | undefined;
  readonly startTs?: number | undefined;
  readonly endTs?: number | undefined;
  readonly limit?: number | undefined;
  readonly order?: string | undefined;
}

/** Which page of a history is wanted, as the wire names it; or the options of the call are not valid. */
export function historyQuery(options: Options | undefined): object {
  const { offset, startTs, endTs, limit = LIMITS.HISTORY_PAGE, order = 'asc' } = options ?? {};
  const isValid =
    [offset, startTs, endTs, limit].every((value = 0) => Number.isSafeInteger(value) && value >= 0) &&
    limit > 0 &&
    limit <= LIMITS.HISTORY_PAGE &&
    /^(a|de)sc$/.test(order);
  check(isValid, HISTORY_CODE.INVALID_ARGUMENT, 'options');
  return { After: offset, StartTs: startTs, EndTs: endTs, Limit: limit, Order: order };
}
