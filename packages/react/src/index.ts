'use client';

/** Hooks for React over `ar-rtm-sdk`. */
export type { RtmChannelState, RtmChannelStatus } from './model/channel.js';
export type { RtmIncomingInvitation, RtmInvitations, RtmOutgoingInvitation } from './model/invitations.js';
export type { RtmChatMessage, RtmPeerChatMessage } from './model/messages.js';
export type { RtmSessionState, RtmTokenState } from './model/session.js';
export type { RtmTransferStatus } from './model/transfers.js';
export type { RtmUserAttributesState } from './model/user-attributes.js';
export { RtmProvider, type RtmProviderProps, useRtm } from './rtm-provider.js';
export { type RtmChannelHandle, useChannel } from './use-channel.js';
export { type RtmConnection, useConnectionState } from './use-connection-state.js';
export { type RtmInvitationHandle, type RtmInviteOptions, useInvitation } from './use-invitation.js';
export { type RtmMediaMessage, useMediaMessage } from './use-media-message.js';
export { type RtmPeerMessages, usePeerMessages } from './use-peer-messages.js';
export { type RtmPresence, usePresence } from './use-presence.js';
export { type RtmClientOptions, type RtmSession, useRtmClient } from './use-rtm-client.js';
export { type RtmUserAttributes, useUserAttributes } from './use-user-attributes.js';
