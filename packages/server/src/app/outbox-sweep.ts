import type { Time } from '../ports/time.js';
import type { Framing } from '../ports/transport.js';
import type { Outbox, OutboxKeeper } from './outbox.js';

/**
 * Flushes all outboxes that have something, once per turn of the event loop, and keeps the bytes queued in the whole
 * process. What one flush costs is measured, so that a channel knows the price of its fan-out.
 */
export class OutboxSweep implements OutboxKeeper {
  private dirty: Outbox[] = [];
  private scheduled = false;
  private total = 0;
  private flushCostMs = 0.005;

  constructor(
    readonly framing: Framing,
    private readonly time: Time,
    private readonly nowMs: () => number,
    private readonly overBudget: (outbox: Outbox) => void,
    private readonly connectionBytes: number,
  ) {}

  /** Bytes queued in all outboxes of this process, the kernel's buffers not counted. */
  get queuedBytes(): number {
    return this.total;
  }

  /** Recent cost of serving one connection, in milliseconds. */
  get costPerFlushMs(): number {
    return this.flushCostMs;
  }

  queued(outbox: Outbox, bytes: number): void {
    this.total += bytes;
    if (!outbox.listed) {
      outbox.listed = true;
      this.dirty.push(outbox);
      if (!this.scheduled) {
        this.scheduled = true;
        this.time.nextTurn(this.run);
      }
    }
    if (bytes > 0 && outbox.queuedBytes > this.connectionBytes) this.overBudget(outbox);
  }

  released(bytes: number): void {
    this.total -= bytes;
  }

  private readonly run = (): void => {
    this.scheduled = false;
    const dirty = this.dirty;
    this.dirty = [];
    const began = this.time.monotonicMs();
    const now = this.nowMs();
    for (const outbox of dirty) {
      outbox.listed = false;
      outbox.lastWriteMs = now;
      outbox.flush(this.framing);
    }
    if (dirty.length >= 16) {
      const each = (this.time.monotonicMs() - began) / dirty.length;
      this.flushCostMs += (each - this.flushCostMs) / 4;
    }
  };
}
