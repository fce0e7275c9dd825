import type { Cancel } from 'ar-rtm-server/ports';
import type { Scheduler } from './scheduler.js';

/** What a slow reader's kernel takes before the writer has to wait. */
const KERNEL_BYTES = 4096;

interface Item {
  readonly bytes: number;
  readonly arrive: () => void;
}

/**
 * One direction of a connection: what is put in arrives in order, after a delay, or never when the lane was cut. With a
 * rate it is a slow reader's: bytes leave one after the other and pile up at the writer.
 */
export class Lane {
  /** Added to the delay of everything that leaves. */
  extraMs = 0;
  #bytesPerMs: number | undefined;
  readonly #queue: Item[] = [];
  #queued = 0;
  #isBlocked = false;
  #stopLeaving: Cancel | undefined;
  #lastDueMs = 0;
  #cutMs: number | undefined;
  /** What was under way at the cut arrives this much later; absent: never. */
  #lateMs: number | undefined;

  constructor(
    private readonly scheduler: Scheduler,
    private readonly delayMs: () => number,
    private readonly drained: () => void = () => undefined,
  ) {}

  get isCut(): boolean {
    return this.#cutMs !== undefined;
  }

  /** Bytes that the kernel has not taken. */
  get bufferedBytes(): number {
    return Math.max(0, this.#queued - KERNEL_BYTES);
  }

  /** Reads so many bytes per millisecond from now on; everything at once when absent. */
  slowDown(bytesPerMs: number | undefined): void {
    this.#bytesPerMs = bytesPerMs;
    this.#stopLeaving?.();
    this.#stopLeaving = undefined;
    this.#leaveNext();
  }

  /** False when more waits than the kernel takes. */
  carry(bytes: number, arrive: () => void): boolean {
    if (this.isCut) return true;
    this.#queue.push({ bytes, arrive });
    this.#queued += bytes;
    if (!this.#stopLeaving) this.#leaveNext();
    this.#isBlocked = this.bufferedBytes > 0;
    return !this.#isBlocked;
  }

  cut(lateMs?: number): void {
    this.#cutMs ??= this.scheduler.nowMs;
    this.#lateMs ??= lateMs;
  }

  #leaveNext(): void {
    while (this.#bytesPerMs === undefined && this.#queue.length > 0) this.#leave();
    const [first] = this.#queue;
    if (!first || this.#bytesPerMs === undefined) return;
    this.#stopLeaving = this.scheduler.at(this.scheduler.nowMs + first.bytes / this.#bytesPerMs, () => {
      this.#stopLeaving = undefined;
      this.#leave();
      this.#leaveNext();
    });
  }

  #leave(): void {
    const item = this.#queue.shift();
    if (!item) return;
    const leftMs = this.scheduler.nowMs;
    this.#queued -= item.bytes;
    this.#lastDueMs = Math.max(this.#lastDueMs, leftMs + this.delayMs() + this.extraMs);
    this.scheduler.at(this.#lastDueMs, () => this.#arrive(item, leftMs));
    if (!this.#isBlocked || this.bufferedBytes > 0) return;
    this.#isBlocked = false;
    if (!this.isCut) this.drained();
  }

  #arrive({ arrive }: Item, leftMs: number): void {
    if (this.#cutMs === undefined) arrive();
    else if (this.#lateMs !== undefined && leftMs <= this.#cutMs) {
      this.scheduler.at(this.scheduler.nowMs + this.#lateMs, arrive);
    }
  }
}
