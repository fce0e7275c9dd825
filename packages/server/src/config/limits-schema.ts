import { LIMITS } from 'ar-rtm-protocol';
import { bytes, count, group, milliseconds } from './fields.js';

const KB = 1024;
const MB = 1024 * KB;
const GB = 1024 * MB;

/** Sizes, counts, rates and budgets. The numbers of the protocol are the defaults: the SDK checks the same ones. */
export const limitsSchema = group('Sizes, counts, rates and budgets.', {
  messageBytes: bytes('Bytes of a peer or channel message.', LIMITS.MESSAGE_BYTES, 1, 512 * KB),
  invitationBytes: bytes('Bytes of the content or response of an invitation.', LIMITS.INVITATION_BYTES, 1, 64 * KB),
  runningCalls: count(
    'Invitations that a user may have running, made and received apart; more are refused.',
    LIMITS.RUNNING_CALLS,
    1,
    100_000,
  ),
  attributeKeyBytes: bytes('Bytes of the key of an attribute.', LIMITS.ATTRIBUTE_KEY_BYTES, 1, KB),
  attributeValueBytes: bytes('Bytes of the value of an attribute.', LIMITS.ATTRIBUTE_VALUE_BYTES, 1, 64 * KB),
  attributes: count('Attributes of a user or channel.', LIMITS.ATTRIBUTES, 1, 1024),
  userAttributeTotalBytes: bytes('Bytes of all attributes of a user.', LIMITS.USER_ATTRIBUTE_TOTAL_BYTES, 1, MB),
  channelAttributeTotalBytes: bytes(
    'Bytes of all attributes of a channel.',
    LIMITS.CHANNEL_ATTRIBUTE_TOTAL_BYTES,
    1,
    MB,
  ),
  joinedChannels: count('Channels that a client may be in.', LIMITS.JOINED_CHANNELS, 1, 10_000),
  membersReported: count(
    'Above this many members of a channel, joins and departures are not reported one by one and member lists are cut.',
    LIMITS.MEMBERS_REPORTED,
    1,
    100_000,
  ),
  countedChannels: count('Channels in one query for member counts.', LIMITS.COUNTED_CHANNELS, 1, 1024),
  queriedPeers: count('Users in one query for their online status.', LIMITS.QUERIED_PEERS, 1, 10_000),
  subscribedPeers: count('Users whose online status a client may subscribe to.', LIMITS.SUBSCRIBED_PEERS, 1, 100_000),
  offlineMessages: count(
    'Offline messages kept for a receiver; the oldest goes when another comes.',
    LIMITS.OFFLINE_MESSAGES,
    0,
    100_000,
  ),
  offlineMessageMs: milliseconds(
    'How long an offline message is kept.',
    LIMITS.OFFLINE_MESSAGE_MS,
    0,
    365 * 24 * 3600_000,
  ),
  historyDays: count('Days for which an archived message is kept.', LIMITS.HISTORY_DAYS, 1, 3650),
  historyMessages: count(
    'Archived messages of one channel, or of two users; the oldest go when others come.',
    LIMITS.HISTORY_MESSAGES,
    1,
    10_000_000,
  ),
  historyBytes: bytes(
    'Bytes of the archived messages of one channel, or of two users.',
    LIMITS.HISTORY_BYTES,
    64 * KB,
    64 * GB,
  ),
  mediaBytes: bytes('Bytes of an uploaded file.', LIMITS.MEDIA_BYTES, 1, 4 * GB),
  mediaDays: count('Days for which an uploaded file is kept.', LIMITS.MEDIA_DAYS, 1, 3650),
  mediaUserBytes: bytes(
    'Bytes of all files of a user, unfinished uploads with their full size included.',
    LIMITS.MEDIA_USER_BYTES,
    1,
    64 * 1024 * GB,
  ),
  mediaUserFiles: count('Files of a user, unfinished uploads included.', LIMITS.MEDIA_USER_FILES, 1, 10_000_000),
  mediaAppBytes: bytes('Bytes of all files of an app.', LIMITS.MEDIA_APP_BYTES, 1, 64 * 1024 * GB),
  mediaFreeBytes: bytes(
    'Bytes of the disk that files leave free: uploads that would take them are refused.',
    GB,
    0,
    64 * 1024 * GB,
  ),
  mediaTransfers: count('Uploads and downloads that a user may have under way.', 20, 1, 10_000),
  frameReplyBytes: bytes('A frame above this size is refused with an error.', LIMITS.FRAME_REPLY_BYTES, KB, 16 * MB),
  frameCloseBytes: bytes(
    'A frame above this size closes the connection (1009).',
    LIMITS.FRAME_CLOSE_BYTES,
    KB,
    64 * MB,
  ),
  httpBodyBytes: bytes('Bytes of the body of a gateway or message request.', LIMITS.HTTP_BODY_BYTES, KB, 16 * MB),
  maxConnections: count('Connections of this server; more are refused with 503.', 50_000, 1, 10_000_000),
  messagesPerSecond: count('Messages a second that a client may send, on average.', 60, 1, 100_000),
  messageBurst: count('Messages that a client may send at once.', 360, 1, 1_000_000),
  malformedFrames: count(
    'Malformed frames within `malformedWindowMs` that close a connection (4002).',
    LIMITS.MALFORMED_FRAMES,
    1,
    10_000,
  ),
  malformedWindowMs: milliseconds('The window for `malformedFrames`.', LIMITS.MALFORMED_WINDOW_MS, 100, 3600_000),
  clientLogFileBytes: bytes(
    'Bytes of the file with log lines of one user (`enableLogUpload`); a second file holds what was before.',
    MB,
    4 * KB,
    GB,
  ),
  clientLogBytes: bytes('Bytes of all those files; above it the oldest go.', 256 * MB, MB, 1024 * GB),
  logMs: milliseconds(
    'How long an entry of a channel or inbox can be read back after a cut.',
    60_000,
    30_000,
    24 * 3600_000,
  ),
  logEntries: count('Entries of a channel or inbox that can be read back.', 10_000, 1, 10_000_000),
  logBytes: bytes('Bytes of a channel or inbox that can be read back.', 8 * MB, 64 * KB, 16 * GB),
  connectionQueueBytes: bytes('Bytes that may wait for a slow connection before it is closed.', 4 * MB, 64 * KB, GB),
  processQueueBytes: bytes(
    'Bytes that may wait for all connections; above it those with the longest queues are closed.',
    512 * MB,
    MB,
    64 * GB,
  ),
  fanoutSlice: count('Members that a message is sent to in one turn of the event loop.', 500, 1, 100_000),
  fanoutEntries: count(
    'Entries of a channel that may wait to be sent to its members here; above it messages to it are refused (3). At most `logEntries` in effect.',
    2000,
    1,
    1_000_000,
  ),
  fanoutLagMs: milliseconds(
    'How long the oldest of them may wait before messages to that channel are refused.',
    1000,
    50,
    60_000,
  ),
});
