/**
 * Call invitations: one record per call, which decides about it (design 7). Every step is a compare-and-set by the table of
 * `domain/call-state.ts`, so that exactly one of accept, refusal, cancel and the deadlines wins, whichever nodes they come
 * from. A call lies in the slot of its callee; its caller's slot counts it.
 *
 * Whoever is to hear of a step gets an entry in the log of its inbox (`CallEntry`), in the order of the steps. There is at
 * most one entry per call and side that is not acknowledged: a newer one takes its place, so that who was away is told
 * what has become of the call and nothing else. An entry goes with its session; a call that no client of the callee had
 * yet is in the inbox of the callee's next session.
 */
import type { CallSide, CallState } from '../domain/call-state.js';
import type { SessionRef } from './registry.js';

/** Names a call. The id is the caller's choice: another caller, or a call to another user, may have the same. */
export interface CallKey {
  readonly caller: string;
  readonly callee: string;
  readonly callId: string;
}

/** A call as one of its sides is told of it. */
export interface CallNews extends CallKey {
  readonly side: CallSide;
  readonly state: CallState;
  /** The caller's text: of the invitation, or of its cancel. */
  readonly content: string;
  readonly channelId: string;
  /** The callee's text. */
  readonly response: string;
}

/** Times in ms from the make on, but `confirmMs` from the accept on. */
export interface CallTimes {
  readonly receiptMs: number;
  readonly expireMs: number;
  readonly confirmMs: number;
}

/**
 * What a client does to a call. Of the callee: received, accept, refuse, withdraw. Of the caller: confirm, cancel, giveUp.
 */
export type CallAct = 'received' | 'accept' | 'refuse' | 'withdraw' | 'confirm' | 'cancel' | 'giveUp';

export type MakeResult =
  | { readonly outcome: 'made' }
  /** Known already; nothing was done. */
  | { readonly outcome: 'known'; readonly state: CallState }
  /** One of the two users has as many running calls as it may. */
  | { readonly outcome: 'too-many' };

export interface Calls {
  /**
   * Makes a call on behalf of its caller's session. One that is known is not made again, be it running or over, for a
   * minute after its end; unless it is over and `attempt` is higher than that of then, or the session's generation is.
   */
  make(
    request: SessionRef &
      Omit<CallKey, 'caller'> & {
        readonly content: string;
        readonly channelId: string;
        readonly times: CallTimes;
        readonly attempt: number;
        /** Running calls that each of the two users may have on its side. */
        readonly limit: number;
      },
  ): Promise<MakeResult | 'stale'>;

  /**
   * Does something to a call on behalf of the session of one of its sides. `ignored`: the call is not known, or the act means
   * nothing in its state, or is the other side's. `text` goes with accept, refuse and cancel. `expireMs` goes with received:
   * the call expires so long from now, if that is earlier than it would.
   */
  act(
    request: SessionRef & CallKey & { readonly act: CallAct; readonly text?: string; readonly expireMs?: number },
  ): Promise<'done' | 'ignored' | 'stale'>;

  /** The client has forgotten its calls, as published ones do with every cut: those that it made are over. */
  abandon(request: SessionRef): Promise<'ok' | 'stale'>;
}
