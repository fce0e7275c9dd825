import type { CallSide } from '../domain/call-state.js';

/** More than any client has at a time; the oldest is forgotten. */
const MOST = 1000;

/**
 * The calls that a client without `calls.1` can know: it forgets all of them with every cut, and a push for one that it does
 * not know throws in it (quirk Q28). So this belongs to one socket.
 */
export class CallBook {
  private readonly known = new Set<string>();
  private attempts = 0;

  add(side: CallSide, callId: string): void {
    this.known.add(`${side} ${callId}`);
    if (this.known.size <= MOST) return;
    for (const oldest of this.known) {
      this.known.delete(oldest);
      return;
    }
  }

  knows(side: CallSide, callId: string): boolean {
    return this.known.has(`${side} ${callId}`);
  }

  /** Such a client may make a call again that is over: each time counts. */
  nextAttempt(): number {
    this.attempts += 1;
    return this.attempts;
  }
}
