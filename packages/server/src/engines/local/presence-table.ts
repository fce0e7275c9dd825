import type { PeerState } from 'ar-rtm-protocol';
import { nextPresenceState, type PresenceEvent } from '../../domain/presence-state.js';
import { SlotTable } from '../../domain/slot-table.js';
import type { PresenceFeed, PresenceValue } from '../../ports/index.js';
import type { Deliveries } from './deliveries.js';
import type { SerialNumbers } from './numbers.js';
import type { NodeLease, Session, UserSlot, WatchedUser } from './state.js';

/** The one setter of a session's presence. An event that means nothing in the current state changes nothing. */
export function movePresence(session: Session, event: PresenceEvent): void {
  session.presence = nextPresenceState(session.presence, event) ?? session.presence;
}

export function presenceOf(slot: UserSlot | undefined): PeerState {
  return slot?.session?.presence ?? 'OFFLINE';
}

/** The users that nodes watch, each with the value that was told last. Nothing is kept of the others. */
export class PresenceTable {
  readonly #watched = new SlotTable<WatchedUser>();
  readonly #versions: SerialNumbers;
  readonly #deliveries: Deliveries;

  constructor(versions: SerialNumbers, deliveries: Deliveries) {
    this.#versions = versions;
    this.#deliveries = deliveries;
  }

  get size(): number {
    return this.#watched.size;
  }

  watch(lease: NodeLease, appId: string, uid: string, state: PeerState): PresenceValue {
    let user = this.#watched.get(appId, uid);
    if (!user) {
      // A version above all that were given while it was watched before.
      user = { appId, uid, watchers: new Set(), value: { state, version: this.#versions.next() } };
      this.#watched.set(appId, uid, user);
    }
    user.watchers.add(lease);
    lease.watched.add(user);
    return user.value;
  }

  unwatch(lease: NodeLease, appId: string, uid: string): void {
    const user = this.#watched.get(appId, uid);
    if (user) this.#drop(lease, user);
  }

  /** The node is gone. */
  unwatchAll(lease: NodeLease): void {
    for (const user of lease.watched) this.#drop(lease, user);
  }

  /** Called when a step that may have changed a user's state is complete. The caller flushes the deliveries. */
  note(slot: UserSlot): void {
    const { appId, uid } = slot;
    const user = this.#watched.get(appId, uid);
    const state = presenceOf(slot);
    if (!user || user.value.state === state) return;
    user.value = { state, version: this.#versions.next() };
    const feed: PresenceFeed = { appId, changes: [{ uid, ...user.value }] };
    for (const { handlers } of user.watchers) this.#deliveries.post(() => handlers.presence(feed));
  }

  #drop(lease: NodeLease, user: WatchedUser): void {
    lease.watched.delete(user);
    user.watchers.delete(lease);
    if (user.watchers.size === 0) this.#watched.delete(user.appId, user.uid);
  }
}
