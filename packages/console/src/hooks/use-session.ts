import { createContext, useContext, useSyncExternalStore } from 'react';
import type { Session } from '../model/session.js';
import type { ConsoleState } from '../model/state.js';

export const SessionContext = createContext<Session | undefined>(undefined);

export function useSession(): Session {
  const session = useContext(SessionContext);
  if (!session) throw new Error('useSession needs a SessionContext above it');
  return session;
}

export function useConsoleState(): ConsoleState {
  const { store } = useSession();
  return useSyncExternalStore(store.subscribe, store.get);
}
