import type { RTMException, RtmStatusCode } from 'ar-rtm-sdk';
import { useEffect, useMemo, useSyncExternalStore } from 'react';
import { useModel } from './rtm-context.js';

/** Which of some users are online. */
export interface RtmPresence {
  /** By user id, in the order of the question; those that are not known yet are missing. */
  readonly statuses: { readonly [peerId: string]: RtmStatusCode.PeerOnlineState };
  /** Why the last subscription failed: code 6 when more than 512 users are asked for on the page. */
  readonly error: RTMException | undefined;
}

const UNKNOWN: RtmPresence = { statuses: {}, error: undefined };

/**
 * Who of these users is online, now and later. They are subscribed while a component that asks for them is mounted and the
 * user is logged in; a user that several ask for is subscribed once. The list may be written in place: it is compared by
 * content. Subscriptions of the application's own to the same users end with the last component that asks for them.
 */
export function usePresence(peerIds: readonly string[]): RtmPresence {
  const { presence } = useModel('usePresence');
  const key = JSON.stringify([...new Set(peerIds)]);
  useEffect(() => {
    const ids = JSON.parse(key) as string[];
    return ids.length > 0 ? presence.want(ids) : undefined;
  }, [presence, key]);
  const read = useMemo(() => {
    const ids = JSON.parse(key) as string[];
    let before = UNKNOWN;
    return () => {
      const { statuses, error } = presence.store.get();
      const isSame = error === before.error && ids.every((id) => statuses.get(id) === own(before.statuses, id));
      if (!isSame) {
        const known = ids.flatMap((id) => {
          const status = statuses.get(id);
          return status ? [[id, status] as const] : [];
        });
        before = { statuses: Object.fromEntries(known), error };
      }
      return before;
    };
  }, [presence, key]);
  return useSyncExternalStore(presence.store.watch, read, () => UNKNOWN);
}

/** User ids may be names that every object knows. */
function own<T>(record: { readonly [name: string]: T }, name: string): T | undefined {
  return Object.getOwnPropertyDescriptor(record, name)?.value;
}
