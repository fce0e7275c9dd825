/**
 * Presence: state with a version, no log (design 2). One user of one app is one slot, the same as in {@link Registry}: a
 * session that is claimed or ended changes the user's state in the same step, and what the session watches is a part of it.
 *
 * A node follows a user once, however many of its sessions watch the user, and hears of nobody else.
 */
import type { PeerState } from 'ar-rtm-protocol';
import type { SessionRef } from './registry.js';

/** The state of one user. Of two values the one with the higher version is newer, over restarts too. */
export interface PresenceValue {
  readonly state: PeerState;
  readonly version: number;
}

export interface PresenceChange extends PresenceValue {
  readonly uid: string;
}

export interface PresenceFeed {
  readonly appId: string;
  readonly changes: readonly PresenceChange[];
}

export interface UserList {
  readonly appId: string;
  readonly uids: readonly string[];
  readonly timeoutMs: number;
}

export interface Presence {
  /**
   * Begins the feeds of these users to this node, and answers what they are now, in the order asked. Idempotent: a
   * repeated call answers the current values and changes nothing, so that a silent loss of a feed is found by it.
   */
  watch(request: UserList & { readonly nodeId: string }): Promise<readonly PresenceValue[]>;

  unwatch(request: UserList & { readonly nodeId: string }): Promise<void>;

  /** States, in the order asked. */
  query(request: UserList): Promise<readonly PeerState[]>;

  /**
   * The host of a session has not heard of its client for the UNREACHABLE time, or has heard of it again. `serial` grows with
   * the reports under one generation; one that comes late changes nothing.
   */
  report(request: SessionRef & { readonly isHeard: boolean; readonly serial: number }): Promise<'ok' | 'stale'>;

  /**
   * Adds users to those that the session watches, in order, each once. `overflow`: they would be more than `limit`, and
   * nothing was added.
   */
  addPeers(
    request: SessionRef & { readonly uids: readonly string[]; readonly limit: number },
  ): Promise<'ok' | 'overflow' | 'stale'>;

  /** Takes users out of those that the session watches. */
  removePeers(request: SessionRef & { readonly uids: readonly string[] }): Promise<'ok' | 'stale'>;

  /** Sets the receiver of this node's presence feeds. At most once, unordered, may be lost. */
  onFeed(handler: (feed: PresenceFeed) => void): void;
}
