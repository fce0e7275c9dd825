/**
 * What the operator looks up: who is there, and how much is held for them. Numbers, positions and names; never what messages
 * and attributes say, nor anything that somebody could log in with.
 *
 * Nothing here changes anything, and no call holds others up: an engine looks through its users and channels in steps,
 * with other calls between them. Who comes or goes meanwhile may be on a page or not.
 */
import type { PeerState, Position } from 'ar-rtm-protocol';
import type { ChannelRef, MemberCount } from './channels.js';
import type { ServedChannel } from './registry.js';

/** One page of ids in the order of their characters, with what there is to say of each. */
export interface PageRequest {
  /** Only ids that contain this text, in upper or lower case. Empty: all. */
  readonly search: string;
  /** Only ids behind this one. */
  readonly after?: string;
  readonly limit: number;
  /** The engine stops looking after so long, and answers what it has found. Less than `timeoutMs`. */
  readonly patienceMs: number;
  readonly timeoutMs: number;
}

export interface Page<Item> {
  readonly items: readonly Item[];
  /** More lie behind the last one. */
  readonly more: boolean;
  /** Everything has been looked at. Otherwise some may be missing, between those on the page too. */
  readonly isComplete: boolean;
}

export interface AppSummary {
  readonly appId: string;
  /** In memory: with a session, or used some seconds ago. */
  readonly users: number;
  readonly channels: number;
  /** Users with stored offline messages. */
  readonly boxes: number;
}

export interface UserSummary {
  readonly uid: string;
  readonly presence: PeerState;
  /** Channels of the session. */
  readonly channels: number;
  /** Offline messages are stored for the user. */
  readonly hasStored: boolean;
}

export interface ChannelSummary {
  readonly channelId: string;
  readonly members: number;
  /** What the log holds. Bytes are those of memory, roughly. */
  readonly entries: number;
  readonly bytes: number;
}

export interface UserFacts {
  readonly presence: PeerState;
  readonly session?: {
    /** The node that hosts it; absent when that one is gone and no other has taken over. */
    readonly nodeId?: string;
    /** The client announced no capabilities. */
    readonly isPublished: boolean;
    /** When it began, ms since 1970; absent when a release that did not note it began it. */
    readonly beganTs?: number;
    /** For how long the client has been silent when it is cut; absent while it is not. */
    readonly silentMs?: number;
    /** When the right to be logged in ends, Unix seconds; absent where no token is needed. */
    readonly tokenEndTs?: number;
    readonly channels: readonly string[];
    /** How far the client was served when it was last cut. */
    readonly served: readonly ServedChannel[];
    readonly watchedPeers: number;
    readonly attributeKeys: readonly string[];
  };
  readonly inbox: {
    readonly end: Position;
    /** What lies up to here may have been lost. */
    readonly floor: Position;
    /** The oldest entry that is not acknowledged; absent when all are. */
    readonly oldest?: Position;
    /** Live entries that are not acknowledged; bytes of memory, roughly. */
    readonly waiting: number;
    readonly waitingBytes: number;
    /** Offline messages. */
    readonly stored: number;
  };
}

export interface ChannelFacts {
  readonly members: MemberCount;
  readonly end: Position;
  /** Entries up to here are no longer there. */
  readonly floor: Position;
  readonly entries: number;
  readonly bytes: number;
  /** The version that was announced last. */
  readonly attributesVersion: number;
  readonly attributeKeys: readonly string[];
  /** Nodes that follow the channel. */
  readonly followers: number;
}

export interface Directory {
  /** Apps with users, channels or stored messages. */
  apps(request: PageRequest): Promise<Page<AppSummary>>;

  /** Users with a session or with stored messages. */
  users(request: PageRequest & { readonly appId: string }): Promise<Page<UserSummary>>;

  /** One of them; nothing when the user has neither. */
  user(request: {
    readonly appId: string;
    readonly uid: string;
    readonly timeoutMs: number;
  }): Promise<{ readonly found?: UserFacts }>;

  /** Channels in memory: with members, attributes, or entries within the bounds of the log. */
  channels(request: PageRequest & { readonly appId: string }): Promise<Page<ChannelSummary>>;

  channel(request: ChannelRef): Promise<{ readonly found?: ChannelFacts }>;

  /** User ids of the members of a channel. */
  members(request: PageRequest & { readonly appId: string; readonly channelId: string }): Promise<Page<string>>;
}
