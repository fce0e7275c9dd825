/** Everything an application can name besides classes and enums. */
import type { RemoteInvitation } from './invitation.js';
import type { LocalInvitationEventMap, RemoteInvitationEventMap } from './invitation-events.js';
import type { RtmStatusCode } from './status-code.js';

/** A text message. */
export interface RtmTextMessage {
  /**
   * The text, not empty. At most 32 KB (32,768), by UTF-8 bytes or by the count of 1.0.15 (UTF-16 units, those from
   * U+4E00 to U+9FA5 counted twice), whichever is smaller.
   */
  text: string;
  /** May be left out when sending; always there on received messages. */
  messageType?: 'TEXT' | undefined;
  rawMessage?: undefined;
  description?: undefined;
}

/** A message to or from a peer or a channel. */
export type RtmMessage = RtmTextMessage;

export interface SendMessageOptions {
  /**
   * Peer messages only: store the message when the peer is offline. The server keeps the newest 200 per peer, for 7
   * days. Default `false`; only `true` enables it.
   */
  enableOfflineMessaging?: boolean | undefined;
  /** Let the server archive the message. Default `false`; only `true` enables it. */
  enableHistoricalMessaging?: boolean | undefined;
}

export interface PeerMessageSendResult {
  /** Whether the peer's SDK acknowledged the message within 5 s. `false` is not an error. */
  hasPeerReceived: boolean;
}

/** What is known of a received message besides its content. */
export interface ReceivedMessageProperties {
  /** When the server accepted the message, in ms since 1970; for display, not for strict sorting. */
  serverReceivedTs: number;
  /** Whether the message was stored while the receiver was offline. Always `false` in channels. */
  isOfflineMessage: boolean;
  /** Always `false`; for code written against other SDKs. */
  isHistoricalMessage: boolean;
}

/** Name of {@link ReceivedMessageProperties} in other SDKs. */
export type ReceiveMessageProperties = ReceivedMessageProperties;

/** Attributes by key: 1 to 32 bytes of visible text each; values are not empty and have at most 8 KB. */
export interface AttributesMap {
  [key: string]: string;
}

/** One attribute of a channel. */
export interface ChannelAttributeProperties {
  value: string;
  /** Who wrote it last, be it the same value. */
  lastUpdateUserId: string;
  /** When, in ms since 1970 by the clock of the server. */
  lastUpdateTs: number;
}

/** Attributes of a channel by key. */
export interface ChannelAttributes {
  [key: string]: ChannelAttributeProperties;
}

export interface ChannelAttributeOptions {
  /** Give all members `AttributesUpdated`, this user included if it is one. Only `true` enables it, for this call. */
  enableNotificationToChannelMembers?: boolean | undefined;
}

/** Number of members by channel id; 0 for channels without members. */
export interface ChannelMemberCountResult {
  [channelId: string]: number;
}

/** Whether each of the users asked for is logged in, by user id. */
export interface PeersOnlineStatusResult {
  [peerId: string]: boolean;
}

/** States of watched users, by user id. */
export interface PeersOnlineStatusMap {
  [peerId: string]: RtmStatusCode.PeerOnlineState;
}

/** What a restored connection brought back (third argument of `ConnectionStateChanged`). */
export interface ConnectionDetails {
  /** Whether nothing was missed during the cut. */
  recovered: boolean;
  /** Where something was, or may have been, missed; only when `recovered` is `false`. */
  gaps?: ConnectionGaps | undefined;
}

export interface ConnectionGaps {
  /** Peer messages. */
  inbox: boolean;
  /** Ids of joined channels, for their messages and member events. */
  channels: string[];
}

/** Switches per kind of log line, as in other SDKs. */
export interface LogFilterSwitches {
  error: boolean;
  warn: boolean;
  info: boolean;
  track: boolean;
  debug: boolean;
}

/** A level (`ArRTM.LOG_FILTER_...`), or one switch per kind of line. */
export type LogFilterType = number | LogFilterSwitches;

/** Where a self-hosted server is. */
export interface PrivateCloudAddr {
  /** Host name, IPv4 address, or IPv6 address in brackets. */
  ServerAdd: string;
  /** 1 to 65535. Default: 443, or 80 when `Wss` is `false`. */
  Port?: number | undefined;
  /** Whether to use TLS, for HTTP and sockets alike. Default `true`. */
  Wss?: boolean | undefined;
}

/** Configuration of one client. Unknown fields are ignored. */
export interface RtmParameters {
  /** What goes to the console. Default `LOG_FILTER_INFO`. */
  logFilter?: LogFilterType | undefined;
  /** Accepted for code written against other SDKs; without effect. */
  enableCloudProxy?: boolean | undefined;
  /**
   * Address of the server; takes effect at the next attempt to connect. Without one, a client uses the server that
   * served the script or the page.
   */
  confPriCloudAddr?: PrivateCloudAddr | undefined;
  /** Another spelling of `confPriCloudAddr`; wins when both are present. */
  ConfPriCloudAddr?: PrivateCloudAddr | undefined;
}

/** Name of {@link RtmParameters} in other SDKs. */
export type RtmConfig = RtmParameters;

export interface LoginOptions {
  /** 1 to 64 letters, digits, spaces and ``! # $ % & ( ) + - : ; < = . > ? @ [ ] ^ _ { } | ~ ,``; not `null`. */
  uid: string;
  /** Needed when the app has certificates. */
  token?: string | null | undefined;
}

/** Types of listeners, by event name. */
export namespace RtmEvents {
  export interface RtmClientEvents {
    /** On every change of the connection state, once (api.md 7.2). `details` comes with `CONNECTED` after a cut. */
    ConnectionStateChanged(
      newState: RtmStatusCode.ConnectionState,
      reason: RtmStatusCode.ConnectionChangeReason,
      details?: ConnectionDetails | undefined,
    ): void;
    /** Per message from a peer; messages stored while this user was offline come first, after `login` has resolved. */
    MessageFromPeer(message: RtmMessage, peerId: string, messageProps: ReceivedMessageProperties): void;
    /**
     * After a subscription the states of all users named in it; then the changes of users that are watched, several at once
     * if they come together. After a reconnect only those whose state is not the one reported last.
     */
    PeersOnlineStatusChanged(status: PeersOnlineStatusMap): void;
    /** Per invitation that came, once; also when it was sent up to 30 s before this login. */
    RemoteInvitationReceived(remoteInvitation: RemoteInvitation): void;
    /** The token expires soon. */
    TokenWillExpired(): void;
    /** As `TokenWillExpired`, right after it; the name in other SDKs. */
    TokenPrivilegeWillExpire(): void;
    /** The server refuses to restore the session because the token has expired. */
    TokenExpired(): void;
    /** The server ends the session because the token has expired. */
    TokenDidExpired(): void;
  }

  export interface RtmChannelEvents {
    /** Per message of another member, in the order in which the server accepted them. */
    ChannelMessage(message: RtmMessage, memberId: string, messagePros: ReceivedMessageProperties): void;
    /** Another user joined; not reported above 512 members. */
    MemberJoined(memberId: string): void;
    /** Another user left or was lost for 30 s; not reported above 512 members. */
    MemberLeft(memberId: string): void;
    /** Number of members: once after `join`, then when it changes, at most once per second (3 s above 512 members). */
    MemberCountUpdated(memberCount: number): void;
    /**
     * All attributes of the channel, after a change that was made with `enableNotificationToChannelMembers`, by whomever.
     * What changed during a cut is reported behind it, as one event.
     */
    AttributesUpdated(attributes: ChannelAttributes): void;
  }

  export type LocalInvitationEvents = LocalInvitationEventMap;
  export type RemoteInvitationEvents = RemoteInvitationEventMap;
}
