import type { CounterName } from '../../ports/index.js';

/** What each counter counts, for the page of metrics. */
export const COUNTER_TEXTS: Readonly<Record<CounterName, string>> = {
  connections_opened: 'Connections accepted',
  connections_closed: 'Connections closed, for any reason',
  logins: 'Logins accepted',
  logins_refused: 'Logins refused',
  sessions_resumed: 'Sessions resumed after a cut',
  sessions_kicked: 'Sessions ended by a newer login of the same user',
  sessions_expired: 'Sessions ended because the client stayed silent',
  peer_messages: 'Peer messages accepted',
  peer_messages_refused: 'Peer messages refused',
  channel_messages: 'Channel messages accepted',
  channel_messages_refused: 'Channel messages refused',
  deliveries: 'Frames of messages and events written to receivers',
  offline_messages_stored: 'Messages stored for a receiver that was not there',
  offline_messages_displaced: 'Stored messages that gave way to newer ones',
  offline_messages_expired: 'Stored messages that were not fetched in time',
  live_entries_dropped_session_end: 'Live entries lost because the session of the receiver ended',
  live_entries_dropped_bound: 'Live entries lost because a log was full',
  log_holes_read_back: 'Missing offsets that were read back from a log',
  log_gaps: 'Gaps in a log that receivers were told of',
  malformed_frames: 'Frames that could not be understood',
  closed_protocol_abuse: 'Connections closed for too many malformed frames',
  closed_slow_consumer: 'Connections closed because too much waited for them',
  slow_consumer_bytes_dropped:
    'Bytes that were queued for those connections and not written; messages among them count as deliveries',
  closed_login_deadline: 'Connections closed because no login came',
  closed_idle: 'Connections closed because nothing came',
  records_damaged: 'Stored records that could not be read',
  engine_failures: 'Calls to the engine or to storage that failed',
};
