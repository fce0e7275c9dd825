import { LIMITS } from 'ar-rtm-protocol';
import type { Environment } from '../ports.js';
import type { Access } from './access.js';
import type { EventQueue } from './event-queue.js';
import { type Codes, codeOf, failed, interrupted, tooMany } from './failures.js';
import type { Logger } from './logger.js';
import { Transfer, type TransferHandler } from './transfer.js';

/**
 * Those that move at a time. Browsers open six connections to a server that speaks HTTP/1.1: what waits for one would look
 * stalled, and a login, or the way back from a cut, needs one.
 */
const AT_A_TIME = 4;

/** The uploads and downloads of one client. */
export class Transfers {
  private readonly running = new Set<Transfer>();
  private access: Access | undefined;

  constructor(
    private readonly environment: Environment,
    private readonly queue: EventQueue,
    private readonly logger: Logger,
  ) {}

  /** A session has begun, or goes on with another ticket. */
  open(access: Access): void {
    this.access = access;
    for (const transfer of this.running) transfer.hurry();
  }

  /** The session is over. */
  end(): void {
    const all = [...this.running];
    // None of them begins in the place of another.
    this.running.clear();
    for (const transfer of all) transfer.interrupt();
    this.access = undefined;
  }

  /** Runs one; the user is logged in. */
  start<T>(codes: Codes, handler: TransferHandler, run: (transfer: Transfer) => Promise<T>): Promise<T> {
    if (this.running.size >= LIMITS.TRANSFERS) {
      throw tooMany(codeOf(codes, 'CONCURRENCY_LIMIT_EXCEEDED') as number, LIMITS.TRANSFERS);
    }
    if (handler.cancelSignal?.aborted) throw interrupted(codes, 'Canceled');
    return new Promise((resolve, reject) => {
      const transfer = new Transfer(
        this.environment,
        this.logger,
        () => this.access as Access,
        codes,
        handler,
        () => run(transfer).then(done, (error: unknown) => transfer.fail(failed(codes, undefined, `${error}`))),
        (error) => {
          this.leave(transfer);
          this.queue.reject(error, reject);
        },
      );
      const done = (result: T) =>
        this.queue.settle(() => {
          // It can end until then, also by what the application does with the last report.
          if (this.running.has(transfer)) transfer.reportEnd();
          if (!this.leave(transfer)) return;
          transfer.stop();
          resolve(result);
        });
      this.running.add(transfer);
      this.beginNext();
    });
  }

  /** Whether it was there. */
  private leave(transfer: Transfer): boolean {
    const wasThere = this.running.delete(transfer);
    this.beginNext();
    return wasThere;
  }

  private beginNext(): void {
    for (const transfer of [...this.running].slice(0, AT_A_TIME)) transfer.begin();
  }
}
