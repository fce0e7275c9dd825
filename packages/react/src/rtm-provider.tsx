import type { ReactNode } from 'react';
import { RtmContext, useModel } from './rtm-context.js';
import { type RtmClientOptions, type RtmSession, useClient, useSession } from './use-rtm-client.js';

/** The options of `useRtmClient`, and the page that uses the client. */
export type RtmProviderProps = RtmClientOptions & { children?: ReactNode };

/** Gives the hooks below it their client: one that it makes and owns (`appId`, `config`), or one of yours (`client`). */
export function RtmProvider({ children, ...options }: RtmProviderProps): ReactNode {
  const { client } = useClient(options);
  return <RtmContext.Provider value={client}>{children}</RtmContext.Provider>;
}

/** The session of the provider's client. */
export function useRtm(): RtmSession {
  return useSession(useModel('useRtm'));
}
