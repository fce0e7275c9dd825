import { createContext, useContext, useSyncExternalStore } from 'react';
import type { Seat, Workspace } from '../model/workspace.js';

export const WorkspaceContext = createContext<Workspace | undefined>(undefined);

export function useWorkspace(): Workspace {
  const workspace = useContext(WorkspaceContext);
  if (!workspace) throw new Error('useWorkspace needs a WorkspaceContext above it');
  return workspace;
}

export function useSeats(): readonly Seat[] {
  const { seats } = useWorkspace();
  return useSyncExternalStore(seats.subscribe, seats.get);
}
