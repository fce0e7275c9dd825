/**
 * Counters of what happened, by name. Every way in which an entry can be lost has one (design 1: "a counter says why").
 * Names are fixed here so that the page of metrics and the code cannot drift apart.
 */
export const COUNTER_NAMES = [
  'connections_opened',
  'connections_closed',
  'refused_not_ready',
  'refused_overload',
  'refused_connections',
  'refused_pending_logins',
  'refused_address_connections',
  'refused_address_rate',
  'refused_app_connections',
  'refused_app_messages',
  'overloads',
  'logins',
  'logins_refused',
  'sessions_resumed',
  'sessions_kicked',
  'sessions_put_off',
  'sessions_expired',
  'sessions_token_over',
  'token_renewals',
  'token_renewals_refused',
  'peer_messages',
  'peer_messages_refused',
  'channel_messages',
  'channel_messages_refused',
  'deliveries',
  'calls_made',
  'calls_refused',
  'presence_pushes',
  'presence_encodings',
  'offline_messages_stored',
  'offline_messages_displaced',
  'offline_messages_expired',
  'history_messages_stored',
  'history_messages_displaced',
  'history_messages_expired',
  'live_entries_dropped_session_end',
  'live_entries_dropped_bound',
  'log_holes_read_back',
  'log_gaps',
  'malformed_frames',
  'closed_protocol_abuse',
  'closed_slow_consumer',
  'slow_consumer_bytes_dropped',
  'closed_login_deadline',
  'closed_idle',
  'records_damaged',
  'back_end_requests',
  'back_end_requests_refused',
  'engine_failures',
  'log_lines_uploaded',
  'media_uploaded',
  'media_downloads',
  'media_refused',
  'media_expired',
  'media_orphans',
  'media_damaged',
  'operator_logins',
  'operator_refused',
] as const;

export type CounterName = (typeof COUNTER_NAMES)[number];

/** What has been counted since the start. */
export interface CounterValues {
  value(name: CounterName): number;
}

export interface Counters {
  add(name: CounterName, amount?: number): void;
}
