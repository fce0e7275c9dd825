/**
 * Numbers that `code` of an error can hold, one enum per method or group of methods. The values are those
 * of ar-rtm-sdk 1.0.15. "Reserved" members are never produced by this SDK.
 */
export namespace RtmErrorCode {
  export enum BasicErrorCode {
    /** Thrown by `createMessage`: its argument is not an object. */
    INVALID_OPERATION = 1,
  }

  /** User and channel attributes. */
  export enum AttributeOperationError {
    /** Failed, or interrupted by `logout` or the end of the session. */
    ATTRIBUTE_OPERATION_ERR_FAILURE = 2,
    /** A user id, channel id, key or value is not valid. */
    ATTRIBUTE_OPERATION_ERR_INVALID_ARGUMENT = 3,
    /** A value above 8 KB, a total above 16 KB (user) or 32 KB (channel), or more than 32 attributes. */
    ATTRIBUTE_OPERATION_ERR_SIZE_OVERFLOW = 4,
    ATTRIBUTE_OPERATION_ERR_TOO_OFTEN = 5,
    /** The user whose attributes are wanted is not online. */
    ATTRIBUTE_OPERATION_ERR_USER_NOT_FOUND = 6,
    /** No answer within 5 s. */
    ATTRIBUTE_OPERATION_ERR_TIMEOUT = 7,
    ATTRIBUTE_OPERATION_ERR_USER_NOT_LOGGED_IN = 102,
  }

  /** `RtmChannel.sendMessage`. */
  export enum ChannelMessageError {
    /** Failed, or interrupted by `logout` or the end of the session. */
    CHANNEL_MESSAGE_ERR_FAILURE = 1,
    /** No answer within 10 s; whether the message was sent is unknown. */
    CHANNEL_MESSAGE_ERR_TIMEOUT = 2,
    /** More than 180 messages in 3 s, peer messages included. */
    CHANNEL_MESSAGE_ERR_TOO_OFTEN = 3,
    /** The message is malformed, empty, or above 32 KB. */
    CHANNEL_MESSAGE_ERR_INVALID_MESSAGE = 4,
    /** The channel has not been joined. */
    CHANNEL_MESSAGE_ERR_NOT_IN_CHANNEL = 5,
    CHANNEL_MESSAGE_ERR_USER_NOT_LOGGED_IN = 102,
  }

  /** `RtmClient.getPeerHistory` and `RtmChannel.getHistory`. */
  export enum HistoryError {
    /** Failed, or interrupted by `logout` or the end of the session. */
    HISTORY_ERR_FAILURE = 1,
    /** The peer id or an option is not valid. */
    HISTORY_ERR_INVALID_ARGUMENT = 2,
    /** More than 10 calls in 5 s. */
    HISTORY_ERR_TOO_OFTEN = 3,
    /** No answer within 5 s. */
    HISTORY_ERR_TIMEOUT = 4,
    /** The channel has not been joined. */
    HISTORY_ERR_NOT_IN_CHANNEL = 5,
    HISTORY_ERR_USER_NOT_LOGGED_IN = 102,
  }

  /** Thrown by `createChannel`. */
  export enum CreateChannelError {
    CREATE_CHANNEL_ERR_INVALID_ARGUMENT = 1,
  }

  /** Thrown by `createInstance`, `setParameters` and `setArea`. */
  export enum CreateInstanceError {
    CREATE_INSTANCE_ERR_INVALID_ARGUMENT = 1,
  }

  /** `getChannelMemberCount`. */
  export enum GetChannelMemberCountErrCode {
    /** Failed, or interrupted by `logout` or the end of the session. */
    GET_CHANNEL_MEMBER_COUNT_ERR_FAILURE = 1,
    /** Not an array, an empty one, or one with an invalid channel id. */
    GET_CHANNEL_MEMBER_COUNT_ERR_INVALID_ARGUMENT = 2,
    /** More than 1 call in 1 s. */
    GET_CHANNEL_MEMBER_COUNT_ERR_TOO_OFTEN = 3,
    /** No answer within 5 s. */
    GET_CHANNEL_MEMBER_COUNT_ERR_TIMEOUT = 4,
    /** More than 32 channels. */
    GET_CHANNEL_MEMBER_COUNT_ERR_EXCEED_LIMIT = 5,
    /** Reserved. */
    GET_CHANNEL_MEMBER_COUNT_ERR_NOT_INITIALIZED = 101,
    GET_CHANNEL_MEMBER_COUNT_ERR_USER_NOT_LOGGED_IN = 102,
  }

  /** `RtmChannel.getMembers`. */
  export enum GetMembersError {
    /** Failed, or interrupted by `logout` or the end of the session. */
    GET_MEMBERS_ERR_FAILURE = 1,
    /** Reserved. */
    GET_MEMBERS_ERR_REJECTED = 2,
    /** No answer within 5 s. */
    GET_MEMBERS_ERR_TIMEOUT = 3,
    /** More than 5 calls in 2 s. */
    GET_MEMBERS_ERR_TOO_OFTEN = 4,
    /** The channel has not been joined. */
    GET_MEMBERS_ERR_NOT_IN_CHANNEL = 5,
    /** Unlike elsewhere, this is not 102. */
    GET_MEMBERS_ERR_USER_NOT_LOGGED_IN = 6,
  }

  /** Thrown by call invitations. */
  export enum InvitationApiCallError {
    INVITATION_API_CALL_ERR_INVALID_ARGUMENT = 1,
    INVITATION_API_CALL_ERR_NOT_STARTED = 2,
    INVITATION_API_CALL_ERR_ALREADY_END = 3,
    INVITATION_API_CALL_ERR_ALREADY_ACCEPT = 4,
    INVITATION_API_CALL_ERR_ALREADY_SENT = 5,
  }

  /** `RtmChannel.join`. */
  export enum JoinChannelError {
    /** Failed, or interrupted by `logout` or the end of the session. */
    JOIN_CHANNEL_ERR_FAILURE = 1,
    /** Reserved. */
    JOIN_CHANNEL_ERR_REJECTED = 2,
    /** The server refused the channel id. */
    JOIN_CHANNEL_ERR_INVALID_ARGUMENT = 3,
    /** No answer within 5 s. (The name has no ERR, as in 1.0.15.) */
    JOIN_CHANNEL_TIMEOUT = 4,
    /** More than 20 channels. */
    JOIN_CHANNEL_ERR_EXCEED_LIMIT = 5,
    /** This object has joined, or is joining or leaving. */
    JOIN_CHANNEL_ERR_ALREADY_JOINED = 6,
    /** More than 50 calls in 3 s. */
    JOIN_CHANNEL_ERR_TOO_OFTEN = 7,
    /** More than 2 calls for the same channel id in 5 s. */
    JOIN_CHANNEL_ERR_JOIN_SAME_CHANNEL_TOO_OFTEN = 8,
    JOIN_CHANNEL_ERR_USER_NOT_LOGGED_IN = 102,
    /** `leave` was called before `join` was done. */
    JOIN_CHANNEL_ERR_ABORTED_BY_LEAVE = 210,
    /** Another object of the same channel id has joined. */
    JOIN_CHANNEL_ERR_ALREADY_JOINED_CHANNEL_OF_SAME_ID = 211,
  }

  /** `RtmChannel.leave`. */
  export enum LeaveChannelError {
    /** Failed, or no answer within 5 s. */
    LEAVE_CHANNEL_ERR_FAILURE = 1,
    /** Reserved. */
    LEAVE_CHANNEL_ERR_REJECTED = 2,
    LEAVE_CHANNEL_ERR_NOT_IN_CHANNEL = 3,
    LEAVE_CHANNEL_ERR_USER_NOT_LOGGED_IN = 102,
  }

  /** `login`. */
  export enum LoginError {
    /** Anything that the other codes do not say. */
    LOGIN_ERR_UNKNOWN = 1,
    /** The uid or the token is malformed, or no server address is known. */
    LOGIN_ERR_INVALID_ARGUMENT = 2,
    /** The app is unknown or disabled. */
    LOGIN_ERR_INVALID_APP_ID = 3,
    /** The token is not valid for this app and user, or is missing. */
    LOGIN_ERR_INVALID_TOKEN = 4,
    LOGIN_ERR_TOKEN_EXPIRED = 5,
    /** The user or the address is banned. */
    LOGIN_ERR_NOT_AUTHORIZED = 6,
    /** The client is logged in, logging in or reconnecting. */
    LOGIN_ERR_ALREADY_LOGIN = 7,
    /** No success within 6 s. */
    LOGIN_ERR_TIMEOUT = 8,
    /** More than 2 calls in 1 s. */
    LOGIN_ERR_TOO_OFTEN = 9,
    /** `logout` was called before `login` was done. */
    LOGIN_ERR_ABORTED_BY_LOGOUT = 10,
    /** Reserved. */
    LOGIN_ERR_GATEWAY_CONNECT_FAILED = 11,
  }

  /** `logout`. */
  export enum LogoutError {
    LOGOUT_ERR_USER_NOT_LOGGED_IN = 102,
  }

  /** `sendMessageToPeer`. */
  export enum PeerMessageError {
    /** Failed, or interrupted by `logout` or the end of the session. */
    PEER_MESSAGE_ERR_FAILURE = 1,
    /** No answer within 10 s; whether the message was sent is unknown. */
    PEER_MESSAGE_ERR_TIMEOUT = 2,
    /** More than 180 messages in 3 s, channel messages included. */
    PEER_MESSAGE_ERR_TOO_OFTEN = 5,
    /** The peer's user id is not valid. */
    PEER_MESSAGE_ERR_INVALID_USERID = 6,
    /** The message is malformed, empty, or above 32 KB. */
    PEER_MESSAGE_ERR_INVALID_MESSAGE = 7,
    /** Reserved. */
    PEER_MESSAGE_ERR_INCOMPATIBLE_MESSAGE = 8,
    PEER_MESSAGE_ERR_USER_NOT_LOGGED_IN = 102,
  }

  /** `subscribePeersOnlineStatus` and `unsubscribePeersOnlineStatus`. */
  export enum PeerSubscriptionStatusError {
    PEER_SUBSCRIPTION_STATUS_ERR_FAILURE = 1,
    PEER_SUBSCRIPTION_STATUS_ERR_INVALID_ARGUMENT = 2,
    /** Reserved. */
    PEER_SUBSCRIPTION_STATUS_ERR_REJECTED = 3,
    PEER_SUBSCRIPTION_STATUS_ERR_TIMEOUT = 4,
    PEER_SUBSCRIPTION_STATUS_ERR_TOO_OFTEN = 5,
    PEER_SUBSCRIPTION_STATUS_ERR_OVERFLOW = 6,
    PEER_SUBSCRIPTION_STATUS_ERR_USER_NOT_LOGGED_IN = 102,
  }

  /** `queryPeersBySubscriptionOption`. */
  export enum QueryPeersBySubscriptionOptionError {
    QUERY_PEERS_BY_SUBSCRIPTION_OPTION_ERR_FAILURE = 1,
    QUERY_PEERS_BY_SUBSCRIPTION_OPTION_ERR_TIMEOUT = 2,
    QUERY_PEERS_BY_SUBSCRIPTION_OPTION_ERR_TOO_OFTEN = 3,
    QUERY_PEERS_BY_SUBSCRIPTION_OPTION_ERR_USER_NOT_LOGGED_IN = 102,
  }

  /** `queryPeersOnlineStatus`. */
  export enum QueryPeersOnlineStatusError {
    /** The value is 0: compare with `===`. */
    QUERY_PEERS_ONLINE_STATUS_ERR_INVALID_ARGUMENT = 0,
    QUERY_PEERS_ONLINE_STATUS_ERR_REJECTED = 1,
    QUERY_PEERS_ONLINE_STATUS_ERR_TIMEOUT = 2,
    QUERY_PEERS_ONLINE_STATUS_ERR_TOO_OFTEN = 3,
    QUERY_PEERS_ONLINE_STATUS_ERR_USER_NOT_LOGGED_IN = 102,
  }

  /** `renewToken`. */
  export enum RenewTokenError {
    RENEW_TOKEN_ERR_FAILURE = 1,
    RENEW_TOKEN_ERR_INVALID_ARGUMENT = 2,
    /** Reserved. */
    RENEW_TOKEN_ERR_REJECTED = 3,
    RENEW_TOKEN_ERR_TOO_OFTEN = 4,
    RENEW_TOKEN_ERR_TOKEN_EXPIRED = 5,
    RENEW_TOKEN_ERR_INVALID_TOKEN = 6,
    RENEW_TOKEN_ERR_USER_NOT_LOGGED_IN = 102,
    RENEW_TOKEN_ERR_ABORTED_BY_LOGOUT = 201,
  }

  /** `createMediaMessageByUploading`. */
  export enum UploadMediaError {
    UPLOAD_MEDIA_ERR_FAILURE = 1,
    UPLOAD_MEDIA_ERR_INVALID_ARGUMENT = 2,
    UPLOAD_MEDIA_ERR_TIMEOUT = 3,
    UPLOAD_MEDIA_ERR_SIZE_OVERFLOW = 4,
    UPLOAD_MEDIA_ERR_CONCURRENCY_LIMIT_EXCEEDED = 5,
    UPLOAD_MEDIA_ERR_INTERRUPTED = 6,
    UPLOAD_MEDIA_ERR_NOT_LOGGED_IN = 102,
  }

  /** `downloadMedia`. */
  export enum DownloadMediaError {
    DOWNLOAD_MEDIA_ERR_FAILURE = 1,
    DOWNLOAD_MEDIA_ERR_INVALID_ARGUMENT = 2,
    DOWNLOAD_MEDIA_ERR_TIMEOUT = 3,
    DOWNLOAD_MEDIA_ERR_NOT_EXIST = 4,
    DOWNLOAD_MEDIA_ERR_CONCURRENCY_LIMIT_EXCEEDED = 5,
    DOWNLOAD_MEDIA_ERR_INTERRUPTED = 6,
    DOWNLOAD_MEDIA_ERR_NOT_LOGGED_IN = 102,
  }
}
