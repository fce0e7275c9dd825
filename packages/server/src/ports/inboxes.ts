/**
 * Inboxes: one log per user (design 2). An entry gets its position from the inbox's single sequencer. Live entries stay
 * until acknowledged or until the session ends; durable ones until acknowledged, displaced (200 per receiver) or
 * expired (7 days). Reads never remove anything. Same slot and guarantees as {@link Registry}.
 */
import type { Position } from 'ar-rtm-protocol';
import type { CallNews } from './calls.js';
import type { SessionRef } from './registry.js';

export interface PeerMessage {
  readonly from: string;
  /** MESSAGE_TYPE of the protocol. */
  readonly type: number;
  readonly body: string;
  readonly description: string;
  /** To be stored when the receiver does not acknowledge it. */
  readonly offline: boolean;
}

interface Placed {
  readonly position: Position;
  /** Server receive time, ms since 1970; never goes back within a log. */
  readonly ts: number;
}

export interface MessageEntry extends Placed {
  readonly message: PeerMessage;
  readonly call?: undefined;
  /** Became durable while nobody was logged in, or because its receiver did not acknowledge in time. */
  readonly durable: boolean;
}

/** What a user is told of a call. */
export interface CallEntry extends Placed {
  readonly call: CallNews;
  readonly message?: undefined;
  readonly durable: false;
}

export type InboxEntry = MessageEntry | CallEntry;

export type SendResult =
  /** In the log of a live session; the origin gets `acknowledged` or `undelivered`, or gives up waiting. */
  | { readonly outcome: 'accepted'; readonly position: Position; readonly ts: number }
  /** Stored and flushed: nobody is logged in. */
  | { readonly outcome: 'stored'; readonly position: Position; readonly ts: number }
  /** Nobody is logged in and nothing was stored. */
  | { readonly outcome: 'offline' }
  /** A repeated request whose entry the receiver has acknowledged already. */
  | { readonly outcome: 'acknowledged' }
  /**
   * Not carried out now: it is not remembered, and either `onlyIfKnown` was said, or a later request of the same session
   * was carried out already, so that it would come out of order.
   */
  | { readonly outcome: 'unknown' };

/** Names one request of one session, so that a repeated one is recognised (design 4). The numbers only grow. */
export interface RequestKey {
  readonly session: number;
  readonly msgId: number;
}

export interface InboxFeed {
  readonly appId: string;
  readonly uid: string;
  readonly generation: number;
  /** In order of position. */
  readonly entries: readonly InboxEntry[];
}

export interface Inboxes {
  /**
   * Appends a message to the receiver's inbox. `origin` is who wants to hear of the acknowledgement.
   *
   * With a `request` the key is remembered together with the entry (of a durable one in the same transaction): the same
   * request again appends nothing, `origin` takes the place of the former one, and the result says what has become of the
   * entry. It is forgotten with time and by a bound; `onlyIfKnown` asks without carrying out what is not remembered.
   */
  send(request: {
    readonly appId: string;
    readonly to: string;
    readonly message: PeerMessage;
    readonly origin: { readonly nodeId: string; readonly ref: number };
    readonly request?: RequestKey;
    readonly onlyIfKnown?: boolean;
    readonly timeoutMs: number;
  }): Promise<SendResult>;

  /**
   * Makes the same entry (same position) durable; resolves when flushed. `acknowledged` when the receiver was faster.
   * `gone` when it had been dropped by a bound.
   */
  keep(request: {
    readonly appId: string;
    readonly uid: string;
    readonly position: Position;
    readonly timeoutMs: number;
  }): Promise<'kept' | 'acknowledged' | 'gone'>;

  /** Acknowledges entries one by one: they are removed, durable ones from the disk too, and their origins are told. */
  acknowledge(request: SessionRef & { readonly positions: readonly Position[] }): Promise<'ok' | 'stale'>;

  /**
   * Entries behind `after` (all when absent) that are not acknowledged, in log order, at most `limit`. `end` is the
   * position up to which the answer is complete; `more` says whether entries lie behind it. `gap`: entries behind
   * `after` were dropped by a bound or a crash.
   */
  read(
    request: SessionRef & { readonly after?: Position; readonly limit: number },
  ): Promise<
    | { readonly entries: readonly InboxEntry[]; readonly end: Position; readonly more: boolean; readonly gap: boolean }
    | 'stale'
  >;

  /** Ends of the inboxes of sessions, to find a silent loss of the feed; `undefined` for a stale generation. */
  ends(request: {
    readonly appId: string;
    readonly sessions: readonly { readonly uid: string; readonly generation: number }[];
    readonly timeoutMs: number;
  }): Promise<readonly (Position | undefined)[]>;

  /** Durable entries up to `upTo`, for a published client's `getOfflineMsg`. `upTo` absent: all. */
  stored(request: {
    readonly appId: string;
    readonly uid: string;
    readonly upTo?: Position;
    readonly timeoutMs: number;
  }): Promise<readonly MessageEntry[]>;

  /** Removes durable entries that were handed over by HTTP. */
  discard(request: {
    readonly appId: string;
    readonly uid: string;
    readonly positions: readonly Position[];
    readonly timeoutMs: number;
  }): Promise<void>;

  /**
   * Sets the receiver of this node's inbox feed: entries of sessions that it hosts, each once, in order unless the
   * transport reorders or loses them; a hole is read back. Called once, before `Nodes.register`.
   */
  onFeed(handler: (feed: InboxFeed) => void): void;
}
