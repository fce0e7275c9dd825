import { ArRTM, type LoginOptions, type RtmClient, type RtmConfig } from 'ar-rtm-sdk';
import { useEffect, useMemo, useState, useSyncExternalStore } from 'react';
import { MESSAGE_LIMIT } from './model/messages.js';
import { modelOf, type RtmModel } from './model/rtm-model.js';
import { NO_SESSION, type RtmSessionState } from './model/session.js';

/** A client that the hook makes: the arguments of `ArRTM.createInstance`. */
interface MadeClient {
  /** Another one makes another client, and ends the session of the one before. */
  appId: string;
  /** As for `appId`; compared by content, so it can be written in place. */
  config?: RtmConfig | undefined;
  client?: undefined;
}

/** A client that the application has made, best before its login: a state before that cannot be seen. */
interface GivenClient {
  client: RtmClient;
  appId?: undefined;
  config?: undefined;
}

/** Which client, and what the hooks do with it. */
export type RtmClientOptions = (MadeClient | GivenClient) & {
  /**
   * Logs this user in, and out when the component goes, or nobody is named any more. Another `uid` is another login, another
   * `token` renews the one before. A login that fails, or a session that ends, is not begun again by itself: see `error` and
   * `connectionState`, and call `login`. Left out: the application calls `login` and `logout`.
   */
  login?: LoginOptions | undefined;
  /** Messages kept per channel, per peer, and of all peers together; the oldest go. Default 200. */
  messageLimit?: number | undefined;
};

/** The session of a client, and what can be done with it. */
export interface RtmSession extends RtmSessionState {
  readonly client: RtmClient;
  /** As `RtmClient.login`. A failure is also in `error`. */
  login(options: LoginOptions): Promise<void>;
  /** As `RtmClient.logout`. */
  logout(): Promise<void>;
  /** As `RtmClient.renewToken`. A failure is also in `error`. */
  renewToken(token: string): Promise<void>;
}

/**
 * Makes a client and owns it, or works with one of the application, and tells its session. A client that it has made is
 * logged out when the component goes. Throws what `ArRTM.createInstance` throws.
 */
export function useRtmClient(options: RtmClientOptions): RtmSession {
  return useSession(useClient(options));
}

/** The model of the client that the options name. */
export function useClient({ appId, config, client: given, login, messageLimit }: RtmClientOptions): RtmModel {
  const made = useMadeClient(appId, config);
  const model = modelOf((given ?? made) as RtmClient);
  const isOwned = given === undefined;
  useEffect(() => {
    model.inbox.limit = Math.max(1, messageLimit ?? MESSAGE_LIMIT);
  }, [model, messageLimit]);
  useEffect(() => {
    const releases = [model.take(), ...(isOwned ? [model.session.own()] : [])];
    return () => {
      for (const release of releases) release();
    };
  }, [model, isOwned]);
  const { uid, token } = login ?? {};
  useEffect(() => (uid === undefined ? undefined : model.autoLogin.want({ uid, token })), [model, uid, token]);
  return model;
}

/** The same one as long as the arguments say the same; none without an app. */
function useMadeClient(appId: string | undefined, config: RtmConfig | undefined): RtmClient | undefined {
  const key = JSON.stringify([appId, config]);
  const make = () => ({ key, client: appId === undefined ? undefined : ArRTM.createInstance(appId, config) });
  const [made, setMade] = useState(make);
  if (made.key === key) return made.client;
  const next = make();
  setMade(next);
  return next.client;
}

export function useSession(model: RtmModel): RtmSession {
  const { session, client } = model;
  const state = useSyncExternalStore(session.watch, session.store.get, () => NO_SESSION);
  return useMemo(
    () => ({
      ...state,
      client,
      login: (options: LoginOptions) => session.login(options),
      logout: () => session.logout(),
      renewToken: (token: string) => session.renewToken(token),
    }),
    [state, client, session],
  );
}
