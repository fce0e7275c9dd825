import { Store } from '../model/store.js';
import type { Frame } from '../network/line.js';
import { frameInWords } from '../network/login-frame.js';
import type { CallEntry, EventEntry, Outcome } from './entry.js';
import { EMPTY_LOG, type LogAction, type LogState, reduceLog } from './log-state.js';

type CallFacts = Pick<CallEntry, 'user' | 'client' | 'appId' | 'callee' | 'name' | 'args' | 'set'>;
type EventFacts = Pick<EventEntry, 'user' | 'client' | 'source' | 'name' | 'args'>;

/** What all users of the page do and hear, in order. */
export class ActivityLog {
  readonly store = new Store<LogState, LogAction>(EMPTY_LOG, reduceLog);
  private lastId = 0;

  /** Notes a call; what is returned notes how it ends. */
  call(facts: CallFacts): (end: { readonly value: unknown } | { readonly error: unknown }) => void {
    const entry: CallEntry = { ...this.base(), ...facts, kind: 'call', outcome: { state: 'running' } };
    this.store.dispatch({ type: 'added', entry });
    const beganAt = performance.now();
    return (end) => {
      const tookMs = Math.round(performance.now() - beganAt);
      const outcome: Outcome =
        'error' in end ? { state: 'failed', error: end.error, tookMs } : { state: 'done', value: end.value, tookMs };
      this.store.dispatch({ type: 'settled', id: entry.id, outcome });
    };
  }

  event(facts: EventFacts): void {
    this.store.dispatch({ type: 'added', entry: { ...this.base(), ...facts, kind: 'event' } });
  }

  frame(user: string, { direction, text }: Frame): void {
    if (!this.store.get().keepsFrames) return;
    const { command: name, content } = frameInWords(text);
    this.store.dispatch({ type: 'added', entry: { ...this.base(), user, kind: 'frame', direction, name, content } });
  }

  private base() {
    this.lastId += 1;
    return { id: this.lastId, at: Date.now() };
  }
}
