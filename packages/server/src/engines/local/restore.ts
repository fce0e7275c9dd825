import type { Records } from '../../ports/index.js';
import { AttributeSet } from './attribute-set.js';
import type { Core } from './core.js';
import { movePresence } from './presence-table.js';
import { recordedSessions } from './session-records.js';
import type { NodeLease, Session } from './state.js';

/** What was stored before the session began is not known any more; it is pushed without the mark. */
const START = { epoch: 0, offset: 0 };

/**
 * Brings back what the records hold: memories, boxes, sessions and, from the sessions' channels, memberships, then
 * attributes of channels. No entries
 * are made of these. Nobody hosts the sessions yet: the first node adopts them.
 */
export function restoreRecords(core: Core, records: Records): void {
  core.boxes.open();
  core.superseded.open(records);
  core.reconnecting.open(records);
  const nobody = core.leases.addGone('before the restart');
  for (const recorded of recordedSessions(records)) {
    const session: Session = {
      appId: recorded.appId,
      uid: recorded.uid,
      userSId: recorded.userSId,
      session: recorded.session,
      isPublished: recorded.isPublished,
      generation: recorded.generation,
      host: nobody,
      ticketId: recorded.ticketId,
      token: recorded.token,
      channels: recorded.channels,
      served: recorded.served,
      presence: 'OFFLINE',
      reported: 0,
      peers: recorded.peers,
      beganTs: recorded.beganTs,
      begunAt: START,
      isFresh: false,
      isDoubtful: !core.isContinued,
      // Time in which the server was down does not count: the clock goes on from what was recorded.
      suspended: { atMs: core.clock.nowMs(), silentMs: recorded.silentMs },
      offlineUpTo: undefined,
      phase: recorded.phase,
      attributes: recorded.attributes.length > 0 ? new AttributeSet(core.limits, recorded.attributes) : undefined,
      unconfirmedMs: undefined,
      settlingMs: 0,
      isRecorded: true,
    };
    movePresence(session, 'began');
    if (recorded.isUnreachable) movePresence(session, 'silent');
    if (session.phase === 'live') restoreLive(core, session, nobody);
    else restoreEnded(core, session, nobody);
    restoreMemberships(core, session);
  }
  core.channelAttributes.open(records);
}

function restoreLive(core: Core, session: Session, nobody: NodeLease): void {
  const slot = core.users.load(session.appId, session.uid);
  const other = slot.session;
  slot.session = session;
  nobody.sessions.add(session);
  // Records follow within a second: after a crash there may be two. The one that began later is the user's session.
  if (other) restoreEnded(core, other, nobody);
}

function restoreEnded(core: Core, session: Session, nobody: NodeLease): void {
  movePresence(session, 'ended');
  if (session.channels.length > 0) {
    session.phase = 'ended';
    nobody.sessions.add(session);
    core.unsettled.set(session.session, session);
  } else {
    session.phase = 'settled';
    nobody.sessions.delete(session);
  }
  core.sessionRecords.touch(session);
}

/** Called in order of the session numbers, so that the newest session of a user is the member. */
function restoreMemberships(core: Core, session: Session): void {
  for (const channelId of session.channels) {
    const slot = core.channels.open(session.appId, channelId);
    slot.members.set(session.uid, { session: session.session, generation: session.generation });
    core.channels.recount(slot);
  }
}
