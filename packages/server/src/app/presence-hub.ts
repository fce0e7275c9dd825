import { SlotTable } from '../domain/slot-table.js';
import { EngineUnavailable } from '../ports/engine-error.js';
import type { PresenceFeed } from '../ports/presence.js';
import type { NodeContext } from './context.js';
import { PresencePushes } from './presence-pushes.js';
import { WatchedPeer, Watcher, type WatchingSession } from './watched-peer.js';

/** A user whom nobody here watches stays followed this long, so that coming and going does not thrash the broker. */
const LINGER_MS = 5000;
/** Pause before an engine that did not answer is asked again. */
const RETRY_MS = 500;
/** Users named in one call. */
const BATCH = 512;

/** The users that this node follows, and which of its sessions watch whom. */
export class PresenceHub {
  private peers = new SlotTable<WatchedPeer>();
  private readonly pushes: PresencePushes;
  /** Feeds that are being ended; what begins has to wait for them. */
  private readonly ending = new Set<Promise<void>>();

  constructor(
    private readonly context: NodeContext,
    nowMs: () => number,
  ) {
    this.pushes = new PresencePushes(context, nowMs);
    context.engine.presence.onFeed((feed) => this.onFeed(feed));
  }

  get size(): number {
    return this.peers.size;
  }

  /** Whom the session watches, in the order in which it began to. */
  list({ watcher }: WatchingSession): string[] {
    return watcher ? [...watcher.told.keys()].map(({ uid }) => uid) : [];
  }

  /** How many users the session would watch with these. */
  countWith({ appId, watcher }: WatchingSession, uids: readonly string[]): number {
    if (!watcher) return uids.length;
    const isNew = (uid: string) => !watcher.told.has(this.peers.get(appId, uid) as WatchedPeer);
    return watcher.told.size + uids.filter(isNew).length;
  }

  /** Makes sure that this node knows these users and hears of them. Rejects with EngineUnavailable. */
  async follow(appId: string, uids: readonly string[]): Promise<void> {
    await Promise.all(this.ending);
    const peers = uids.map((uid) => this.open(appId, uid));
    const unknown = peers.filter(({ state, asked }) => state === undefined && asked === undefined);
    for (let from = 0; from < unknown.length; from += BATCH) {
      const some = unknown.slice(from, from + BATCH);
      const asked = this.ask(appId, some).finally(() => {
        for (const peer of some) peer.asked = undefined;
      });
      for (const peer of some) peer.asked = asked;
    }
    await Promise.all(new Set(peers.map(({ asked }) => asked)));
  }

  /** The session watches these users from now on. Nothing is pushed of those that are known already. */
  add(session: WatchingSession, uids: readonly string[]): void {
    if (session.state === 'ended' || uids.length === 0) return;
    session.watcher ??= new Watcher(session);
    const { watcher } = session;
    let isKnown = true;
    for (const uid of uids) {
      const peer = this.open(session.appId, uid);
      if (!watcher.told.has(peer)) watcher.told.set(peer, undefined);
      peer.watchers.add(watcher);
      peer.emptySinceMs = undefined;
      isKnown &&= peer.state !== undefined;
    }
    if (!isKnown) this.followStubbornly(session, uids);
  }

  /** Tells the session at once what these users are, in one push. */
  tell({ appId, watcher }: WatchingSession, uids: readonly string[]): void {
    if (!watcher) return;
    const peers = uids.map((uid) => this.peers.get(appId, uid)).filter((peer) => peer !== undefined);
    for (const peer of peers) if (watcher.told.has(peer)) watcher.told.set(peer, undefined);
    this.pushes.push(watcher, peers);
  }

  remove({ appId, watcher }: WatchingSession, uids: readonly string[]): void {
    if (!watcher) return;
    for (const uid of uids) {
      const peer = this.peers.get(appId, uid);
      if (peer) this.unbind(watcher, peer);
    }
  }

  /** The session watches exactly these users, as the engine says that has its record. */
  takeOver(session: WatchingSession, uids: readonly string[]): void {
    const { watcher } = session;
    if (watcher) {
      const kept = new Set(uids);
      for (const peer of watcher.told.keys()) if (!kept.has(peer.uid)) this.unbind(watcher, peer);
    }
    this.add(session, uids);
    if (session.watcher) this.pushes.owe(session.watcher);
  }

  /**
   * The client is back. Ours compares with what it has reported, so it hears everything once more; a published one hears what
   * has changed since it was told, and what may not have reached it.
   */
  back({ watcher }: WatchingSession, comparesByItself: boolean): void {
    if (!watcher) return;
    watcher.forget(comparesByItself ? 'all' : 'recent');
    this.pushes.owe(watcher);
  }

  /** The session is over, or not here any more. */
  drop(session: WatchingSession): void {
    const { watcher } = session;
    session.watcher = undefined;
    if (watcher) for (const peer of watcher.told.keys()) this.unbind(watcher, peer);
  }

  /** The engine has ended all feeds to this node: what comes next begins anew. */
  reset(): void {
    this.peers = new SlotTable();
  }

  /** Ends feeds that nobody needs any more. Called regularly. */
  sweep(): void {
    const before = this.context.time.monotonicMs() - LINGER_MS;
    const byApp = new Map<string, WatchedPeer[]>();
    for (const peer of this.peers.values()) {
      if (peer.emptySinceMs !== undefined && peer.emptySinceMs <= before) put(byApp, peer);
    }
    for (const [appId, peers] of byApp) this.unfollow(appId, peers);
  }

  /** Asks for the states of users of whom nothing was heard since the last call: a lost feed is found, and begun again. */
  async checkIdle(): Promise<void> {
    const byApp = new Map<string, WatchedPeer[]>();
    for (const peer of this.peers.values()) {
      if (!peer.touched) put(byApp, peer);
      peer.touched = false;
    }
    for (const [appId, idle] of byApp) {
      for (let from = 0; from < idle.length; from += BATCH) await this.ask(appId, idle.slice(from, from + BATCH));
    }
  }

  private onFeed({ appId, changes }: PresenceFeed): void {
    for (const change of changes) {
      const peer = this.peers.get(appId, change.uid);
      if (peer?.update(change)) this.pushes.changed(peer);
    }
  }

  private open(appId: string, uid: string): WatchedPeer {
    let peer = this.peers.get(appId, uid);
    if (!peer) {
      peer = new WatchedPeer(appId, uid, this.context.time.monotonicMs());
      this.peers.set(appId, uid, peer);
    }
    return peer;
  }

  private unbind(watcher: Watcher, peer: WatchedPeer): void {
    watcher.told.delete(peer);
    peer.watchers.delete(watcher);
    if (peer.watchers.size === 0) peer.emptySinceMs = this.context.time.monotonicMs();
  }

  private async ask(appId: string, peers: readonly WatchedPeer[]): Promise<void> {
    const { engine, nodeId, settings } = this.context;
    const uids = peers.map(({ uid }) => uid);
    const values = await engine.presence.watch({ appId, uids, nodeId, timeoutMs: settings.engineTimeoutMs });
    peers.forEach((peer, index) => {
      const value = values[index];
      if (value && peer.update(value)) this.pushes.changed(peer);
    });
  }

  /** However long the engine takes to answer. */
  private followStubbornly(session: WatchingSession, uids: readonly string[]): void {
    const { counters, logger, time } = this.context;
    this.follow(session.appId, uids).catch((error: unknown) => {
      if (!(error instanceof EngineUnavailable)) return logger.error({ err: error }, 'following users failed');
      counters.add('engine_failures');
      time.after(RETRY_MS, () => {
        const watched = new Set(this.list(session));
        const rest = uids.filter((uid) => watched.has(uid));
        if (rest.length > 0) this.followStubbornly(session, rest);
      });
    });
  }

  private unfollow(appId: string, peers: readonly WatchedPeer[]): void {
    const { engine, nodeId, settings, counters, logger } = this.context;
    const uids = peers.map(({ uid }) => uid);
    for (const uid of uids) this.peers.delete(appId, uid);
    const ended = engine.presence
      .unwatch({ appId, uids, nodeId, timeoutMs: settings.engineTimeoutMs })
      .catch((error: unknown) => {
        if (!(error instanceof EngineUnavailable)) return logger.error({ err: error }, 'ending presence feeds failed');
        counters.add('engine_failures');
        // A feed that goes on is ignored here; it is tried again, unless somebody watches the user by then.
        for (const peer of peers) if (!this.peers.get(appId, peer.uid)) this.peers.set(appId, peer.uid, peer);
      })
      .finally(() => this.ending.delete(ended));
    this.ending.add(ended);
  }
}

function put(byApp: Map<string, WatchedPeer[]>, peer: WatchedPeer): void {
  const peers = byApp.get(peer.appId);
  if (peers) peers.push(peer);
  else byApp.set(peer.appId, [peer]);
}
