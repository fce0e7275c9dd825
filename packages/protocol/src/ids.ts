/**
 * Identifiers of the wire: what a well-formed one looks like, and how a log position becomes a message id.
 * Sources: api.md "ID rule", wire-protocol.md 9.1 and 9.2, design 9.
 */

/** User ids and channel ids: 1 to 64 of 89 ASCII characters. The word `null` is refused separately. */
const ID_PATTERN = /^[a-zA-Z0-9 !#$%&()+\-:;<=.>?@[\]^_{}|~,]{1,64}$/;
const APP_ID_PATTERN = /^[a-zA-Z0-9]{32}$/;

/** Whether `value` may be used as a user id or a channel id (the "ID rule"). Numbers are never coerced. */
export function isId(value: unknown): value is string {
  return typeof value === 'string' && value !== 'null' && ID_PATTERN.test(value);
}

/** Whether `value` has the form of an App ID: 32 letters and digits. */
export function isAppId(value: unknown): value is string {
  return typeof value === 'string' && APP_ID_PATTERN.test(value);
}

/**
 * A place in a log. Epochs only grow and are never used again; two positions of one log are compared as a pair,
 * epoch first.
 */
export interface Position {
  readonly epoch: number;
  readonly offset: number;
}

/** Negative when `a` lies before `b`, positive when behind it, 0 when they are the same. */
export function comparePositions(a: Position, b: Position): number {
  return a.epoch - b.epoch || a.offset - b.offset;
}

/** Offsets stay below this number, so that epoch and offset fit one integer that JSON carries exactly. */
export const MAX_OFFSET = 2 ** 36;
/** Epochs stay below this number (same reason). An epoch is spent per unclean start, not per log. */
export const MAX_EPOCH = 2 ** 17;

/**
 * The wire `MsgId` of a log entry: one integer of at most 2^53 - 1, so that the receiver's acknowledgement names
 * the entry and the server needs no table to find it.
 */
export function messageIdOf(position: Position): number {
  return position.epoch * MAX_OFFSET + position.offset;
}

/** The inverse of {@link messageIdOf}; `undefined` for a number that no entry can have. */
export function positionOfMessageId(id: number): Position | undefined {
  if (!Number.isSafeInteger(id) || id < 0) return undefined;
  const epoch = Math.floor(id / MAX_OFFSET);
  return { epoch, offset: id - epoch * MAX_OFFSET };
}
