import type { Time } from '../ports/time.js';
import type { Framing } from '../ports/transport.js';
import type { Outbox, OutboxKeeper } from './outbox.js';

/**
 * Flushes all outboxes that have something, once per turn of the event loop, and keeps the bytes queued in the whole
 * process.
 */
export class OutboxSweep implements OutboxKeeper {
  private dirty: Outbox[] = [];
  private scheduled = false;
  private total = 0;

  constructor(
    readonly framing: Framing,
    private readonly time: Time,
    readonly nowMs: () => number,
    private readonly connectionBytes: number,
    readonly dropped: (bytes: number) => void,
  ) {}

  /** Bytes queued in all outboxes of this process, the kernel's buffers not counted. */
  get queuedBytes(): number {
    return this.total;
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
    if (outbox.queuedBytes > this.connectionBytes) outbox.owner.readsTooSlowly();
  }

  released(bytes: number): void {
    this.total -= bytes;
  }

  private readonly run = (): void => {
    this.scheduled = false;
    const dirty = this.dirty;
    this.dirty = [];
    const now = this.nowMs();
    for (const outbox of dirty) {
      outbox.listed = false;
      outbox.lastWriteMs = now;
      outbox.flush(this.framing);
    }
  };
}
