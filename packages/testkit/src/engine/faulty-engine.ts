import type { Cancel, Chance, ChannelFeed, Engine, InboxFeed, Notice, PresenceFeed, Time } from 'ar-rtm-server/ports';
import { EngineUnavailable } from 'ar-rtm-server/ports';
import { copyPlain } from './plain-data.js';

/** What goes wrong between nodes and engine. Rates are shares from 0 to 1, times the longest of a random delay. */
export interface Faults {
  /** Delay of a call before it is carried out, and of its answer. Calls overtake each other by it. */
  readonly callDelayMs: number;
  readonly answerDelayMs: number;
  /** Delay of feeds and notices. They overtake each other by it, unless `feedsInOrder`. */
  readonly feedDelayMs: number;
  readonly feedsInOrder: boolean;
  /** Calls that fail without being carried out, and those that fail although they were. */
  readonly failBefore: number;
  readonly failAfter: number;
  /** Feeds and notices that are lost. */
  readonly loseFeeds: number;
  readonly loseNotices: number;
}

export const NO_FAULTS: Faults = {
  callDelayMs: 0,
  answerDelayMs: 0,
  feedDelayMs: 0,
  feedsInOrder: false,
  failBefore: 0,
  failAfter: 0,
  loseFeeds: 0,
  loseNotices: 0,
};

interface Request {
  readonly timeoutMs: number;
}

/** What became of calls, feeds and notices; a test looks whether its faults happened at all. */
export interface FaultCounts {
  calls: number;
  failedBefore: number;
  failedAfter: number;
  timedOut: number;
  cutOff: number;
  lostFeeds: number;
  lostNotices: number;
}

/**
 * A bad network between nodes and their engine, driven by a seed: everything that crosses it is copied, and delayed,
 * reordered, failed or lost as {@link Faults} say. Wrap each node's ports once, before the node uses them.
 */
export class FaultyNetwork {
  /** May be set at any time. */
  faults: Faults;
  readonly counts: FaultCounts = {
    calls: 0,
    failedBefore: 0,
    failedAfter: 0,
    timedOut: 0,
    cutOff: 0,
    lostFeeds: 0,
    lostNotices: 0,
  };
  readonly #time: Time;
  readonly #chance: Chance;
  readonly #cutOff = new Set<string>();

  constructor(options: { readonly time: Time; readonly chance: Chance; readonly faults?: Partial<Faults> }) {
    this.#time = options.time;
    this.#chance = options.chance;
    this.faults = { ...NO_FAULTS, ...options.faults };
  }

  /** Cuts a node off: its calls fail, and so do those on their way; its feeds and notices are lost. */
  partition(nodeId: string): void {
    this.#cutOff.add(nodeId);
  }

  heal(nodeId: string): void {
    this.#cutOff.delete(nodeId);
  }

  /** The ports of one node as seen through the network. `nodeId` is what {@link partition} calls it. */
  wrap(nodeId: string, engine: Engine): Engine {
    const { nodes, registry, inboxes, channels, attributes, presence, history, calls, media, directory } = engine;
    const through = <A extends Request, R>(method: (request: A) => Promise<R>) => {
      return (request: A) => this.#call(nodeId, method, request);
    };
    return {
      nodes: {
        register: through((request) => nodes.register(request)),
        renew: through((request) => nodes.renew(request)),
        adopt: through((request) => nodes.adopt(request)),
        release: through((request) => nodes.release(request)),
        notify: through((request) => nodes.notify(request)),
        onNotice: (handler) => nodes.onNotice(this.#notices(nodeId, handler)),
      },
      registry: {
        claim: through((request) => registry.claim(request)),
        addChannel: through((request) => registry.addChannel(request)),
        removeChannel: through((request) => registry.removeChannel(request)),
        suspend: through((request) => registry.suspend(request)),
        end: through((request) => registry.end(request)),
        kick: through((request) => registry.kick(request)),
        renewToken: through((request) => registry.renewToken(request)),
        knowsToken: through((request) => registry.knowsToken(request)),
        settle: through((request) => registry.settle(request)),
        forgetSuperseded: through((request) => registry.forgetSuperseded(request)),
        holder: through((request) => registry.holder(request)),
      },
      inboxes: {
        send: through((request) => inboxes.send(request)),
        keep: through((request) => inboxes.keep(request)),
        acknowledge: through((request) => inboxes.acknowledge(request)),
        read: through((request) => inboxes.read(request)),
        ends: through((request) => inboxes.ends(request)),
        stored: through((request) => inboxes.stored(request)),
        discard: through((request) => inboxes.discard(request)),
        onFeed: (handler) => inboxes.onFeed(this.#feeds<InboxFeed>(nodeId, handler)),
      },
      channels: {
        subscribe: through((request) => channels.subscribe(request)),
        unsubscribe: through((request) => channels.unsubscribe(request)),
        join: through((request) => channels.join(request)),
        leave: through((request) => channels.leave(request)),
        publish: through((request) => channels.publish(request)),
        members: through((request) => channels.members(request)),
        counts: through((request) => channels.counts(request)),
        read: through((request) => channels.read(request)),
        ends: through((request) => channels.ends(request)),
        onFeed: (handler) => channels.onFeed(this.#feeds<ChannelFeed>(nodeId, handler)),
      },
      attributes: {
        changeUser: through((request) => attributes.changeUser(request)),
        ofUser: through((request) => attributes.ofUser(request)),
        changeChannel: through((request) => attributes.changeChannel(request)),
        ofChannel: through((request) => attributes.ofChannel(request)),
      },
      calls: {
        make: through((request) => calls.make(request)),
        act: through((request) => calls.act(request)),
        abandon: through((request) => calls.abandon(request)),
      },
      presence: {
        watch: through((request) => presence.watch(request)),
        unwatch: through((request) => presence.unwatch(request)),
        query: through((request) => presence.query(request)),
        report: through((request) => presence.report(request)),
        addPeers: through((request) => presence.addPeers(request)),
        removePeers: through((request) => presence.removePeers(request)),
        onFeed: (handler) => presence.onFeed(this.#feeds<PresenceFeed>(nodeId, handler)),
      },
      history: {
        append: through((request) => history.append(request)),
        read: through((request) => history.read(request)),
      },
      media: {
        reserve: through((request) => media.reserve(request)),
        find: through((request) => media.find(request)),
        complete: through((request) => media.complete(request)),
        release: through((request) => media.release(request)),
        expired: through((request) => media.expired(request)),
      },
      directory: {
        apps: through((request) => directory.apps(request)),
        users: through((request) => directory.users(request)),
        user: through((request) => directory.user(request)),
        channels: through((request) => directory.channels(request)),
        channel: through((request) => directory.channel(request)),
        members: through((request) => directory.members(request)),
      },
    };
  }

  async #call<A extends Request, R>(nodeId: string, method: (request: A) => Promise<R>, request: A): Promise<R> {
    const copy = copyPlain(request, 'argument');
    this.counts.calls += 1;
    return new Promise<R>((resolve, reject) => {
      let isOver = false;
      let stopWaiting: Cancel = () => undefined;
      /** Carries the answer, or what became of it, to the caller, who has gone on if it comes too late. */
      const answer = (give: () => void) => {
        if (isOver) return;
        isOver = true;
        stopWaiting();
        give();
      };
      stopWaiting = this.#time.after(request.timeoutMs, () => {
        if (!isOver) this.counts.timedOut += 1;
        answer(() => reject(new EngineUnavailable(`no answer within ${request.timeoutMs} ms`)));
      });
      this.#carryOut(nodeId, method, copy).then(
        (result) => answer(() => resolve(result)),
        (error: unknown) => {
          // A cut cable says nothing: the caller finds out by its timeout.
          if (error !== NO_ANSWER) answer(() => reject(error));
        },
      );
    });
  }

  async #carryOut<A extends Request, R>(nodeId: string, method: (request: A) => Promise<R>, request: A): Promise<R> {
    const { callDelayMs, answerDelayMs, failBefore, failAfter } = this.faults;
    await this.#delay(callDelayMs);
    this.#mustBeConnected(nodeId);
    if (this.#happens(failBefore)) {
      this.counts.failedBefore += 1;
      throw new EngineUnavailable('failed before it was carried out');
    }
    const result = copyPlain(await method(request), 'result');
    await this.#delay(answerDelayMs);
    this.#mustBeConnected(nodeId);
    if (this.#happens(failAfter)) {
      this.counts.failedAfter += 1;
      throw new EngineUnavailable('failed after it was carried out');
    }
    return result;
  }

  /** Half of the calls over a cut are refused at once, the others run into their timeout. */
  #mustBeConnected(nodeId: string): void {
    if (!this.#cutOff.has(nodeId)) return;
    this.counts.cutOff += 1;
    throw this.#happens(0.5) ? new EngineUnavailable('the node is cut off') : NO_ANSWER;
  }

  #feeds<Feed>(nodeId: string, handler: (feed: Feed) => void): (feed: Feed) => void {
    return this.#pushed(nodeId, handler, () => {
      if (!this.#happens(this.faults.loseFeeds)) return true;
      this.counts.lostFeeds += 1;
      return false;
    });
  }

  #notices(nodeId: string, handler: (notice: Notice) => void): (notice: Notice) => void {
    return this.#pushed(nodeId, handler, () => {
      if (!this.#happens(this.faults.loseNotices)) return true;
      this.counts.lostNotices += 1;
      return false;
    });
  }

  #pushed<Pushed>(nodeId: string, handler: (pushed: Pushed) => void, arrives: () => boolean): (pushed: Pushed) => void {
    let lastDueMs = 0;
    return (pushed) => {
      const copy = copyPlain(pushed, 'feed');
      if (this.#cutOff.has(nodeId) || !arrives()) return;
      const nowMs = this.#time.monotonicMs();
      let dueMs = nowMs + this.#chance.fraction() * this.faults.feedDelayMs;
      if (this.faults.feedsInOrder) dueMs = Math.max(dueMs, lastDueMs);
      lastDueMs = dueMs;
      if (dueMs <= nowMs) {
        handler(copy);
        return;
      }
      this.#time.after(dueMs - nowMs, () => {
        if (!this.#cutOff.has(nodeId)) handler(copy);
      });
    };
  }

  #delay(mostMs: number): Promise<void> | undefined {
    if (mostMs <= 0) return undefined;
    return new Promise((resolve) => {
      this.#time.after(this.#chance.fraction() * mostMs, resolve);
    });
  }

  #happens(rate: number): boolean {
    return rate > 0 && this.#chance.fraction() < rate;
  }
}

const NO_ANSWER = new Error('the call got lost');
