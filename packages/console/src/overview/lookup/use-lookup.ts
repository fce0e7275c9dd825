import { useEffect, useState } from 'react';
import { useAction } from '../../hooks/use-action.js';

/** Reads something when it is first shown, and again on demand. `key` names it. */
export function useLookup<Facts>(key: string, read: () => Promise<Facts>) {
  const [facts, setFacts] = useState<Facts>();
  const { run, error, isPending } = useAction(async () => setFacts(await read()));
  // biome-ignore lint/correctness/useExhaustiveDependencies: read once for each key
  useEffect(() => void run(), [key]);
  return { facts, error, isPending, refresh: run };
}
