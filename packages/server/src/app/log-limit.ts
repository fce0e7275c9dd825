import type { Logger } from '../ports/logger.js';
import type { Time } from '../ports/time.js';

/** Lines that clients can cause as often as they like: one a second for each reason, which says how many were left out. */
export class LogLimit {
  private readonly reasons = new Map<string, { quietUntilMs: number; leftOut: number }>();

  constructor(
    private readonly logger: Logger,
    private readonly time: Pick<Time, 'monotonicMs'>,
    private readonly everyMs = 1000,
  ) {}

  /** `reason` is one of a few words of ours, never a client's. */
  log(level: 'warn' | 'info', reason: string, fields: Readonly<Record<string, unknown>>, text: string): void {
    const nowMs = this.time.monotonicMs();
    const known = this.reasons.get(reason);
    if (known && nowMs < known.quietUntilMs) {
      known.leftOut++;
      return;
    }
    this.reasons.set(reason, { quietUntilMs: nowMs + this.everyMs, leftOut: 0 });
    const leftOut = known?.leftOut ?? 0;
    this.logger[level](leftOut > 0 ? { ...fields, leftOut } : fields, text);
  }
}
