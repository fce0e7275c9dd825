import { FaultyNetwork, NO_FAULTS } from '../engine/faulty-engine.js';
import type { Reachable } from './network.js';
import { SimProcess } from './process.js';
import type { ProductEngine } from './product.js';
import { breakSockets, COUNTERS, complainingLogger, type Servers, throughProcess } from './servers.js';
import type { ServerParts } from './single-server.js';

interface Running extends Reachable {
  readonly name: string;
  isStopping: boolean;
}

/** A start that fails, because the engine is out of reach, is tried again after this time. */
const START_AGAIN_MS = 500;

/**
 * Several nodes over one engine, as with a shared broker: the engine stays, nodes die, drain, stall, or are cut off from it
 * until they lose their lease.
 */
export class ClusterServers implements Servers {
  private readonly running = new Set<Running>();
  private readonly between: FaultyNetwork;
  private readonly engine: ProductEngine;
  private starts = 0;
  private isCalm = false;

  constructor(
    private readonly parts: ServerParts,
    private readonly size: number,
  ) {
    const { product, scheduler, dice, limits, history, trace } = parts;
    const process = new SimProcess(scheduler, 'engine');
    this.between = new FaultyNetwork({ time: process, chance: dice.for('between') });
    const logger = complainingLogger(process, history.complaints, trace);
    const flushMs = dice.pick([1, 5, 30]);
    const records = product.createRecords({
      content: new Map(),
      flush: () => new Promise((done) => process.after(dice.between(0.5, 1.5) * flushMs, done)),
    });
    this.engine = product.createEngine({ records, time: process, counters: COUNTERS, logger, limits });
  }

  get nodes(): readonly Reachable[] {
    return [...this.running];
  }

  start(): void {
    const ready = async (): Promise<void> => {
      await this.engine.open();
      for (let i = 0; i < this.size; i += 1) this.#startNode();
    };
    ready().catch((error: unknown) => this.parts.history.complaints.push(`the engine does not open: ${error}`));
  }

  hurt(): void {
    const { dice, scheduler, trace } = this.parts;
    const what = dice.weighted({ kill: 2, drain: 2, partition: 3, stall: 2, jump: 1, unreliable: 3, reliable: 1 });
    const victims = [...this.running].filter(({ isStopping }) => !isStopping);
    if (victims.length === 0) return;
    const victim = dice.pick(victims);
    trace(victim.name, () => `fault: ${what}`);
    if (what === 'kill') this.#kill(victim);
    else if (what === 'drain') this.#drain(victim);
    else if (what === 'partition') {
      this.between.partition(victim.name);
      const healsMs = dice.pick([500, 3000, 9000, 20_000]) * dice.between(0.5, 1);
      scheduler.at(scheduler.nowMs + healsMs, () => {
        if (victim.process.isAlive) this.between.heal(victim.name);
      });
    } else if (what === 'stall') victim.process.stall(dice.pick([200, 1000, 4000, 12_000]) * dice.between(0.5, 1));
    else if (what === 'jump') victim.process.jumpWall(dice.pick([-10_000, -1000, 1000, 10_000]));
    else this.between.faults = what === 'unreliable' ? this.#someFaults() : { ...NO_FAULTS, feedDelayMs: 5 };
  }

  heal(): void {
    this.isCalm = true;
    this.between.faults = NO_FAULTS;
    for (const { name } of this.running) this.between.heal(name);
  }

  census(): Readonly<Record<string, number>> {
    const sum: Record<string, number> = { ...this.engine.sizes() };
    for (const { node } of this.running) {
      for (const [kind, count] of Object.entries(node.census)) sum[kind] = (sum[kind] ?? 0) + count;
    }
    return sum;
  }

  #startNode(): void {
    const { product, scheduler, dice, tap, settings, history, trace } = this.parts;
    this.starts += 1;
    const name = `node${this.starts}`;
    const process = new SimProcess(scheduler, name);
    const node = product.createNode({
      engine: throughProcess(this.between.wrap(name, tap.wrap(this.engine.connect())), process),
      time: process,
      chance: dice.for(name),
      secret: new Uint8Array(32),
      logger: complainingLogger(process, history.complaints, trace),
      counters: COUNTERS,
      apps: [],
      settings,
    });
    node.start().then(
      () => {
        this.running.add({ name, process, node, connections: new Set(), isStopping: false });
        trace(name, () => 'started');
      },
      () => {
        process.kill();
        this.between.partition(name);
        scheduler.at(scheduler.nowMs + START_AGAIN_MS, () => this.#startNode());
      },
    );
  }

  #kill(victim: Running): void {
    const { dice } = this.parts;
    this.running.delete(victim);
    victim.process.kill();
    this.between.partition(victim.name);
    const isPowerLoss = dice.happens(0.3);
    breakSockets(victim.connections, () => (isPowerLoss ? undefined : dice.between(1, 50)));
    this.#startLater();
  }

  #drain(victim: Running): void {
    const { dice, history } = this.parts;
    const { process, node, name } = victim;
    victim.isStopping = true;
    const end = (): void => {
      if (this.running.has(victim)) this.#kill(victim);
    };
    const stop = async (): Promise<void> => {
      await node.drain();
      await node.stop();
      end();
    };
    // Without the engine a node cannot say that it goes; its lease lapses.
    stop().catch((error: unknown) => {
      if (process.isAlive && !String(error).includes('EngineUnavailable')) {
        history.complaints.push(`${name} does not stop: ${error}`);
      }
      end();
    });
    if (dice.happens(0.2)) process.after(dice.between(0, 2000), end);
  }

  #startLater(): void {
    const { dice, scheduler } = this.parts;
    const downMs = this.isCalm ? 100 : dice.pick([50, 500, 3000]) * dice.between(0.5, 1);
    scheduler.at(scheduler.nowMs + downMs, () => this.#startNode());
  }

  #someFaults() {
    const { dice } = this.parts;
    const rate = () => (dice.happens(0.4) ? dice.between(0, 0.1) : 0);
    return {
      callDelayMs: dice.pick([0, 5, 50, 500]),
      answerDelayMs: dice.pick([0, 5, 50, 500]),
      feedDelayMs: dice.pick([0, 5, 50, 1000]),
      feedsInOrder: dice.happens(0.5),
      failBefore: rate(),
      failAfter: rate(),
      loseFeeds: rate(),
      loseNotices: rate(),
    };
  }
}
