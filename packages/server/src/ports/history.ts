/**
 * History: messages that their senders wanted to be archived, in one log per conversation. They stay for a configured
 * time, and the oldest go when a conversation has too many or too large ones. Reads never remove anything.
 *
 * A conversation is a slot of its own: it is neither that of an inbox nor that of a channel's log, and its order is that of
 * its own sequencer.
 */
import type { RequestKey } from './inboxes.js';

/** Two users, in any order; they may be the same. Or a channel. */
export type Conversation =
  | { readonly kind: 'peers'; readonly uids: readonly [string, string] }
  | { readonly kind: 'channel'; readonly channelId: string };

export interface ArchivedMessage {
  readonly from: string;
  /** MESSAGE_TYPE of the protocol. */
  readonly type: number;
  readonly body: string;
  readonly description: string;
}

export interface HistoryEntry {
  /**
   * Grows with every entry of the conversation, by one or more, and is never used again. At most 2^53 - 1.
   */
  readonly offset: number;
  /** Server receive time, ms since 1970; never goes back within a conversation. */
  readonly ts: number;
  readonly message: ArchivedMessage;
}

export interface HistoryQuery {
  readonly order: 'asc' | 'desc';
  /** Only what lies behind this offset, in that order. */
  readonly after?: number;
  /** Only entries of these times, both included. */
  readonly startTs?: number;
  readonly endTs?: number;
  /** The page ends with this many entries, or before the one that would make it larger than so many bytes. */
  readonly limit: number;
  readonly maxBytes: number;
}

export interface HistoryPage {
  readonly entries: readonly HistoryEntry[];
  /** Entries that fit the query lie behind them. */
  readonly more: boolean;
  /** Entries of the conversation in all. */
  readonly total: number;
}

interface ConversationRef {
  readonly appId: string;
  readonly conversation: Conversation;
  readonly timeoutMs: number;
}

export interface History {
  /**
   * Appends a message; resolves when it is on disk. `ts` is when the server received it; now, if absent.
   *
   * With a `request` the key is remembered in the same transaction: the same request again appends nothing and is answered
   * like the first. `unknown`: not carried out now; it is not remembered, and either `onlyIfKnown` was said, or a later one
   * of the same session was appended to this conversation, so that it would come out of order.
   */
  append(
    request: ConversationRef & {
      readonly message: ArchivedMessage;
      readonly ts?: number;
      readonly request?: RequestKey;
      readonly onlyIfKnown?: boolean;
    },
  ): Promise<{ readonly outcome: 'kept'; readonly offset: number } | { readonly outcome: 'unknown' }>;

  /** A page; it has at least one entry if any fits the query, whatever its size. */
  read(request: ConversationRef & { readonly query: HistoryQuery }): Promise<HistoryPage>;
}
