import type { Cancel, Counters, Engine, Logger, Records, Time } from '../../ports/index.js';
import { Core } from './core.js';
import { cleanEpoch, runningEpoch, startEpoch } from './epoch.js';
import { type LocalLimits, localLimits } from './limits.js';
import { LocalAttributes } from './local-attributes.js';
import { LocalCalls } from './local-calls.js';
import { LocalChannels } from './local-channels.js';
import { LocalDirectory } from './local-directory.js';
import { LocalHistory } from './local-history.js';
import { LocalInboxes } from './local-inboxes.js';
import { LocalMedia } from './local-media.js';
import { LocalNodes } from './local-nodes.js';
import { LocalPresence } from './local-presence.js';
import { LocalRegistry } from './local-registry.js';
import { restoreRecords } from './restore.js';
import type { Handlers } from './state.js';
import { removeTails, restoreTails, writeTails } from './tails.js';

export interface LocalEngineOptions {
  /** What the engine keeps. It is not closed with the engine. */
  readonly records: Records;
  readonly time: Time;
  readonly counters: Counters;
  readonly logger: Logger;
  readonly limits?: Partial<LocalLimits>;
}

/** How much is in memory, by kind; for metrics, and for the test that nothing is left over. */
export type EngineSizes = Readonly<
  Record<
    | 'users'
    | 'channels'
    | 'watched'
    | 'histories'
    | 'boxes'
    | 'unsettled'
    | 'calls'
    | 'tickets'
    | 'superseded'
    | 'reconnecting'
    | 'leases'
    | 'waits',
    number
  >
>;

/**
 * The engine of one process: any number of nodes in it share one state in memory, and what has to survive is in the
 * records. Every step of one user or channel is one turn of the event loop, so it needs no locks; feeds and notices of
 * the step have been delivered when its call answers, unless the call was made by a handler of one.
 *
 * `timeoutMs` of a call bounds waiting for the disk, the only thing that takes time here.
 */
export class LocalEngine {
  readonly #options: LocalEngineOptions;
  readonly #limits: LocalLimits;
  #core: Core | undefined;
  #stopSweeping: Cancel = () => undefined;

  constructor(options: LocalEngineOptions) {
    this.#options = options;
    this.#limits = localLimits(options.limits);
  }

  /**
   * Reads the records and raises the epoch unless the last stop was graceful. Resolves when the new epoch is on disk:
   * no position of it has been given before.
   */
  async open(): Promise<void> {
    if (this.#core) throw new Error('the engine is open');
    const { records, time, logger } = this.#options;
    const start = startEpoch(records);
    const core = new Core(this.#options, this.#limits, start);
    restoreRecords(core, records);
    if (start.isContinued) restoreTails(core, records);
    // The epoch first: a crash between the two writes must not be taken for a graceful stop.
    await records.write(runningEpoch(core.epoch));
    await records.write([...removeTails(records), ...core.sessionRecords.takeAll()]);
    this.#core = core;
    this.#stopSweeping = time.every(this.#limits.sweepMs, () => core.sweep());
    logger.info({ epoch: core.epoch, continued: start.isContinued, sessions: core.users.size }, 'local engine open');
  }

  /** The engine as one node sees it. The node is bound to these ports by `nodes.register`. */
  connect(): Engine {
    const core = this.#mustHaveCore();
    const handlers: Handlers = {
      inbox: () => undefined,
      channel: () => undefined,
      presence: () => undefined,
      notice: () => undefined,
    };
    return {
      nodes: new LocalNodes(core, handlers),
      registry: new LocalRegistry(core),
      inboxes: new LocalInboxes(core, handlers),
      channels: new LocalChannels(core, handlers),
      attributes: new LocalAttributes(core),
      presence: new LocalPresence(core, handlers),
      history: new LocalHistory(core),
      calls: new LocalCalls(core),
      media: new LocalMedia(core),
      directory: new LocalDirectory(core),
    };
  }

  /**
   * Stops: every later call is refused. `graceful` writes all that the next start needs to go on without a gap, and
   * resolves when it is on disk; without it this is a crash, as far as the records go.
   */
  async close({ graceful }: { readonly graceful: boolean }): Promise<void> {
    const core = this.#core;
    if (!core?.isOpen) return;
    core.isOpen = false;
    this.#stopSweeping();
    if (graceful) {
      const { records, logger } = this.#options;
      await writeTails(core, records);
      const { epoch, serial, versions, highWater } = core;
      await records.write(
        cleanEpoch({ epoch, serial: serial.last, versionSerial: versions.last, highWater: highWater.offset }),
      );
      logger.info({ epoch }, 'local engine closed');
    }
    core.durability.abandon();
  }

  sizes(): EngineSizes {
    const core = this.#mustHaveCore();
    return {
      users: core.users.size,
      channels: core.channels.size,
      watched: core.presence.size,
      histories: core.histories.size,
      boxes: core.boxes.size,
      unsettled: core.unsettled.size,
      calls: core.calls.size,
      tickets: core.tickets.size,
      superseded: core.superseded.size,
      reconnecting: core.reconnecting.size,
      leases: core.leases.size,
      waits: core.durability.size,
    };
  }

  #mustHaveCore(): Core {
    if (!this.#core) throw new Error('the engine is not open');
    return this.#core;
  }
}
