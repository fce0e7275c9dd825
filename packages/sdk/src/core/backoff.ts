/** Within this time of the cut, attempts follow each other quickly (api.md 7.3). */
export const HURRY_MS = 5000;
const HURRY_DELAY_MS = { least: 100, most: 500 };
const CALM_DELAY_MS = { least: 1000, most: 4000 };

/**
 * How long to wait before the next attempt to connect: not at all before the first, at most 500 ms within the first
 * 5 s, later 1 to 4 s. The random part keeps many clients from coming back in step.
 *
 * @param tries attempts made since the connection was lost
 * @param elapsedMs time since then
 * @param fraction random, at least 0 and less than 1
 */
export function backoffMs(tries: number, elapsedMs: number, fraction: number): number {
  if (tries === 0) return 0;
  const { least, most } = elapsedMs < HURRY_MS ? HURRY_DELAY_MS : CALM_DELAY_MS;
  return least + fraction * (most - least);
}
