/**
 * What a port call rejects with when the engine cannot be reached or did not answer within the call's `timeoutMs`. The
 * outcome is then unknown: the engine may or may not have carried the call out. Every expected answer is a result, not
 * an error.
 */
export class EngineUnavailable extends Error {
  override readonly name = 'EngineUnavailable';
}
