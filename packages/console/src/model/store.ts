/** State outside React: events of the SDK change it, components read it (`useSyncExternalStore`). */
export class Store<State, Action> {
  private readonly listeners = new Set<() => void>();

  constructor(
    private current: State,
    private readonly reduce: (state: State, action: Action) => State,
  ) {}

  readonly get = (): State => this.current;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  dispatch(action: Action): void {
    this.current = this.reduce(this.current, action);
    for (const listener of this.listeners) listener();
  }
}
