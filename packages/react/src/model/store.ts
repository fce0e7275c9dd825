import type { Release } from './hold.js';

/** One value that components can watch; the shape that `useSyncExternalStore` asks for. */
export class Store<T> {
  private readonly watchers = new Set<{ readonly tell: () => void }>();

  constructor(private value: T) {}

  readonly get = (): T => this.value;

  set(value: T): void {
    if (Object.is(value, this.value)) return;
    this.value = value;
    for (const { tell } of [...this.watchers]) tell();
  }

  /** Replaces some fields; nobody hears of it when they are the same. */
  change(fields: Partial<T>): void {
    const names = Object.keys(fields) as (keyof T)[];
    if (names.some((name) => !Object.is(fields[name], this.value[name]))) this.set({ ...this.value, ...fields });
  }

  readonly watch = (tell: () => void): Release => {
    const watcher = { tell };
    this.watchers.add(watcher);
    return () => this.watchers.delete(watcher);
  };
}

/** Watches something, and holds it meanwhile. */
export function watchHeld(
  thing: { take(): Release; readonly store: Pick<Store<unknown>, 'watch'> },
  tell: () => void,
): Release {
  const releases = [thing.take(), thing.store.watch(tell)];
  return () => {
    for (const release of releases) release();
  };
}
