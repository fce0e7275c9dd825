import type { Logger } from '../../ports/index.js';
import { EngineUnavailable } from '../../ports/index.js';
import type { AwakeClock } from './awake-clock.js';
import type { ChannelSlot, Handlers, NodeLease, Session } from './state.js';

const NOBODY: Handlers = {
  inbox: () => undefined,
  channel: () => undefined,
  presence: () => undefined,
  notice: () => undefined,
};

/** The leases of all nodes, and the sessions that those which are gone have left behind. */
export class Leases {
  readonly #leaseMs: number;
  readonly #clock: AwakeClock;
  readonly #logger: Logger;
  readonly #unsubscribe: (lease: NodeLease, slot: ChannelSlot) => void;
  readonly #unwatch: (lease: NodeLease) => void;
  readonly #held = new Map<string, NodeLease>();
  readonly #gone = new Set<NodeLease>();

  constructor(
    leaseMs: number,
    clock: AwakeClock,
    logger: Logger,
    unsubscribe: (lease: NodeLease, slot: ChannelSlot) => void,
    unwatch: (lease: NodeLease) => void,
  ) {
    this.#leaseMs = leaseMs;
    this.#clock = clock;
    this.#logger = logger;
    this.#unsubscribe = unsubscribe;
    this.#unwatch = unwatch;
  }

  get leaseMs(): number {
    return this.#leaseMs;
  }

  /** Held leases, and lapsed ones with sessions. */
  get size(): number {
    return this.#held.size + this.#gone.size;
  }

  /** Idempotent while the lease is held: a repeated call renews it. */
  register(nodeId: string, handlers: Handlers): void {
    if (this.renew(nodeId)) return;
    this.#held.set(nodeId, {
      nodeId,
      handlers,
      heardAtMs: this.#clock.nowMs(),
      isHeld: true,
      sessions: new Set(),
      subscriptions: new Set(),
      watched: new Set(),
    });
  }

  renew(nodeId: string): boolean {
    const lease = this.find(nodeId);
    if (!lease) return false;
    lease.heardAtMs = this.#clock.nowMs();
    return true;
  }

  release(nodeId: string): void {
    const lease = this.find(nodeId);
    if (!lease) return;
    lease.heardAtMs = this.#clock.nowMs();
    this.#end(lease);
  }

  /** The lease that a node holds now. */
  find(nodeId: string): NodeLease | undefined {
    const lease = this.#held.get(nodeId);
    if (!lease || !this.#hasLapsed(lease)) return lease;
    this.#lapse(lease);
    return undefined;
  }

  /** For calls that only a living node may make. */
  require(nodeId: string): NodeLease {
    const lease = this.find(nodeId);
    if (!lease) throw new EngineUnavailable(`node ${nodeId} holds no lease`);
    return lease;
  }

  /** A holder without a node for what a restart brought back. */
  addGone(nodeId: string): NodeLease {
    const lease: NodeLease = {
      nodeId,
      handlers: NOBODY,
      heardAtMs: this.#clock.nowMs(),
      isHeld: false,
      sessions: new Set(),
      subscriptions: new Set(),
      watched: new Set(),
    };
    this.#gone.add(lease);
    return lease;
  }

  /** Takes sessions from nodes that are gone, at most `limit`. */
  takeOrphans(limit: number): Session[] {
    this.expire();
    const taken: Session[] = [];
    for (const lease of this.#gone) {
      for (const session of lease.sessions) {
        if (taken.length >= limit) return taken;
        lease.sessions.delete(session);
        taken.push(session);
      }
      this.#gone.delete(lease);
    }
    return taken;
  }

  /** Ends lapsed leases; called at every sweep. */
  expire(): void {
    for (const lease of this.#held.values()) {
      if (this.#hasLapsed(lease)) this.#lapse(lease);
    }
    for (const lease of this.#gone) {
      if (lease.sessions.size === 0) this.#gone.delete(lease);
    }
  }

  #hasLapsed(lease: NodeLease): boolean {
    return this.#clock.nowMs() - lease.heardAtMs > this.#leaseMs;
  }

  #lapse(lease: NodeLease): void {
    this.#logger.warn({ nodeId: lease.nodeId, sessions: lease.sessions.size }, 'a node has lost its lease');
    this.#end(lease);
  }

  #end(lease: NodeLease): void {
    lease.isHeld = false;
    this.#held.delete(lease.nodeId);
    for (const slot of lease.subscriptions) this.#unsubscribe(lease, slot);
    lease.subscriptions.clear();
    this.#unwatch(lease);
    if (lease.sessions.size > 0) this.#gone.add(lease);
  }
}
