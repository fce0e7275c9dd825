import { encodePresence, type PeerState } from 'ar-rtm-protocol';
import type { PresenceValue } from '../ports/presence.js';
import type { ClientSocket } from './client-socket.js';

/** The session of a watcher. */
export interface WatchingSession {
  readonly appId: string;
  readonly state: 'active' | 'suspended' | 'ended';
  readonly connection: ClientSocket | undefined;
  /** Read clock time of the last packet. */
  readonly lastPacketMs: number;
  watcher: Watcher | undefined;
}

/** What one session watches. */
export class Watcher {
  /**
   * The users, in the order in which they were added, and the state of each that was last put on the session's socket;
   * `undefined` when the client is to hear the state whatever it is.
   */
  readonly told = new Map<WatchedPeer, PeerState | undefined>();
  /** Told by the pushes since `recentMs`, behind which nothing was heard: a socket that broke may not have carried them. */
  private recent: WatchedPeer[] = [];
  private recentMs = 0;

  constructor(readonly session: WatchingSession) {}

  /** A push with these users was put on the socket. */
  pushed(peers: readonly WatchedPeer[], nowMs: number): void {
    if (this.session.lastPacketMs > this.recentMs) this.recent = [];
    this.recent.push(...peers);
    this.recentMs = nowMs;
  }

  /** The client is back on a new socket, and keeps nothing, or what has surely reached it. */
  forget(what: 'all' | 'recent'): void {
    const peers = what === 'all' ? this.told.keys() : this.session.lastPacketMs > this.recentMs ? [] : this.recent;
    for (const peer of peers) if (this.told.has(peer)) this.told.set(peer, undefined);
    this.recent = [];
  }
}

let lastNumber = 0;

/** A user whom sessions of this node watch: followed once for all of them. */
export class WatchedPeer {
  readonly watchers = new Set<Watcher>();
  /** Unknown until the engine has answered. */
  state: PeerState | undefined;
  private version = 0;
  private encoded: string | undefined;
  /** Names the user in keys. */
  readonly number: number;
  /** The engine is being asked. Owned by the hub. */
  asked: Promise<void> | undefined;
  /** Something came since the last idle check. Owned by the hub. */
  touched = true;
  /** When the last watcher left (monotonic). */
  emptySinceMs: number | undefined;

  constructor(
    readonly appId: string,
    readonly uid: string,
    nowMs: number,
  ) {
    lastNumber += 1;
    this.number = lastNumber;
    this.emptySinceMs = nowMs;
  }

  /** Takes a value over, if it is newer; whether the state is another one now. */
  update({ state, version }: PresenceValue): boolean {
    this.touched = true;
    if (version <= this.version) return false;
    this.version = version;
    if (state === this.state) return false;
    this.state = state;
    this.encoded = undefined;
    return true;
  }

  /** The state as it stands in pushes. */
  get part(): string {
    this.encoded ??= encodePresence(this.uid, this.state ?? 'OFFLINE');
    return this.encoded;
  }
}
