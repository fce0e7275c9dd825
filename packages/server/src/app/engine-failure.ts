import { EngineUnavailable } from '../ports/engine-error.js';
import type { Time } from '../ports/time.js';
import type { NodeContext } from './context.js';

/** A call to the engine failed: counted when it could not be reached, logged when it is a fault of ours. */
export function noteFailure({ counters, logger }: NodeContext, what: string, error: unknown): void {
  if (error instanceof EngineUnavailable) counters.add('engine_failures');
  else logger.error({ err: error }, `${what} failed`);
}

/** Lets time pass, before an engine that did not answer is asked again or a limit is looked at once more. */
export function pause(time: Time, ms: number): Promise<void> {
  return new Promise((resume) => time.after(ms, resume));
}

/** How long a call that must not be given up lightly is repeated. Its repetition must be harmless. */
const INSIST_MS = 10_000;
const INSIST_EVERY_MS = 250;

/** Calls the engine until it answers, as long as that is wanted; `undefined` when it could not be reached. */
export async function insist<T>(
  { counters, time }: NodeContext,
  isWanted: () => boolean,
  ask: () => Promise<T>,
): Promise<T | undefined> {
  const giveUpMs = time.monotonicMs() + INSIST_MS;
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof EngineUnavailable)) throw error;
      counters.add('engine_failures');
      if (!isWanted() || time.monotonicMs() >= giveUpMs) return undefined;
      await pause(time, INSIST_EVERY_MS);
    }
  }
}
