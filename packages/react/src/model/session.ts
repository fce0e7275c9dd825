import type { ConnectionDetails, LoginOptions, RTMException, RtmClient, RtmStatusCode } from 'ar-rtm-sdk';
import { Hold, type Release } from './hold.js';
import { asException, isInterrupted } from './patience.js';
import { Store, watchHeld } from './store.js';

/** What is known of the token of a session. */
export type RtmTokenState =
  /** In force, or none is needed. */
  | 'VALID'
  /** It ends in 30 s or less: time for a new one. */
  | 'EXPIRING'
  /** It has ended; a new one is still taken. */
  | 'EXPIRED';

/** The session of a client, as it is now. */
export interface RtmSessionState {
  readonly connectionState: RtmStatusCode.ConnectionState;
  /** Why it is so; `undefined` before the first change. */
  readonly reason: RtmStatusCode.ConnectionChangeReason | undefined;
  /** What the last restored connection brought back; `undefined` when none was restored in this session. */
  readonly details: ConnectionDetails | undefined;
  /** User id of the session; `""` when not logged in. */
  readonly uid: string;
  /** Whether there is a session, also while its connection is being restored. */
  readonly isLoggedIn: boolean;
  /** Whether a login or logout is under way. */
  readonly isBusy: boolean;
  /** Why the last login or renewal of the token failed; `undefined` from the next attempt on. */
  readonly error: RTMException | undefined;
  readonly tokenState: RtmTokenState;
}

/** What follows from the session. */
export interface SessionFollower {
  /** A session has begun; everything of an older one is over. */
  began?(): void;
  /** The connection is back. */
  restored?(details: ConnectionDetails | undefined): void;
  /** The session is over. With `isLogout` so is what it has left behind: somebody has logged out, or logs in anew. */
  ended?(isLogout: boolean): void;
}

export const NO_SESSION: RtmSessionState = {
  connectionState: 'DISCONNECTED',
  reason: undefined,
  details: undefined,
  uid: '',
  isLoggedIn: false,
  isBusy: false,
  error: undefined,
  tokenState: 'VALID',
};

/** The session of one client: what it is, what its followers hear of it, and what the hooks do to it. */
export class Session {
  readonly store = new Store(NO_SESSION);
  /** While it is held, the client is listened to. */
  private readonly listening = new Hold(
    () => this.listen(),
    () => this.stopListening?.(),
  );
  /** While it is held, the session belongs to the page. */
  private readonly owning = new Hold(
    () => undefined,
    () => void this.end(),
  );
  private readonly followers = new Set<SessionFollower>();
  private stopListening: Release | undefined;
  private ending: Promise<void> | undefined;
  private calls = 0;

  constructor(readonly client: RtmClient) {}

  take(): Release {
    return this.listening.take();
  }

  /** The session ends with the last release. */
  own(): Release {
    return this.owning.take();
  }

  readonly watch = (tell: () => void): Release => watchHeld(this, tell);

  follow(follower: SessionFollower): Release {
    this.followers.add(follower);
    return () => this.followers.delete(follower);
  }

  get isConnected(): boolean {
    return this.store.get().connectionState === 'CONNECTED';
  }

  login(options: LoginOptions): Promise<void> {
    return this.call(() => this.client.login(options));
  }

  logout(): Promise<void> {
    return this.call(() => this.client.logout());
  }

  async renewToken(token: string): Promise<void> {
    await this.call(() => this.client.renewToken(token));
    this.store.change({ tokenState: 'VALID' });
  }

  /** Logs out if need be, and is silent about it. */
  end(): Promise<void> {
    this.ending ??= this.client
      .logout()
      .catch(() => undefined)
      .finally(() => {
        this.ending = undefined;
      });
    return this.ending;
  }

  private async call(run: () => Promise<void>): Promise<void> {
    this.calls += 1;
    this.store.change({ isBusy: true, error: undefined });
    let error: RTMException | undefined;
    try {
      await run();
    } catch (reason) {
      error = asException(reason);
      throw reason;
    } finally {
      this.calls -= 1;
      this.store.change({ isBusy: this.calls > 0, ...(error && !isInterrupted(error) && { error }) });
    }
  }

  private listen(): void {
    const { client } = this;
    const changed: Parameters<typeof client.on<'ConnectionStateChanged'>>[1] = (state, reason, details) =>
      this.changed(state, reason, details);
    const expiring = () => this.store.change({ tokenState: 'EXPIRING' });
    const expired = () => this.store.change({ tokenState: 'EXPIRED' });
    client.on('ConnectionStateChanged', changed).on('TokenPrivilegeWillExpire', expiring).on('TokenExpired', expired);
    this.stopListening = () => {
      client
        .off('ConnectionStateChanged', changed)
        .off('TokenPrivilegeWillExpire', expiring)
        .off('TokenExpired', expired);
    };
    this.catchUp();
  }

  /** What happened while nobody listened can be seen by the user id only. */
  private catchUp(): void {
    const { uid, isLoggedIn } = this.store.get();
    if (uid === this.client.uid) return;
    if (isLoggedIn) this.changed('DISCONNECTED', 'LOGOUT', undefined);
    if (this.client.uid !== '') this.changed('CONNECTED', 'LOGIN_SUCCESS', undefined);
  }

  private changed(
    connectionState: RtmStatusCode.ConnectionState,
    reason: RtmStatusCode.ConnectionChangeReason,
    details: ConnectionDetails | undefined,
  ): void {
    const { isLoggedIn: wasLoggedIn, ...before } = this.store.get();
    const isLoggedIn = connectionState === 'CONNECTED' || connectionState === 'RECONNECTING';
    const isNew = isLoggedIn && !wasLoggedIn;
    this.store.change({
      connectionState,
      reason,
      isLoggedIn,
      uid: isLoggedIn ? this.client.uid : '',
      details: isNew ? undefined : (details ?? before.details),
      tokenState: isNew ? 'VALID' : before.tokenState,
    });
    for (const follower of [...this.followers]) {
      if (isNew) follower.began?.();
      else if (connectionState === 'CONNECTED') follower.restored?.(details);
      else if (reason === 'LOGOUT') follower.ended?.(true);
      else if (wasLoggedIn && !isLoggedIn) follower.ended?.(false);
    }
  }
}
