import { encodePresencePush, type PeerState } from 'ar-rtm-protocol';
import type { Frames } from '../ports/transport.js';
import type { NodeContext } from './context.js';
import type { WatchedPeer, Watcher } from './watched-peer.js';

/** Pairs of a watcher and a user that are looked at in one turn of the event loop. */
const SLICE = 2000;
/** What writing one push costs, in such pairs. */
const PUSH_COST = 20;

/**
 * Changes on their way to the watchers: collected for a while into one push per watcher, which says what is different from
 * what the watcher was told, so that there and back is nothing. Equal pushes are encoded once.
 */
export class PresencePushes {
  private changedPeers = new Set<WatchedPeer>();
  private owedWatchers = new Set<Watcher>();
  /** When the first of them came (monotonic); `undefined` when there is nothing. */
  private sinceMs: number | undefined;
  private isRunning = false;

  constructor(
    private readonly context: NodeContext,
    /** Read clock time. */
    private readonly nowMs: () => number,
  ) {}

  /** The state of a user is another one. */
  changed(peer: WatchedPeer): void {
    if (peer.watchers.size === 0) return;
    this.changedPeers.add(peer);
    this.begin();
  }

  /** The watcher is to hear of all its users that are different from what it was told. */
  owe(watcher: Watcher): void {
    this.owedWatchers.add(watcher);
    this.begin();
  }

  /** Tells a watcher at once what is different of these users. */
  push(watcher: Watcher, peers: readonly WatchedPeer[], frames = new Map<string, Frames>()): void {
    const { told, session } = watcher;
    const { connection } = session;
    // What a closing socket does not take is not told: it comes when the client is back.
    if (!connection || connection.outbox.isClosing) return;
    const published = connection.profile?.published !== false;
    const news = peers.filter((peer) => told.has(peer) && isNews(peer.state, told.get(peer), published));
    if (news.length === 0) return;
    let key = '';
    for (const peer of news) {
      told.set(peer, peer.state);
      key += `${peer.number}${peer.state?.slice(0, 2)}`;
    }
    const { framing, counters } = this.context;
    let frame = frames.get(key);
    if (frame === undefined) {
      frame = framing.text(encodePresencePush(news.map(({ part }) => part)));
      frames.set(key, frame);
      counters.add('presence_encodings');
    }
    counters.add('presence_pushes');
    watcher.pushed(news, this.nowMs());
    connection.outbox.push(frame);
  }

  private begin(): void {
    this.sinceMs ??= this.context.time.monotonicMs();
    if (this.isRunning) return;
    this.isRunning = true;
    const { time, settings } = this.context;
    time.after(Math.max(0, this.sinceMs + settings.presenceCollectMs - time.monotonicMs()), () => this.flush());
  }

  private flush(): void {
    const work = this.work(this.changedPeers, this.owedWatchers);
    this.changedPeers = new Set();
    this.owedWatchers = new Set();
    this.sinceMs = undefined;
    this.slice(work);
  }

  private slice(work: Iterator<number>): void {
    for (let spent = 0; spent < SLICE; ) {
      const step = work.next();
      if (step.done) {
        this.isRunning = false;
        if (this.sinceMs !== undefined) this.begin();
        return;
      }
      spent += step.value;
    }
    this.context.time.nextTurn(() => this.slice(work));
  }

  /** Goes through everything that may have to be told; yields what each step has cost. */
  private *work(changed: ReadonlySet<WatchedPeer>, owed: ReadonlySet<Watcher>): Generator<number, void> {
    const due = new Map<Watcher, WatchedPeer[]>();
    for (const peer of changed) {
      // A copy: watchers come and go between two slices.
      for (const watcher of [...peer.watchers]) {
        const peers = due.get(watcher);
        if (peers) peers.push(peer);
        else if (!owed.has(watcher)) due.set(watcher, [peer]);
        yield 1;
      }
    }
    const frames = new Map<string, Frames>();
    for (const [watcher, peers] of due) {
      this.push(watcher, peers, frames);
      yield peers.length + PUSH_COST;
    }
    for (const watcher of owed) {
      this.push(watcher, [...watcher.told.keys()], frames);
      yield watcher.told.size + PUSH_COST;
    }
  }
}

/** Published clients know ONLINE and OFFLINE only: somebody who cannot be reached for a while is online to them. */
function isNews(state: PeerState | undefined, told: PeerState | undefined, published: boolean): boolean {
  if (state === undefined || state === told) return false;
  return !published || told === undefined || state === 'OFFLINE' || told === 'OFFLINE';
}
