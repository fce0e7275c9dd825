import {
  type CommandName,
  encodeList,
  FREQUENCIES,
  LIMITS,
  PRESENCE_CODE,
  type PRESENCE_FRAMES,
  type ServerFrameContent,
} from 'ar-rtm-protocol';
import { RtmErrorCode } from '../error-code.js';
import { RTMException } from '../errors.js';
import type { Clock } from '../ports.js';
import type { LoginReply } from './attempt.js';
import type { ClientEvents } from './client-events.js';
import type { EventQueue } from './event-queue.js';
import { type Codes, codeOf, countCall, tooMany } from './failures.js';
import { SlidingWindow } from './frequency.js';
import type { Request, Requests } from './requests.js';
import type { Scope } from './scope.js';

const CODES = RtmErrorCode.PeerSubscriptionStatusError;

/**
 * Who is online, and who is watched (api.md 9). The server tells states, after a cut all of them; what is reported are the
 * differences from what was reported last. The caller has checked arguments and that the user is logged in.
 */
export class Presence {
  /**
   * Watched users in the order of the first subscription, and the state reported last; `undefined` when the next one is to be
   * reported whatever it is. A new map per session, changed in due order of events.
   */
  private reported = new Map<string, string | undefined>();
  private readonly calls: { [command: string]: SlidingWindow } = {};

  constructor(
    private readonly clock: Clock,
    private readonly queue: EventQueue,
    private readonly requests: Requests,
    private readonly events: ClientEvents,
  ) {}

  query(uids: readonly string[]): Promise<{ [uid: string]: boolean }> {
    return this.ask('QueryOnlineStatus', RtmErrorCode.QueryPeersOnlineStatusError, uids, ({ Status }) => {
      const online = new Set(Status.map(({ UserId, Online }) => Online && UserId));
      return Object.fromEntries(uids.map((uid) => [uid, online.has(uid)]));
    });
  }

  list(): Promise<string[]> {
    const codes = RtmErrorCode.QueryPeersBySubscriptionOptionError;
    return this.ask('QueryOnlineSubStatus', codes, [], ({ Status }) => Status.map(({ UserId }) => UserId), 'query');
  }

  subscribe(uids: readonly string[]): Promise<void> {
    const { reported } = this;
    const apply = (uid: string) => reported.set(uid, undefined);
    return this.change('SubscribeOnlineStatus', uids, [...reported.keys()], apply);
  }

  unsubscribe(uids: readonly string[]): Promise<void> {
    const { reported } = this;
    return this.change('UnSubscribeOnlineStatus', uids, [], (uid) => reported.delete(uid));
  }

  /** The server tells states: of the users named in a subscription, of those that have changed, or of all after a cut. */
  receive({ Status }: ServerFrameContent<'PeerOnlineStatus'>, session: Scope): void {
    const { reported } = this;
    this.queue.push(() => {
      const news = Status.filter(({ UserId, State }) => reported.has(UserId) && reported.get(UserId) !== State);
      if (session.isOver || news.length === 0) return;
      for (const { UserId, State } of news) reported.set(UserId, State);
      const states = Object.fromEntries(news.map(({ UserId, State }) => [UserId, State]));
      this.events.emit('PeersOnlineStatusChanged', states);
    });
  }

  /** Watches the same users again, if the server does not go on with that. */
  restore({ Subscriptions }: LoginReply, done: () => void): void {
    const uids = [...this.reported.keys()];
    if (uids.length === 0 || uids.length === Subscriptions) done();
    else {
      this.requests.start(
        { cmd: 'SubscribeOnlineStatus', content: named(uids), codes: CODES, kind: 'link' },
        (answer) => {
          // As for channels: a refusal is not for good, and the session counts as not restored.
          if (!(answer instanceof RTMException)) done();
        },
      );
    }
  }

  /** The session is over. */
  end(): void {
    this.reported = new Map();
  }

  private change(
    cmd: 'SubscribeOnlineStatus' | 'UnSubscribeOnlineStatus',
    uids: readonly string[],
    others: readonly string[],
    apply: (uid: string) => unknown,
  ): Promise<void> {
    if (Math.max(uids.length, new Set([...uids, ...others]).size) > LIMITS.SUBSCRIBED_PEERS) {
      throw tooMany(PRESENCE_CODE.OVERFLOW, LIMITS.SUBSCRIBED_PEERS);
    }
    return this.ask(cmd, CODES, uids, () => this.queue.push(() => uids.forEach(apply)));
  }

  private ask<C extends keyof typeof PRESENCE_FRAMES & CommandName, T>(
    cmd: C,
    codes: Codes,
    uids: readonly string[],
    accept: (reply: ServerFrameContent<C>) => T,
    kind: 'presence' | 'query' = 'presence',
  ): Promise<T> {
    this.calls[cmd] ??= new SlidingWindow(FREQUENCIES.PRESENCE);
    countCall(this.clock.now(), [this.calls[cmd], codeOf(codes, 'TOO_OFTEN') as number]);
    return this.requests.call(
      { cmd, content: named(uids), codes, kind } as Request<'QueryOnlineStatus'>,
      accept as never,
    );
  }
}

function named(uids: readonly string[]): object {
  return { UserIds: encodeList([...new Set(uids)]) };
}
