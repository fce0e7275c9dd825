import type { EndedSession, RecordChange } from '../../ports/index.js';
import type { Core } from './core.js';
import { hasMessage } from './inbox-feed.js';
import type { Origin } from './inbox-log.js';
import { movePresence } from './presence-table.js';
import type { NodeLease, Session, UserSlot } from './state.js';

export interface SessionEnd {
  readonly ended: EndedSession;
  /** To be written before anyone is told. */
  readonly changes: RecordChange[];
  /** Whether an answer has to wait for that: entries became durable. */
  readonly mustFlush: boolean;
  /** Senders that still wait for an acknowledgement that cannot come any more. */
  readonly undelivered: readonly Origin[];
}

/**
 * Ends the session of a slot: its unacknowledged entries become durable if they may, and are lost otherwise. `settler`
 * has to take it out of its channels.
 */
export function endSession(core: Core, slot: UserSlot, session: Session, settler: NodeLease): SessionEnd {
  const changes: RecordChange[] = [];
  const undelivered: Origin[] = [];
  let mustFlush = false;
  let lost = 0;
  for (const held of slot.inbox.live()) {
    if (held.origin) undelivered.push(held.origin);
    held.origin = undefined;
    if (!hasMessage(held)) {
      // What its user was to be told of a call went with it: no loss.
      slot.inbox.remove(held);
    } else if (held.entry.message.offline) {
      changes.push(...core.boxes.keep(slot, held));
      mustFlush = true;
    } else {
      slot.inbox.lose(held);
      lost += 1;
    }
  }
  if (lost > 0) core.outside.counters.add('live_entries_dropped_session_end', lost);

  slot.session = undefined;
  core.calls.sessionEnded(slot);
  movePresence(session, 'ended');
  core.unconfirmed.delete(session);
  session.host.sessions.delete(session);
  core.tickets.retire(session);
  if (session.channels.length > 0) {
    session.phase = 'ended';
    session.settlingMs = core.clock.nowMs();
    session.host = settler;
    settler.sessions.add(session);
    core.unsettled.set(session.session, session);
  } else {
    session.phase = 'settled';
  }
  core.sessionRecords.touch(session);
  core.users.letGo(slot);
  return { ended: { session: session.session, channels: session.channels }, changes, mustFlush, undelivered };
}

export function tellUndelivered(core: Core, origins: readonly Origin[]): void {
  for (const { nodeId, ref } of origins) core.notify(nodeId, { kind: 'undelivered', ref });
  core.deliveries.flush();
}
