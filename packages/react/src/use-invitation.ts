import { useMemo, useSyncExternalStore } from 'react';
import { NO_INVITATIONS, type RtmInvitations } from './model/invitations.js';
import { useModel } from './rtm-context.js';

/** Call invitations, and what can be done with them. The functions throw what the methods of the SDK throw. */
export interface RtmInvitationHandle extends RtmInvitations {
  /**
   * Invites a user to a call, as `LocalInvitation.send`: a callee who is not online has 30 s to come, who has it has 60 s to
   * answer. Returns the `id` in `outgoing`.
   */
  invite(calleeId: string, options?: RtmInviteOptions): number;
  /** Takes an invitation back, as `LocalInvitation.cancel`; with another text for the callee, if one is given. */
  cancel(id: number, content?: string): void;
  /** Accepts, as `RemoteInvitation.accept`, with a text for the caller. */
  accept(id: number, response?: string): void;
  /** Refuses, as `RemoteInvitation.refuse`, with a text for the caller. */
  refuse(id: number, response?: string): void;
  /** Takes an invitation off the list. */
  dismiss(id: number): void;
}

/** What an invitation says. */
export interface RtmInviteOptions {
  /** Text for the callee, at most 8 KB. Default `""`. */
  content?: string | undefined;
  /** A channel id for the callee's information. Default `""`. */
  channelId?: string | undefined;
}

/**
 * Invitations to calls, both ways. They are collected while the provider is mounted; of those that are over the newest 50 of
 * each way stay until they are dismissed, or somebody logs out.
 */
export function useInvitation(): RtmInvitationHandle {
  const { invitations } = useModel('useInvitation');
  const lists = useSyncExternalStore(invitations.watch, invitations.store.get, () => NO_INVITATIONS);
  return useMemo(
    () => ({
      ...lists,
      invite: (calleeId, { content = '', channelId = '' } = {}) => invitations.invite(calleeId, content, channelId),
      cancel: (id, content) => invitations.cancel(id, content),
      accept: (id, response) => invitations.answer(id, 'accept', response),
      refuse: (id, response) => invitations.answer(id, 'refuse', response),
      dismiss: (id) => invitations.dismiss(id),
    }),
    [invitations, lists],
  );
}
