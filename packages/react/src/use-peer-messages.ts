import type { PeerMessageSendResult, RtmMessage, SendMessageOptions } from 'ar-rtm-sdk';
import { useMemo, useSyncExternalStore } from 'react';
import type { RtmPeerChatMessage } from './model/messages.js';
import { useModel } from './rtm-context.js';

const NONE: readonly RtmPeerChatMessage[] = [];

/** Peer messages, and the way to send one. */
export interface RtmPeerMessages {
  /** Oldest first, own ones included: those since the provider was mounted, or since the login. */
  readonly messages: readonly RtmPeerChatMessage[];
  /** As `RtmClient.sendMessageToPeer`; a text is a text message. The message is in `messages` when this has resolved. */
  send(message: RtmMessage | string, peerId: string, options?: SendMessageOptions): Promise<PeerMessageSendResult>;
  /** Forgets the messages of this list, for all components. */
  clear(): void;
}

/**
 * The messages between this user and a peer, or all of them. They are collected while the provider is mounted, whether or not
 * this hook is in use, and forgotten by a logout; of 200 peers at most.
 */
export function usePeerMessages(peerId?: string | undefined): RtmPeerMessages {
  const { inbox } = useModel('usePeerMessages');
  const messages = useSyncExternalStore(
    inbox.watch,
    () => inbox.with(peerId),
    () => NONE,
  );
  return useMemo(
    () => ({
      messages,
      send: (message, to, options) => inbox.send(message, to, options),
      clear: () => inbox.clear(peerId),
    }),
    [inbox, messages, peerId],
  );
}
