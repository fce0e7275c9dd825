import { MAX_OFFSET } from 'ar-rtm-protocol';

/**
 * Numbers that only grow and are never given twice, not over a crash either: they begin at the epoch, which every
 * unclean start raises. A graceful restart goes on behind the last one.
 */
export class SerialNumbers {
  #last: number;

  constructor(epoch: number, last = 0) {
    this.#last = Math.max(epoch * MAX_OFFSET, last);
  }

  get last(): number {
    return this.#last;
  }

  next(): number {
    this.#last += 1;
    return this.#last;
  }
}

/**
 * The highest offset of all logs that were discarded in this epoch. A log begins behind it, so that no offset is used
 * twice when the log of the same user or channel is discarded and made again.
 */
export class HighWater {
  #offset: number;

  constructor(offset = 0) {
    this.#offset = offset;
  }

  get offset(): number {
    return this.#offset;
  }

  raise(offset: number): void {
    if (offset > this.#offset) this.#offset = offset;
  }
}
