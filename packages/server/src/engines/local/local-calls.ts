import { isRunning } from '../../domain/call-state.js';
import type { CallAct, CallKey, Calls, CallTimes, MakeResult, SessionRef } from '../../ports/index.js';
import type { Core } from './core.js';
import type { UserSlot } from './state.js';

/** Who may do what. */
const SIDE: Readonly<Record<CallAct, 'caller' | 'callee'>> = {
  received: 'callee',
  accept: 'callee',
  refuse: 'callee',
  withdraw: 'callee',
  confirm: 'caller',
  cancel: 'caller',
  giveUp: 'caller',
};

/** {@link Calls} in memory; deadlines are looked at with every sweep. */
export class LocalCalls implements Calls {
  readonly #core: Core;

  constructor(core: Core) {
    this.#core = core;
  }

  async make(
    request: SessionRef &
      Omit<CallKey, 'caller'> & {
        readonly content: string;
        readonly channelId: string;
        readonly times: CallTimes;
        readonly attempt: number;
        readonly limit: number;
      },
  ): Promise<MakeResult | 'stale'> {
    const core = this.#core;
    const slot = this.#slotOf(request);
    if (!slot) return 'stale';
    const { appId, uid: caller, callee, callId, content, channelId, times, generation, attempt } = request;
    const key = { caller, callee, callId };
    const known = core.calls.find(appId, key);
    if (known) {
      const isNewer = generation > known.generation || attempt > known.attempt;
      const { state } = known;
      if (attempt === 0 || !isNewer || isRunning(state)) return { outcome: 'known', state };
    }
    if (core.calls.isFull(appId, key, request.limit)) return { outcome: 'too-many' };
    const nowMs = core.clock.nowMs();
    core.calls.begin({
      ...{ appId, ...key, state: 'pending', content, channelId, response: '', times, generation, attempt, told: {} },
      expiresMs: nowMs + times.expireMs,
      dueMs: nowMs + times.receiptMs,
    });
    core.deliveries.flush();
    return { outcome: 'made' };
  }

  async act(
    request: SessionRef & CallKey & { readonly act: CallAct; readonly text?: string; readonly expireMs?: number },
  ): Promise<'done' | 'ignored' | 'stale'> {
    const core = this.#core;
    if (!this.#slotOf(request)) return 'stale';
    const { appId, uid, act, text = '', expireMs } = request;
    const call = request[SIDE[act]] === uid ? core.calls.find(appId, request) : undefined;
    if (!call) return 'ignored';
    // The client ends it by itself after its own time.
    if (act === 'received' && expireMs !== undefined) {
      call.expiresMs = Math.min(call.expiresMs, core.clock.nowMs() + expireMs);
    }
    const isDone = core.calls.move(call, act, act === 'cancel' ? { content: text } : { response: text });
    core.deliveries.flush();
    return isDone ? 'done' : 'ignored';
  }

  async abandon(request: SessionRef): Promise<'ok' | 'stale'> {
    const slot = this.#slotOf(request);
    if (!slot) return 'stale';
    this.#core.calls.abandon(slot);
    this.#core.deliveries.flush();
    return 'ok';
  }

  #slotOf(request: SessionRef): UserSlot | undefined {
    this.#core.mustBeOpen();
    return this.#core.sessionOf(request);
  }
}
