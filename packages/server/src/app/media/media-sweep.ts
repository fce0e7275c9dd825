import type { MediaRef } from '../../ports/media-bytes.js';
import type { NodeContext } from '../context.js';
import { noteFailure } from '../engine-failure.js';
import type { MediaFiles } from './media-files.js';

/** Files whose time is over are removed in batches of so many, and so many are looked at for orphans each time. */
const EXPIRED = 100;
const LOOKED_AT = 500;

/** Removes files whose time is over, and bytes that nobody knows of. Several nodes may do it at the same time. */
export class MediaSweep {
  private isRunning = false;
  private lookedAt: MediaRef | undefined;

  constructor(
    private readonly context: NodeContext,
    private readonly files: MediaFiles,
  ) {}

  /** One step; nothing while the last one is still under way. Never rejects. */
  async run(): Promise<void> {
    if (this.isRunning) return;
    this.isRunning = true;
    for (const step of [() => this.removeExpired(), () => this.files.removeOwed(), () => this.removeOrphans()]) {
      await step().catch((error: unknown) => this.failed(error));
    }
    this.isRunning = false;
  }

  private async removeExpired(): Promise<void> {
    const { engine, time, counters } = this.context;
    for (;;) {
      const due = await engine.media.expired({ nowMs: time.wallMs(), limit: EXPIRED, ...this.timeout });
      let removed = 0;
      for (const ref of due) {
        // Its upload may have ended since it was looked for, which gave it a new time.
        const file = await engine.media.find({ ...ref, ...this.timeout });
        if (!file || file.expiresMs > time.wallMs()) continue;
        try {
          await this.files.remove(ref);
          counters.add('media_expired');
          removed++;
        } catch (error) {
          // The others are not to wait for it.
          this.failed(error);
        }
      }
      if (due.length < EXPIRED || removed === 0) return;
    }
  }

  /** Bytes are made after their file is known and removed before it is forgotten: without it they are left over. */
  private async removeOrphans(): Promise<void> {
    const { engine, counters, logger } = this.context;
    const after = this.lookedAt;
    const found = await this.files.bytes.list({ limit: LOOKED_AT, ...(after && { after }), ...this.timeout });
    this.lookedAt = found.at(-1);
    for (const ref of found) {
      if (await engine.media.find({ ...ref, ...this.timeout })) continue;
      await this.files.bytes.remove({ ...ref, ...this.timeout });
      counters.add('media_orphans');
      logger.info({ ...ref }, 'bytes of an unknown file are removed');
    }
  }

  private failed(error: unknown): void {
    noteFailure(this.context, 'removing old files', error);
  }

  private get timeout(): { readonly timeoutMs: number } {
    return { timeoutMs: this.context.settings.engineTimeoutMs };
  }
}
