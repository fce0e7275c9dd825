import type { Counters, Engine, Records } from 'ar-rtm-server/ports';

/** Bounds that the suites set low, so that they are reached. An engine takes over those that it knows. */
export interface SuiteLimits {
  readonly leaseMs?: number;
  readonly channelLogMs?: number;
  readonly channelLogEntries?: number;
  readonly channelLogBytes?: number;
  readonly membersReported?: number;
  readonly emptyChannelMs?: number;
  readonly inboxLiveEntries?: number;
  readonly inboxLiveBytes?: number;
  readonly offlineEntries?: number;
  readonly requestEntries?: number;
  readonly requestMs?: number;
  readonly historyMs?: number;
  readonly historyEntries?: number;
  readonly historyBytes?: number;
}

/** One running engine, for the conformance suites. */
export interface EngineUnderTest {
  /** The ports of one more node, not registered yet. */
  connect(): Engine;
  /** Lets time pass. */
  advance(ms: number): Promise<void>;
  /** Waits until feeds and notices of all answered calls have been delivered. */
  settle(): Promise<void>;
  /** Sets the wall clock forward or back. */
  jumpWall(byMs: number): void;
  /** How often a counter was raised. */
  counted(name: Parameters<Counters['add']>[0]): number;
  close(): Promise<void>;
}

/** Makes an engine without any content. */
export type EngineFactory = (limits?: SuiteLimits) => Promise<EngineUnderTest>;

/** An engine that keeps something over a restart. After one, `connect` gives ports of the new run; old ports are dead. */
export interface RestartableEngine extends EngineUnderTest {
  /** Stops gracefully and starts again; meanwhile `downMs` pass on the wall clock. */
  restart(downMs?: number): Promise<void>;
  /** Ends as by `kill -9`, losing what was not flushed, and starts again. */
  crash(downMs?: number): Promise<void>;
}

export type RestartableEngineFactory = (limits?: SuiteLimits) => Promise<RestartableEngine>;

/** Records for the suite of that port. */
export interface RecordsUnderTest {
  readonly records: Records;
  /** Closes and opens again. */
  reopen(): Promise<Records>;
  /** Ends as by `kill -9` and opens again: what was not flushed may be lost. */
  crash(): Promise<Records>;
  /** Removes everything. */
  dispose(): Promise<void>;
}

export type RecordsFactory = () => Promise<RecordsUnderTest>;
