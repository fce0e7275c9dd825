import type { PeersOnlineStatusMap, RTMException, RtmStatusCode } from 'ar-rtm-sdk';
import { Hold, type Release } from './hold.js';
import { asException, patiently } from './patience.js';
import type { Session } from './session.js';
import { Store } from './store.js';

interface PresenceState {
  readonly statuses: ReadonlyMap<string, RtmStatusCode.PeerOnlineState>;
  /** Why the last subscription failed. */
  readonly error: RTMException | undefined;
}

const UNKNOWN: PresenceState = { statuses: new Map(), error: undefined };

/** Named in one call at most. */
const PEERS_PER_CALL = 512;

/** Who of those that somebody asks for is online: each user is subscribed once, whoever asks. */
export class Presence {
  readonly store = new Store(UNKNOWN);
  /** How many ask for each user. */
  private readonly wanted = new Map<string, number>();
  private subscribed = new Set<string>();
  private isRunning = false;
  private isDue = false;
  private hasFailed = false;
  private stopListening: Release | undefined;
  private readonly listening = new Hold(
    () => this.listen(),
    () => this.stopListening?.(),
  );

  constructor(private readonly session: Session) {
    session.follow({ began: () => this.begin(), restored: () => this.begin(false), ended: () => this.begin() });
  }

  /** Subscribes users until the release. */
  want(peerIds: readonly string[]): Release {
    const release = this.listening.take();
    const count = (by: 1 | -1) => {
      for (const peerId of peerIds) {
        const holders = (this.wanted.get(peerId) ?? 0) + by;
        if (holders > 0) this.wanted.set(peerId, holders);
        else this.wanted.delete(peerId);
      }
      this.goAnew();
    };
    count(1);
    return () => {
      count(-1);
      release();
    };
  }

  private begin(isNew = true): void {
    if (isNew) {
      this.subscribed = new Set();
      this.store.set(UNKNOWN);
    }
    this.goAnew();
  }

  private goAnew(): void {
    this.hasFailed = false;
    this.store.change({ error: undefined });
    this.go();
  }

  /** What many ask for in one turn becomes one call. */
  private go(): void {
    if (this.isDue) return;
    this.isDue = true;
    queueMicrotask(() => {
      this.isDue = false;
      if (!this.isRunning) void this.run();
    });
  }

  private async run(): Promise<void> {
    this.isRunning = true;
    for (;;) {
      const { subscribed } = this;
      if (!this.session.isConnected || this.hasFailed) break;
      const stale = [...subscribed].filter((id) => !this.wanted.has(id)).slice(0, PEERS_PER_CALL);
      const missing = [...this.wanted.keys()].filter((id) => !subscribed.has(id)).slice(0, PEERS_PER_CALL);
      // First those that are not asked for any more: they count for the limit.
      if (stale.length > 0) await this.call(stale, false);
      else if (missing.length > 0) await this.call(missing, true);
      else break;
    }
    this.isRunning = false;
  }

  private async call(peerIds: string[], isOn: boolean): Promise<void> {
    const { subscribed, session } = this;
    const { client } = session;
    // Of another session afterwards.
    const isCurrent = () => subscribed === this.subscribed;
    const ask = () =>
      isOn ? client.subscribePeersOnlineStatus(peerIds) : client.unsubscribePeersOnlineStatus(peerIds);
    const note = () => {
      for (const id of peerIds) isOn ? subscribed.add(id) : subscribed.delete(id);
    };
    try {
      await patiently(ask, isCurrent);
      note();
      if (isCurrent()) this.show(isOn ? {} : Object.fromEntries(peerIds.map((id) => [id, undefined])));
    } catch (error) {
      if (!isCurrent()) return;
      this.hasFailed = true;
      this.store.change({ error: asException(error) });
    }
  }

  private show(news: { readonly [peerId: string]: RtmStatusCode.PeerOnlineState | undefined }): void {
    const statuses = new Map(this.store.get().statuses);
    for (const [peerId, status] of Object.entries(news)) {
      if (status === undefined) statuses.delete(peerId);
      else statuses.set(peerId, status);
    }
    this.store.change({ statuses });
  }

  private listen(): void {
    const release = this.session.take();
    const { client } = this.session;
    const changed = (news: PeersOnlineStatusMap) => this.show(news);
    client.on('PeersOnlineStatusChanged', changed);
    this.stopListening = () => {
      client.off('PeersOnlineStatusChanged', changed);
      release();
    };
  }
}
