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
