import { LIMITS, TIMES } from 'ar-rtm-protocol';

/** Bounds and times of the local engine. Every one has a default; {@link localLimits} fills them in. */
export interface LocalLimits {
  /** A node that has not renewed its lease for this long has lost its sessions. */
  readonly leaseMs: number;
  /** Period of the engine's only timer. Session records are written within twice this time of a change. */
  readonly sweepMs: number;
  /** How long an idle user or channel is kept in memory after its last use. */
  readonly idleMs: number;

  /** Bounds of one channel's log: age, number and size of its entries. */
  readonly channelLogMs: number;
  readonly channelLogEntries: number;
  readonly channelLogBytes: number;
  /** Joins and departures are entries up to this many members. */
  readonly membersReported: number;

  /** How long the attributes of a channel without members are kept. */
  readonly emptyChannelMs: number;

  /** Bounds of the live entries of one inbox. They have no age bound: they end with the session. */
  readonly inboxLiveEntries: number;
  readonly inboxLiveBytes: number;
  /** How long, and how many per log and session, requests are remembered, so that a repeated one is recognised. */
  readonly requestMs: number;
  readonly requestEntries: number;
  /** Bounds of the durable entries of one inbox. */
  readonly offlineEntries: number;
  readonly offlineMs: number;

  /** Bounds of the history of one conversation: age, number and size of its entries. */
  readonly historyMs: number;
  readonly historyEntries: number;
  readonly historyBytes: number;

  /** How long superseded and reconnecting client instances are remembered. */
  readonly memoryMs: number;
  /** How many reconnecting client instances are remembered at most; the oldest is forgotten first. */
  readonly reconnectingEntries: number;
  /** How long a ticket is valid for HTTP after its session. */
  readonly ticketAfterSessionMs: number;
}

const DEFAULTS: LocalLimits = {
  leaseMs: 10_000,
  sweepMs: 500,
  idleMs: 10_000,
  channelLogMs: 60_000,
  // Well above what a fan-out may have waiting: what it has to read back must still be there.
  channelLogEntries: 10_000,
  channelLogBytes: 8 * 1024 * 1024,
  membersReported: LIMITS.MEMBERS_REPORTED,
  emptyChannelMs: TIMES.EMPTY_CHANNEL_MS,
  inboxLiveEntries: 1000,
  inboxLiveBytes: 4 * 1024 * 1024,
  // A client repeats a request for 10 s, on a session that may have been silent for 30 s before; within the 10 s it may
  // call 600 times.
  requestMs: 60_000,
  requestEntries: 600,
  offlineEntries: LIMITS.OFFLINE_MESSAGES,
  offlineMs: LIMITS.OFFLINE_MESSAGE_MS,
  historyMs: LIMITS.HISTORY_DAYS * 24 * 3600 * 1000,
  historyEntries: LIMITS.HISTORY_MESSAGES,
  historyBytes: LIMITS.HISTORY_BYTES,
  memoryMs: 24 * 3600 * 1000,
  reconnectingEntries: 200_000,
  ticketAfterSessionMs: TIMES.TICKET_MS,
};

export function localLimits(limits: Partial<LocalLimits> = {}): LocalLimits {
  return { ...DEFAULTS, ...limits };
}
