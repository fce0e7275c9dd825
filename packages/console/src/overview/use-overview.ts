import { useEffect, useState } from 'react';
import { type AdminClient, AdminProblem } from './model/admin-client.js';
import type { OverviewFacts } from './model/admin-types.js';
import { type Point, pointOf, withPoint } from './model/series.js';

const EVERY_MS = 1000;

interface Watched {
  readonly facts: OverviewFacts | undefined;
  readonly points: readonly Point[];
  /** The server did not answer the last time. */
  readonly isUnreachable: boolean;
}

/** Asks once per second. `ended`: the login is over. */
export function useOverview(client: AdminClient, ended: () => void): Watched {
  const [watched, setWatched] = useState<Watched>({ facts: undefined, points: [], isUnreachable: false });
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let isOver = false;
    const ask = async () => {
      try {
        const facts = await client.overview();
        if (isOver) return;
        setWatched(({ facts: before, points }) => ({
          facts,
          points: withPoint(points, before && pointOf(before, facts)),
          isUnreachable: false,
        }));
      } catch (error) {
        if (isOver) return;
        if (error instanceof AdminProblem && error.status === 401) {
          ended();
          return;
        }
        setWatched((before) => ({ ...before, isUnreachable: true }));
      }
      timer = setTimeout(() => void ask(), EVERY_MS);
    };
    void ask();
    return () => {
      isOver = true;
      clearTimeout(timer);
    };
  }, [client, ended]);
  return watched;
}
