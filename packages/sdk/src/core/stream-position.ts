import { comparePositions, type Position } from 'ar-rtm-protocol';

/** The position that a frame names, if it names one. */
export function positionOf(frame: {
  readonly Epoch?: number | undefined;
  readonly Offset?: number | undefined;
}): Position | undefined {
  const { Epoch: epoch, Offset: offset } = frame;
  return epoch === undefined || offset === undefined ? undefined : { epoch, offset };
}

/**
 * How far a log has been followed (design 2): the end of the run of entries without a hole, and the last entry seen.
 * Entries come in order; one that is not behind the last was seen before.
 */
export class StreamPosition {
  private end: Position | undefined;
  private last: Position | undefined;

  /** Follows the log from here on. */
  start(at: Position | undefined): void {
    this.end = at;
    this.last = at;
  }

  /** Takes an entry; `false` when it was seen before. An entry without a position is always new. */
  advance(at: Position | undefined): boolean {
    if (!at) return true;
    const { end, last } = this;
    if (last && comparePositions(at, last) <= 0) return false;
    // A hole stays a hole: what is behind it is seen, but the run without a hole has ended.
    if (end && end === last && at.epoch === end.epoch && at.offset === end.offset + 1) this.end = at;
    this.last = at;
    return true;
  }

  /** Whether every entry up to `at` has been seen. */
  isComplete(at: Position | undefined): boolean {
    const { end, last } = this;
    return !!at && !!end && end === last && comparePositions(at, end) === 0;
  }
}
