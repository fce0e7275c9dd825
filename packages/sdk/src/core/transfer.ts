import { TIMES } from 'ar-rtm-protocol';
import type { RTMException } from '../errors.js';
import type { Signal } from '../platform.js';
import type { Cancel, Environment, HttpAnswer, HttpRequest } from '../ports.js';
import type { Access } from './access.js';
import { backoffMs } from './backoff.js';
import { type Codes, codeOf, failed, interrupted, refused, timedOut } from './failures.js';
import type { Logger } from './logger.js';

/** What an application gives a transfer along. */
export interface TransferHandler {
  readonly cancelSignal?: Signal | undefined;
  readonly onOperationProgress?:
    | ((progress: { readonly currentSize: number; readonly totalSize: number }) => void)
    | undefined;
}

/** Refusals that may be others soon: the ticket of a session that is being restored, too much at a time, a server that fails. */
const PASSING = /^(401|408|409|429|5(?!07)..)$/;

/** Refusals that have a code, where the method has it. */
const REFUSALS: Readonly<Record<number, string>> = { 404: 'NOT_EXIST', 413: 'SIZE_OVERFLOW' };

/** A connection of which nothing is heard for so long is another one that was cut. */
const STALLED_MS = 30_000;

/** One upload or download: a series of requests that goes on over cut connections, with its limits and reports. */
export class Transfer {
  /** Bytes of the whole, when they are known. */
  total = 0;
  private bytes = 0;
  private reported = 0;
  private settled = 0;
  private movedAt = 0;
  /** When the running request was sent. */
  private askedAt = 0;
  private triedAt = 0;
  private tries = 0;
  /** Ends what it waits for: the answer of a request, or the next attempt. */
  private stopStep: Cancel | undefined;
  /** Ends the pause before the next attempt. */
  private goOn: (() => void) | undefined;
  /** Ends the running request, of which nothing is heard any more. */
  private giveUp: (() => void) | undefined;
  /** Set when it has begun. */
  private stopTimer: Cancel | undefined;
  private isOver = false;
  /** What is to be undone when it does not succeed. */
  onFailure: (() => void) | undefined;

  constructor(
    private readonly environment: Environment,
    private readonly logger: Logger,
    private readonly accessNow: () => Access,
    private readonly codes: Codes,
    private readonly handler: TransferHandler,
    private readonly run: () => void,
    /** Called once, unless it succeeds. */
    private readonly failedWith: (error: RTMException) => void,
  ) {
    handler.cancelSignal?.addEventListener('abort', this.cancel);
  }

  /** Its turn has come; may be called again. */
  begin(): void {
    if (this.stopTimer) return;
    this.movedAt = this.environment.clock.now();
    this.stopTimer = this.tick();
    this.run();
  }

  /** So many bytes have left, or have come. */
  moved(bytes: number): void {
    this.movedAt = this.environment.clock.now();
    this.bytes = bytes;
  }

  /** So many bytes have arrived for certain. Only that makes the next attempt a first one again. */
  arrived(bytes: number): void {
    if (bytes > this.settled) this.tries = 0;
    this.settled = bytes;
  }

  /**
   * Sends a request. The answer is one that tells success, or 404 where that has no code; `undefined` when it is worth
   * another attempt, and the time for that has come. Does not resolve when the transfer has ended.
   */
  ask(method: string, path: string, more: Partial<HttpRequest> = {}): Promise<HttpAnswer | undefined> {
    const { clock, network } = this.environment;
    const { base, headers } = this.way();
    return new Promise((resolve) => {
      const request = { ...more, method, url: base + path, headers: { ...headers, ...more.headers } };
      this.askedAt = clock.now();
      this.giveUp = () => {
        this.stopStep?.();
        this.pause(resolve);
      };
      this.stopStep = network.http(request, (answer) => {
        this.giveUp = undefined;
        const status = answer?.status ?? 500;
        const named = REFUSALS[status];
        const code = named && codeOf(this.codes, named);
        if (code) this.fail(refused(this.codes, code, undefined));
        else if (status < 300 || status === 404) resolve(answer);
        else if (PASSING.test(`${status}`)) this.pause(resolve);
        else this.fail(failed(this.codes, status, answer?.header('Media-Refusal') || undefined));
      });
    });
  }

  /** Tells the server that an upload will not go on. It may not hear of it. */
  discard(path: string): void {
    const { base, headers } = this.way();
    this.environment.network.http({ method: 'DELETE', url: base + path, headers }, () => undefined);
  }

  /** The session is back: no more waiting. */
  hurry(): void {
    this.goOn?.();
  }

  /** Ends all that runs by itself. */
  stop(): void {
    this.isOver = true;
    this.stopTimer?.();
    this.stopStep?.();
    this.goOn = undefined;
    this.handler.cancelSignal?.removeEventListener('abort', this.cancel);
  }

  fail(error: RTMException): void {
    if (this.isOver) return;
    this.stop();
    this.onFailure?.();
    this.failedWith(error);
  }

  /** The session has ended. */
  interrupt(): void {
    this.fail(interrupted(this.codes));
  }

  /** The last report, behind which there is none. */
  reportEnd(): void {
    this.report(this.total, this.total);
  }

  private readonly cancel = () => this.fail(interrupted(this.codes, 'Canceled'));

  private way() {
    const { base, sessId } = this.accessNow();
    return { base, headers: { Authorization: `Bearer ${sessId}`, 'Tus-Resumable': '1.0.0' } };
  }

  private pause(resolve: (nothing: undefined) => void): void {
    const { clock, random } = this.environment;
    this.giveUp = undefined;
    if (this.tries === 0) this.triedAt = clock.now();
    this.tries += 1;
    this.goOn = () => {
      this.goOn = undefined;
      this.stopStep?.();
      resolve(undefined);
    };
    const delayMs = backoffMs(this.tries, clock.now() - this.triedAt, random.fraction());
    this.stopStep = clock.after(delayMs, this.goOn);
  }

  private tick(): Cancel {
    const { clock } = this.environment;
    return clock.after(TIMES.TRANSFER_REPORT_MS, () => {
      const now = clock.now();
      if (now - this.movedAt >= TIMES.TRANSFER_IDLE_MS) {
        this.fail(timedOut(this.codes));
        return;
      }
      this.stopTimer = this.tick();
      if (now - Math.max(this.movedAt, this.askedAt) >= STALLED_MS) this.giveUp?.();
      // The end is reported when all is done.
      if (this.bytes > this.reported && this.bytes < this.total) this.report(this.bytes, this.total);
    });
  }

  private report(currentSize: number, totalSize: number): void {
    this.reported = currentSize;
    try {
      this.handler.onOperationProgress?.({ currentSize, totalSize });
    } catch (error) {
      this.logger.error(`onOperationProgress threw: ${error}`);
    }
  }
}
