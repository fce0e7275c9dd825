import type { PeerState, Position } from 'ar-rtm-protocol';
import type {
  Attribute,
  ChannelFeed,
  InboxFeed,
  MemberCount,
  Notice,
  PresenceFeed,
  PresenceValue,
  ServedChannel,
  SessionToken,
} from '../../ports/index.js';
import type { AttributeSet, ChannelAttributeState } from './attribute-set.js';
import type { ChannelLog } from './channel-log.js';
import type { InboxLog } from './inbox-log.js';
import type { RequestMemory } from './request-memory.js';

/** Where the engine reaches one node. */
export interface Handlers {
  inbox: (feed: InboxFeed) => void;
  channel: (feed: ChannelFeed) => void;
  presence: (feed: PresenceFeed) => void;
  notice: (notice: Notice) => void;
}

/** One registration of a node, from `register` until the lease lapses or is released. A node id may have several in turn. */
export interface NodeLease {
  readonly nodeId: string;
  readonly handlers: Handlers;
  /** Last renewal or release, on the awake clock. */
  heardAtMs: number;
  isHeld: boolean;
  /** Live sessions that it hosts and ended ones that it has to settle. */
  readonly sessions: Set<Session>;
  readonly subscriptions: Set<ChannelSlot>;
  readonly watched: Set<WatchedUser>;
}

/** One session of a user, from the claim that began it until it is settled. */
export interface Session {
  readonly appId: string;
  readonly uid: string;
  readonly userSId: string;
  /** Constant over all reconnects. */
  readonly session: number;
  /** Its client cannot say whether it logs in anew or reconnects, nor present a token that it has renewed. */
  readonly isPublished: boolean;
  generation: number;
  /** Hosts the session; after its end: has to take it out of its channels. May be gone. */
  host: NodeLease;
  ticketId: string;
  /** Absent where no token is needed. */
  token: SessionToken | undefined;
  /** Few: at most those that a client may join. */
  channels: readonly string[];
  /** Changed by `movePresence` only. */
  presence: PeerState;
  /** Number of the last report of its host, under its generation, whether the client is heard. */
  reported: number;
  /** Users that it watches. */
  peers: readonly string[];
  /** When it began, ms since 1970; 0 when its record does not say. */
  readonly beganTs: number;
  /** Where the inbox ended when the session began: what lies before were offline messages. */
  readonly begunAt: Position;
  /** No host has called on its behalf since it began: the answer to the login may have been lost. */
  isFresh: boolean;
  /** Brought back after a crash and not claimed since: a newer one of the user may have been lost. */
  isDoubtful: boolean;
  /** How far the client had been served when it was last cut. */
  served: readonly ServedChannel[];
  /** Where the inbox ended at the fresh login of a published client, which fetches what is stored up to there. */
  offlineUpTo: Position | undefined;
  /** Since when the client is cut, and how long it had been silent by then. */
  suspended: { readonly atMs: number; readonly silentMs: number } | undefined;
  /** `ended`: over, but still a member of channels. `settled`: nothing is left of it. */
  phase: 'live' | 'ended' | 'settled';
  /** Absent until the first change. */
  attributes: AttributeSet<Attribute> | undefined;
  /** When it was given to its host, until that has called on its behalf: the answer may have been lost. */
  unconfirmedMs: number | undefined;
  /** When it was last handed to a node to be taken out of its channels. */
  settlingMs: number;
  /** Whether a record of it has been written. */
  isRecorded: boolean;
}

/** One user of one app: the session and the inbox, changed together. */
export interface UserSlot {
  readonly appId: string;
  readonly uid: string;
  readonly inbox: InboxLog;
  readonly requests: RequestMemory;
  session: Session | undefined;
  isAboutToGo: boolean;
}

/** One user whom nodes watch, and what they were told last. */
export interface WatchedUser {
  readonly appId: string;
  readonly uid: string;
  readonly watchers: Set<NodeLease>;
  value: PresenceValue;
}

/** One channel of one app: its members and its log, changed together. */
export interface ChannelSlot {
  readonly appId: string;
  readonly channelId: string;
  /** The member session by uid, and the generation under which it joined last. */
  readonly members: Map<string, { readonly session: number; generation: number }>;
  readonly subscribers: Set<NodeLease>;
  readonly log: ChannelLog;
  readonly requests: RequestMemory;
  count: MemberCount;
  attributes: ChannelAttributeState | undefined;
  isAboutToTrim: boolean;
}

/** How long the client has been silent. Of one that was not cut, its host's last renewal is the last that was heard. */
export function silentMsOf(session: Session, nowMs: number): number {
  const { suspended } = session;
  const silentMs = suspended ? suspended.silentMs + nowMs - suspended.atMs : nowMs - session.host.heardAtMs;
  return Math.max(0, Math.round(silentMs));
}
