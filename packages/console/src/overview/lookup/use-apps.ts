import { useEffect, useState } from 'react';
import type { AdminClient } from '../model/admin-client.js';
import type { AppItem } from '../model/admin-types.js';

const EVERY_MS = 5000;

/** The apps of the server; in development mode they come with their first login. */
export function useApps(client: AdminClient): readonly AppItem[] {
  const [apps, setApps] = useState<readonly AppItem[]>([]);
  useEffect(() => {
    let isOver = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const ask = async () => {
      const page = await client.apps().catch(() => undefined);
      if (isOver) return;
      if (page) setApps(page.items);
      timer = setTimeout(() => void ask(), EVERY_MS);
    };
    void ask();
    return () => {
      isOver = true;
      clearTimeout(timer);
    };
  }, [client]);
  return apps;
}
