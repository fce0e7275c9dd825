import type { ClaimRequest } from '../../ports/index.js';
import type { Session } from './state.js';

export interface Binding {
  readonly ticketId: string;
  readonly appId: string;
  readonly uid: string;
  readonly userSId: string;
  readonly untilMs: number;
}

/** Tickets of the gateway: which client instance has claimed one, and which are good for HTTP after their session. */
export class Tickets {
  readonly #now: () => number;
  readonly #afterSessionMs: number;
  readonly #bindings = new Map<string, Binding>();
  readonly #retired = new Map<string, { readonly session: Session; readonly untilMs: number }>();
  /** Client instances that have logged out, as long as a ticket of theirs may be valid. */
  readonly #loggedOut = new Map<string, number>();

  constructor(now: () => number, afterSessionMs: number) {
    this.#now = now;
    this.#afterSessionMs = afterSessionMs;
  }

  get size(): number {
    return this.#bindings.size + this.#retired.size + this.#loggedOut.size;
  }

  /** Binds the ticket to the client instance until it expires; false when another one was first. */
  bind(claim: ClaimRequest): boolean {
    const { ticketId, appId, uid, userSId } = claim;
    const bound = this.#bindings.get(ticketId);
    const nowMs = this.#now();
    const isBound = bound !== undefined && bound.untilMs > nowMs;
    if (isBound && (bound.userSId !== userSId || bound.uid !== uid || bound.appId !== appId)) return false;
    const untilMs = Math.max(nowMs + claim.ticketExpiresInMs, isBound ? bound.untilMs : 0);
    if (untilMs > nowMs) this.#bindings.set(ticketId, { ticketId, appId, uid, userSId, untilMs });
    return true;
  }

  /** Keeps the session's ticket valid for a while: the session has ended or got another one. */
  retire(session: Session): void {
    this.#retired.set(session.ticketId, { session, untilMs: this.#now() + this.#afterSessionMs });
  }

  /** The client has ended its session by itself. */
  loggedOut({ appId, uid, userSId }: Session): void {
    this.#loggedOut.set(instanceOf(appId, uid, userSId), this.#now() + this.#afterSessionMs);
  }

  /** Whether the instance has logged out: what it still sends comes late. */
  hasLoggedOut(appId: string, uid: string, userSId: string): boolean {
    return (this.#loggedOut.get(instanceOf(appId, uid, userSId)) ?? 0) > this.#now();
  }

  /** The session that a ticket belonged to, while it is still good for that. */
  retiredSession(ticketId: string): Session | undefined {
    const retired = this.#retired.get(ticketId);
    return retired && retired.untilMs > this.#now() ? retired.session : undefined;
  }

  /** Bindings with the time that is left of them, for a graceful stop. */
  bindings(): { readonly binding: Binding; readonly leftMs: number }[] {
    const nowMs = this.#now();
    return [...this.#bindings.values()]
      .filter(({ untilMs }) => untilMs > nowMs)
      .map((binding) => ({ binding, leftMs: Math.ceil(binding.untilMs - nowMs) }));
  }

  restore(binding: Omit<Binding, 'untilMs'>, leftMs: number): void {
    this.#bindings.set(binding.ticketId, { ...binding, untilMs: this.#now() + leftMs });
  }

  /** Called now and then; both kinds live for about a minute, so all are looked at. */
  expire(): void {
    const nowMs = this.#now();
    for (const [ticketId, { untilMs }] of this.#bindings) {
      if (untilMs <= nowMs) this.#bindings.delete(ticketId);
    }
    for (const [ticketId, { untilMs }] of this.#retired) {
      if (untilMs <= nowMs) this.#retired.delete(ticketId);
    }
    for (const [instance, untilMs] of this.#loggedOut) if (untilMs <= nowMs) this.#loggedOut.delete(instance);
  }
}

/** None of the parts can contain a slash. */
function instanceOf(appId: string, uid: string, userSId: string): string {
  return `${appId}/${uid}/${userSId}`;
}
