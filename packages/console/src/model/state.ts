import type { ChannelAttributes, ConnectionDetails, RtmClient, RtmStatusCode } from 'ar-rtm-sdk';

export interface Connection {
  readonly state: RtmStatusCode.ConnectionState;
  /** Absent until the first change. */
  readonly reason?: RtmStatusCode.ConnectionChangeReason | undefined;
  /** What the latest restored connection brought back. */
  readonly details?: ConnectionDetails | undefined;
}

/** What became of a message of ours. `accepted`: by the server, for a channel. */
export type Outcome = 'sending' | 'accepted' | 'received' | 'not received' | 'failed';

/** The way of a file to the server or from it, until all of it is there. */
export interface Transfer {
  readonly direction: 'up' | 'down';
  readonly state: 'waiting' | 'running' | 'canceled' | 'failed';
  /** So far. */
  readonly bytes: number;
  readonly totalBytes: number;
  /** Why the state is `failed`. */
  readonly error?: unknown;
}

/** The file of a message. */
export interface SharedFile {
  /** As the sender says: `fileNameInWords` makes it fit to be shown. */
  readonly name: string;
  readonly description: string;
  /** In bytes. */
  readonly size: number;
  readonly isImage: boolean;
  readonly thumbnail?: Blob | undefined;
  /** Names the file on the server; absent while it is not there. */
  readonly mediaId?: string | undefined;
  readonly transfer?: Transfer | undefined;
  /** What is in it, once it has been downloaded. */
  readonly content?: Blob | undefined;
}

export interface Message {
  readonly id: number;
  readonly from: string;
  /** Empty when there is a file, or bytes. */
  readonly text: string;
  readonly file?: SharedFile | undefined;
  /** Of a raw message. */
  readonly bytes?: Uint8Array | undefined;
  /** In ms since 1970. */
  readonly at: number;
  /** Only on messages of ours. */
  readonly outcome?: Outcome;
  /** Why the outcome is `failed`; of a file that did not get up, its transfer says it. */
  readonly error?: unknown;
  /** Incoming: stored while we were offline. Ours: to be stored if the peer is offline. */
  readonly isOffline: boolean;
}

/** A peer or a channel, by its id. */
export interface Chat {
  readonly id: string;
  readonly messages: readonly Message[];
  readonly unread: number;
}

export interface ChannelChat extends Chat {
  /** As the server counts; members may be more than are listed. */
  readonly memberCount: number;
  readonly members: readonly string[];
  readonly attributes: ChannelAttributes;
}

export interface ConsoleState {
  readonly connection: Connection;
  /** User of the current or latest session. */
  readonly uid: string;
  /** Of the current or latest session; each login makes one. */
  readonly client?: RtmClient | undefined;
  readonly peers: readonly Chat[];
  readonly channels: readonly ChannelChat[];
  readonly selectedPeer?: string | undefined;
  readonly selectedChannel?: string | undefined;
}

export type ChatKind = 'peers' | 'channels';

/** Where a message is. */
export interface MessagePlace {
  readonly kind: ChatKind;
  /** Of the peer or the channel. */
  readonly id: string;
  readonly messageId: number;
}

export type Action =
  | { readonly type: 'login-started'; readonly uid: string; readonly client: RtmClient }
  | { readonly type: 'connection-changed'; readonly connection: Connection }
  | { readonly type: 'peer-opened'; readonly id: string }
  | { readonly type: 'channel-joined'; readonly id: string }
  | { readonly type: 'channel-left'; readonly id: string }
  | { readonly type: 'chat-selected'; readonly kind: ChatKind; readonly id: string }
  | { readonly type: 'message-added'; readonly kind: ChatKind; readonly id: string; readonly message: Message }
  | (MessagePlace & { readonly type: 'message-settled'; readonly outcome: Outcome; readonly error?: unknown })
  | (MessagePlace & { readonly type: 'file-changed'; readonly change: Partial<SharedFile> })
  | { readonly type: 'members-listed'; readonly id: string; readonly members: readonly string[] }
  | { readonly type: 'member-joined'; readonly id: string; readonly member: string }
  | { readonly type: 'member-left'; readonly id: string; readonly member: string }
  | { readonly type: 'members-counted'; readonly id: string; readonly count: number }
  | { readonly type: 'attributes-read'; readonly id: string; readonly attributes: ChannelAttributes };

export const INITIAL_STATE: ConsoleState = {
  connection: { state: 'DISCONNECTED' },
  uid: '',
  peers: [],
  channels: [],
};
