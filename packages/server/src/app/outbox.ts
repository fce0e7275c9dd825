import type { Frames, Framing, Transport } from '../ports/transport.js';

/** Who flushes outboxes and keeps the budgets. */
export interface OutboxKeeper {
  readonly framing: Framing;
  /** Read clock time. */
  nowMs(): number;
  /** An outbox has got something to do. */
  queued(outbox: Outbox, bytes: number): void;
  /** Bytes left an outbox. */
  released(bytes: number): void;
  /** Bytes that were dropped unwritten, because their client does not read; they have left as well. */
  dropped(bytes: number): void;
}

/** Whose outbox it is. */
export interface OutboxOwner {
  /** More waits than a client may leave unread. */
  readsTooSlowly(): void;
}

/**
 * What waits to be written to one client. Everything due in one turn of the event loop leaves in one write; a close
 * goes through here too, so that it never overtakes a frame (design 8). While the kernel does not take more, frames
 * stay queued and count against the budgets.
 */
export class Outbox {
  /** Nothing, one piece, or several: most turns have one, and it is not copied. */
  private queued: Frames | Frames[] | undefined;
  private bytes = 0;
  private blocked = false;
  private closing: { readonly code: number; readonly reason: string } | undefined;
  private waiters: { readonly below: number; readonly resume: () => void }[] | undefined;
  /** In the sweep's list of those to flush. Owned by the sweep. */
  listed = false;
  /** Read clock time of the last write. Owned by the sweep's owner; 0 before the first. */
  lastWriteMs = 0;

  constructor(
    private readonly transport: Transport,
    private readonly keeper: OutboxKeeper,
    readonly owner: OutboxOwner,
  ) {}

  /** Bytes not yet taken by the kernel. Shared frames count for everyone who waits for them. */
  get queuedBytes(): number {
    return this.bytes + this.transport.bufferedBytes;
  }

  /** What is not handed to the kernel yet, in pieces: one frame each, or several that are sent together. */
  get queuedWrites(): number {
    if (this.queued === undefined) return 0;
    return Array.isArray(this.queued) ? this.queued.length : 1;
  }

  get isClosing(): boolean {
    return this.closing !== undefined;
  }

  /** Queues frames. Nothing is taken any more once a close has been queued. */
  push(frames: Frames): void {
    if (this.closing) return;
    if (this.queued === undefined) this.queued = frames;
    else if (Array.isArray(this.queued)) this.queued.push(frames);
    else this.queued = [this.queued, frames];
    this.bytes += frames.length;
    this.keeper.queued(this, frames.length);
  }

  /**
   * Writes frames in this turn, behind everything queued. For a fan-out, which runs once per turn and so has joined what
   * is due by itself.
   */
  pushNow(frames: Frames): void {
    if (this.closing) return;
    if (this.queued !== undefined || this.blocked) {
      this.push(frames);
      this.flush(this.keeper.framing);
      return;
    }
    this.lastWriteMs = this.keeper.nowMs();
    this.blocked = !this.transport.write(frames);
    if (this.blocked) this.keeper.queued(this, 0);
  }

  /** Closes the socket behind everything queued. */
  close(code: number, reason: string): void {
    if (this.closing) return;
    this.closing = { code, reason };
    this.keeper.queued(this, 0);
  }

  /** Drops everything queued and closes; for a client that does not read. */
  abandon(code: number, reason: string): void {
    if (this.bytes > 0) this.keeper.dropped(this.bytes);
    this.discard();
    this.closing = { code, reason };
    this.transport.close(code, reason);
  }

  /** Forgets what is queued, when the socket is gone. */
  discard(): void {
    this.keeper.released(this.bytes);
    this.queued = undefined;
    this.bytes = 0;
    this.waiters = undefined;
    this.closing ??= { code: 0, reason: 'gone' };
  }

  /** Calls `resume` once, when fewer than `below` bytes are queued. */
  whenBelow(below: number, resume: () => void): void {
    if (this.queuedBytes < below) resume();
    else {
      this.waiters ??= [];
      this.waiters.push({ below, resume });
    }
  }

  /** The kernel takes more again. */
  drained(): void {
    this.blocked = false;
    this.flush(this.keeper.framing);
    this.wake();
  }

  /** Writes what is queued; called by the sweep once per turn. */
  flush(framing: Framing): void {
    if (this.blocked) return;
    const { queued } = this;
    if (queued !== undefined) {
      const frames = Array.isArray(queued) ? framing.join(queued) : queued;
      this.queued = undefined;
      this.keeper.released(this.bytes);
      this.bytes = 0;
      this.blocked = !this.transport.write(frames);
      if (this.waiters !== undefined) this.wake();
    }
    if (this.closing && this.closing.code !== 0 && !this.blocked)
      this.transport.close(this.closing.code, this.closing.reason);
  }

  private wake(): void {
    const waiters = this.waiters;
    if (waiters === undefined) return;
    const ready = waiters.filter((waiter) => this.queuedBytes < waiter.below);
    this.waiters = waiters.filter((waiter) => !ready.includes(waiter));
    if (this.waiters.length === 0) this.waiters = undefined;
    for (const waiter of ready) waiter.resume();
  }
}
