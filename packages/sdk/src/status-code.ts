/**
 * String enums of the public API; every value equals its name.
 *
 * Each is published three times under one name: an object, the union of its values, and a namespace of types. So it can
 * be used like an enum (`RtmStatusCode.ConnectionState.CONNECTED` as value and as type), and plain literals fit too.
 */
export namespace RtmStatusCode {
  /** Where a client is in its life. */
  export const ConnectionState = {
    /** Not logged in: the initial state, and the one after `logout` or a failed `login`. */
    DISCONNECTED: 'DISCONNECTED',
    /** `login` is running. */
    CONNECTING: 'CONNECTING',
    /** Logged in. Also during a cut of less than 4 s that is then repaired without loss. */
    CONNECTED: 'CONNECTED',
    /** The connection is cut for 4 s or more and is being restored; calls wait. */
    RECONNECTING: 'RECONNECTING',
    /** The server ended the session; only `logout` or a new `login` leads out. */
    ABORTED: 'ABORTED',
  } as const;
  export type ConnectionState = keyof typeof ConnectionState;
  export namespace ConnectionState {
    export type DISCONNECTED = 'DISCONNECTED';
    export type CONNECTING = 'CONNECTING';
    export type CONNECTED = 'CONNECTED';
    export type RECONNECTING = 'RECONNECTING';
    export type ABORTED = 'ABORTED';
  }

  /** Why the connection state changed. */
  export const ConnectionChangeReason = {
    /** `login` began. */
    LOGIN: 'LOGIN',
    /** The server accepted a login, or the session was restored. */
    LOGIN_SUCCESS: 'LOGIN_SUCCESS',
    /** The server refused a login, or refused for good to restore the session. */
    LOGIN_FAILURE: 'LOGIN_FAILURE',
    /** No success within 6 s of `login`. */
    LOGIN_TIMEOUT: 'LOGIN_TIMEOUT',
    /** Nothing came from the server for 4 s, or the connection was lost and not restored within 4 s. */
    INTERRUPTED: 'INTERRUPTED',
    /** `logout` was called. */
    LOGOUT: 'LOGOUT',
    /** App unknown or disabled, user or address banned. */
    BANNED_BY_SERVER: 'BANNED_BY_SERVER',
    /** The same user logged in elsewhere. */
    REMOTE_LOGIN: 'REMOTE_LOGIN',
    /** The token expired and was not renewed in time. */
    TOKEN_EXPIRED: 'TOKEN_EXPIRED',
  } as const;
  export type ConnectionChangeReason = keyof typeof ConnectionChangeReason;
  export namespace ConnectionChangeReason {
    export type LOGIN = 'LOGIN';
    export type LOGIN_SUCCESS = 'LOGIN_SUCCESS';
    export type LOGIN_FAILURE = 'LOGIN_FAILURE';
    export type LOGIN_TIMEOUT = 'LOGIN_TIMEOUT';
    export type INTERRUPTED = 'INTERRUPTED';
    export type LOGOUT = 'LOGOUT';
    export type BANNED_BY_SERVER = 'BANNED_BY_SERVER';
    export type REMOTE_LOGIN = 'REMOTE_LOGIN';
    export type TOKEN_EXPIRED = 'TOKEN_EXPIRED';
  }

  /** States of an outgoing call invitation. */
  export const LocalInvitationState = {
    IDLE: 'IDLE',
    SENT_TO_REMOTE: 'SENT_TO_REMOTE',
    RECEIVED_BY_REMOTE: 'RECEIVED_BY_REMOTE',
    ACCEPTED_BY_REMOTE: 'ACCEPTED_BY_REMOTE',
    REFUSED_BY_REMOTE: 'REFUSED_BY_REMOTE',
    CANCELED: 'CANCELED',
    FAILURE: 'FAILURE',
  } as const;
  export type LocalInvitationState = keyof typeof LocalInvitationState;
  export namespace LocalInvitationState {
    export type IDLE = 'IDLE';
    export type SENT_TO_REMOTE = 'SENT_TO_REMOTE';
    export type RECEIVED_BY_REMOTE = 'RECEIVED_BY_REMOTE';
    export type ACCEPTED_BY_REMOTE = 'ACCEPTED_BY_REMOTE';
    export type REFUSED_BY_REMOTE = 'REFUSED_BY_REMOTE';
    export type CANCELED = 'CANCELED';
    export type FAILURE = 'FAILURE';
  }

  /** States of an incoming call invitation. */
  export const RemoteInvitationState = {
    INVITATION_RECEIVED: 'INVITATION_RECEIVED',
    ACCEPT_SENT_TO_LOCAL: 'ACCEPT_SENT_TO_LOCAL',
    REFUSED: 'REFUSED',
    ACCEPTED: 'ACCEPTED',
    CANCELED: 'CANCELED',
    FAILURE: 'FAILURE',
  } as const;
  export type RemoteInvitationState = keyof typeof RemoteInvitationState;
  export namespace RemoteInvitationState {
    export type INVITATION_RECEIVED = 'INVITATION_RECEIVED';
    export type ACCEPT_SENT_TO_LOCAL = 'ACCEPT_SENT_TO_LOCAL';
    export type REFUSED = 'REFUSED';
    export type ACCEPTED = 'ACCEPTED';
    export type CANCELED = 'CANCELED';
    export type FAILURE = 'FAILURE';
  }

  /** Why an outgoing call invitation failed. */
  export const LocalInvitationFailureReason = {
    UNKNOWN: 'UNKNOWN',
    PEER_NO_RESPONSE: 'PEER_NO_RESPONSE',
    INVITATION_EXPIRE: 'INVITATION_EXPIRE',
    PEER_OFFLINE: 'PEER_OFFLINE',
    NOT_LOGGEDIN: 'NOT_LOGGEDIN',
  } as const;
  export type LocalInvitationFailureReason = keyof typeof LocalInvitationFailureReason;
  export namespace LocalInvitationFailureReason {
    export type UNKNOWN = 'UNKNOWN';
    export type PEER_NO_RESPONSE = 'PEER_NO_RESPONSE';
    export type INVITATION_EXPIRE = 'INVITATION_EXPIRE';
    export type PEER_OFFLINE = 'PEER_OFFLINE';
    export type NOT_LOGGEDIN = 'NOT_LOGGEDIN';
  }

  /** Why an incoming call invitation failed. */
  export const RemoteInvitationFailureReason = {
    UNKNOWN: 'UNKNOWN',
    PEER_OFFLINE: 'PEER_OFFLINE',
    ACCEPT_FAILURE: 'ACCEPT_FAILURE',
    INVITATION_EXPIRE: 'INVITATION_EXPIRE',
  } as const;
  export type RemoteInvitationFailureReason = keyof typeof RemoteInvitationFailureReason;
  export namespace RemoteInvitationFailureReason {
    export type UNKNOWN = 'UNKNOWN';
    export type PEER_OFFLINE = 'PEER_OFFLINE';
    export type ACCEPT_FAILURE = 'ACCEPT_FAILURE';
    export type INVITATION_EXPIRE = 'INVITATION_EXPIRE';
  }

  /** What is known of a peer whose online status is subscribed. */
  export const PeerOnlineState = {
    /** Logged in and heard of within the last 6 s. */
    ONLINE: 'ONLINE',
    /** Logged in, but not heard of for 6 s. */
    UNREACHABLE: 'UNREACHABLE',
    /** Not logged in, or not heard of for 30 s. */
    OFFLINE: 'OFFLINE',
  } as const;
  export type PeerOnlineState = keyof typeof PeerOnlineState;
  export namespace PeerOnlineState {
    export type ONLINE = 'ONLINE';
    export type UNREACHABLE = 'UNREACHABLE';
    export type OFFLINE = 'OFFLINE';
  }

  /** What can be subscribed of a peer. */
  export const PeerSubscriptionOption = { ONLINE_STATUS: 'ONLINE_STATUS' } as const;
  export type PeerSubscriptionOption = keyof typeof PeerSubscriptionOption;
  export namespace PeerSubscriptionOption {
    export type ONLINE_STATUS = 'ONLINE_STATUS';
  }

  /** Types of messages. */
  export const MessageType = { TEXT: 'TEXT', RAW: 'RAW', IMAGE: 'IMAGE', FILE: 'FILE' } as const;
  export type MessageType = keyof typeof MessageType;
  export namespace MessageType {
    export type TEXT = 'TEXT';
    export type RAW = 'RAW';
    export type IMAGE = 'IMAGE';
    export type FILE = 'FILE';
  }

  /** Regions of the public cloud; accepted and without effect on a self-hosted server. */
  export const AreaCode = {
    GLOBAL: 'GLOBAL',
    INDIA: 'INDIA',
    JAPAN: 'JAPAN',
    ASIA: 'ASIA',
    EUROPE: 'EUROPE',
    CHINA: 'CHINA',
    NORTH_AMERICA: 'NORTH_AMERICA',
  } as const;
  export type AreaCode = keyof typeof AreaCode;
  export namespace AreaCode {
    export type GLOBAL = 'GLOBAL';
    export type INDIA = 'INDIA';
    export type JAPAN = 'JAPAN';
    export type ASIA = 'ASIA';
    export type EUROPE = 'EUROPE';
    export type CHINA = 'CHINA';
    export type NORTH_AMERICA = 'NORTH_AMERICA';
  }

  /** Older names of regions, for code that mentions them. */
  export const LegacyAreaCode = {
    CN: 'CN',
    NA: 'NA',
    EU: 'EU',
    AS: 'AS',
    JP: 'JP',
    IN: 'IN',
    GLOB: 'GLOB',
    OC: 'OC',
    SA: 'SA',
    AF: 'AF',
    OVS: 'OVS',
  } as const;
  export type LegacyAreaCode = keyof typeof LegacyAreaCode;
  export namespace LegacyAreaCode {
    export type CN = 'CN';
    export type NA = 'NA';
    export type EU = 'EU';
    export type AS = 'AS';
    export type JP = 'JP';
    export type IN = 'IN';
    export type GLOB = 'GLOB';
    export type OC = 'OC';
    export type SA = 'SA';
    export type AF = 'AF';
    export type OVS = 'OVS';
  }
}
