import type { CounterName, Logger } from 'ar-rtm-server/ports';
import { FakeTime } from 'ar-rtm-testkit';
import type { RestartableEngine, SuiteLimits } from 'ar-rtm-testkit/engine';
import { LocalEngine, type LocalLimits } from '../../src/engines/local/index.js';
import { MemoryRecords } from '../../src/engines/memory/memory-records.js';

const SILENT: Logger = {
  error: () => undefined,
  warn: () => undefined,
  info: () => undefined,
  debug: () => undefined,
  child: () => SILENT,
};

/** The local engine over records in memory and a clock moved by hand. */
export class LocalHarness implements RestartableEngine {
  readonly time = new FakeTime();
  readonly #limits: Partial<LocalLimits>;
  readonly #counts = new Map<CounterName, number>();
  #flush: (() => Promise<void>) | undefined;
  records: MemoryRecords;
  engine: LocalEngine;

  private constructor(limits: Partial<LocalLimits>) {
    this.#limits = limits;
    this.records = new MemoryRecords({ flush: () => this.#flush?.() ?? Promise.resolve() });
    this.engine = this.#newEngine();
  }

  static async open(limits: SuiteLimits & Partial<LocalLimits> = {}): Promise<LocalHarness> {
    const harness = new LocalHarness(limits);
    await harness.engine.open();
    return harness;
  }

  /** Holds flushes back until the returned function is called. */
  holdFlushes(): () => void {
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    this.#flush = () => held;
    return () => {
      this.#flush = undefined;
      release();
    };
  }

  failFlushes(): void {
    this.#flush = () => Promise.reject(new Error('the disk of the test fails'));
  }

  healFlushes(): void {
    this.#flush = undefined;
  }

  connect() {
    return this.engine.connect();
  }

  advance(ms: number): Promise<void> {
    return this.time.advance(ms);
  }

  settle(): Promise<void> {
    return this.time.settle();
  }

  jumpWall(byMs: number): void {
    this.time.jumpWall(byMs);
  }

  counted(name: CounterName): number {
    return this.#counts.get(name) ?? 0;
  }

  async restart(downMs = 0): Promise<void> {
    await this.engine.close({ graceful: true });
    await this.records.close();
    await this.#start(downMs);
  }

  async crash(downMs = 0): Promise<void> {
    this.records.crash();
    await this.engine.close({ graceful: false });
    await this.#start(downMs);
  }

  async close(): Promise<void> {
    await this.engine.close({ graceful: false });
  }

  async #start(downMs: number): Promise<void> {
    this.time.jumpWall(downMs);
    this.records = new MemoryRecords({
      content: this.records.content,
      flush: () => this.#flush?.() ?? Promise.resolve(),
    });
    this.engine = this.#newEngine();
    await this.engine.open();
  }

  #newEngine(): LocalEngine {
    const counters = {
      add: (name: CounterName, amount = 1) => this.#counts.set(name, this.counted(name) + amount),
    };
    const { records, time } = this;
    return new LocalEngine({ records, time, counters, logger: SILENT, limits: this.#limits });
  }
}
