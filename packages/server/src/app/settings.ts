import { FREQUENCIES, type Frequency, LIMITS, TIMES } from 'ar-rtm-protocol';
import type { CadenceRule } from '../domain/count-cadence.js';
import type { BucketRule } from '../domain/token-bucket.js';

/** What one node is told about limits and times. The configuration fills it; the defaults are those of the protocol. */
export interface NodeSettings {
  readonly messageBytes: number;
  readonly frameReplyBytes: number;
  readonly joinedChannels: number;
  readonly membersListed: number;
  readonly countedChannels: number;
  /** Bytes of an attribute's key and value, attributes per target, and totals of both kinds of targets. */
  readonly attributeKeyBytes: number;
  readonly attributeValueBytes: number;
  readonly attributes: number;
  readonly userAttributeTotalBytes: number;
  readonly channelAttributeTotalBytes: number;
  readonly queriedPeers: number;
  readonly subscribedPeers: number;
  /** Bytes of an invitation's content or response; running invitations of a user, made and got apart. */
  readonly invitationBytes: number;
  readonly runningCalls: number;
  /** Bytes of an uploaded file; bytes and files of a user, bytes of an app; bytes of the disk that are not for files. */
  readonly mediaBytes: number;
  readonly mediaUserBytes: number;
  readonly mediaUserFiles: number;
  readonly mediaAppBytes: number;
  readonly mediaFreeBytes: number;
  /** Transfers that a user may have under way. */
  readonly mediaTransfers: number;
  /** How long a file is kept, how long an upload may take over all its requests, how long a link is good. */
  readonly mediaKeepMs: number;
  readonly mediaUploadMs: number;
  readonly mediaLinkMs: number;
  /** What clients that know texts only get of files and images, and how long the link in such a text is good. */
  readonly publishedMedia: 'text' | 'nothing';
  readonly mediaTextLinkMs: number;
  /** How often old files are looked for. */
  readonly mediaSweepMs: number;

  readonly unreachableMs: number;
  readonly offlineMs: number;
  readonly heartbeatMs: number;
  readonly publishedPingMs: number;
  readonly publishedKeepAliveMs: number;
  readonly acknowledgeMs: number;
  readonly loginDeadlineMs: number;
  readonly ticketMs: number;
  readonly offlineFetchMs: number;
  /** An invitation without receipt, without answer, without answer of a published callee; an accept without confirmation. */
  readonly callReceiptMs: number;
  readonly callExpireMs: number;
  readonly callExpirePublishedMs: number;
  readonly callConfirmMs: number;
  /** How long a port call may take before it counts as failed. */
  readonly engineTimeoutMs: number;
  /** Close frames of a drain are spread over this time. */
  readonly drainMs: number;
  /** How long a browser stays logged in as the operator at most, and behind its last request. */
  readonly adminSessionMs: number;
  readonly adminIdleMs: number;

  /** Sockets: all, of one address, new ones of one address a second, and those that have not logged in. */
  readonly maxConnections: number;
  readonly addressConnections: number;
  readonly addressConnectionsPerSecond: number;
  readonly pendingLogins: number;
  /** The event loop is overloaded when it is later than this for a while. */
  readonly overloadDelayMs: number;

  readonly messages: BucketRule;
  /** A published client's reading is paused at most this long at a time, and its message refused after the second. */
  readonly pauseMs: number;
  readonly pauseRefuseMs: number;
  readonly joins: Frequency;
  readonly sameChannelJoins: Frequency;
  readonly memberQueries: Frequency;
  readonly countQueries: Frequency;
  readonly userAttributeWrites: Frequency;
  readonly userAttributeReads: Frequency;
  readonly channelAttributeWrites: Frequency;
  readonly channelAttributeReads: Frequency;
  /** Each of the four presence commands by itself. */
  readonly presenceCalls: Frequency;
  readonly tokenRenewals: Frequency;
  readonly historyReads: Frequency;
  readonly callMakes: Frequency;
  readonly memberCounts: CadenceRule;
  /** Changes of presence are collected this long into one push per watcher. */
  readonly presenceCollectMs: number;

  readonly malformedFrames: number;
  readonly malformedWindowMs: number;
  /** Frames kept while a Login is being decided. */
  readonly waitingFrames: number;

  /** Queued bytes per connection and per process (design 8). */
  readonly connectionQueueBytes: number;
  readonly processQueueBytes: number;
  /** Members served in one turn of the event loop. */
  readonly fanoutSlice: number;
  /** Entries a channel may have waiting for fan-out on this node, and how old the oldest may be, before sends are refused. */
  readonly fanoutEntries: number;
  readonly fanoutLagMs: number;
}

const TOLERANCE = 2;

/** The server is tolerant towards call frequencies, which the SDK enforces exactly (api.md 3.0). */
export function tolerant(rule: Frequency): Frequency {
  return { calls: rule.calls * TOLERANCE, windowMs: rule.windowMs };
}

export const DEFAULT_SETTINGS: NodeSettings = {
  messageBytes: LIMITS.MESSAGE_BYTES,
  frameReplyBytes: LIMITS.FRAME_REPLY_BYTES,
  joinedChannels: LIMITS.JOINED_CHANNELS,
  membersListed: LIMITS.MEMBERS_REPORTED,
  countedChannels: LIMITS.COUNTED_CHANNELS,
  attributeKeyBytes: LIMITS.ATTRIBUTE_KEY_BYTES,
  attributeValueBytes: LIMITS.ATTRIBUTE_VALUE_BYTES,
  attributes: LIMITS.ATTRIBUTES,
  userAttributeTotalBytes: LIMITS.USER_ATTRIBUTE_TOTAL_BYTES,
  channelAttributeTotalBytes: LIMITS.CHANNEL_ATTRIBUTE_TOTAL_BYTES,
  queriedPeers: LIMITS.QUERIED_PEERS,
  subscribedPeers: LIMITS.SUBSCRIBED_PEERS,
  invitationBytes: LIMITS.INVITATION_BYTES,
  runningCalls: LIMITS.RUNNING_CALLS,
  mediaBytes: LIMITS.MEDIA_BYTES,
  mediaUserBytes: LIMITS.MEDIA_USER_BYTES,
  mediaUserFiles: LIMITS.MEDIA_USER_FILES,
  mediaAppBytes: LIMITS.MEDIA_APP_BYTES,
  mediaFreeBytes: 0,
  mediaTransfers: 20,
  mediaKeepMs: LIMITS.MEDIA_DAYS * 24 * 3600_000,
  mediaUploadMs: 24 * 3600_000,
  mediaLinkMs: 300_000,
  publishedMedia: 'text',
  mediaTextLinkMs: 24 * 3600_000,
  mediaSweepMs: 60_000,
  unreachableMs: TIMES.UNREACHABLE_MS,
  offlineMs: TIMES.OFFLINE_MS,
  heartbeatMs: TIMES.HEARTBEAT_MS,
  publishedPingMs: TIMES.PUBLISHED_PING_MS,
  publishedKeepAliveMs: TIMES.PUBLISHED_KEEP_ALIVE_MS,
  acknowledgeMs: TIMES.ACKNOWLEDGE_MS,
  loginDeadlineMs: TIMES.LOGIN_DEADLINE_MS,
  ticketMs: TIMES.TICKET_MS,
  offlineFetchMs: TIMES.OFFLINE_FETCH_MS,
  callReceiptMs: TIMES.CALL_RECEIPT_MS,
  callExpireMs: TIMES.CALL_EXPIRE_MS,
  callExpirePublishedMs: TIMES.CALL_EXPIRE_PUBLISHED_MS,
  callConfirmMs: TIMES.CALL_CONFIRM_MS,
  engineTimeoutMs: 3000,
  drainMs: 2000,
  adminSessionMs: 12 * 3600_000,
  adminIdleMs: 3600_000,
  maxConnections: 50_000,
  addressConnections: 20_000,
  addressConnectionsPerSecond: 15_000,
  pendingLogins: 15_000,
  overloadDelayMs: 500,
  messages: { perSecond: 60, burst: 360 },
  pauseMs: 1000,
  pauseRefuseMs: 5000,
  joins: tolerant(FREQUENCIES.JOIN),
  sameChannelJoins: tolerant(FREQUENCIES.JOIN_SAME_CHANNEL),
  memberQueries: tolerant(FREQUENCIES.MEMBERS),
  countQueries: tolerant(FREQUENCIES.MEMBER_COUNT),
  userAttributeWrites: tolerant(FREQUENCIES.ATTRIBUTES),
  userAttributeReads: tolerant(FREQUENCIES.USER_ATTRIBUTE_READS),
  channelAttributeWrites: tolerant(FREQUENCIES.ATTRIBUTES),
  channelAttributeReads: tolerant(FREQUENCIES.ATTRIBUTES),
  presenceCalls: tolerant(FREQUENCIES.PRESENCE),
  tokenRenewals: tolerant(FREQUENCIES.RENEW_TOKEN),
  historyReads: tolerant(FREQUENCIES.HISTORY),
  callMakes: tolerant(FREQUENCIES.CALLS),
  memberCounts: {
    threshold: LIMITS.MEMBERS_REPORTED,
    smallMs: TIMES.COUNT_SMALL_MS,
    largeMs: TIMES.COUNT_LARGE_MS,
  },
  presenceCollectMs: TIMES.PRESENCE_COLLECT_MS,
  malformedFrames: LIMITS.MALFORMED_FRAMES,
  malformedWindowMs: LIMITS.MALFORMED_WINDOW_MS,
  waitingFrames: 128,
  connectionQueueBytes: 4 * 1024 * 1024,
  processQueueBytes: 512 * 1024 * 1024,
  fanoutSlice: 500,
  fanoutEntries: 2000,
  fanoutLagMs: 1000,
};
