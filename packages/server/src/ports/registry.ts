/**
 * The registry of sessions: who is logged in, under which generation, hosted by which node (design 3, 5, 6).
 *
 * One user of one app is one slot: everything here and in {@link Inboxes} for one (appId, uid) is atomic and in order
 * with each other. All arguments and results are plain serialisable data.
 *
 * Two numbers: `session` names a session for its whole life, reconnects included; `generation` grows with every claim.
 * Calls on behalf of a session carry the generation of the caller's claim and are refused (`stale`) when a newer claim
 * exists.
 */
import type { Position } from 'ar-rtm-protocol';

/** What a client says about itself at Login. */
export type ClaimMode =
  /** Ours, logging in anew: whatever session the user has is over. A UserSId is new with every login. */
  | 'new'
  /** Ours, going on after a cut: must not win the user back when superseded. */
  | 'resume'
  /** Published: does not say; the UserSId decides (wire-protocol.md 7.6). */
  | 'published';

/** What allows a session in an app that asks for tokens. */
export interface SessionToken {
  /** Tells tokens apart; made of a hash. A published client presents the token of its login for ever (quirk Q13). */
  readonly name: string;
  /** When the right to be logged in ends, Unix seconds; later than the token says once it was renewed. */
  readonly endTs: number;
}

export interface ClaimRequest {
  readonly appId: string;
  readonly uid: string;
  /** The client instance: 32 hex characters chosen by the client. */
  readonly userSId: string;
  readonly nodeId: string;
  readonly mode: ClaimMode;
  /** The gateway's ticket. The first claim binds it to its UserSId until it expires (design 5). */
  readonly ticketId: string;
  /** A resume with an expired one can only go on with the session that it let in. Whoever logs in may have waited meanwhile. */
  readonly ticketExpiresInMs: number;
  /** How far a client that resumes has followed its inbox. */
  readonly inboxAt?: Position;
  /** Absent where no token is needed. */
  readonly token?: SessionToken;
  /** The time in Unix seconds, when the token was over by then: good only for going on after a renewal. */
  readonly tokenOverTs?: number;
  readonly timeoutMs: number;
}

/** The end of the run of a channel's entries that was put on a member's socket. */
export interface ServedChannel {
  readonly channelId: string;
  readonly position: Position;
}

/** A session that a claim ended. The claiming node takes it out of its channels and then calls `settle`. */
export interface EndedSession {
  readonly session: number;
  readonly channels: readonly string[];
}

export type ClaimResult =
  | {
      readonly outcome: 'claimed';
      readonly generation: number;
      /** The generation that this claim took over; 0 for a new session. A host that remembers another one has missed something. */
      readonly formerGeneration: number;
      readonly session: number;
      /** The same session goes on: memberships are kept. */
      readonly continued: boolean;
      /**
       * The client instance believes to be reconnecting. Ours says so by `resume`; a published one does when its last
       * session was not ended by logout, kick or token expiry (it may have ended by 30 s of silence), and then does not
       * fetch offline messages.
       */
      readonly reconnecting: boolean;
      /** Channels of the continued session. */
      readonly channels: readonly string[];
      /** Users that the continued session watches, in the order in which it began to. */
      readonly peers: readonly string[];
      /** How far members were served when the session was last suspended, as far as its host told. */
      readonly served: readonly ServedChannel[];
      /** End of the inbox at the moment of the claim: entries behind it are new. */
      readonly inboxEnd: Position;
      /** Where a client that resumes begins to count: losses up to here are not news any more. */
      readonly inboxStart: Position;
      /** Entries behind `inboxAt` are lost. */
      readonly inboxGap: boolean;
      /** When the token in force ends, Unix seconds: the one presented, or what it was renewed to. */
      readonly tokenEndTs?: number;
      readonly ended?: EndedSession;
    }
  /** This client instance was superseded by another one, or put off, and is still remembered as such (design 6). */
  | { readonly outcome: 'superseded'; readonly by?: 'operator' }
  /** The ticket was claimed by another client instance. */
  | { readonly outcome: 'ticket-taken' }
  /** The ticket has expired, and no session of this client instance that it let in lives. */
  | { readonly outcome: 'ticket-over' }
  /** The token is over, and this client instance has not renewed it. A published one's session ends with that. */
  | { readonly outcome: 'token-over'; readonly ended?: EndedSession };

/** Why a session ends. Only after `offline` is the client instance still believed to be reconnecting. */
export type EndReason = 'logout' | 'offline' | 'banned' | 'token-over';

export interface SessionRef {
  readonly appId: string;
  readonly uid: string;
  readonly generation: number;
  readonly timeoutMs: number;
}

export interface Registry {
  /**
   * Compare-and-set of the user's session. On success the node hosts the session and gets the inbox feed. A session of
   * the same UserSId goes on; in mode `new`, and for a published client of whose login nobody has heard since, this is
   * another attempt of the same login, and the result is that of a login (`continued` and `reconnecting` false, `inboxEnd`
   * as it was then). A session of another UserSId is superseded: it is remembered
   * (on disk before the result) for up to 24 h, its host gets a `superseded` notice, and its unacknowledged inbox entries
   * are treated as in `end`. Of two claims at the same instant the later one wins.
   */
  claim(request: ClaimRequest): Promise<ClaimResult>;

  /** Notes that the session is about to join a channel; called before `Channels.join`, so that no membership is orphaned. */
  addChannel(request: SessionRef & { readonly channelId: string }): Promise<'ok' | 'stale'>;

  /** Notes that the session has left a channel; called after `Channels.leave`. */
  removeChannel(request: SessionRef & { readonly channelId: string }): Promise<'ok' | 'stale'>;

  /**
   * Notes that the client has been cut, for how long it had been silent by then, and how far it was served in its channels:
   * a client that cannot name positions by itself goes on there.
   */
  suspend(
    request: SessionRef & { readonly silentMs: number; readonly served: readonly ServedChannel[] },
  ): Promise<'ok' | 'stale'>;

  /**
   * Ends the session. Unacknowledged inbox entries with the offline flag become durable (flushed before the result); the
   * others are dropped and counted; senders that still wait get an `undelivered` notice. The caller then leaves the
   * channels and calls `settle`.
   */
  end(request: SessionRef & { readonly reason: EndReason }): Promise<{ readonly ended: EndedSession } | 'stale'>;

  /**
   * Puts the user off: ends the session as `end` does, tells its host by a `superseded` notice, and remembers the client
   * instance as a claim of another one would. The user may log in again at once. The caller takes the session out of its
   * channels and calls `settle`. Nothing without a session.
   */
  kick(request: {
    readonly appId: string;
    readonly uid: string;
    readonly nodeId: string;
    readonly timeoutMs: number;
  }): Promise<{ readonly ended?: EndedSession }>;

  /**
   * The client has renewed its token. `name`: of the new token, when the client presents that one from now on; a published
   * client goes on presenting the old one. Written with the session, and kept as long as the client may come back.
   */
  renewToken(request: SessionRef & { readonly endTs: number; readonly name?: string }): Promise<'ok' | 'stale'>;

  /**
   * Whether a session of the user was begun or renewed with this token and was not ended by logout, kick or the token: its
   * client comes back with it, even when it is over.
   */
  knowsToken(request: {
    readonly appId: string;
    readonly uid: string;
    readonly name: string;
    readonly timeoutMs: number;
  }): Promise<boolean>;

  /** All channels of an ended session have been left. */
  settle(request: {
    readonly appId: string;
    readonly uid: string;
    readonly session: number;
    readonly timeoutMs: number;
  }): Promise<void>;

  /** The superseded client instance has closed its socket by itself after ForceOffline: its next Login is fresh. */
  forgetSuperseded(request: {
    readonly appId: string;
    readonly uid: string;
    readonly userSId: string;
    readonly timeoutMs: number;
  }): Promise<void>;

  /**
   * Whether a ticket may be used for HTTP: it belongs to the user's session, or to one that ended at most 60 s ago.
   * The generation is 0 when no session is live. `offlineUpTo` is where the inbox ended when the session began with a
   * fresh login: what is stored up to there is the client's to fetch, what lies behind is pushed.
   */
  holder(request: {
    readonly appId: string;
    readonly uid: string;
    readonly ticketId: string;
    readonly timeoutMs: number;
  }): Promise<
    | { readonly valid: false }
    | {
        readonly valid: true;
        readonly generation: number;
        readonly nodeId: string;
        readonly offlineUpTo?: Position;
      }
  >;
}
