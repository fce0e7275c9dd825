import type { RtmStatusCode } from './status-code.js';

/** Events of an invitation at its caller. Besides the receipt exactly one comes. */
export interface LocalInvitationEventMap {
  /** The callee's SDK has the invitation. Always before an answer. */
  LocalInvitationReceivedByPeer(): void;
  /** The callee has accepted; `response` is its text. */
  LocalInvitationAccepted(response: string): void;
  /** The callee has refused; `response` is its text. */
  LocalInvitationRefused(response: string): void;
  /** `cancel` was called. */
  LocalInvitationCanceled(): void;
  /** The invitation has ended without an answer. */
  LocalInvitationFailure(reason: RtmStatusCode.LocalInvitationFailureReason): void;
}

/** Events of an invitation at its callee. Exactly one comes. */
export interface RemoteInvitationEventMap {
  /** The caller's SDK knows of the accept. */
  RemoteInvitationAccepted(): void;
  /** `refuse` was called. */
  RemoteInvitationRefused(): void;
  /** The caller has taken the invitation back; `content` is its text then. */
  RemoteInvitationCanceled(content: string): void;
  /** The invitation has ended without an answer, or the accept has not reached the caller. */
  RemoteInvitationFailure(reason: RtmStatusCode.RemoteInvitationFailureReason): void;
}
