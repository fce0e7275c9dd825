import { LOGIN_CODE, RENEW_TOKEN_CODE, TIMES } from 'ar-rtm-protocol';
import { RtmErrorCode } from '../error-code.js';
import { RTMException } from '../errors.js';
import type { Cancel, Clock } from '../ports.js';
import type { ClientEvents } from './client-events.js';
import type { EventQueue } from './event-queue.js';
import { refused } from './failures.js';
import type { Requests } from './requests.js';
import type { Scope } from './scope.js';

/** Steps to the end of a token: it ends soon, it has ended, it is too late to renew it. */
const EVENTS = [[], ['TokenWillExpired', 'TokenPrivilegeWillExpire'], ['TokenExpired'], ['TokenDidExpired']] as const;

const codes = RtmErrorCode.RenewTokenError;

/** The token of a session: the one in force, the one that is to take its place, and the way to its end (api.md 4.4). */
export class Token {
  /** In force; empty when there is none. */
  value: string;
  /** The last step that was reported; each is once. */
  private told = 0;
  private stopTimer: Cancel | undefined;
  /** What the last attempt to connect presented. */
  private presented = '';
  /** The newest renewal that the server has not answered. */
  private renewal: { readonly value: string; refuse(code: number): void } | undefined;

  constructor(
    first: string,
    private readonly scope: Scope,
    private readonly clock: Clock,
    private readonly queue: EventQueue,
    private readonly events: ClientEvents,
  ) {
    this.value = first;
  }

  /** For an attempt to connect: the new one, if there is one. */
  present(): string {
    this.presented = this.renewal?.value ?? this.value;
    return this.presented;
  }

  renew(value: string, requests: Requests): Promise<void> {
    return new Promise((resolve, reject) => {
      const settle = (answer: object) => {
        if (this.renewal === renewal) this.renewal = undefined;
        if (answer instanceof RTMException) this.queue.reject(answer, reject);
        else {
          this.accept(value);
          this.queue.settle(resolve);
        }
      };
      const cancel = requests.start(
        { cmd: 'RenewAcsToken', content: { AcsToken: value }, codes, kind: 'presence' },
        settle,
      );
      const renewal = {
        value,
        refuse(code: number) {
          cancel();
          settle(refused(codes, code, ''));
        },
      };
      this.renewal = renewal;
    });
  }

  /** The server took this token: all steps are to come again, unless it is the same. */
  accept(value = this.presented): void {
    if (value === this.value) return;
    this.value = value;
    this.stop();
    this.told = 0;
  }

  /** An attempt to come back was refused; whether another token is left to try. */
  refused(code: number): boolean {
    const hasEnded = code === LOGIN_CODE.TOKEN_EXPIRED;
    if (!hasEnded && code !== LOGIN_CODE.INVALID_TOKEN) return false;
    const isOther = this.presented !== this.value;
    // Also when it was renewed with the one that it has already.
    this.renewal?.refuse(hasEnded ? RENEW_TOKEN_CODE.TOKEN_EXPIRED : RENEW_TOKEN_CODE.INVALID_TOKEN);
    if (isOther) return true;
    if (hasEnded) {
      this.tell(2);
      this.stopTimer ??= this.clock.after(TIMES.TOKEN_GRACE_MS, () => this.tell(3));
    }
    return false;
  }

  tell(step: 1 | 2 | 3): void {
    if (step <= this.told) return;
    this.told = step;
    this.queue.announce(() => {
      if (!this.scope.isOver) for (const event of EVENTS[step]) this.events.emit(event);
    });
  }

  /** The session is over, or has another token. */
  stop(): void {
    this.stopTimer?.();
    this.stopTimer = undefined;
  }
}
