export const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Waits until it is so, at most so long; whether it is. */
export async function eventually(isSo: () => boolean, withinMs: number): Promise<boolean> {
  const giveUp = performance.now() + withinMs;
  while (!isSo() && performance.now() < giveUp) await sleep(50);
  return isSo();
}
