import { messageIdOf, type Position, positionOfMessageId } from 'ar-rtm-protocol';
import type {
  CallNews,
  ChannelEntry,
  PeerMessage,
  PlacedChannelEntry,
  RecordChange,
  Records,
  RecordValue,
  RequestKey,
} from '../../ports/index.js';
import type { Core } from './core.js';
import type { InboxLog, InboxTail, Origin } from './inbox-log.js';
import { digits, keyParts, RECORD_KEYS } from './record-keys.js';
import { numberOf, textOf } from './record-values.js';
import type { RememberedSession } from './request-memory.js';
import type { ChannelSlot, Session, UserSlot } from './state.js';

/** Changes per transaction, so that a large state does not become one huge one. */
const SLICE = 1000;

/**
 * What a graceful stop writes besides the records that are kept anyway: the live entries and ends of all logs, and the
 * bindings of tickets, and calls. It counts only if the clean epoch is written behind it.
 */
export async function writeTails(core: Core, records: Records): Promise<void> {
  for (const { session } of core.users.values()) if (session) recordMemberships(core, session);
  for (const session of core.unsettled.values()) recordMemberships(core, session);
  let slice = core.sessionRecords.takeAll();
  for (const change of tailsOf(core)) {
    slice.push(change);
    if (slice.length < SLICE) continue;
    await records.write(slice);
    slice = [];
  }
  await records.write(slice);
}

/**
 * The session's list may name a channel that it was about to join, or in which a newer session has taken its place: the next
 * start must not make it a member of that.
 */
function recordMemberships(core: Core, session: Session): void {
  const { appId, uid } = session;
  session.channels = session.channels.filter(
    (channelId) => core.channels.find(appId, channelId)?.members.get(uid)?.session === session.session,
  );
  core.sessionRecords.touch(session);
}

/** The records to delete once their content is in memory, or useless because the stop was not clean after all. */
export function removeTails(records: Records): RecordChange[] {
  return [...records.scan(RECORD_KEYS.tails)].map(({ key }) => ({ key }));
}

function* tailsOf(core: Core): Iterable<RecordChange> {
  for (const slot of core.users.values()) {
    // Also of logs that go on: should the record of one be damaged, it begins anew behind all offsets ever given.
    core.highWater.raise(slot.inbox.end.offset);
    if (slot.session) yield* inboxTail(slot);
    yield* requestTail(core, slot);
  }
  for (const slot of core.channels.values()) {
    core.highWater.raise(slot.log.end.offset);
    yield* channelTail(slot);
  }
  yield* core.histories.tails();
  for (const { key, value } of core.calls.recorded()) yield { key: `${RECORD_KEYS.tailCall}${key}`, value };
  for (const { binding, leftMs } of core.tickets.bindings()) {
    const { ticketId, appId, uid, userSId } = binding;
    yield { key: `${RECORD_KEYS.tailTicket}${ticketId}`, value: { appId, uid, userSId, leftMs } };
  }
}

function* inboxTail({ appId, uid, inbox }: UserSlot): Iterable<RecordChange> {
  const { end, floor, lastTs, liveCount } = inbox;
  yield {
    key: `${RECORD_KEYS.tailInbox}${appId}/${uid}`,
    value: { lastOffset: end.offset, floor: messageIdOf(floor), lastTs, liveCount },
  };
  for (const { entry, origin, madeBy } of inbox.live()) {
    const { position, message, call, ts } = entry;
    yield {
      key: `${RECORD_KEYS.tailInboxEntry}${appId}/${uid}/${digits(messageIdOf(position))}`,
      value: {
        ...(message ? { message } : { call }),
        ts,
        ...(origin && { origin }),
        ...(madeBy !== undefined && { madeBy }),
      },
    };
  }
}

/** The requests that this inbox remembers, whether their entries are still there or not. */
function* requestTail(core: Core, { appId, uid, inbox, requests }: UserSlot): Iterable<RecordChange> {
  const nowMs = core.clock.nowMs();
  const known = requests.all().map(({ session, msgIds, entryIds, atMs }) => ({
    session,
    msgIds,
    entryIds: entryIds.map((id) => (isAcknowledged(inbox, id) ? -Math.abs(id) : id)),
    agoMs: nowMs - atMs,
  }));
  if (known.length > 0) yield { key: `${RECORD_KEYS.tailRequests}${appId}/${uid}`, value: { known } };
}

/** Known only until the restart, so the sign of the id keeps it. */
function isAcknowledged(inbox: InboxLog, id: number): boolean {
  const position = positionOfMessageId(Math.abs(id));
  return id < 0 || (position !== undefined && !inbox.find(position) && inbox.wasRemoved(position));
}

function* channelTail({ appId, channelId, log }: ChannelSlot): Iterable<RecordChange> {
  const { end, floor, lastTs } = log;
  yield {
    key: `${RECORD_KEYS.tailChannel}${appId}/${channelId}`,
    value: { lastOffset: end.offset, floor: messageIdOf(floor), lastTs },
  };
  for (const { position, ts, entry } of log.all()) {
    const key = `${RECORD_KEYS.tailChannelEntry}${appId}/${channelId}/${digits(messageIdOf(position))}`;
    yield { key, value: { entry, ts } };
  }
}

/** Puts the tails back, after a clean stop and when sessions and memberships have been restored. */
export function restoreTails(core: Core, records: Records): void {
  for (const { key, value } of records.scan(RECORD_KEYS.tailInbox)) {
    const [, appId = '', uid = ''] = keyParts(key);
    const slot = core.users.find(appId, uid);
    const end = endOf(value);
    if (!slot?.session || !end) continue;
    const entries = [...inboxEntries(records, appId, uid)];
    slot.inbox.resume({ ...end, liveCount: numberOf(value, 'liveCount'), entries });
  }
  for (const { value } of records.scan(RECORD_KEYS.tailCall)) core.calls.restore(value);
  const nowMs = core.clock.nowMs();
  for (const { key, value } of records.scan(RECORD_KEYS.tailRequests)) {
    const [, appId = '', uid = ''] = keyParts(key);
    const { requests } = core.users.load(appId, uid);
    for (const { agoMs, ...known } of value.known as readonly (RememberedSession & { agoMs: number })[]) {
      requests.restore({ ...known, atMs: nowMs - agoMs });
    }
  }
  for (const { key, value } of records.scan(RECORD_KEYS.tailChannel)) {
    const [, appId = '', channelId = ''] = keyParts(key);
    const end = endOf(value);
    if (!end) continue;
    const slot = core.channels.open(appId, channelId);
    const entries = [...channelEntries(records, appId, channelId)];
    slot.log.resume({ ...end, entries }, nowMs);
    for (const { position, entry } of entries) {
      if (entry.kind !== 'message' || entry.msgId === undefined) continue;
      slot.requests.remember(entry.session, entry.msgId, messageIdOf(position), nowMs);
    }
    core.channels.watch(slot);
    core.channels.letGo(slot);
  }
  for (const { key, value } of records.scan(RECORD_KEYS.tailTicket)) {
    const ticketId = key.slice(RECORD_KEYS.tailTicket.length);
    const [appId, uid, userSId] = [textOf(value, 'appId'), textOf(value, 'uid'), textOf(value, 'userSId')];
    core.tickets.restore({ ticketId, appId, uid, userSId }, numberOf(value, 'leftMs'));
  }
}

function* inboxEntries(records: Records, appId: string, uid: string): Iterable<InboxTail['entries'][number]> {
  for (const { key, value } of records.scan(`${RECORD_KEYS.tailInboxEntry}${appId}/${uid}/`)) {
    const position = positionOf(key);
    const message = value.message as PeerMessage | undefined;
    const call = value.call as CallNews | undefined;
    const content = message ? { message } : call && { call };
    if (!position || !content) continue;
    const entry = { position, ...content, ts: numberOf(value, 'ts'), durable: false } as const;
    yield { entry, origin: value.origin as Origin | undefined, madeBy: value.madeBy as RequestKey | undefined };
  }
}

function* channelEntries(records: Records, appId: string, channelId: string): Iterable<PlacedChannelEntry> {
  for (const { key, value } of records.scan(`${RECORD_KEYS.tailChannelEntry}${appId}/${channelId}/`)) {
    const position = positionOf(key);
    const entry = value.entry as ChannelEntry | undefined;
    if (position && entry) yield { position, ts: numberOf(value, 'ts'), entry };
  }
}

function positionOf(key: string): Position | undefined {
  return positionOfMessageId(Number(keyParts(key)[3]));
}

function endOf(value: RecordValue): { lastOffset: number; floor: Position; lastTs: number } | undefined {
  const floor = positionOfMessageId(numberOf(value, 'floor'));
  return floor && { lastOffset: numberOf(value, 'lastOffset'), floor, lastTs: numberOf(value, 'lastTs') };
}
