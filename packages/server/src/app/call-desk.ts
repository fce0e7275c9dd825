import { messageIdOf } from 'ar-rtm-protocol';
import type { CallAct, CallKey } from '../ports/calls.js';
import type { CallEntry } from '../ports/inboxes.js';
import { encodeCallPush } from './call-frames.js';
import type { NodeContext } from './context.js';
import { insist, noteFailure } from './engine-failure.js';
import type { InboxOwner } from './inbox-owner.js';
import { placeOf } from './place.js';

interface ActDetails {
  readonly text?: string;
  readonly expireMs?: number;
}

/** Calls as this node carries them between clients and the engine, which decides. */
export class CallDesk {
  constructor(private readonly context: NodeContext) {}

  /**
   * Puts what an entry tells on the session's socket. True when the entry is done with: a client without `calls.1`
   * acknowledges nothing, and what it cannot know is not for it.
   */
  push(session: InboxOwner, { position, call }: CallEntry): boolean {
    const { connection, profile } = session;
    if (!connection || !profile) return false;
    const { side, state, callId } = call;
    const place = { MsgId: messageIdOf(position), ...placeOf(position) };
    if (profile.calls) {
      connection.sendText(encodeCallPush(call, place, true));
      return false;
    }
    if (state === 'pending') connection.calls.add(side, callId);
    else if (!connection.calls.knows(side, callId)) return true;
    connection.sendText(encodeCallPush(call, place, false));
    // What is written counts as received, and an accept as confirmed (design 7).
    if (state === 'pending') this.actFor(session, call, 'received', this.context.settings.callExpirePublishedMs);
    if (state === 'accepted') this.actFor(session, call, 'confirm');
    // The invitation stays: a client that comes back while it rings has forgotten it, and gets it again (8.4.9).
    return state !== 'pending';
  }

  /** Carries out an act on behalf of a session; `undefined` when the engine could not be reached. */
  act(session: InboxOwner, call: CallKey, act: CallAct, details: ActDetails = {}) {
    const { engine, settings } = this.context;
    const { appId, uid, generation } = session;
    const { caller, callee, callId } = call;
    const timeoutMs = settings.engineTimeoutMs;
    return insist(
      this.context,
      () => session.generation === generation && session.state !== 'ended',
      () => engine.calls.act({ appId, uid, generation, caller, callee, callId, act, ...details, timeoutMs }),
    );
  }

  /** A client without `calls.1` has been cut, or is back: the calls that it made are over (8.4.8). */
  abandon(session: InboxOwner): void {
    if (session.profile?.calls !== false) return;
    const { engine, settings } = this.context;
    const { appId, uid, generation } = session;
    engine.calls
      .abandon({ appId, uid, generation, timeoutMs: settings.engineTimeoutMs })
      // Its next Login says it again, and the end of the session at the latest.
      .catch((error: unknown) => noteFailure(this.context, 'abandoning calls', error));
  }

  private actFor(session: InboxOwner, call: CallKey, act: CallAct, expireMs?: number): void {
    this.act(session, call, act, expireMs === undefined ? {} : { expireMs }).catch((error: unknown) =>
      noteFailure(this.context, 'acting for a client', error),
    );
  }
}
