import { type RTMException, RtmInterruptedError } from '../errors.js';
import type { Clock } from '../ports.js';

interface Item {
  readonly run: () => void;
  /** What follows waits until the reactions of a promise settled by this item have run. */
  readonly isSettlement: boolean;
}

/**
 * The one way from the core to the application (api.md 4.0). Events and settlements of promises leave in the order of
 * their causes, in macrotasks, never from inside an API call; after a settlement the rest waits for the next macrotask,
 * so that a listener added right after `await` is not too late.
 *
 * While a session is being restored, its events are held back: they follow `CONNECTED` (api.md 7.3).
 */
export class EventQueue {
  private items: Item[] = [];
  private held: (() => void)[] | undefined;
  private isScheduled = false;

  constructor(private readonly clock: Pick<Clock, 'macrotask'>) {}

  /** An event of the session. */
  push(run: () => void): void {
    if (this.held) this.held.push(run);
    else this.add(run);
  }

  /** An event about the session; it is not held back. */
  announce(run: () => void): void {
    this.add(run);
  }

  /** The direct result of a synchronous call: in a microtask, unless something is waiting that was caused before. */
  announceSoon(run: () => void): void {
    if (this.items.length > 0) this.add(run);
    else void Promise.resolve().then(run);
  }

  /** Settles a promise. */
  settle(run: () => void): void {
    this.add(run, true);
  }

  /** Rejects a promise: as any other settlement, or at once when the session has ended, or the application has ended it. */
  reject(error: RTMException, reject: (error: RTMException) => void): void {
    if (error instanceof RtmInterruptedError) reject(error);
    else this.settle(() => reject(error));
  }

  /** Holds back events of the session until {@link EventQueue.release}. */
  hold(): void {
    this.held ??= [];
  }

  /** Forgets what was held back: the session was not restored. */
  discard(): void {
    this.held = undefined;
  }

  release(): void {
    const held = this.held ?? [];
    this.held = undefined;
    for (const run of held) this.push(run);
  }

  private add(run: () => void, isSettlement = false): void {
    this.items.push({ run, isSettlement });
    this.schedule();
  }

  private schedule(): void {
    if (this.isScheduled) return;
    this.isScheduled = true;
    this.clock.macrotask(() => this.drain());
  }

  /** Runs what is waiting now; what that causes is for the next macrotask. */
  private drain(): void {
    this.isScheduled = false;
    const batch = this.items;
    this.items = [];
    for (let item = batch.shift(); item; item = item.isSettlement ? undefined : batch.shift()) item.run();
    this.items = [...batch, ...this.items];
    if (this.items.length > 0) this.schedule();
  }
}
