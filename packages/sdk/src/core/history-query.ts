import { HISTORY_CODE, isObject, LIMITS } from 'ar-rtm-protocol';
import { invalid } from './failures.js';

/** Which page of a history is wanted, as the wire names it; or the argument of the call is not valid. */
export function historyQuery(options: unknown = {}): object {
  const fields = isObject(options) ? (options as Record<string, unknown>) : { limit: 0 };
  const { offset, startTs, endTs, limit = LIMITS.HISTORY_PAGE, order = 'asc' } = fields;
  const numbers = [offset, startTs, endTs].filter((value) => value !== undefined);
  const isValid =
    [...numbers, limit].every((value) => Number.isSafeInteger(value) && (value as number) >= 0) &&
    limit &&
    (limit as number) <= LIMITS.HISTORY_PAGE &&
    (order === 'asc' || order === 'desc');
  if (!isValid) throw invalid(HISTORY_CODE.INVALID_ARGUMENT, 'options');
  return { Offset: offset, StartTs: startTs, EndTs: endTs, Limit: limit, Order: order };
}
