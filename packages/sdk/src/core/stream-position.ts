import { comparePositions, type Position } from 'ar-rtm-protocol';

/** How frames name a place in a log. */
export interface Place {
  readonly Epoch?: number | undefined;
  readonly Offset?: number | undefined;
}

/** The position that a frame names, if it names one. */
export function positionOf({ Epoch: epoch, Offset: offset }: Place): Position | undefined {
  return epoch === undefined || offset === undefined ? undefined : { epoch, offset };
}

/** The fields that name a position; they are left out on the wire when there is none. */
export function placeOf(position: Position | undefined): Place {
  return { Epoch: position?.epoch, Offset: position?.offset };
}

/** Whether a place lies behind another; everything lies behind none. */
export function isBehind(at: Position, last: Position | undefined): boolean {
  return !last || comparePositions(at, last) > 0;
}

/** How far a log has been followed without a hole (design 2). The log is followed from its end, and never past a hole. */
export class StreamPosition {
  /** The last entry of the run; `undefined` when it is not known how far the log was followed. */
  end: Position | undefined;
  /** Where the run ended when an entry was last found missing. */
  private missedAt: Position | undefined;

  /** Follows the log from here on. */
  start(at: Position | undefined): void {
    this.end = at;
  }

  /**
   * Takes the entry that follows, or says that it was seen before, or that others are missing before it. An entry without a
   * position is always new.
   */
  advance(at: Position | undefined): 'new' | 'seen' | 'hole' {
    const { end } = this;
    if (!at) return 'new';
    if (!isBehind(at, end)) return 'seen';
    if (end && (at.epoch !== end.epoch || at.offset !== end.offset + 1)) return 'hole';
    this.end = at;
    return 'new';
  }

  /** The server has followed the log up to here, and nothing more is to be dispatched. */
  reach(at: Position | undefined): void {
    if (at && isBehind(at, this.end)) this.end = at;
  }

  /**
   * Notes that entries behind the end are missing, and will be asked for. What is missing a second time does not come: then
   * the position is given up, so that the server says where to start anew.
   */
  miss(): void {
    const { end } = this;
    if (end === this.missedAt) this.end = undefined;
    this.missedAt = end;
  }
}
