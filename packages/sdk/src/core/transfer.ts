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

/** A request behind the end of a transfer has no longer. */
const FAREWELL_MS = 10_000;

/** One upload or download: a series of requests that goes on over cut connections, with its limits and reports. */
export class Transfer {
  /** Bytes of the whole, when they are known. */
  total = 0;
  /** Bytes that have left or come, at the moment and at most; those that are known to be there; those that were reported. */
  private current = 0;
  private highest = 0;
  private arrivedBytes = 0;
  private reported = 0;
  private movedAt = 0;
  /** When the running request was sent. */
  private askedAt = 0;
  private triedAt = 0;
  private tries = 0;
  private isOver = false;
  /** Ends the timer; set when it has begun. */
  private stopTimer: Cancel | undefined;
  /** Ends the running request, or the pause before the next one. */
  private stopStep: Cancel | undefined;
  /** Goes on at once: in a pause; and where nothing is heard of the running request. */
  private hurryUp: (() => void) | undefined;
  private giveUp: (() => void) | undefined;
  private undo: (() => void) | undefined;
  private access: Access | undefined;

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

  /** So many bytes have left, or have come. Those that were on their way before do not count as movement. */
  moved(bytes: number): void {
    this.current = bytes;
    if (bytes > this.highest) {
      this.highest = bytes;
      this.movedAt = this.environment.clock.now();
    }
  }

  /** So many bytes are known to be there; what was sent beyond them is sent again. */
  arrived(bytes: number): void {
    if (bytes === this.arrivedBytes) return;
    if (bytes > this.arrivedBytes) this.tries = 0;
    this.arrivedBytes = this.highest = 0;
    this.moved(bytes);
    this.arrivedBytes = bytes;
  }

  /** What to do when it ends without success; at once, if it has. */
  onFailure(undo: () => void): void {
    this.undo = undo;
    if (this.isOver) undo();
  }

  /**
   * Sends a request. The answer is one that tells success, or 404 where that has no code; `undefined` when it is worth
   * another attempt, and the time for that has come. Does not resolve when the transfer has ended; a request that `lasts` is
   * answered all the same.
   */
  ask(method: string, path: string, more: Partial<HttpRequest> = {}, lasts = false): Promise<HttpAnswer | undefined> {
    return new Promise((resolve) => {
      if (this.isOver) return;
      this.askedAt = this.environment.clock.now();
      const cancel = this.send(method, path, more, (answer) => {
        this.giveUp = undefined;
        const status = answer?.status ?? 500;
        const named = REFUSALS[status];
        const code = named && codeOf(this.codes, named);
        if (code) this.fail(refused(this.codes, code, undefined));
        else if (status < 300 || status === 404) resolve(answer);
        else if (PASSING.test(`${status}`)) void this.pause().then(resolve);
        else this.fail(failed(this.codes, status, answer?.header('Media-Refusal') || undefined));
      });
      this.stopStep = lasts ? undefined : cancel;
      this.giveUp = () => {
        cancel();
        void this.pause().then(resolve);
      };
    });
  }

  /** Resolves when it is time for another attempt; never, when the transfer ends before. */
  pause(): Promise<undefined> {
    const { clock, random } = this.environment;
    this.giveUp = undefined;
    return new Promise((resolve) => {
      if (this.isOver) return;
      if (this.tries === 0) this.triedAt = clock.now();
      this.tries += 1;
      const goOn = () => {
        this.hurryUp = undefined;
        this.stopStep?.();
        resolve(undefined);
      };
      this.hurryUp = goOn;
      this.stopStep = clock.after(backoffMs(this.tries, clock.now() - this.triedAt, random.fraction()), goOn);
    });
  }

  /** Tells the server that an upload will not go on. It may not hear of it. */
  discard(path: string): void {
    const stop = this.send('DELETE', path, {}, () => stopLimit());
    const stopLimit = this.environment.clock.after(FAREWELL_MS, stop);
  }

  /** The session is back: no more waiting. */
  hurry(): void {
    this.hurryUp?.();
  }

  /** Ends all that runs by itself. */
  stop(): void {
    this.isOver = true;
    this.stopTimer?.();
    this.stopStep?.();
    this.hurryUp = undefined;
    this.handler.cancelSignal?.removeEventListener('abort', this.cancel);
  }

  fail(error: RTMException): void {
    if (this.isOver) return;
    this.stop();
    this.undo?.();
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

  private send(
    method: string,
    path: string,
    more: Partial<HttpRequest>,
    done: (answer: HttpAnswer | undefined) => void,
  ): Cancel {
    // What it still has to do when it is over, it does for the session that it belonged to.
    if (!this.isOver) this.access = this.accessNow();
    const { base, sessId } = this.access as Access;
    const headers = { Authorization: `Bearer ${sessId}`, 'Tus-Resumable': '1.0.0', ...more.headers };
    return this.environment.network.http({ ...more, method, url: base + path, headers }, done);
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
      if (this.current > this.reported && this.current < this.total) this.report(this.current, this.total);
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
