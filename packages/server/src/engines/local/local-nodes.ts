import type { Nodes, Notice, OrphanedSession, UnsettledSession } from '../../ports/index.js';
import type { Core } from './core.js';
import { type Handlers, type NodeLease, type Session, silentMsOf } from './state.js';

/** A departure that its node has not settled by then is handed to it again. */
const SETTLE_AGAIN_MS = 10_000;

/** A host that has not called on behalf of its session by then does not know of it. Longer than its idle check takes. */
const CONFIRM_WITHIN_MS = 30_000;

/** {@link Nodes} in memory: the lease of a node is bound to the connection that registered it. */
export class LocalNodes implements Nodes {
  readonly #core: Core;
  readonly #handlers: Handlers;

  constructor(core: Core, handlers: Handlers) {
    this.#core = core;
    this.#handlers = handlers;
  }

  async register(request: { readonly nodeId: string }): Promise<{ readonly leaseMs: number }> {
    this.#core.mustBeOpen();
    this.#core.leases.register(request.nodeId, this.#handlers);
    return { leaseMs: this.#core.leases.leaseMs };
  }

  async renew(request: { readonly nodeId: string }): Promise<{ readonly renewed: boolean }> {
    this.#core.mustBeOpen();
    return { renewed: this.#core.leases.renew(request.nodeId) };
  }

  async adopt(request: { readonly nodeId: string; readonly limit: number }) {
    const core = this.#core;
    core.mustBeOpen();
    const node = core.leases.require(request.nodeId);
    const orphans: OrphanedSession[] = [];
    const unsettled: UnsettledSession[] = [];
    const nowMs = core.clock.nowMs();
    const taken = core.leases.takeOrphans(request.limit);
    for (const session of [...taken, ...this.#unconfirmed(node, nowMs, request.limit - taken.length)]) {
      const { appId, uid, userSId } = session;
      const { channels, served, peers } = session;
      if (session.phase === 'live') {
        core.awaitHost(session);
        const silentMs = silentMsOf(session, nowMs);
        session.suspended = { atMs: nowMs, silentMs };
        session.generation = core.serial.next();
        session.reported = 0;
        const { generation } = session;
        orphans.push({ appId, uid, userSId, session: session.session, generation, channels, served, peers, silentMs });
      } else {
        unsettled.push({ appId, uid, session: session.session, channels });
      }
      session.host = node;
      session.settlingMs = nowMs;
      node.sessions.add(session);
      core.sessionRecords.touch(session);
    }
    // The answer that ended one of these may have been lost on its way: hand it over again.
    for (const session of core.unsettled.values()) {
      if (session.host !== node || nowMs - session.settlingMs < SETTLE_AGAIN_MS) continue;
      session.settlingMs = nowMs;
      const { appId, uid, channels } = session;
      unsettled.push({ appId, uid, session: session.session, channels });
    }
    return { orphans, unsettled };
  }

  /** Sessions of this node of which it does not know: the answer to its claim, or to an adoption, was lost for good. */
  #unconfirmed(node: NodeLease, nowMs: number, limit: number): Session[] {
    const { unconfirmed } = this.#core;
    const found: Session[] = [];
    // In order of time.
    for (const session of unconfirmed) {
      if (found.length >= limit || nowMs - (session.unconfirmedMs ?? nowMs) < CONFIRM_WITHIN_MS) break;
      if (session.host === node) found.push(session);
    }
    for (const session of found) unconfirmed.delete(session);
    return found;
  }

  async release(request: { readonly nodeId: string }): Promise<void> {
    this.#core.mustBeOpen();
    this.#core.leases.release(request.nodeId);
  }

  async notify(request: { readonly to: string; readonly notice: Notice }): Promise<void> {
    this.#core.mustBeOpen();
    this.#core.notify(request.to, request.notice);
    this.#core.deliveries.flush();
  }

  onNotice(handler: (notice: Notice) => void): void {
    this.#handlers.notice = handler;
  }
}
