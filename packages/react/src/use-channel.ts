import type { AttributesMap, RtmMessage, SendMessageOptions } from 'ar-rtm-sdk';
import { useCallback, useMemo, useSyncExternalStore } from 'react';
import { NO_CHANNEL, type RtmChannelState } from './model/channel.js';
import { watchHeld } from './model/store.js';
import { useModel } from './rtm-context.js';

/** A channel, and what can be done in it. */
export interface RtmChannelHandle extends RtmChannelState {
  /** As `RtmChannel.sendMessage`; a text is a text message. The message is in `messages` when this has resolved. */
  sendMessage(message: RtmMessage | string, options?: SendMessageOptions): Promise<void>;
  /** As `RtmClient.addOrUpdateChannelAttributes`; all members are told. */
  updateAttributes(attributes: AttributesMap): Promise<void>;
  /** As `RtmClient.deleteChannelAttributesByKeys`; all members are told. */
  deleteAttributes(keys: readonly string[]): Promise<void>;
  /** Joins again, when that has failed. */
  retry(): void;
}

/**
 * A channel, joined while a component that uses it is mounted and the user is logged in; also after a new login. Any number of
 * components may use the same one: it is joined once, and left when the last of them has gone. All of them share its messages,
 * which are forgotten with the membership, or by a logout. Joins above the frequency limits of the SDK wait for their turn.
 * Without an id nothing is joined.
 */
export function useChannel(channelId: string | undefined): RtmChannelHandle {
  const { channels } = useModel('useChannel');
  const watch = useCallback(
    (tell: () => void) => (channelId === undefined ? () => undefined : watchHeld(channels.shared(channelId), tell)),
    [channels, channelId],
  );
  const read = () => (channelId === undefined ? undefined : channels.peek(channelId)?.store.get()) ?? NO_CHANNEL;
  const state = useSyncExternalStore(watch, read, () => NO_CHANNEL);
  return useMemo(() => {
    const channel = () => channels.of(channelId ?? '');
    return {
      ...state,
      sendMessage: (message, options) => channel().send(message, options),
      updateAttributes: (attributes) => channel().update(attributes),
      deleteAttributes: (keys) => channel().remove(keys),
      retry: () => channel().retry(),
    };
  }, [state, channels, channelId]);
}
