import { LIMITS } from 'ar-rtm-protocol';
import type { Environment } from '../ports.js';
import type { Access } from './access.js';
import type { EventQueue } from './event-queue.js';
import { type Codes, codeOf, failed, interrupted, tooMany } from './failures.js';
import type { Logger } from './logger.js';
import { Transfer, type TransferHandler } from './transfer.js';

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
    for (const transfer of [...this.running]) transfer.interrupt();
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
        (error) => {
          this.running.delete(transfer);
          this.queue.reject(error, reject);
        },
      );
      this.running.add(transfer);
      run(transfer).then(
        (result) => {
          // Ended meanwhile.
          if (!this.running.delete(transfer)) return;
          transfer.stop();
          this.queue.settle(() => {
            transfer.reportEnd();
            resolve(result);
          });
        },
        (error: unknown) => this.running.has(transfer) && transfer.fail(failed(codes, undefined, `${error}`)),
      );
    });
  }
}
