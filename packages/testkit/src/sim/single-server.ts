import type { Dice } from './dice.js';
import type { EngineTap } from './engine-tap.js';
import type { History } from './history.js';
import type { Reachable } from './network.js';
import { SimProcess } from './process.js';
import type { Content, Product, ProductEngine, ProductRecords } from './product.js';
import type { Scheduler } from './scheduler.js';
import { breakSockets, COUNTERS, complainingLogger, type Servers } from './servers.js';

interface Running extends Reachable {
  readonly engine: ProductEngine;
  readonly records: ProductRecords;
}

export interface ServerParts {
  readonly product: Product;
  readonly scheduler: Scheduler;
  readonly dice: Dice;
  readonly history: History;
  readonly tap: EngineTap;
  readonly settings: Readonly<Record<string, unknown>>;
  readonly limits: Readonly<Record<string, number>>;
  readonly trace: (who: string, text: () => string) => void;
}

/**
 * One server as people run it: node, engine and records in one process. It is killed, which loses what was not flushed and
 * all live entries, or drained and started again on the same content.
 */
export class SingleServer implements Servers {
  nodes: readonly Reachable[] = [];
  private running: Running | undefined;
  private content: Content = new Map();
  private flushMs: number;
  private starts = 0;
  private isStopping = false;
  private isCalm = false;

  constructor(private readonly parts: ServerParts) {
    this.flushMs = parts.dice.pick([1, 5, 30]);
  }

  start(): void {
    const { product, scheduler, dice, tap, settings, limits, history, trace } = this.parts;
    this.starts += 1;
    this.isStopping = false;
    const process = new SimProcess(scheduler, `server${this.starts}`);
    const logger = complainingLogger(process, history.complaints, trace);
    const records = product.createRecords({
      content: this.content,
      flush: () => new Promise((done) => process.after(dice.between(0.5, 1.5) * this.flushMs, done)),
    });
    const engine = product.createEngine({ records, time: process, counters: COUNTERS, logger, limits });
    const run = async (): Promise<void> => {
      await engine.open();
      const node = product.createNode({
        engine: tap.wrap(engine.connect()),
        time: process,
        chance: dice.for(process.name),
        secret: new Uint8Array(32),
        logger,
        counters: COUNTERS,
        apps: [],
        settings,
      });
      await node.start();
      this.running = { process, node, engine, records, connections: new Set() };
      this.nodes = [this.running];
      trace(process.name, () => 'started');
    };
    run().catch((error: unknown) => history.complaints.push(`${process.name} does not start: ${error}`));
  }

  hurt(): void {
    const { dice, trace } = this.parts;
    const { running } = this;
    if (!running || this.isStopping) return;
    const { process } = running;
    const what = dice.weighted({ kill: 3, drain: 3, stall: 3, jump: 1, slowDisk: 2 });
    trace(process.name, () => `fault: ${what}`);
    if (what === 'kill') this.#kill(running);
    else if (what === 'drain') this.#drain(running);
    else if (what === 'stall') process.stall(dice.pick([200, 1000, 4000, 12_000]) * dice.between(0.5, 1));
    else if (what === 'jump') process.jumpWall(dice.pick([-3_600_000, -5000, 5000, 40_000]));
    else this.flushMs = dice.pick([1, 30, 300, 1500]);
  }

  heal(): void {
    this.isCalm = true;
    this.flushMs = 5;
  }

  census(): Readonly<Record<string, number>> {
    return this.running ? { ...this.running.node.census, ...this.running.engine.sizes() } : {};
  }

  #kill({ process, records, connections }: Running): void {
    const { dice, history, scheduler } = this.parts;
    this.running = undefined;
    this.nodes = [];
    process.kill();
    this.content = records.crash();
    history.crashes.push(scheduler.nowMs);
    const isPowerLoss = dice.happens(0.3);
    breakSockets(connections, () => (isPowerLoss ? undefined : dice.between(1, 50)));
    this.#startLater();
  }

  #drain(running: Running): void {
    const { process, node, engine, records, connections } = running;
    const { history, dice } = this.parts;
    this.isStopping = true;
    const stop = async (): Promise<void> => {
      await node.drain();
      await node.stop();
      await engine.close({ graceful: true });
      await records.close();
      // Killed while it drained: that was the end of it.
      if (!process.isAlive) return;
      this.running = undefined;
      this.nodes = [];
      process.kill();
      this.content = records.content;
      breakSockets(connections, () => dice.between(1, 50));
      this.#startLater();
    };
    stop().catch((error: unknown) => {
      if (process.isAlive) history.complaints.push(`${process.name} does not stop: ${error}`);
    });
    // A supervisor that is impatient, or somebody who stumbles over the cable.
    if (dice.happens(0.2)) {
      process.after(dice.between(0, 2000), () => {
        if (this.running === running) this.#kill(running);
      });
    }
  }

  #startLater(): void {
    const { dice, scheduler } = this.parts;
    const downMs = this.isCalm ? 100 : dice.pick([50, 500, 3000]) * dice.between(0.5, 1);
    scheduler.at(scheduler.nowMs + downMs, () => this.start());
  }
}
