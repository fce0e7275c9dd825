import type { Logger } from '../ports/index.js';

interface Step {
  readonly name: string;
  readonly close: () => Promise<void> | void;
}

/** What has been opened, to be closed in reverse order. */
export class Closing {
  private readonly steps: Step[] = [];
  private running: Promise<void> | undefined;

  constructor(private readonly logger: Logger) {}

  /** `close` will run before everything added so far. */
  add(name: string, close: Step['close']): void {
    this.steps.push({ name, close });
  }

  /** Closes everything, also when some of it fails; rejects with the first failure. The second call awaits the first. */
  run(): Promise<void> {
    this.running ??= this.closeAll();
    return this.running;
  }

  private async closeAll(): Promise<void> {
    const failures: unknown[] = [];
    for (const { name, close } of this.steps.reverse()) {
      try {
        await close();
      } catch (error) {
        failures.push(error);
        this.logger.error({ err: error }, `closing failed: ${name}`);
      }
    }
    if (failures.length > 0) throw failures[0];
  }
}
