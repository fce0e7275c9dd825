import type { NodeContext } from '../context.js';

const SECRET_BYTES = 32;
const SECRET = /^[0-9a-f]{64}$/;
/** Browsers that are logged in at a time; above that the one that was used longest ago gives way. */
const MOST_SESSIONS = 32;

interface Held {
  readonly endsMs: number;
  usedMs: number;
}

/** A browser that is logged in as the operator. */
export interface AdminSession {
  /** To be sent with every request that changes something. */
  readonly csrfToken: string;
  /** How long it lasts at most. */
  readonly leftMs: number;
}

/**
 * Browsers that the operator has logged in with: for `adminSessionMs` at most, and `adminIdleMs` behind the last request. They
 * are in memory, as digests of their cookies, and end with the process, as the operator key does.
 */
export class AdminSessions {
  /** By digest of the secret, in the order of their last use. */
  private readonly held = new Map<string, Held>();

  constructor(private readonly context: Pick<NodeContext, 'time' | 'chance' | 'signer' | 'settings'>) {}

  get size(): number {
    return this.held.size;
  }

  /** A new one; `secret` is for the cookie. */
  begin(): AdminSession & { readonly secret: string } {
    const { time, chance, signer, settings } = this.context;
    const nowMs = time.monotonicMs();
    for (const [digest, held] of this.held) if (this.isOver(held, nowMs)) this.held.delete(digest);
    for (const oldest of this.held.keys()) {
      if (this.held.size < MOST_SESSIONS) break;
      this.held.delete(oldest);
    }
    const secret = chance.secretHex(SECRET_BYTES);
    this.held.set(signer.digest(secret), { endsMs: nowMs + settings.adminSessionMs, usedMs: nowMs });
    return { secret, csrfToken: this.csrfTokenOf(secret), leftMs: settings.adminSessionMs };
  }

  /** The session of a cookie, which has been used now. */
  use(secret: string): AdminSession | undefined {
    if (!SECRET.test(secret)) return undefined;
    const digest = this.context.signer.digest(secret);
    const held = this.held.get(digest);
    if (!held) return undefined;
    const nowMs = this.context.time.monotonicMs();
    this.held.delete(digest);
    if (this.isOver(held, nowMs)) return undefined;
    held.usedMs = nowMs;
    this.held.set(digest, held);
    return { csrfToken: this.csrfTokenOf(secret), leftMs: held.endsMs - nowMs };
  }

  /** Whether this is the token of the session that the secret belongs to. */
  isCsrfTokenOf(secret: string, csrfToken: string): boolean {
    return this.context.signer.verify(subjectOf(secret), csrfToken);
  }

  end(secret: string): void {
    this.held.delete(this.context.signer.digest(secret));
  }

  private isOver({ endsMs, usedMs }: Held, nowMs: number): boolean {
    return nowMs >= endsMs || nowMs - usedMs >= this.context.settings.adminIdleMs;
  }

  private csrfTokenOf(secret: string): string {
    return this.context.signer.sign(subjectOf(secret));
  }
}

/** No ticket and no link has this form. */
function subjectOf(secret: string): string {
  return `operator-csrf/${secret}`;
}
