/**
 * Promises of a tab that were rejected and that nobody handled. A browser prints them; in the test's process they would
 * end the run, so they are taken out of the way and kept with the tab they belong to.
 */
const tabs = new Map<PromiseConstructor, unknown[]>();
type Listener = (reason: unknown, promise: Promise<unknown>) => void;
let others: Listener[] = [];

/** Collects the unhandled rejections of promises made by `realm` in `into`. Ends when the result is called. */
export function watchRejections(realm: PromiseConstructor, into: unknown[]): () => void {
  if (tabs.size === 0) install();
  tabs.set(realm, into);
  return () => {
    // Rejections are reported behind the current turn.
    setImmediate(() => {
      tabs.delete(realm);
      if (tabs.size === 0) uninstall();
    });
  };
}

function install(): void {
  others = process.listeners('unhandledRejection') as Listener[];
  process.removeAllListeners('unhandledRejection');
  process.on('unhandledRejection', sort);
}

function uninstall(): void {
  process.off('unhandledRejection', sort);
  for (const listener of others) process.on('unhandledRejection', listener);
}

function sort(reason: unknown, promise: Promise<unknown>): void {
  for (const [realm, into] of tabs) {
    if (promise instanceof realm) {
      into.push(reason);
      return;
    }
  }
  for (const listener of others) listener(reason, promise);
}
