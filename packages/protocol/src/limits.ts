/**
 * Every size, count, rate and time that both sides of the wire know, once. The server's configuration takes its
 * defaults from here. Sources are named per entry: A = api.md section, W = wire-protocol.md section, D = design section.
 */
const KB = 1024;

export const LIMITS = {
  /** Characters of an App ID (A 1.4). */
  APP_ID_CHARS: 32,
  /** Bytes of a user or channel id (A "ID rule"). */
  ID_BYTES: 64,
  /** Bytes of a message of any type; a text may instead fit by the old count (A 5.3). */
  MESSAGE_BYTES: 32 * KB,
  /** Bytes of an invitation's content or response (A 11.2). */
  INVITATION_BYTES: 8 * KB,
  /** Invitations that a user may have running, those it made and those it got apart. */
  RUNNING_CALLS: 100,
  /** Bytes of an attribute's key and value, attributes per target, and totals (A 6). */
  ATTRIBUTE_KEY_BYTES: 32,
  ATTRIBUTE_VALUE_BYTES: 8 * KB,
  ATTRIBUTES: 32,
  USER_ATTRIBUTE_TOTAL_BYTES: 16 * KB,
  CHANNEL_ATTRIBUTE_TOTAL_BYTES: 32 * KB,
  /** Channels a client may be in (A 11.2). */
  JOINED_CHANNELS: 20,
  /** Above this many members, joins and departures are not reported one by one, and lists are cut (A 4.2, 3.3). */
  MEMBERS_REPORTED: 512,
  /** Channels per member count query (A 3.2). */
  COUNTED_CHANNELS: 32,
  /** Peers per online status query (A 3.2) and per subscription, also in total (A 9). */
  QUERIED_PEERS: 256,
  SUBSCRIBED_PEERS: 512,
  /** Offline messages per receiver, all senders together, and how long they are kept (A 5.6). */
  OFFLINE_MESSAGES: 200,
  OFFLINE_MESSAGE_MS: 7 * 24 * 3600 * 1000,
  /** Messages in one page of history. */
  HISTORY_PAGE: 100,
  /** How long an archived message is kept, and how many and how many bytes per conversation. */
  HISTORY_DAYS: 7,
  HISTORY_MESSAGES: 10_000,
  HISTORY_BYTES: 64 * 1024 * KB,
  /** An uploaded file (A 11.2): at most so many bytes, for so many days; what all files of a user or an app may come to. */
  MEDIA_BYTES: 32 * 1024 * KB,
  MEDIA_DAYS: 7,
  MEDIA_USER_BYTES: 1024 * 1024 * KB,
  MEDIA_USER_FILES: 2000,
  MEDIA_APP_BYTES: 64 * 1024 * 1024 * KB,
  /** Uploads and downloads of a client at a time (A 5.5). */
  TRANSFERS: 9,
  /** A frame above the first number gets an error reply, above the second a close with 1009 (D 8). */
  FRAME_REPLY_BYTES: 512 * KB,
  FRAME_CLOSE_BYTES: 1024 * KB,
  /** Body of a gateway or message POST (D 8). */
  HTTP_BODY_BYTES: 64 * KB,
  /** Malformed frames within the window before the connection is closed with 4002 (D 8). */
  MALFORMED_FRAMES: 20,
  MALFORMED_WINDOW_MS: 10_000,
} as const;

/** Times in milliseconds that both sides rely on. */
export const TIMES = {
  /** `login` (A 11.3). */
  LOGIN_MS: 6000,
  /** Peer and channel messages, presence queries, token renewal (A 11.3). */
  MESSAGE_MS: 10_000,
  /** Join, leave, members, counts, attributes, subscription list (A 11.3). */
  REQUEST_MS: 5000,
  /** How long `logout` waits for the server (A 11.3). */
  LOGOUT_MS: 5000,
  /** How long the server waits for a receiver's acknowledgement of a peer message (A 11.3, D 4). */
  ACKNOWLEDGE_MS: 5000,
  /** Silence after which the SDK declares an interruption (A 7.2). */
  INTERRUPTED_MS: 4000,
  /** Server clock from the last packet (A 9, D 4). */
  UNREACHABLE_MS: 6000,
  OFFLINE_MS: 30_000,
  /** Heartbeat towards clients with capabilities (D 4). The client declares a cut after this plus one second. */
  HEARTBEAT_MS: 3000,
  HEARTBEAT_SLACK_MS: 1000,
  /** Towards published clients: WebSocket ping for the clock, ReqKeepAlive for the client's own deadline (D 4). */
  PUBLISHED_PING_MS: 3000,
  PUBLISHED_KEEP_ALIVE_MS: 10_000,
  /** A socket that has not logged in by then is closed (W 12, O22). */
  LOGIN_DEADLINE_MS: 15_000,
  /** A ticket (gateway `sessionid`) may be used for a Login this long, and for HTTP this long after the session (D 5). */
  TICKET_MS: 60_000,
  /** How long before the end of a token its client is warned, and how long ours may still renew it behind that (A 4.4). */
  TOKEN_WARNING_MS: 30_000,
  TOKEN_GRACE_MS: 10_000,
  /** Pushes to a freshly logged-in published client wait this long for its `getOfflineMsg` (D 4). */
  OFFLINE_FETCH_MS: 3000,
  /** A channel without members keeps its attributes this long (A 6). */
  EMPTY_CHANNEL_MS: 300_000,
  /** Member counts: at most one report per first number up to 512 members, per second number above (A 4.2). */
  COUNT_SMALL_MS: 1000,
  COUNT_LARGE_MS: 3000,
  /** An invitation that did not reach the callee fails after this time (A 8.1), one without an answer after the second. */
  CALL_RECEIPT_MS: 30_000,
  CALL_EXPIRE_MS: 60_000,
  /** A published callee ends an invitation 60 s after it came; the server is earlier (W 8.4.4). */
  CALL_EXPIRE_PUBLISHED_MS: 58_000,
  /** An accept that the caller's client has not acknowledged by then has failed (A 8.2). */
  CALL_CONFIRM_MS: 5000,
  /** The SDK gives up so much later than the server, which has the first word. */
  CALL_SLACK_MS: 1000,
  /** Changes of presence are collected at most this long into one push per watcher (issue, part C). */
  PRESENCE_COLLECT_MS: 200,
  /** An upload or download of which no byte has moved for so long has failed; how often one tells how far it has come (A 5.5). */
  TRANSFER_IDLE_MS: 120_000,
  TRANSFER_REPORT_MS: 1000,
} as const;

/** Call frequency limits: at most `calls` within a sliding window of `windowMs` (A 11.1). */
export interface Frequency {
  readonly calls: number;
  readonly windowMs: number;
}

export const FREQUENCIES = {
  LOGIN: { calls: 2, windowMs: 1000 },
  MESSAGES: { calls: 180, windowMs: 3000 },
  JOIN: { calls: 50, windowMs: 3000 },
  JOIN_SAME_CHANNEL: { calls: 2, windowMs: 5000 },
  MEMBERS: { calls: 5, windowMs: 2000 },
  MEMBER_COUNT: { calls: 1, windowMs: 1000 },
  /** Of users: changes. Of channels: changes, and reads apart from them. */
  ATTRIBUTES: { calls: 10, windowMs: 5000 },
  USER_ATTRIBUTE_READS: { calls: 40, windowMs: 5000 },
  /** Each of the four presence methods by itself. */
  PRESENCE: { calls: 10, windowMs: 5000 },
  /** Pages of history, of peers and channels together. */
  HISTORY: { calls: 10, windowMs: 5000 },
  /** Not enforced by the SDK: what a client may do that does not mean harm. */
  CALLS: { calls: 100, windowMs: 5000 },
  RENEW_TOKEN: { calls: 2, windowMs: 1000 },
} as const satisfies Record<string, Frequency>;
