import { MAX_EPOCH, MAX_OFFSET, type Position } from 'ar-rtm-protocol';

/** The two fields of a frame that name a position. */
export interface Place {
  readonly Epoch?: number | undefined;
  readonly Offset?: number | undefined;
}

/** The position that a client names; `undefined` when it names none, or one that no log can have. */
export function positionOf({ Epoch: epoch, Offset: offset }: Place): Position | undefined {
  if (epoch === undefined || offset === undefined) return undefined;
  const isPossible = epoch >= 0 && epoch < MAX_EPOCH && offset >= 0 && offset < MAX_OFFSET;
  return isPossible ? { epoch, offset } : undefined;
}

export function placeOf({ epoch, offset }: Position): { Epoch: number; Offset: number } {
  return { Epoch: epoch, Offset: offset };
}
