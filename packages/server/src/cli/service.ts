import type { Logger } from '../ports/index.js';

interface Closable {
  close(): Promise<void>;
}

interface Stoppable {
  stop(): Promise<void>;
}

/** The two steps of a start. */
export interface ServiceSteps<Storage extends Closable, Server extends Stoppable> {
  /** May take long, while another process has the data; is to reject soon after `giveUp` was called. */
  open(): Promise<Storage>;
  /** Nobody waits for `open` any more. */
  giveUp(): void;
  /** Has closed the storage when it rejects; closes it with the server. */
  start(storage: Storage): Promise<Server>;
}

/**
 * The life of the program from its start to its end. The end may be asked for at any time: what is being opened then is
 * awaited and closed, so that the next start finds the data as a graceful stop leaves them.
 */
export class Service<Storage extends Closable, Server extends Stoppable> {
  private starting: Promise<Server | undefined> | undefined;
  private ending: Promise<void> | undefined;

  /** `exit` ends the process. */
  constructor(
    private readonly steps: ServiceSteps<Storage, Server>,
    private readonly logger: Logger,
    private readonly exit: (code: number) => void,
  ) {}

  /** The end has been asked for. */
  get isEnding(): boolean {
    return this.ending !== undefined;
  }

  /** The running server; nothing when the end was asked for meanwhile. */
  async start(): Promise<Server | undefined> {
    this.starting = this.begin();
    try {
      const server = await this.starting;
      return this.isEnding ? undefined : server;
    } catch (error) {
      if (!this.isEnding) throw error;
      return undefined;
    }
  }

  /** Stops what runs or is about to, and ends the process. Only the first call counts. */
  end(exitCode: number, reason: string): Promise<void> {
    this.ending ??= this.finish(exitCode, reason);
    return this.ending;
  }

  private async begin(): Promise<Server | undefined> {
    const storage = await this.steps.open();
    if (!this.isEnding) return this.steps.start(storage);
    await storage.close();
    return undefined;
  }

  private async finish(exitCode: number, reason: string): Promise<void> {
    this.logger.info({ reason }, 'stopping');
    try {
      this.steps.giveUp();
      const server = await this.started();
      await server?.stop();
      this.logger.info({}, 'stopped');
      this.exit(exitCode);
    } catch (error) {
      this.logger.error({ err: error }, 'stopping failed');
      this.exit(1);
    }
  }

  private async started(): Promise<Server | undefined> {
    try {
      return await this.starting;
    } catch (error) {
      this.logger.info({ err: error }, 'the start was given up');
      return undefined;
    }
  }
}
