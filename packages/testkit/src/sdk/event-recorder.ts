/** Notes what happens, in order, as lines: events of emitters and settlements of promises. */
export class EventRecorder {
  readonly lines: string[] = [];

  note(line: string): void {
    this.lines.push(line);
  }

  /** Notes every named event of an emitter, with its arguments as JSON. */
  watch<N extends string>(emitter: { on(event: N, listener: (...args: never[]) => void): unknown }, ...events: N[]) {
    for (const event of events) {
      emitter.on(event, (...args: unknown[]) =>
        this.note([event, ...args.map((arg) => JSON.stringify(arg))].join(' ')),
      );
    }
  }

  /** Notes how a promise settles: the value, or class and code of the error. */
  settles(name: string, promise: Promise<unknown>): Promise<void> {
    return promise.then(
      (value) => this.note(value === undefined ? `${name} resolved` : `${name} resolved ${JSON.stringify(value)}`),
      (error: { name: string; code?: number }) => this.note(`${name} rejected ${error.name} ${error.code}`),
    );
  }

  /** What was noted since the last call. */
  take(): string[] {
    return this.lines.splice(0);
  }
}
