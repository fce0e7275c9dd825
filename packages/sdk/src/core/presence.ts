import {
  type CommandName,
  encodeList,
  FREQUENCIES,
  LIMITS,
  PRESENCE_CODE,
  type PRESENCE_FRAMES,
} from 'ar-rtm-protocol';
import { RtmErrorCode } from '../error-code.js';
import { RTMException } from '../errors.js';
import type { LoginReply } from './attempt.js';
import type { ClientEvents } from './client-events.js';
import type { EventQueue } from './event-queue.js';
import { type Admit, type Codes, tooMany } from './failures.js';
import type { FrameContent } from './frames.js';
import { SlidingWindow } from './frequency.js';
import type { Request, Requests } from './requests.js';
import type { Scope } from './scope.js';

const CODES = RtmErrorCode.PeerSubscriptionStatusError;

/**
 * Who is online, and who is watched (api.md 9). The server tells states, after a cut all of them; what is reported are the
 * differences from what was reported last. The caller has checked arguments.
 */
export class Presence {
  /**
   * Watched users in the order of the first subscription, and the state reported last; `undefined` when the next one is to be
   * reported whatever it is. A new map per session, changed in due order of events.
   */
  private reported = new Map<string, string | undefined>();
  private readonly calls: { [command: string]: SlidingWindow } = {};

  constructor(
    private readonly queue: EventQueue,
    private readonly requests: Requests,
    private readonly events: ClientEvents,
    private readonly admit: Admit,
  ) {}

  /** The server answers each distinct user once. */
  query(uids: readonly string[]): Promise<{ [uid: string]: boolean }> {
    return this.ask('QueryOnlineStatus', RtmErrorCode.QueryPeersOnlineStatusError, uids, ({ Status }) =>
      Object.fromEntries(Status.map(({ UserId, Online }) => [UserId, Online > 0])),
    );
  }

  list(): Promise<string[]> {
    const codes = RtmErrorCode.QueryPeersBySubscriptionOptionError;
    return this.ask('QueryOnlineSubStatus', codes, [], ({ Status }) => Status.map(({ UserId }) => UserId), 'query');
  }

  /** Watches these users, or watches them no more. */
  watch(uids: readonly string[], isOn: boolean): Promise<void> {
    const { reported } = this;
    this.admit(CODES);
    const all = new Set(isOn ? [...reported.keys(), ...uids] : []);
    if (uids.length > LIMITS.SUBSCRIBED_PEERS || all.size > LIMITS.SUBSCRIBED_PEERS) {
      throw tooMany(PRESENCE_CODE.OVERFLOW, LIMITS.SUBSCRIBED_PEERS);
    }
    return this.ask(isOn ? 'SubscribeOnlineStatus' : 'UnSubscribeOnlineStatus', CODES, uids, () =>
      this.queue.push(() => {
        for (const uid of uids) isOn ? reported.set(uid, undefined) : reported.delete(uid);
      }),
    );
  }

  /** The server tells states: of the users named in a subscription, of those that have changed, or of all after a cut. */
  receive({ Status }: FrameContent<'PeerOnlineStatus'>, session: Scope): void {
    const { reported } = this;
    const states = Status.map(({ UserId, State }) => [UserId, State] as const);
    this.queue.push(() => {
      const news = states.filter(([uid, state]) => reported.has(uid) && reported.get(uid) !== state);
      if (session.isOver || !news[0]) return;
      for (const [uid, state] of news) reported.set(uid, state);
      this.events.emit('PeersOnlineStatusChanged', Object.fromEntries(news));
    });
  }

  /** Watches the same users again, if the server does not go on with that. */
  restore({ Subscriptions }: LoginReply, done: () => void): void {
    const { size } = this.reported;
    if (!size || size === Subscriptions) done();
    else {
      const content = named([...this.reported.keys()]);
      this.requests.start({ cmd: 'SubscribeOnlineStatus', content, codes: CODES, kind: 'link' }, (answer) => {
        // As for channels: a refusal is not for good, and the session counts as not restored.
        if (!(answer instanceof RTMException)) done();
      });
    }
  }

  /** The session is over. */
  end(): void {
    this.reported = new Map();
  }

  private ask<C extends keyof typeof PRESENCE_FRAMES & CommandName, T>(
    cmd: C,
    codes: Codes,
    uids: readonly string[],
    accept: (reply: FrameContent<C>) => T,
    kind: 'presence' | 'query' = 'presence',
  ): Promise<T> {
    this.calls[cmd] ??= new SlidingWindow(FREQUENCIES.PRESENCE);
    this.admit(codes, this.calls[cmd]);
    return this.requests.call(
      { cmd, content: named(uids), codes, kind } as Request<'QueryOnlineStatus'>,
      accept as never,
    );
  }
}

function named(uids: readonly string[]): object {
  return { UserIds: encodeList([...new Set(uids)]) };
}
