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

/** Bytes of the application's own. */
export interface RtmRawMessage {
  /** May be empty. At most 32 KB (32,768 bytes) together with the description. */
  rawMessage: Uint8Array;
  /** Default `""`; always there on received messages. */
  description?: string | undefined;
  /** May be left out when sending; always there on received messages. */
  messageType?: 'RAW' | undefined;
  // biome-ignore lint/suspicious/noExplicitAny: code for 1.0.15 reads `text` of every message without looking at its type.
  text?: any;
}

/**
 * A file that was uploaded, by `RtmClient.createMediaMessageByUploading`. File name, description and thumbnail have at most
 * 32 KB (32,768 bytes) together.
 */
export interface RtmFileMessage {
  /** Names the file for `RtmClient.downloadMedia`, for 7 days from the upload. */
  mediaId: string;
  fileName: string;
  description: string;
  /** As the sender made it; of received messages empty if there is none. */
  thumbnail: Blob | undefined;
  /** Bytes of the file. */
  size: number;
  messageType: 'FILE';
  // biome-ignore lint/suspicious/noExplicitAny: as in RtmRawMessage.
  text?: any;
}

/** An image that was uploaded. As {@link RtmFileMessage}, with sizes in pixels, which are 0 when they are not known. */
export interface RtmImageMessage {
  mediaId: string;
  fileName: string;
  description: string;
  thumbnail: Blob | undefined;
  /** Bytes of the image. */
  size: number;
  width: number;
  height: number;
  thumbnailWidth: number;
  thumbnailHeight: number;
  messageType: 'IMAGE';
  // biome-ignore lint/suspicious/noExplicitAny: as in RtmRawMessage.
  text?: any;
}

/** A message to or from a peer or a channel. */
export type RtmMessage = RtmTextMessage | RtmRawMessage | RtmFileMessage | RtmImageMessage;

/** What goes into the message besides the file. */
export interface FileMessageParams {
  /** Default `""`. */
  fileName?: string | undefined;
  /** Default `""`. */
  description?: string | undefined;
  /** Travels in the message itself. Never made, scaled or compressed by the SDK. */
  thumbnail?: Blob | undefined;
  messageType?: 'FILE' | undefined;
}

/**
 * As {@link FileMessageParams}, with sizes in pixels. Where neither width nor height is positive, both are read from a JPEG,
 * PNG or BMP, or else are 0.
 */
export interface ImageMessageParams {
  fileName?: string | undefined;
  description?: string | undefined;
  thumbnail?: Blob | undefined;
  width?: number | undefined;
  height?: number | undefined;
  thumbnailWidth?: number | undefined;
  thumbnailHeight?: number | undefined;
  messageType?: 'IMAGE' | undefined;
}

/** How far an upload or download has come, in bytes. */
export interface MediaOperationProgress {
  /** Never less than before. */
  currentSize: number;
  totalSize: number;
}

export interface MediaTransferHandler {
  /** Ends the transfer, whose call then rejects with code 6. */
  cancelSignal?: AbortSignal | undefined;
  /** Called once a second while bytes move, and at the end with both sizes equal; never after the call has settled. */
  onOperationProgress?: ((event: MediaOperationProgress) => void) | undefined;
}

export interface SendMessageOptions {
  /**
   * Peer messages only: store the message when the peer is offline. The server keeps the newest 200 per peer, for 7
   * days. Default `false`; only `true` enables it.
   */
  enableOfflineMessaging?: boolean | undefined;
  /**
   * Let the server archive the message, for `RtmClient.getPeerHistory` and `RtmChannel.getHistory`. The call then resolves
   * when it is on disk. Default `false`; only `true` enables it.
   */
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

/** Which archived messages are wanted. Without options, the oldest 100. */
export interface HistoryOptions {
  /** Begin behind the message with this `offset`, in the direction of `order`. */
  offset?: number | undefined;
  /** Leave out what the server accepted before, in ms since 1970. */
  startTs?: number | undefined;
  /** Leave out what the server accepted later. */
  endTs?: number | undefined;
  /** 1 to 100. Default 100; large messages make smaller pages. */
  limit?: number | undefined;
  /** `asc`: oldest first, the default. `desc`: newest first. */
  order?: 'asc' | 'desc' | undefined;
}

/** An archived message. */
export interface HistoryMessage {
  message: RtmMessage;
  senderId: string;
  /** When the server accepted the message, in ms since 1970. */
  serverReceivedTs: number;
  /** Names the message in its conversation; later ones have a higher one, with holes between them. */
  offset: number;
}

export interface HistoryPage {
  /** In the order that was asked for. Messages of types that this release does not know are left out. */
  messages: HistoryMessage[];
  /** The `offset` to ask for the next page with; `undefined` when there is none. */
  nextOffset: number | undefined;
}

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
  /**
   * Whether log lines are also sent to the server, where its operator can read them. Default `false`. Lines of level INFO
   * and above travel in batches while a session lives; what cannot be sent is dropped in silence, and no call waits for it.
   * Turning it off drops what has not been sent.
   */
  enableLogUpload?: boolean | undefined;
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
    /** On every change of the connection state, once. `details` comes with `CONNECTED` after a cut. */
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
    /** The token ends in 30 s or less. Time to call `renewToken`; otherwise nothing happens yet. */
    TokenWillExpired(): void;
    /** As `TokenWillExpired`, right after it; the name in other SDKs. */
    TokenPrivilegeWillExpire(): void;
    /**
     * The token has ended. `renewToken` still succeeds: within 10 s while connected; when the connection is cut at any time,
     * and it is not restored before.
     */
    TokenExpired(): void;
    /**
     * It was not renewed for 10 s. While connected, the session ends: `ConnectionStateChanged(ABORTED, TOKEN_EXPIRED)`
     * follows. When the connection is cut, `renewToken` still restores it.
     */
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
