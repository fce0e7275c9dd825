import { messageIdOf, positionOfMessageId } from 'ar-rtm-protocol';
import {
  type CallEvent,
  type CallSide,
  type CallState,
  isRunning,
  nextCallState,
  sidesToTell,
} from '../../domain/call-state.js';
import { SlotTable } from '../../domain/slot-table.js';
import type { CallKey, CallTimes, InboxEntry, RecordValue } from '../../ports/index.js';
import type { InboxContent } from './inbox-log.js';
import { numberOf, textOf } from './record-values.js';
import type { UserSlot } from './state.js';

/** How long a call is remembered that is over, so that one that is made again is known. Longer than a client repeats it. */
const REMEMBERED_MS = 60_000;
/** Callers at least that can ring one callee at the same time. */
const CALLERS_OF_ONE = 10;

/** One call, in memory. Times are those of the awake clock. */
export interface Call extends CallKey {
  readonly appId: string;
  /** Changed by {@link CallTable.move} only. */
  state: CallState;
  content: string;
  readonly channelId: string;
  response: string;
  readonly times: CallTimes;
  /** When the call expires; a receipt may bring it forward. */
  expiresMs: number;
  /** The end of the time of its state; of one that is over, of being remembered. */
  dueMs: number;
  /** Who made it last: the session's generation, and the number of the try under it. */
  generation: number;
  attempt: number;
  /** The entries that tell its sides, as ids of their positions; they may be gone. */
  readonly told: Partial<Record<CallSide, number>>;
}

/** What comes with an event. */
interface CallTexts {
  readonly content?: string;
  readonly response?: string;
}

/** Calls of one user on one side, by the other side and their id, and how many of them run. */
interface UserCalls {
  readonly calls: Map<string, Call>;
  running: number;
}

/** What calls need of the engine. */
export interface CallSurroundings {
  readonly now: () => number;
  readonly at: (dueMs: number, task: () => void) => void;
  readonly find: (appId: string, uid: string) => UserSlot | undefined;
  /** Appends to the inbox of a session, and feeds it. */
  readonly append: (slot: UserSlot, content: InboxContent) => InboxEntry;
}

/** All calls that run, and those that have ended lately. */
export class CallTable {
  readonly #engine: CallSurroundings;
  readonly #made = new SlotTable<UserCalls>();
  readonly #got = new SlotTable<UserCalls>();
  #size = 0;

  constructor(engine: CallSurroundings) {
    this.#engine = engine;
  }

  get size(): number {
    return this.#size;
  }

  find(appId: string, { caller, callee, callId }: CallKey): Call | undefined {
    return this.#made.get(appId, caller)?.calls.get(`${callee}/${callId}`);
  }

  /**
   * Whether one of the two users of a call to be made has its share already. One caller gets a tenth of what a callee may
   * get, so that nobody keeps all others from calling somebody.
   */
  isFull(appId: string, { caller, callee }: CallKey, limit: number): boolean {
    const [made, got] = [this.#made.get(appId, caller), this.#got.get(appId, callee)];
    if (Math.max(made?.running ?? 0, got?.running ?? 0) >= limit) return true;
    let between = 0;
    for (const call of made?.calls.values() ?? []) if (call.callee === callee && isRunning(call.state)) between += 1;
    return between >= Math.ceil(limit / CALLERS_OF_ONE);
  }

  /** Begins a call; the caller of this flushes the deliveries. */
  begin(call: Call): void {
    this.#add(call);
    this.#tell(call);
    this.#await(call);
  }

  /** The one setter of the state. False when the event means nothing in the current state. */
  move(call: Call, event: CallEvent, texts: CallTexts = {}): boolean {
    const next = nextCallState(call.state, event);
    if (next === undefined) return false;
    const hasEnded = isRunning(call.state) && !isRunning(next);
    Object.assign(call, texts, { state: next });
    if (hasEnded) for (const user of this.#usersOf(call)) user.running -= 1;
    const nowMs = this.#engine.now();
    if (next === 'ringing') call.dueMs = call.expiresMs;
    else call.dueMs = nowMs + (next === 'accepted' ? call.times.confirmMs : REMEMBERED_MS);
    this.#tell(call);
    if (!isRunning(next)) call.content = call.response = '';
    this.#await(call);
    return true;
  }

  /** The client has forgotten the calls that it made. */
  abandon({ appId, uid }: UserSlot): void {
    for (const call of this.#made.get(appId, uid)?.calls.values() ?? []) this.move(call, 'callerGone');
  }

  sessionEnded(slot: UserSlot): void {
    this.abandon(slot);
    for (const call of this.#got.get(slot.appId, slot.uid)?.calls.values() ?? []) this.move(call, 'calleeGone');
  }

  /** What waited for the callee is in its inbox from now on. */
  sessionBegan({ appId, uid }: UserSlot): void {
    for (const call of this.#got.get(appId, uid)?.calls.values() ?? []) if (call.state === 'pending') this.#tell(call);
  }

  /** For a graceful stop. */
  *recorded(): Iterable<{ readonly key: string; readonly value: RecordValue }> {
    const nowMs = this.#engine.now();
    for (const { calls } of this.#made.values()) {
      for (const { expiresMs, dueMs, ...call } of calls.values()) {
        const key = `${call.appId}/${call.caller}/${call.callee}/${call.callId}`;
        yield { key, value: { ...call, expiresInMs: expiresMs - nowMs, dueInMs: dueMs - nowMs } };
      }
    }
  }

  restore(value: RecordValue): void {
    const state = textOf(value, 'state') as CallState;
    const nowMs = this.#engine.now();
    const call: Call = {
      appId: textOf(value, 'appId'),
      caller: textOf(value, 'caller'),
      callee: textOf(value, 'callee'),
      callId: textOf(value, 'callId'),
      state,
      content: textOf(value, 'content'),
      channelId: textOf(value, 'channelId'),
      response: textOf(value, 'response'),
      times: value.times as CallTimes,
      expiresMs: nowMs + numberOf(value, 'expiresInMs'),
      dueMs: nowMs + numberOf(value, 'dueInMs'),
      generation: numberOf(value, 'generation'),
      attempt: numberOf(value, 'attempt'),
      told: { ...(value.told as Call['told']) },
    };
    this.#add(call);
    this.#await(call);
  }

  #add(call: Call): void {
    const { caller, callee, callId } = call;
    const [made, got] = this.#usersOf(call);
    if (!made.calls.has(`${callee}/${callId}`)) this.#size += 1;
    made.calls.set(`${callee}/${callId}`, call);
    got.calls.set(`${caller}/${callId}`, call);
    if (isRunning(call.state)) for (const user of [made, got]) user.running += 1;
  }

  #usersOf({ appId, caller, callee }: Call): readonly [made: UserCalls, got: UserCalls] {
    return [this.#of(this.#made, appId, caller), this.#of(this.#got, appId, callee)];
  }

  #of(table: SlotTable<UserCalls>, appId: string, uid: string): UserCalls {
    let calls = table.get(appId, uid);
    if (!calls) {
      calls = { calls: new Map(), running: 0 };
      table.set(appId, uid, calls);
    }
    return calls;
  }

  #forget({ appId, caller, callee, callId }: Call): void {
    const of = [
      [this.#made, caller, callee],
      [this.#got, callee, caller],
    ] as const;
    for (const [table, uid, other] of of) {
      const calls = table.get(appId, uid)?.calls;
      calls?.delete(`${other}/${callId}`);
      if (calls?.size === 0) table.delete(appId, uid);
    }
    this.#size -= 1;
  }

  /** Entries in the inboxes of those who have to hear of the state; what they said before of this call is no news. */
  #tell(call: Call): void {
    const { appId, state } = call;
    const sides = sidesToTell(state);
    for (const side of ['caller', 'callee'] as const) {
      const slot = this.#engine.find(appId, call[side]);
      // A published client that comes back while it rings has forgotten the call, and gets it again.
      if (state === 'ringing' && side === 'callee') continue;
      this.#takeBack(call, side, slot);
      if (!slot?.session || !sides.includes(side)) continue;
      const { caller, callee, callId, content, channelId, response } = call;
      const news = { side, caller, callee, callId, state, content, channelId, response };
      call.told[side] = messageIdOf(this.#engine.append(slot, { call: news }).position);
    }
  }

  #takeBack(call: Call, side: CallSide, slot: UserSlot | undefined): void {
    const position = positionOfMessageId(call.told[side] ?? -1);
    delete call.told[side];
    const held = position && slot?.inbox.find(position);
    if (held) slot?.inbox.remove(held);
  }

  #await(call: Call): void {
    this.#engine.at(call.dueMs, () => this.#due(call));
  }

  #due(call: Call): void {
    const { appId, caller, callee, callId } = call;
    // It has moved on, or another one has its name.
    if (call.dueMs > this.#engine.now() || this.find(appId, { caller, callee, callId }) !== call) return;
    const isThere = this.#engine.find(appId, callee)?.session !== undefined;
    if (!this.move(call, isThere ? 'timeOut' : 'timeOutAway')) this.#forget(call);
  }
}
