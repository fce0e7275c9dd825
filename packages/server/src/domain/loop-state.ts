/**
 * Whether the process keeps up with its work, from how late its regular tick is.
 *
 * ```
 * in-time --late--> late --late for LATE_MS--> overloaded --in time--> recovering --in time for IN_TIME_MS--> in-time
 *    ^---in time-----|                              ^------late-----------|
 * ```
 */
export type LoopState = 'in-time' | 'late' | 'overloaded' | 'recovering';

export type LoopEvent = 'late' | 'in-time' | 'late-for-long' | 'in-time-for-long';

const TABLE: Readonly<Record<LoopState, Readonly<Partial<Record<LoopEvent, LoopState>>>>> = {
  'in-time': { late: 'late', 'late-for-long': 'late' },
  late: { 'in-time': 'in-time', 'in-time-for-long': 'in-time', 'late-for-long': 'overloaded' },
  overloaded: { 'in-time': 'recovering', 'in-time-for-long': 'recovering' },
  recovering: { late: 'overloaded', 'late-for-long': 'overloaded', 'in-time-for-long': 'in-time' },
};

export const LOOP_STATES = Object.keys(TABLE) as readonly LoopState[];
export const LOOP_EVENTS: readonly LoopEvent[] = ['late', 'in-time', 'late-for-long', 'in-time-for-long'];

/** The next state, or `undefined` when the event means nothing in this one. */
export function nextLoopState(state: LoopState, event: LoopEvent): LoopState | undefined {
  return TABLE[state][event];
}

const LATE_MS = 2000;
const IN_TIME_MS = 1000;

/** Fed with the lateness of each tick. Pure: the caller brings the time. */
export class LoopWatch {
  private current: LoopState = 'in-time';
  private sinceMs = 0;

  constructor(private readonly limitMs: number) {}

  get state(): LoopState {
    return this.current;
  }

  get isOverloaded(): boolean {
    return this.current === 'overloaded' || this.current === 'recovering';
  }

  /**
   * A tick came so late. One long pause, such as that of a suspended process, is one late tick, and no overload. Answers
   * whether the overload has begun or ended with it.
   */
  ticked(lateMs: number, nowMs: number): 'began' | 'ended' | undefined {
    const isLate = lateMs > this.limitMs;
    const isLong = nowMs - this.sinceMs >= (isLate ? LATE_MS : IN_TIME_MS);
    const before = this.isOverloaded;
    this.apply(isLate ? (isLong ? 'late-for-long' : 'late') : isLong ? 'in-time-for-long' : 'in-time', nowMs);
    if (before === this.isOverloaded) return undefined;
    return before ? 'ended' : 'began';
  }

  /** The one setter of the state. */
  private apply(event: LoopEvent, nowMs: number): void {
    const next = nextLoopState(this.current, event);
    if (next === undefined) return;
    this.current = next;
    this.sinceMs = nowMs;
  }
}
