import type { ReceivedMessageProperties, RtmMessage } from 'ar-rtm-sdk';

/** A message as lists show it: one that came, or one that this client has sent. */
export interface RtmChatMessage {
  /** Tells the messages of one client apart; for React's `key`. */
  readonly id: number;
  readonly message: RtmMessage;
  /** Who has sent it. */
  readonly senderId: string;
  /** Whether this client has sent it. It is in the list from the time that the server has accepted it. */
  readonly isOwn: boolean;
  /** When the server accepted it, in ms since 1970; of an own message when this client learned of that, by its own clock. */
  readonly timestamp: number;
  /** Whether it was stored while this user was offline. */
  readonly isOffline: boolean;
}

/** A message between this user and a peer. */
export interface RtmPeerChatMessage extends RtmChatMessage {
  /** The other user, whoever of the two has sent it. */
  readonly peerId: string;
  /** Of an own message: whether the peer's SDK has acknowledged it. */
  readonly hasPeerReceived: boolean | undefined;
}

/** Messages kept in a list, unless the application says otherwise. */
export const MESSAGE_LIMIT = 200;

let lastId = 0;

export function received(message: RtmMessage, senderId: string, more: ReceivedMessageProperties): RtmChatMessage {
  const { serverReceivedTs: timestamp, isOfflineMessage: isOffline } = more;
  return { id: nextId(), message, senderId, isOwn: false, timestamp, isOffline };
}

export function sent(message: RtmMessage, senderId: string): RtmChatMessage {
  return { id: nextId(), message, senderId, isOwn: true, timestamp: Date.now(), isOffline: false };
}

/** The list with one more; the oldest goes when there are too many. */
export function withNewest<T>(list: readonly T[], item: T, limit: number): readonly T[] {
  return [...list, item].slice(-limit);
}

/** A plain text is a text message. */
export function asMessage(message: RtmMessage | string): RtmMessage {
  return typeof message === 'string' ? { text: message } : message;
}

function nextId(): number {
  lastId += 1;
  return lastId;
}
