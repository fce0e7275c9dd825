type Listener = () => void;

/** `AbortSignal` for mini-programs, as far as transfers use it. */
class WechatAbortSignal {
  aborted = false;
  private readonly listeners = new Set<Listener>();

  /** By which the SDK knows it. */
  get [Symbol.toStringTag](): string {
    return 'AbortSignal';
  }

  addEventListener(_event: 'abort', listener: Listener): void {
    this.listeners.add(listener);
  }

  removeEventListener(_event: 'abort', listener: Listener): void {
    this.listeners.delete(listener);
  }

  /** @internal */
  abort(): void {
    if (this.aborted) return;
    this.aborted = true;
    for (const listener of [...this.listeners]) listener();
  }
}

/** `AbortController` for mini-programs, which have none: its `signal` is the `cancelSignal` of uploads and downloads. */
export class WechatAbortController {
  private readonly own = new WechatAbortSignal();

  get signal(): AbortSignal {
    return this.own as unknown as AbortSignal;
  }

  /** Ends what listens to the signal; calling it again has no effect. */
  abort(): void {
    this.own.abort();
  }
}
