/**
 * What a client and a server may announce to each other at Login (extension P1). "Published" is a client that announced
 * nothing: it gets the wire of wire-protocol.md to the letter. Names carry a version and are never reused.
 */
export const CAPABILITIES = {
  /** Error replies: `Code`/`Reason` in MsgStatus, `MsgId` echoed in JoinChannel and LeaveChannel, ErrorNotice. */
  REPLY_CODES: 'reply-codes.1',
  /** Offline messages come on the socket after Login, marked, and are acknowledged like live ones. */
  PUSH_OFFLINE: 'push-offline.1',
  /** Positions at Login, replay from the logs, repeated requests recognised. */
  RESUME: 'resume.1',
  /** Raw, file and image messages. */
  TYPES: 'types.1',
  /** Receipts and final states of call invitations. */
  CALLS: 'calls.1',
  /** `GetHistory`. */
  HISTORY: 'history.1',
} as const;

export type Capability = (typeof CAPABILITIES)[keyof typeof CAPABILITIES];

const KNOWN: ReadonlySet<string> = /* @__PURE__ */ new Set(/* @__PURE__ */ Object.values(CAPABILITIES));

/** The known capabilities among `names`; unknown ones are a newer release's and are ignored. */
export function knownCapabilities(names: readonly string[]): Capability[] {
  return names.filter((name): name is Capability => KNOWN.has(name));
}
