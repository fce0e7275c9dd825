interface Registration {
  readonly listener: Listener;
  /** What `emit` calls: the listener itself, or the wrapper of a `once` registration. */
  raw: Listener;
}

/** Any function; `never` as argument list fits all of them. */
type Listener = (...args: never[]) => unknown;

/**
 * Typed event emitter: the base of clients and channels. `T` maps event names to listener types.
 *
 * A listener that throws stops neither the other listeners nor the SDK: its error is logged and thrown again in a later
 * macrotask, where global error handlers see it.
 */
export class EventEmitter<T> {
  /** For information only: no limit is enforced and nothing is warned about. */
  static defaultMaxListeners = 10;

  private readonly registrations = new Map<PropertyKey, Registration[]>();

  /**
   * Adds a listener at the end. A function is kept once per event; if it had been added by `once`, it becomes permanent.
   *
   * @throws TypeError when `callback` is not a function
   */
  on<K extends keyof T>(eventName: K, callback: T[K]): this {
    const listener = checked(callback);
    const known = this.find(eventName, listener);
    if (known) known.raw = listener;
    else this.add(eventName, { listener, raw: listener });
    return this;
  }

  /** As {@link EventEmitter.on}, but the listener is removed just before its first call. */
  once<K extends keyof T>(eventName: K, callback: T[K]): this {
    const listener = checked(callback);
    if (this.find(eventName, listener)) return this;
    let hasFired = false;
    const wrapper = (...args: never[]): unknown => {
      if (hasFired) return undefined;
      hasFired = true;
      this.off(eventName, listener);
      return listener.apply(this, args);
    };
    this.add(eventName, { listener, raw: Object.assign(wrapper, { listener }) });
    return this;
  }

  /** Removes a listener, however it was added. An unknown one has no effect. */
  // biome-ignore lint/suspicious/noExplicitAny: accepts any function type (api.md 3.1)
  off<K extends keyof T>(eventName: K, callback: (...args: any[]) => any): this {
    const rest = this.of(eventName).filter(({ listener, raw }) => listener !== callback && raw !== callback);
    this.registrations.set(eventName, rest);
    return this;
  }

  /** Removes the listeners of one event, or of all events. */
  removeAllListeners<K extends keyof T>(eventName?: K): this {
    if (eventName === undefined) this.registrations.clear();
    else this.registrations.delete(eventName);
    return this;
  }

  /**
   * Calls the listeners that are present now, in order of registration, with the emitter as `this`.
   *
   * @returns whether there were any
   */
  // biome-ignore lint/suspicious/noExplicitAny: applications may emit what they like (api.md 3.1)
  emit<K extends keyof T>(eventName: K, ...args: any[]): boolean {
    const present = this.of(eventName);
    // The arrays are replaced, never changed, so this one holds what was present at the start. Only `raw` may change,
    // when `on` makes a `once` listener permanent.
    for (const { raw } of present) {
      try {
        raw.apply(this, args as never[]);
      } catch (error) {
        this.listenerFailed(error);
      }
    }
    return present.length > 0;
  }

  /** A copy of the listeners of an event, as they were given. */
  // biome-ignore lint/complexity/noBannedTypes: the published type
  listeners<K extends keyof T>(eventName: K): Function[] {
    return this.of(eventName).map(({ listener }) => listener);
  }

  /** As {@link EventEmitter.listeners}, with wrappers for `once`, which hold the original in `listener`. */
  // biome-ignore lint/complexity/noBannedTypes: the published type
  rawListeners<K extends keyof T>(eventName: K): Function[] {
    return this.of(eventName).map(({ raw }) => raw);
  }

  listenerCount<K extends keyof T>(eventName: K): number {
    return this.of(eventName).length;
  }

  /**
   * Takes the error of a listener.
   *
   * @internal
   */
  protected listenerFailed(_error: unknown): void {
    // For subclasses: the emitter itself has nobody to tell.
  }

  private of(eventName: PropertyKey): readonly Registration[] {
    return this.registrations.get(eventName) ?? [];
  }

  private find(eventName: PropertyKey, listener: Listener): Registration | undefined {
    return this.of(eventName).find((registration) => registration.listener === listener);
  }

  private add(eventName: PropertyKey, registration: Registration): void {
    this.registrations.set(eventName, [...this.of(eventName), registration]);
  }
}

function checked(callback: unknown): Listener {
  if (typeof callback !== 'function') throw new TypeError('The listener is not a function');
  return callback as Listener;
}
