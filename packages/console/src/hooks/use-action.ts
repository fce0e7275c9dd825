import { useState } from 'react';

export interface RunningAction<Args extends unknown[]> {
  /** Resolves with whether it succeeded; never rejects. */
  run(...args: Args): Promise<boolean>;
  readonly isPending: boolean;
  /** Why the latest run failed; `undefined` if it did not. */
  readonly error: unknown;
}

/** An asynchronous call with what a form shows of it: that it runs, and why it failed. */
export function useAction<Args extends unknown[]>(action: (...args: Args) => Promise<void>): RunningAction<Args> {
  const [isPending, setPending] = useState(false);
  const [error, setError] = useState<unknown>();
  const run = async (...args: Args): Promise<boolean> => {
    setPending(true);
    setError(undefined);
    try {
      await action(...args);
      return true;
    } catch (failure) {
      setError(failure);
      return false;
    } finally {
      setPending(false);
    }
  };
  return { run, isPending, error };
}
