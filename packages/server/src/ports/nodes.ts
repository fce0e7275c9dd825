/**
 * Server nodes: leases, notices from node to node, and taking over the sessions of a node that is gone (design 3).
 * All arguments and results are plain serialisable data.
 */
import type { Position } from 'ar-rtm-protocol';
import type { ServedChannel } from './registry.js';

/** What one node tells another. At most once, unordered, may be lost: whoever waits for a notice has a deadline too. */
export type Notice =
  /** A newer claim took the session that the node hosts under `generation`. `by` decides what the old socket is told. */
  | {
      readonly kind: 'superseded';
      readonly appId: string;
      readonly uid: string;
      readonly generation: number;
      /** `other`: another client instance (kick); `same`: the same instance on a new socket; `operator`: put off by a back end. */
      readonly by: 'other' | 'same' | 'operator';
    }
  /** The receiver acknowledged the inbox entry that the node sent under `ref`. */
  | { readonly kind: 'acknowledged'; readonly ref: number }
  /** The receiver's session ended before it acknowledged the entry sent under `ref`. */
  | { readonly kind: 'undelivered'; readonly ref: number }
  /** A published client fetched its offline messages over HTTP (through any node), up to this position. */
  | {
      readonly kind: 'offline-fetched';
      readonly appId: string;
      readonly uid: string;
      readonly generation: number;
      readonly upTo: Position;
    };

/** A session without a living host, as handed to the node that adopts it. */
export interface OrphanedSession {
  readonly appId: string;
  readonly uid: string;
  readonly userSId: string;
  /** Constant over all reconnects of the session. */
  readonly session: number;
  /** The generation given to the adopting node; older ones are refused from now on. */
  readonly generation: number;
  readonly channels: readonly string[];
  readonly served: readonly ServedChannel[];
  /** Users that the session watches. */
  readonly peers: readonly string[];
  /** How long the client had been silent when its host was last heard of, in ms. The clock goes on from there. */
  readonly silentMs: number;
}

/** Channels that an ended session had not left when its host died. */
export interface UnsettledSession {
  readonly appId: string;
  readonly uid: string;
  readonly session: number;
  readonly channels: readonly string[];
}

export interface Nodes {
  /**
   * Registers this node. It must renew more often than `leaseMs`; a node that could not renew for that long must have
   * closed its sockets before, since others may then adopt its sessions.
   */
  register(request: { readonly nodeId: string; readonly timeoutMs: number }): Promise<{ readonly leaseMs: number }>;

  /** Prolongs the lease. `renewed: false` when it had lapsed: the node has lost its sessions and must start over. */
  renew(request: { readonly nodeId: string; readonly timeoutMs: number }): Promise<{ readonly renewed: boolean }>;

  /**
   * Takes over up to `limit` sessions and unsettled departures of nodes whose lease has lapsed or that have released
   * theirs, one node getting each; also departures that this node itself has not settled for long, since the answer that told it may
   * have been lost. Empty when there are none.
   */
  adopt(request: {
    readonly nodeId: string;
    readonly limit: number;
    readonly timeoutMs: number;
  }): Promise<{ readonly orphans: readonly OrphanedSession[]; readonly unsettled: readonly UnsettledSession[] }>;

  /** Gives up the lease on a graceful stop: the node's sessions can be adopted at once, all as suspended. */
  release(request: { readonly nodeId: string; readonly timeoutMs: number }): Promise<void>;

  /** Sends a notice to a node, this one included. Resolves when handed to the engine, not when received. */
  notify(request: { readonly to: string; readonly notice: Notice; readonly timeoutMs: number }): Promise<void>;

  /** Sets the receiver of notices to this node. Called once, before `register`. */
  onNotice(handler: (notice: Notice) => void): void;
}
