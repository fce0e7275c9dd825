import type { ConnectionDetails, RtmStatusCode } from 'ar-rtm-sdk';

export interface Connection {
  readonly state: RtmStatusCode.ConnectionState;
  /** Absent until the first change. */
  readonly reason?: RtmStatusCode.ConnectionChangeReason | undefined;
  /** What the latest restored connection brought back. */
  readonly details?: ConnectionDetails | undefined;
}

/** What became of a message of ours. `accepted`: by the server, for a channel. */
export type Outcome = 'sending' | 'accepted' | 'received' | 'not received' | 'failed';

export interface Message {
  readonly id: number;
  readonly from: string;
  readonly text: string;
  /** In ms since 1970. */
  readonly at: number;
  /** Only on messages of ours. */
  readonly outcome?: Outcome;
  /** Why the outcome is `failed`. */
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
}

export interface LogEntry {
  readonly id: number;
  readonly at: number;
  /** `client`, or the id of a channel. */
  readonly source: string;
  readonly event: string;
  readonly args: readonly unknown[];
}

export interface ConsoleState {
  readonly connection: Connection;
  /** User of the current or latest session. */
  readonly uid: string;
  readonly peers: readonly Chat[];
  readonly channels: readonly ChannelChat[];
  readonly selectedPeer?: string | undefined;
  readonly selectedChannel?: string | undefined;
  readonly log: readonly LogEntry[];
}

export type ChatKind = 'peers' | 'channels';

export type Action =
  | { readonly type: 'login-started'; readonly uid: string }
  | { readonly type: 'connection-changed'; readonly connection: Connection }
  | { readonly type: 'peer-opened'; readonly id: string }
  | { readonly type: 'channel-joined'; readonly id: string }
  | { readonly type: 'channel-left'; readonly id: string }
  | { readonly type: 'chat-selected'; readonly kind: ChatKind; readonly id: string }
  | { readonly type: 'message-added'; readonly kind: ChatKind; readonly id: string; readonly message: Message }
  | {
      readonly type: 'message-settled';
      readonly kind: ChatKind;
      readonly id: string;
      readonly messageId: number;
      readonly outcome: Outcome;
      readonly error?: unknown;
    }
  | { readonly type: 'members-listed'; readonly id: string; readonly members: readonly string[] }
  | { readonly type: 'member-joined'; readonly id: string; readonly member: string }
  | { readonly type: 'member-left'; readonly id: string; readonly member: string }
  | { readonly type: 'members-counted'; readonly id: string; readonly count: number }
  | { readonly type: 'event-logged'; readonly entry: LogEntry }
  | { readonly type: 'log-cleared' };

export const INITIAL_STATE: ConsoleState = {
  connection: { state: 'DISCONNECTED' },
  uid: '',
  peers: [],
  channels: [],
  log: [],
};
