import { useSyncExternalStore } from 'react';
import type { SiteParts } from '../model/site-parts.js';

export type View = 'playground' | 'overview';

export const VIEW_LINKS: Readonly<Record<View, string>> = { playground: '#/', overview: '#/overview' };

function subscribe(tell: () => void): () => void {
  addEventListener('hashchange', tell);
  return () => removeEventListener('hashchange', tell);
}

/** The view that the address names, if it is served here. */
export function useView({ clients, operator }: SiteParts): View {
  const hash = useSyncExternalStore(subscribe, () => location.hash);
  if (!clients) return 'overview';
  return operator && hash === VIEW_LINKS.overview ? 'overview' : 'playground';
}
