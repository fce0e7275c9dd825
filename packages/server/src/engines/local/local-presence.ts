import type { PeerState } from 'ar-rtm-protocol';
import type { Presence, PresenceFeed, PresenceValue, SessionRef, UserList } from '../../ports/index.js';
import type { Core } from './core.js';
import { movePresence, presenceOf } from './presence-table.js';
import type { Handlers } from './state.js';

/** {@link Presence} in memory. */
export class LocalPresence implements Presence {
  readonly #core: Core;
  readonly #handlers: Handlers;

  constructor(core: Core, handlers: Handlers) {
    this.#core = core;
    this.#handlers = handlers;
  }

  async watch({ appId, uids, nodeId }: UserList & { readonly nodeId: string }): Promise<readonly PresenceValue[]> {
    const core = this.#core;
    core.mustBeOpen();
    const lease = core.leases.require(nodeId);
    return uids.map((uid) => core.presence.watch(lease, appId, uid, presenceOf(core.users.find(appId, uid))));
  }

  async unwatch({ appId, uids, nodeId }: UserList & { readonly nodeId: string }): Promise<void> {
    const core = this.#core;
    core.mustBeOpen();
    const lease = core.leases.find(nodeId);
    if (lease) for (const uid of uids) core.presence.unwatch(lease, appId, uid);
  }

  async query({ appId, uids }: UserList): Promise<readonly PeerState[]> {
    this.#core.mustBeOpen();
    return uids.map((uid) => presenceOf(this.#core.users.find(appId, uid)));
  }

  async report(request: SessionRef & { readonly isHeard: boolean; readonly serial: number }): Promise<'ok' | 'stale'> {
    const core = this.#core;
    core.mustBeOpen();
    const slot = core.sessionOf(request);
    const session = slot?.session;
    if (!slot || !session) return 'stale';
    if (request.serial <= session.reported) return 'ok';
    session.reported = request.serial;
    movePresence(session, request.isHeard ? 'heard' : 'silent');
    core.sessionRecords.touch(session);
    core.presence.note(slot);
    core.deliveries.flush();
    return 'ok';
  }

  async addPeers(
    request: SessionRef & { readonly uids: readonly string[]; readonly limit: number },
  ): Promise<'ok' | 'overflow' | 'stale'> {
    const core = this.#core;
    core.mustBeOpen();
    const session = core.sessionOf(request)?.session;
    if (!session) return 'stale';
    const peers = [...new Set([...session.peers, ...request.uids])];
    if (peers.length > request.limit) return 'overflow';
    session.peers = peers;
    core.sessionRecords.touch(session);
    return 'ok';
  }

  async removePeers(request: SessionRef & { readonly uids: readonly string[] }): Promise<'ok' | 'stale'> {
    const core = this.#core;
    core.mustBeOpen();
    const session = core.sessionOf(request)?.session;
    if (!session) return 'stale';
    const removed = new Set(request.uids);
    session.peers = session.peers.filter((uid) => !removed.has(uid));
    core.sessionRecords.touch(session);
    return 'ok';
  }

  onFeed(handler: (feed: PresenceFeed) => void): void {
    this.#handlers.presence = handler;
  }
}
