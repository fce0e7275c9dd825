import type { Position } from '../model/admin-types.js';

/** A place in a log, as the documentation writes it. */
export function positionInWords(position: Position | undefined): string | undefined {
  return position && `${position.epoch}:${position.offset}`;
}
