/**
 * Channels: one log and one membership per (appId, channelId), changed together (design 2). The log holds messages and
 * member events; the member count is state with a version. One channel is one slot: its calls are atomic and in order.
 */
import type { Position } from 'ar-rtm-protocol';
import type { AnnouncedAttributes } from './attributes.js';

export type ChannelEntry =
  | {
      readonly kind: 'message';
      readonly from: string;
      /** The author's session, so that a replay can leave out the receiver's own entries; 0 when a back end sent it. */
      readonly session: number;
      readonly type: number;
      readonly body: string;
      readonly description: string;
      /** Who waits for the reply: the node and its number of the request. */
      readonly origin: { readonly nodeId: string; readonly ref: number };
      /** The author's own number of the request, when it may be repeated (design 4). */
      readonly msgId?: number;
    }
  /** Only made when the count after a join, or before a departure, is at most 512 (api.md 4.2). */
  | { readonly kind: 'joined' | 'left'; readonly uid: string; readonly session: number };

export interface PlacedChannelEntry {
  readonly position: Position;
  /** Server receive time, ms since 1970; never goes back within a log. */
  readonly ts: number;
  readonly entry: ChannelEntry;
}

/** The number of members. A higher version is newer. */
export interface MemberCount {
  readonly count: number;
  readonly version: number;
}

export type ChannelFeed =
  | {
      readonly kind: 'entries';
      readonly appId: string;
      readonly channelId: string;
      readonly entries: readonly PlacedChannelEntry[];
    }
  | { readonly kind: 'count'; readonly appId: string; readonly channelId: string; readonly members: MemberCount }
  /** An announced change of the channel's attributes. */
  | {
      readonly kind: 'attributes';
      readonly appId: string;
      readonly channelId: string;
      readonly attributes: AnnouncedAttributes;
    };

/** Where a channel stands. `attributes`: the version that was announced last. */
export interface ChannelEnd {
  readonly end: Position;
  readonly members: MemberCount;
  readonly attributes: number;
}

export interface ChannelRef {
  readonly appId: string;
  readonly channelId: string;
  readonly timeoutMs: number;
}

export interface Channels {
  /**
   * Begins the feed of a channel to this node and answers the log's end: entries behind it will be fed. Idempotent: a
   * repeated call answers the current end and changes nothing.
   */
  subscribe(request: ChannelRef & { readonly nodeId: string }): Promise<ChannelEnd>;

  unsubscribe(request: ChannelRef & { readonly nodeId: string }): Promise<void>;

  /**
   * Makes the session a member. Idempotent for the same session, whose newest generation it notes. A membership of an
   * older session of the same uid is replaced by a departure and a join. `position` is the log's end after the step, the
   * own entry included.
   */
  join(
    request: ChannelRef & { readonly uid: string; readonly session: number; readonly generation: number },
  ): Promise<{ readonly already: boolean; readonly position: Position; readonly members: MemberCount }>;

  /**
   * Ends the membership of that session; nothing happens when another session of the uid is the member, or when the session
   * has joined under a newer generation since. Without a generation the session is over.
   */
  leave(
    request: ChannelRef & { readonly uid: string; readonly session: number; readonly generation?: number },
  ): Promise<{ readonly wasMember: boolean }>;

  /**
   * Appends a message if the session is a member. A `msgId` that the session has used before, within the bounds of the
   * log, appends nothing: `known`, with the position of then. `unknown`: it is not remembered, and either `onlyIfKnown`
   * was said, or the session has used a higher one here since, so that it would come out of order.
   *
   * `byBackEnd`: for a user who need not be a member, nor logged in. In a channel without members nobody is entitled to the
   * message, and the log does not get it.
   */
  publish(
    request: ChannelRef & {
      readonly uid: string;
      readonly message: Omit<Extract<ChannelEntry, { kind: 'message' }>, 'kind' | 'from'>;
      readonly onlyIfKnown?: boolean;
      readonly byBackEnd?: boolean;
    },
  ): Promise<
    | { readonly outcome: 'accepted'; readonly position: Position; readonly ts: number }
    | { readonly outcome: 'known'; readonly position: Position }
    | { readonly outcome: 'not-member' }
    | { readonly outcome: 'unknown' }
  >;

  /** Up to `limit` member ids, and whether `uid` is one. */
  members(
    request: ChannelRef & { readonly uid: string; readonly limit: number },
  ): Promise<{ readonly isMember: boolean; readonly uids: readonly string[] }>;

  /** Counts, in the order asked; 0 for channels without members. */
  counts(request: {
    readonly appId: string;
    readonly channelIds: readonly string[];
    readonly timeoutMs: number;
  }): Promise<readonly number[]>;

  /**
   * Entries behind `after`, at most `limit`. `end` is the position up to which the answer is complete. `gap`: entries
   * behind `after` are no longer there (bounds), or `after` belongs to an older epoch.
   */
  read(request: ChannelRef & { readonly after: Position; readonly limit: number }): Promise<{
    readonly entries: readonly PlacedChannelEntry[];
    readonly end: Position;
    readonly more: boolean;
    readonly gap: boolean;
  }>;

  /** Where subscribed channels stand, to find a silent loss of the feed while a channel is idle. */
  ends(request: {
    readonly appId: string;
    readonly channelIds: readonly string[];
    readonly timeoutMs: number;
  }): Promise<readonly ChannelEnd[]>;

  /** Sets the receiver of this node's channel feeds. Same delivery as {@link Inboxes.onFeed}. */
  onFeed(handler: (feed: ChannelFeed) => void): void;
}
