import type { CounterName } from 'ar-rtm-server/ports';
import { FakeTime } from 'ar-rtm-testkit';
import {
  describeAttributeRestart,
  describeCallRestart,
  describeCalls,
  describeDirectoryRestart,
  describeHistory,
  describeHistoryRestart,
  describeMediaIndex,
  describeMediaIndexRestart,
  describeRestart,
  describeRestartModel,
  describeTokensRestart,
  type RestartableEngine,
  type SuiteLimits,
} from 'ar-rtm-testkit/engine';
import type { LmdbRecords } from '../../src/engines/lmdb/index.js';
import { LocalEngine } from '../../src/engines/local/index.js';
import { crashImage, newDirectory, openRecords, Seen } from '../storage/support/storage.js';

/** The local engine as it is used: over LMDB records on a real disk. Only its time is moved by hand. */
class DurableHarness implements RestartableEngine {
  readonly #time = new FakeTime();
  readonly #seen = new Seen();
  readonly #limits: SuiteLimits;
  #dir = newDirectory();
  #records: LmdbRecords | undefined;
  #engine: LocalEngine | undefined;

  constructor(limits: SuiteLimits) {
    this.#limits = limits;
  }

  async open(): Promise<this> {
    this.#records = await openRecords(this.#dir);
    this.#engine = new LocalEngine({
      records: this.#records,
      time: this.#time,
      logger: this.#seen,
      counters: this.#seen,
      limits: this.#limits,
    });
    await this.#engine.open();
    return this;
  }

  connect() {
    if (!this.#engine) throw new Error('not open');
    return this.#engine.connect();
  }

  /** What the sweep writes behind is on the disk afterwards: the disk's time is not moved by hand. */
  async advance(ms: number): Promise<void> {
    await this.#time.advance(ms);
    await this.#records?.flushed();
  }

  settle(): Promise<void> {
    return this.#time.settle();
  }

  jumpWall(byMs: number): void {
    this.#time.jumpWall(byMs);
  }

  counted(name: CounterName): number {
    return this.#seen.counts.get(name) ?? 0;
  }

  async restart(downMs = 0): Promise<void> {
    await this.#engine?.close({ graceful: true });
    await this.#records?.close();
    this.#time.jumpWall(downMs);
    await this.open();
  }

  async crash(downMs = 0): Promise<void> {
    this.#dir = crashImage(this.#dir);
    await this.close();
    this.#time.jumpWall(downMs);
    await this.open();
  }

  async close(): Promise<void> {
    await this.#engine?.close({ graceful: false });
    await this.#records?.close();
  }
}

const factory = (limits: SuiteLimits = {}) => new DurableHarness(limits).open();

describeRestart('local engine over LMDB', factory);
describeAttributeRestart('local engine over LMDB', factory);
describeTokensRestart('local engine over LMDB', factory);
describeDirectoryRestart('local engine over LMDB', factory);
describeHistory('local engine over LMDB', factory);
describeHistoryRestart('local engine over LMDB', factory);
describeCalls('local engine over LMDB', factory);
describeCallRestart('local engine over LMDB', factory);
describeMediaIndex('local engine over LMDB', factory);
describeMediaIndexRestart('local engine over LMDB', factory);
describeRestartModel('local engine over LMDB', factory, 3);
