import { FREQUENCIES, type Frequency, TIMES } from 'ar-rtm-protocol';
import { count, group, milliseconds } from './fields.js';

const HOUR = 3600_000;

export const timesSchema = group('Times of the connection and of sessions, in milliseconds.', {
  unreachableMs: milliseconds(
    'Silence of a client after which it counts as UNREACHABLE.',
    TIMES.UNREACHABLE_MS,
    1000,
    HOUR,
  ),
  offlineMs: milliseconds(
    'Silence of a client after which it counts as OFFLINE and its session ends.',
    TIMES.OFFLINE_MS,
    2000,
    24 * HOUR,
  ),
  heartbeatMs: milliseconds(
    'Heartbeat of clients with our SDK; at most half of `unreachableMs`.',
    TIMES.HEARTBEAT_MS,
    250,
    HOUR,
  ),
  publishedPingMs: milliseconds('WebSocket ping to other clients.', TIMES.PUBLISHED_PING_MS, 250, HOUR),
  publishedKeepAliveMs: milliseconds('`ReqKeepAlive` to other clients.', TIMES.PUBLISHED_KEEP_ALIVE_MS, 1000, HOUR),
  acknowledgeMs: milliseconds(
    'How long a peer message waits for the acknowledgement of its receiver.',
    TIMES.ACKNOWLEDGE_MS,
    100,
    60_000,
  ),
  loginDeadlineMs: milliseconds(
    'A connection that has not logged in by then is closed.',
    TIMES.LOGIN_DEADLINE_MS,
    1000,
    HOUR,
  ),
  ticketMs: milliseconds('How long the answer of the gateway may be used for a login.', TIMES.TICKET_MS, 5000, HOUR),
  offlineFetchMs: milliseconds(
    'How long pushes to a client with another SDK wait for it to fetch its offline messages.',
    TIMES.OFFLINE_FETCH_MS,
    100,
    60_000,
  ),
  countSmallMs: milliseconds(
    'At most one member count in this time, in a small channel.',
    TIMES.COUNT_SMALL_MS,
    100,
    60_000,
  ),
  countLargeMs: milliseconds(
    'At most one member count in this time, in a large channel.',
    TIMES.COUNT_LARGE_MS,
    100,
    60_000,
  ),
  emptyChannelMs: milliseconds(
    'How long a channel without members keeps its attributes.',
    TIMES.EMPTY_CHANNEL_MS,
    1000,
    365 * 24 * HOUR,
  ),
  callReceiptMs: milliseconds(
    'An invitation that has not reached its callee by then fails.',
    TIMES.CALL_RECEIPT_MS,
    1000,
    // The SDK gives up by itself soon behind these times.
    TIMES.CALL_RECEIPT_MS,
  ),
  callExpireMs: milliseconds(
    'An invitation without an answer by then fails.',
    TIMES.CALL_EXPIRE_MS,
    1000,
    TIMES.CALL_EXPIRE_MS,
  ),
  callExpirePublishedMs: milliseconds(
    'The same from the delivery to a callee with another SDK on, which gives up 60 s after that.',
    TIMES.CALL_EXPIRE_PUBLISHED_MS,
    1000,
    59_000,
  ),
  callConfirmMs: milliseconds(
    'An accept that has not reached the caller by then fails.',
    TIMES.CALL_CONFIRM_MS,
    500,
    TIMES.CALL_CONFIRM_MS,
  ),
  mediaUploadMs: milliseconds(
    'How long after its begin an unfinished upload can go on; then it is removed.',
    24 * HOUR,
    60_000,
    365 * 24 * HOUR,
  ),
  mediaLinkMs: milliseconds('How long a link to a file is good, for whoever has it.', 300_000, 1000, 7 * 24 * HOUR),
  mediaTextLinkMs: milliseconds(
    'The same for a link in a text for a client that knows texts only (`publishedMedia`): longer, since a person opens it, perhaps hours later, and no client asks for another one; shorter than the life of the file.',
    24 * HOUR,
    1000,
    7 * 24 * HOUR,
  ),
  engineTimeoutMs: milliseconds(
    'How long a call to the engine, which is to the disk with stored data, may take before its request is refused.',
    3000,
    100,
    60_000,
  ),
  adminSessionMs: milliseconds(
    'How long a browser stays logged in as the operator at most.',
    12 * HOUR,
    60_000,
    30 * 24 * HOUR,
  ),
  adminIdleMs: milliseconds(
    'How long it stays logged in behind its last request; a page that shows live charts sends some all the time.',
    HOUR,
    60_000,
    30 * 24 * HOUR,
  ),
  drainMs: milliseconds('Over how long connections are closed when the server stops.', 2000, 0, HOUR),
});

const frequency = (text: string, byDefault: Frequency) =>
  group(text, {
    calls: count(`${text} Calls within the window.`, byDefault.calls, 1, 100_000),
    windowMs: milliseconds(`${text} The window.`, byDefault.windowMs, 100, HOUR),
  });

export const frequenciesSchema = group('How often a client may make a call, as the SDK counts it.', {
  join: frequency('Joins of channels.', FREQUENCIES.JOIN),
  joinSameChannel: frequency('Joins of one and the same channel.', FREQUENCIES.JOIN_SAME_CHANNEL),
  members: frequency('Queries for the members of a channel.', FREQUENCIES.MEMBERS),
  memberCount: frequency('Queries for member counts.', FREQUENCIES.MEMBER_COUNT),
  userAttributeWrites: frequency("Changes of the client's own attributes.", FREQUENCIES.ATTRIBUTES),
  userAttributeReads: frequency('Queries for attributes of users.', FREQUENCIES.USER_ATTRIBUTE_READS),
  channelAttributeWrites: frequency('Changes of attributes of channels.', FREQUENCIES.ATTRIBUTES),
  channelAttributeReads: frequency('Queries for attributes of channels.', FREQUENCIES.ATTRIBUTES),
  history: frequency('Queries for archived messages, of peers and channels together.', FREQUENCIES.HISTORY),
  calls: frequency('Invitations made; the SDK does not limit them.', FREQUENCIES.CALLS),
  presence: frequency('Each of the presence commands: query, list, subscribe, unsubscribe.', FREQUENCIES.PRESENCE),
  renewToken: frequency('Renewals of the token.', FREQUENCIES.RENEW_TOKEN),
});
