/**
 * Records what an emitter reports, so that a test awaits events instead of time.
 *
 * ```ts
 * const inbox = record(client, 'MessageFromPeer');
 * await inbox.atLeast(3);          // resolves as soon as three have come, rejects after the limit
 * ```
 */
export interface Emitting {
  on(event: string, listener: (...args: never[]) => void): unknown;
}

export class Recorder<Args extends readonly unknown[] = readonly unknown[]> {
  readonly calls: Args[] = [];
  private waiting: { readonly holds: (calls: readonly Args[]) => boolean; readonly resolve: () => void }[] = [];

  add(args: Args): void {
    this.calls.push(args);
    for (const waiter of [...this.waiting]) {
      if (!waiter.holds(this.calls)) continue;
      this.waiting = this.waiting.filter((other) => other !== waiter);
      waiter.resolve();
    }
  }

  /** Resolves when `holds` is true of what was recorded; rejects after `limitMs` with what there was. */
  async until(holds: (calls: readonly Args[]) => boolean, limitMs = 30_000): Promise<readonly Args[]> {
    if (!holds(this.calls)) {
      await new Promise<void>((resolve, reject) => {
        const timer = setTimeout(() => {
          reject(new Error(`not seen within ${limitMs} ms; ${this.calls.length} so far: ${this.tail()}`));
        }, limitMs);
        this.waiting.push({
          holds,
          resolve: () => {
            clearTimeout(timer);
            resolve();
          },
        });
      });
    }
    return this.calls;
  }

  atLeast(count: number, limitMs?: number): Promise<readonly Args[]> {
    return this.until((calls) => calls.length >= count, limitMs);
  }

  private tail(): string {
    return JSON.stringify(this.calls.slice(-5)).slice(0, 500);
  }
}

/** Records every occurrence of `event` from now on. */
export function record<Args extends readonly unknown[]>(emitter: Emitting, event: string): Recorder<Args> {
  const recorder = new Recorder<Args>();
  emitter.on(event, ((...args: never[]) => recorder.add(args as unknown as Args)) as (...args: never[]) => void);
  return recorder;
}
