import type { RTMException } from 'ar-rtm-sdk';

/**
 * Makes a call of the SDK, again and again while it is above its frequency limit, at the times that the SDK names. For calls
 * that follow from what is on the page: nobody has called too often there. `undefined` when it is not wanted any more.
 */
export async function patiently<T>(call: () => Promise<T>, isWanted: () => boolean): Promise<T | undefined> {
  while (isWanted()) {
    try {
      return await call();
    } catch (error) {
      const { retryAfterMs } = asException(error).data ?? {};
      if (retryAfterMs === undefined) throw error;
      await new Promise((resolve) => setTimeout(resolve, retryAfterMs));
    }
  }
  return undefined;
}

/** The SDK rejects with nothing else. */
export function asException(error: unknown): RTMException {
  return error as RTMException;
}

/** Whether a call was ended by `logout`, `leave` or the end of the session: no failure. */
export function isInterrupted(error: RTMException): boolean {
  return error.name === 'RtmInterruptedError';
}
