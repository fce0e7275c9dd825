import { EngineUnavailable } from '../ports/engine-error.js';
import type { NodeContext } from './context.js';
import { pause } from './engine-failure.js';

const RETRY_MS = 500;

/** Takes ended sessions out of their channels, however long the engine takes to answer. */
export class Departures {
  private pending = 0;

  constructor(private readonly context: NodeContext) {}

  get size(): number {
    return this.pending;
  }

  add(appId: string, uid: string, ended: { readonly session: number; readonly channels: readonly string[] }): void {
    this.pending++;
    void this.run(appId, uid, ended.session, [...ended.channels]).finally(() => {
      this.pending--;
    });
  }

  private async run(appId: string, uid: string, session: number, channels: string[]): Promise<void> {
    const { engine, settings, time, counters, logger } = this.context;
    const timeoutMs = settings.engineTimeoutMs;
    for (;;) {
      try {
        while (channels.length > 0) {
          await engine.channels.leave({ appId, channelId: channels[0] as string, uid, session, timeoutMs });
          channels.shift();
        }
        await engine.registry.settle({ appId, uid, session, timeoutMs });
        return;
      } catch (error) {
        if (!(error instanceof EngineUnavailable)) {
          logger.error({ err: error }, 'taking an ended session out of its channels failed');
          return;
        }
        counters.add('engine_failures');
        await pause(time, RETRY_MS);
      }
    }
  }
}
