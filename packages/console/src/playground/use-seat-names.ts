import { useCallback, useRef, useSyncExternalStore } from 'react';
import type { Seat } from '../model/workspace.js';

/** Who sits where, by the id of the seat; empty for those who have not logged in yet. */
export function useSeatNames(seats: readonly Seat[]): ReadonlyMap<number, string> {
  const before = useRef<ReadonlyMap<number, string>>(new Map());
  const subscribe = useCallback(
    (tell: () => void) => {
      const stops = seats.map(({ session }) => session.store.subscribe(tell));
      return () => {
        for (const stop of stops) stop();
      };
    },
    [seats],
  );
  const read = () => {
    const now = new Map(seats.map(({ id, session }) => [id, session.store.get().uid]));
    const isSame = now.size === before.current.size && [...now].every(([id, uid]) => before.current.get(id) === uid);
    if (!isSame) before.current = now;
    return before.current;
  };
  return useSyncExternalStore(subscribe, read);
}
