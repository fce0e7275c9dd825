import { TIMES } from 'ar-rtm-protocol';

/**
 * How much of a session's token is used up, as its client was told (api.md 4.4, wire-protocol.md 7.5).
 *
 * ```
 * good --near--> warned --ended--> expired --finished--> over
 *   |               |-------------finished------------->  ^
 *   |---------------ended, finished (told late)-----------|
 * ```
 * A renewal begins a new life.
 */
export type TokenState = 'good' | 'warned' | 'expired' | 'over';
/** 30 s are left; the token has ended; the client has to go. */
export type TokenEvent = 'near' | 'ended' | 'finished';

const TABLE: Readonly<Record<TokenState, Readonly<Partial<Record<TokenEvent, TokenState>>>>> = {
  good: { near: 'warned', ended: 'expired', finished: 'over' },
  warned: { ended: 'expired', finished: 'over' },
  expired: { finished: 'over' },
  over: {},
};

export const TOKEN_STATES = Object.keys(TABLE) as readonly TokenState[];
export const TOKEN_EVENTS: readonly TokenEvent[] = ['near', 'ended', 'finished'];

export function nextTokenState(state: TokenState, event: TokenEvent): TokenState | undefined {
  return TABLE[state][event];
}

/** When each step is due, in milliseconds before the end of the token; below zero: after it. */
type TimeLine = readonly (readonly [event: TokenEvent, beforeEndMs: number])[];

/** Ours may still renew for a while after the end. */
export const OUR_TIME_LINE: TimeLine = [
  ['near', TIMES.TOKEN_WARNING_MS],
  ['ended', 0],
  ['finished', -TIMES.TOKEN_GRACE_MS],
];

/** A published client ends its session by itself when it is told of the end. */
export const PUBLISHED_TIME_LINE: TimeLine = [
  ['near', TIMES.TOKEN_WARNING_MS],
  ['finished', 0],
];

/** The token of one session, from a login or a renewal on. */
export class TokenLife {
  private current: TokenState = 'good';

  constructor(
    /** When it ends: Unix seconds, and the same moment on the monotonic clock. */
    readonly endTs: number,
    private readonly endMs: number,
  ) {}

  /** One for a token that ends at `endTs`, told apart from the clocks of now. */
  static until(endTs: number, now: { readonly wallMs: number; readonly monotonicMs: number }): TokenLife {
    return new TokenLife(endTs, now.monotonicMs + endTs * 1000 - now.wallMs);
  }

  get state(): TokenState {
    return this.current;
  }

  /**
   * Milliseconds to the end; negative behind it. Neither a wall clock that is set forward nor one that was wrong at the login
   * ends a session early (token.md 11).
   */
  leftMs(now: { readonly wallMs: number; readonly monotonicMs: number }): number {
    return Math.max(this.endMs - now.monotonicMs, this.endTs * 1000 - now.wallMs);
  }

  /** The steps that are due and were not taken, which are taken by this, and the time to the next one. */
  advance(
    line: TimeLine,
    leftMs: number,
  ): { readonly due: readonly TokenEvent[]; readonly nextMs: number | undefined } {
    const due: TokenEvent[] = [];
    for (const [event, beforeEndMs] of line) {
      if (leftMs > beforeEndMs) return { due, nextMs: leftMs - beforeEndMs };
      if (this.apply(event)) due.push(event);
    }
    return { due, nextMs: undefined };
  }

  /** The one setter of the state. */
  private apply(event: TokenEvent): boolean {
    const next = nextTokenState(this.current, event);
    if (next === undefined) return false;
    this.current = next;
    return true;
  }
}
