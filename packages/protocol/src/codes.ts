/**
 * Every number and word that means something on the wire, once.
 * Sources: api.md 10.3 (the public error enums), wire-protocol.md 2.2 (gateway), 3.4 (close codes), 4.8, design 8.
 */

/** Results of the gateway (`POST /arapi/v1?action=wrtm_gateway`) and of the message gateway. */
export const GATEWAY_CODE = {
  OK: 0,
  UNKNOWN: 1,
  INVALID_ARGUMENT: -4,
  UID_BANNED: 14,
  IP_BANNED: 15,
  INVALID_APP_ID: 101,
  SERVICE_NOT_OPENED: 102,
  TOKEN_EXPIRED: 109,
  INVALID_TOKEN: 110,
} as const;

/** `Code` of a `Login` reply; also the values of the public LoginError. */
export const LOGIN_CODE = {
  OK: 0,
  UNKNOWN: 1,
  INVALID_ARGUMENT: 2,
  INVALID_APP_ID: 3,
  INVALID_TOKEN: 4,
  TOKEN_EXPIRED: 5,
  NOT_AUTHORIZED: 6,
  ALREADY_LOGIN: 7,
  TIMEOUT: 8,
  TOO_OFTEN: 9,
  ABORTED_BY_LOGOUT: 10,
} as const;

/** `Code` of a `RenewAcsToken` reply (extension P2); also the values of the public RenewTokenError. */
export const RENEW_TOKEN_CODE = {
  OK: 0,
  FAILURE: 1,
  INVALID_ARGUMENT: 2,
  TOO_OFTEN: 4,
  TOKEN_EXPIRED: 5,
  INVALID_TOKEN: 6,
  NOT_LOGGED_IN: 102,
} as const;

export const PEER_MESSAGE_CODE = {
  OK: 0,
  FAILURE: 1,
  TIMEOUT: 2,
  TOO_OFTEN: 5,
  INVALID_USERID: 6,
  INVALID_MESSAGE: 7,
  NOT_LOGGED_IN: 102,
} as const;

export const CHANNEL_MESSAGE_CODE = {
  OK: 0,
  FAILURE: 1,
  TIMEOUT: 2,
  TOO_OFTEN: 3,
  INVALID_MESSAGE: 4,
  NOT_IN_CHANNEL: 5,
  NOT_LOGGED_IN: 102,
} as const;

export const JOIN_CODE = {
  OK: 0,
  FAILURE: 1,
  REJECTED: 2,
  INVALID_ARGUMENT: 3,
  TIMEOUT: 4,
  EXCEED_LIMIT: 5,
  TOO_OFTEN: 7,
  SAME_CHANNEL_TOO_OFTEN: 8,
  NOT_LOGGED_IN: 102,
} as const;

export const LEAVE_CODE = { OK: 0, FAILURE: 1, REJECTED: 2, NOT_IN_CHANNEL: 3, NOT_LOGGED_IN: 102 } as const;

export const MEMBERS_CODE = {
  OK: 0,
  FAILURE: 1,
  REJECTED: 2,
  TIMEOUT: 3,
  TOO_OFTEN: 4,
  NOT_IN_CHANNEL: 5,
  NOT_LOGGED_IN: 6,
} as const;

export const MEMBER_COUNT_CODE = {
  OK: 0,
  FAILURE: 1,
  INVALID_ARGUMENT: 2,
  TOO_OFTEN: 3,
  TIMEOUT: 4,
  EXCEED_LIMIT: 5,
  NOT_LOGGED_IN: 102,
} as const;

export const ATTRIBUTE_CODE = {
  OK: 0,
  FAILURE: 2,
  INVALID_ARGUMENT: 3,
  SIZE_OVERFLOW: 4,
  TOO_OFTEN: 5,
  USER_NOT_FOUND: 6,
  TIMEOUT: 7,
  NOT_LOGGED_IN: 102,
} as const;

/** `GetHistory`; also the values of the public HistoryError. */
export const HISTORY_CODE = {
  OK: 0,
  FAILURE: 1,
  INVALID_ARGUMENT: 2,
  TOO_OFTEN: 3,
  TIMEOUT: 4,
  NOT_IN_CHANNEL: 5,
  NOT_LOGGED_IN: 102,
} as const;

/**
 * QueryOnlineStatus and QueryOnlineSubStatus, whose replies carry `Code` by extension P5. An invalid argument has none of
 * its own: that of the public enum is 0.
 */
export const PRESENCE_QUERY_CODE = { OK: 0, FAILURE: 1, TOO_OFTEN: 3, NOT_LOGGED_IN: 102 } as const;

/** SubscribeOnlineStatus and UnSubscribeOnlineStatus. */
export const PRESENCE_CODE = {
  OK: 0,
  FAILURE: 1,
  INVALID_ARGUMENT: 2,
  TOO_OFTEN: 5,
  OVERFLOW: 6,
  NOT_LOGGED_IN: 102,
} as const;

/** `Code` of an `ErrorNotice` (extension P4): what was wrong with a frame, before any command looked at it. */
export const NOTICE_CODE = {
  /** Not text, not JSON, not an object, no Cmd, Content not the text of an object. */
  MALFORMED: 1,
  /** A Cmd that this server does not know. */
  UNKNOWN_COMMAND: 2,
  /** A field is missing or has the wrong type; `Reason` names it. */
  INVALID_FIELD: 3,
  /** Above the size that any command can need. */
  TOO_LARGE: 4,
  /** A known Cmd that this server does not carry out. */
  NOT_SUPPORTED: 5,
  /** A command before Login. */
  NOT_LOGGED_IN: 102,
} as const;

/** `Status` of a MsgStatus. Anything but the number 0 means "received" to a published client (quirk Q21). */
export const MESSAGE_STATUS = { NOT_RECEIVED: 0, RECEIVED: 2 } as const;

/** `State` of a watched user (extension P11). Towards published clients UNREACHABLE counts as online. */
export type PeerState = 'ONLINE' | 'UNREACHABLE' | 'OFFLINE';

/** `Status` of a CallStatus (wire-protocol.md 8.2). The last two are told to clients with `calls.1` only. */
export const CALL_STATUS = { SENT: 1, RECEIVED: 2, OFFLINE: 3, NO_RESPONSE: 4, EXPIRED: 5, FAILED: 6 } as const;

/** `Code` of a CallReply, and of an AcceptCallAck. */
export const CALL_CODE = {
  OK: 0,
  /** Not carried out, and never will be. */
  REFUSED: 1,
  /** The outcome is unknown. */
  TIMEOUT: 2,
} as const;

/** `Reason` of a CancelCall; empty when the caller took the invitation back. */
export const CANCEL_REASON = { TIMEOUT: 'TimeOut', OFFLINE: 'Offline' } as const;

/** `MsgType` of a message. Published receivers show only TEXT (quirk Q25). */
export const MESSAGE_TYPE = { TEXT: 1, RAW: 2, FILE: 3, IMAGE: 4 } as const;

/**
 * WebSocket close codes of the server. A published client reconnects after every code but 1000 and 1005
 * (wire-protocol.md 3.4), so NORMAL is used only where the session is over by protocol; our SDK reads the same table.
 */
export const CLOSE_CODE = {
  /** The session is over: after ForceOffline, Logout, token expiry, a failed Login, or when none came in time. */
  NORMAL: 1000,
  /** The server drains or restarts, or this node lost its lease: reconnect. */
  SERVICE_RESTART: 1012,
  /** Frame above the hard limit (sent by the WebSocket library). */
  TOO_BIG: 1009,
  /** Nothing was heard from the client for the OFFLINE time: reconnect. */
  IDLE: 4000,
  /** A newer socket of the same client instance took over: reconnect, never frozen (quirk Q10). */
  REPLACED: 4001,
  /** Repeated malformed frames. */
  PROTOCOL_ABUSE: 4002,
  /** The client read too slowly and its queue passed the limit: reconnect. */
  SLOW_CONSUMER: 4003,
  /** Entries of a log could not be delivered; the client learns which when it resumes. */
  LOG_GAP: 4004,
} as const;

/** Why a session was taken from a client (`Reason` of ForceOffline, extension P13, and of a refused Login). */
export type KickReason = 'REMOTE_LOGIN' | 'BANNED';
