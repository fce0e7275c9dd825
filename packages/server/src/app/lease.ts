import { CLOSE_CODE } from 'ar-rtm-protocol';
import { EngineUnavailable } from '../ports/engine-error.js';
import type { Cancel } from '../ports/time.js';
import type { NodeContext } from './context.js';
import type { Departures } from './departures.js';
import type { SessionHost } from './session-host.js';

/** Sessions adopted in one call. */
const ADOPT_LIMIT = 200;
const ADOPT_EVERY_MS = 1000;
/** The share of the lease after which a node that could not renew gives up its sockets, before others may take over. */
const GIVE_UP_AT = 0.7;

/** This node's lease: registered, renewed, lost, taken up again (design 3). */
export class Lease {
  private renewedMs = 0;
  private lastRunMs = 0;
  private leaseMs = 0;
  private held = false;
  private busy = false;
  private ended = false;
  private timers: Cancel[] = [];

  constructor(
    private readonly context: NodeContext,
    private readonly sessions: SessionHost,
    private readonly departures: Departures,
  ) {}

  /** Whether this node may host sessions. */
  get isHeld(): boolean {
    return this.held;
  }

  /** Whether the lease can be good now: after a pause of this process, it may be over and nobody has noticed yet. */
  get isGood(): boolean {
    return this.held && this.context.time.monotonicMs() - this.renewedMs <= this.leaseMs;
  }

  /** Registers and takes over what a former node left. Rejects when the engine cannot be reached. */
  async begin(): Promise<void> {
    await this.register();
    await this.adopt();
    if (this.ended) return;
    this.timers.push(this.context.time.every(Math.max(50, this.leaseMs / 5), () => this.run(() => this.renew())));
    this.timers.push(this.context.time.every(ADOPT_EVERY_MS, () => this.run(() => this.adopt())));
  }

  /** Stops renewing and lets others take over at once. What is under way at the engine has no effect any more. */
  async end(): Promise<void> {
    this.ended = true;
    for (const cancel of this.timers.splice(0)) cancel();
    if (!this.held) return;
    this.held = false;
    await this.release();
  }

  private async release(): Promise<void> {
    const { engine, nodeId, settings } = this.context;
    await engine.nodes.release({ nodeId, timeoutMs: settings.engineTimeoutMs });
  }

  private async register(): Promise<void> {
    const { engine, nodeId, settings, time } = this.context;
    const asked = time.monotonicMs();
    this.leaseMs = (await engine.nodes.register({ nodeId, timeoutMs: settings.engineTimeoutMs })).leaseMs;
    // Taken behind the end: nobody would renew it, and others would wait until it lapses.
    if (this.ended) return this.release();
    this.renewedMs = this.lastRunMs = asked;
    this.held = true;
  }

  private async renew(): Promise<void> {
    const { engine, nodeId, settings, time, logger } = this.context;
    const asked = time.monotonicMs();
    if (!this.held) {
      // The engine may still count this node's sessions as hosted: let go of them, so that they are adopted, here or elsewhere.
      await this.release();
      if (this.ended) return;
      await this.register();
      if (!this.held) return;
      logger.info({ nodeId }, 'lease taken up again');
      return;
    }
    try {
      const { renewed } = await engine.nodes.renew({ nodeId, timeoutMs: settings.engineTimeoutMs });
      if (this.ended) return;
      if (renewed) this.renewedMs = asked;
      else this.lose('the lease had lapsed');
    } catch (error) {
      if (!(error instanceof EngineUnavailable)) throw error;
      this.context.counters.add('engine_failures');
    }
    this.checkAge();
  }

  private checkAge(): void {
    const age = this.context.time.monotonicMs() - this.renewedMs;
    if (this.held && age > this.leaseMs * GIVE_UP_AT) this.lose('the engine cannot be reached');
  }

  private lose(reason: string): void {
    this.held = false;
    this.context.logger.warn({ nodeId: this.context.nodeId, sessions: this.sessions.size }, `lease lost: ${reason}`);
    this.sessions.abandonAll(CLOSE_CODE.SERVICE_RESTART, 'the node lost its lease');
  }

  private async adopt(): Promise<void> {
    const { engine, nodeId, settings, logger } = this.context;
    while (this.held) {
      const { orphans, unsettled } = await engine.nodes.adopt({
        nodeId,
        limit: ADOPT_LIMIT,
        timeoutMs: settings.engineTimeoutMs,
      });
      // They go to the next node: this one has let go of its lease, or lost it, while the engine answered.
      if (!this.held) return;
      for (const orphan of orphans) this.sessions.adopt(orphan);
      for (const { appId, uid, session, channels } of unsettled) this.departures.add(appId, uid, { session, channels });
      if (orphans.length > 0) logger.info({ sessions: orphans.length }, 'sessions of a former node taken over');
      if (orphans.length + unsettled.length < ADOPT_LIMIT) return;
    }
  }

  /** One at a time; a failure of the engine is only counted, since the next turn tries again. */
  private run(step: () => Promise<void>): void {
    const now = this.context.time.monotonicMs();
    // After a stall of this process the engine is asked first: the lease may be as good as before.
    const stalled = now - this.lastRunMs > this.leaseMs / 2;
    this.lastRunMs = now;
    if (!stalled) this.checkAge();
    if (this.busy) return;
    this.busy = true;
    step()
      .catch((error: unknown) => {
        if (error instanceof EngineUnavailable) this.context.counters.add('engine_failures');
        else this.context.logger.error({ err: error }, 'keeping the lease failed');
      })
      .finally(() => {
        this.busy = false;
      });
  }
}
