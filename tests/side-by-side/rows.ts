/** The rows of the published API: what docs/conformance.md has to show, in its order. */
export interface Row {
  readonly area: string;
  readonly name: string;
  /** Why the published client has nothing to show here. */
  readonly notInPublished?: string;
  /** Tests elsewhere that show this row: `file > name`, for what two clients in one process cannot show. */
  readonly alsoIn?: { readonly ours?: readonly string[]; readonly published?: readonly string[] };
}

export const ROWS = {
  '0a': {
    area: 'Loading',
    name: 'script import: the global `ArRTM`',
    alsoIn: {
      ours: ['tests/e2e/every-browser/script-tag.test.ts > the script creates exactly one global, ArRTM'],
      published: ['tests/e2e/every-browser/interop.test.ts > peer messages arrive intact in every direction'],
    },
  },
  '0b': {
    area: 'Loading',
    name: '`import ArRTM from "ar-rtm-sdk"`',
  },
  '0c': { area: 'Loading', name: '`RtmClient.on`, `RtmChannel.on`' },
  1: { area: 'Login and logout', name: '`createInstance`' },
  2: { area: 'Login and logout', name: '`login`' },
  3: { area: 'Login and logout', name: '`logout`' },
  4: { area: 'Login and logout', name: '`ConnectionStateChanged`' },
  5: { area: 'Peer messages', name: '`sendMessageToPeer`' },
  6: { area: 'Peer messages', name: '`MessageFromPeer`' },
  7: { area: 'Presence', name: '`queryPeersOnlineStatus`' },
  8: { area: 'Presence', name: '`subscribePeersOnlineStatus`' },
  9: { area: 'Presence', name: '`unsubscribePeersOnlineStatus`' },
  10: { area: 'Presence', name: '`queryPeersBySubscriptionOption`' },
  11: { area: 'Presence', name: '`PeersOnlineStatusChanged`' },
  12: { area: 'User attributes', name: '`setLocalUserAttributes`' },
  13: { area: 'User attributes', name: '`addOrUpdateLocalUserAttributes`' },
  14: { area: 'User attributes', name: '`deleteLocalUserAttributesByKeys`' },
  15: { area: 'User attributes', name: '`clearLocalUserAttributes`' },
  16: { area: 'User attributes', name: '`getUserAttributes`' },
  17: { area: 'User attributes', name: '`getUserAttributesByKeys`' },
  18: { area: 'Channel attributes', name: '`setChannelAttributes`' },
  19: { area: 'Channel attributes', name: '`addOrUpdateChannelAttributes`' },
  20: { area: 'Channel attributes', name: '`deleteChannelAttributesByKeys`' },
  21: { area: 'Channel attributes', name: '`clearChannelAttributes`' },
  22: { area: 'Channel attributes', name: '`getChannelAttributes`' },
  23: { area: 'Channel attributes', name: '`getChannelAttributesByKeys`' },
  24: { area: 'Channel attributes', name: '`AttributesUpdated`' },
  25: { area: 'Member count', name: '`getChannelMemberCount`' },
  26: { area: 'Files and images', name: '`createMediaMessageByUploading`', notInPublished: 'has no media' },
  27: { area: 'Files and images', name: '`createMessage`', notInPublished: 'has no such method' },
  28: { area: 'Files and images', name: '`downloadMedia`', notInPublished: 'has no media' },
  29: { area: 'Join and leave', name: '`createChannel`' },
  30: { area: 'Join and leave', name: '`join`' },
  31: { area: 'Join and leave', name: '`leave`' },
  32: { area: 'Join and leave', name: '`MemberJoined`' },
  33: { area: 'Join and leave', name: '`MemberLeft`' },
  34: { area: 'Join and leave', name: '`MemberCountUpdated`' },
  35: { area: 'Channel messages', name: '`RtmChannel.sendMessage`' },
  36: { area: 'Channel messages', name: '`ChannelMessage`' },
  37: { area: 'Member list', name: '`getMembers`' },
  38: { area: 'Invitations, caller', name: '`createLocalInvitation`' },
  39: { area: 'Invitations, caller', name: '`LocalInvitation.send`' },
  40: { area: 'Invitations, caller', name: '`LocalInvitation.cancel`' },
  41: { area: 'Invitations, callee', name: '`RemoteInvitation.accept`' },
  42: { area: 'Invitations, callee', name: '`RemoteInvitation.refuse`' },
  43: { area: 'Invitations, events to the caller', name: '`LocalInvitationReceivedByPeer`' },
  44: { area: 'Invitations, events to the caller', name: '`LocalInvitationCanceled`' },
  45: { area: 'Invitations, events to the caller', name: '`LocalInvitationAccepted`' },
  46: { area: 'Invitations, events to the caller', name: '`LocalInvitationRefused`' },
  47: { area: 'Invitations, events to the caller', name: '`LocalInvitationFailure`' },
  48: { area: 'Invitations, events to the callee', name: '`RemoteInvitationReceived`' },
  49: { area: 'Invitations, events to the callee', name: '`RemoteInvitationCanceled`' },
  50: { area: 'Invitations, events to the callee', name: '`RemoteInvitationAccepted`' },
  51: { area: 'Invitations, events to the callee', name: '`RemoteInvitationRefused`' },
  52: { area: 'Invitations, events to the callee', name: '`RemoteInvitationFailure`' },
  53: { area: 'Token', name: '`renewToken`' },
  54: { area: 'Token', name: '`TokenExpired`', notInPublished: 'has no such event' },
  55: { area: 'Logging and version', name: '`enableLogUpload`', notInPublished: 'ignores the field' },
  56: { area: 'Logging and version', name: '`logFilter`' },
  57: { area: 'Logging and version', name: '`VERSION`' },
  58: { area: 'Custom', name: '`setParameters`' },
} satisfies Record<string, Row>;

export type RowId = keyof typeof ROWS | Extract<keyof typeof ROWS, number>;
