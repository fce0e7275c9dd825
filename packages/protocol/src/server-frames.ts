/**
 * Frames from server to client: replies (wire-protocol.md section 4) and pushes (section 5). The tables are the
 * definition; the types and the decoder are derived from them. The SDK carries only the types, and looks at fields by their
 * names (`sdk/core/frames.ts`), which a test of it holds against the tables. Every field that our clients read beyond the
 * published ones is marked "ours": published clients ignore unknown fields.
 */
import { encodeEnvelope } from './envelope.js';
import {
  checkedText,
  type Fields,
  hasOwn,
  integer,
  isTrue,
  jsonObject,
  list,
  optionalInteger,
  optionalString,
  optionalStrings,
  parseText,
  type Read,
  readFields,
  string,
  stringOrEmpty,
  strings,
} from './fields.js';

type Frames = Readonly<Record<string, Fields>>;

const requestId = { MsgId: integer, Code: integer } as const;
const optionalId = { MsgId: optionalInteger } as const;
/** Ours: where an entry lies in its log. */
const place = { Epoch: optionalInteger, Offset: optionalInteger } as const;
/** What both kinds of pushed messages have. */
const message = {
  MsgId: integer,
  FromUId: string,
  MsgType: integer,
  MsgBody: string,
  SvrTS: integer,
  Desc: stringOrEmpty,
};
const memberChange = { ChanId: string, UserId: string, ChanMemSize: optionalInteger, ...place } as const;

/** The session itself, heartbeats included. */
export const SESSION_FRAMES = {
  Login: {
    Code: integer,
    UserId: stringOrEmpty,
    /** Ours from here: the server's capabilities, the heartbeat in ms, whether the session went on, why it did not. */
    Caps: optionalStrings,
    Heartbeat: optionalInteger,
    Resumed: isTrue,
    Reason: optionalString,
    /** Ours: channels in which the resumed session is still a member. */
    Channels: optionalStrings,
    /** Ours (resume.1): where the inbox is followed from, and whether entries before that are lost. */
    ...place,
    InboxGap: isTrue,
    /** Ours (resume.1): names what the server remembers of this client's requests; another name, and it has forgotten. */
    Memory: stringOrEmpty,
    /** Ours: how many users the session watches. */
    Subscriptions: optionalInteger,
  },
  Logout: { Code: integer },
  /** Reason: extension P13. */
  ForceOffline: { Reason: optionalString },
  AcsTokenWillExpire: {},
  AcsTokenDidExpire: {},
  /** Ours: the token has ended, the session has not yet. */
  AcsTokenExpired: {},
  /** Extension P2, sent to all. ExpireTs: when the new token ends, Unix seconds; absent where no token is needed. */
  RenewAcsToken: { Code: integer, ...optionalId, ExpireTs: optionalInteger },
  ReqKeepAlive: {},
  KeepAlive: {},
  /** Ours (extension P4). */
  ErrorNotice: { Cmd: stringOrEmpty, MsgId: optionalInteger, Code: integer, Reason: stringOrEmpty },
} as const satisfies Frames;

/** Messages between users. */
export const PEER_FRAMES = {
  MsgStatus: {
    MsgId: integer,
    Status: integer,
    /** Ours: PeerMessageError value and text (P3), and the server's receive time. */
    Code: optionalInteger,
    Reason: optionalString,
    ...place,
  },
  RecvMsgFromPeer: {
    ...message,
    ToUId: stringOrEmpty,
    /** Ours: stored while the receiver was offline. */
    Offline: isTrue,
    ...place,
  },
} as const satisfies Frames;

/** Channels: membership, messages, members. */
export const CHANNEL_FRAMES = {
  /**
   * Epoch and Offset: the position behind which entries follow. MemSize: members, the joiner included. Gap (resume.1):
   * entries behind the position that the client named are lost. AttrVersion: what the members have been told of the
   * attributes; newer ones are pushed.
   */
  JoinChannel: {
    ChanId: string,
    Code: integer,
    ...optionalId,
    ...place,
    MemSize: optionalInteger,
    Gap: isTrue,
    AttrVersion: optionalInteger,
  },
  /** Ours (resume.1): the log has been followed up to here, without anything more to dispatch. */
  ChanPosition: { ChanId: string, ...place },
  LeaveChannel: { ChanId: string, Code: integer, ...optionalId },
  SendChannelMsg: { ChanId: string, ...requestId, Reason: optionalString, ...place },
  GetChanMembers: { ...requestId, ChanId: string, Members: strings },
  GetChanMemberSize: { ...requestId, ChanMemSize: list({ ChanId: string, MemSize: integer }) },
  RecvMsgFromChan: { ChanId: string, ...message, ...place },
  ChanMemberJoin: memberChange,
  ChanMemberLeave: memberChange,
  MemSizeChanged: { ChanId: string, MemSize: integer },
} as const satisfies Frames;

/** Online is 1 for UNREACHABLE too. State: ours, extension P11. */
const onlineStatus = list({ UserId: string, Online: integer, State: optionalString });

/** Presence: who is online, and who is watched. */
export const PRESENCE_FRAMES = {
  QueryOnlineStatus: { MsgId: integer, Status: onlineStatus, Code: optionalInteger },
  QueryOnlineSubStatus: { MsgId: integer, Status: onlineStatus, Code: optionalInteger },
  SubscribeOnlineStatus: requestId,
  UnSubscribeOnlineStatus: requestId,
  PeerOnlineStatus: { Status: onlineStatus },
} as const satisfies Frames;

const attributeItems = list({ Key: string, Val: string, UId: string, Time: integer });
/** JSON text in the replies, unlike in the push (quirk Q17); whoever reads it knows that it parses. */
const attributeText = checkedText((value) => attributeItems(parseText(value)));
const attributeList = { ...requestId, ChanId: string, Attributes: attributeText } as const;

/** Attributes of users and channels. */
export const ATTRIBUTE_FRAMES = {
  AddOrUpdateUserAttributes: requestId,
  DeleteUserAttributes: requestId,
  ClearUserAttributes: requestId,
  /** Code: extension P5. */
  QueryAttribKeys: { MsgId: integer, QueryUserId: string, Attribs: checkedText(jsonObject), Code: optionalInteger },
  AddOrUpdateChanAttributes: { ...requestId, ChanId: string },
  DeleteChanAttributes: requestId,
  ClearChanAttributes: requestId,
  GetChanAttributes: attributeList,
  GetChanAttributesByKeys: attributeList,
  /** AttrVersion is ours: the version of what the members are told. */
  ChanAttribChanged: { ChanId: string, Attributes: attributeItems, AttrVersion: optionalInteger },
} as const satisfies Frames;

/** Archived messages. */
export const HISTORY_FRAMES = {
  /** `MsgId` of a message names it in its conversation; later ones have higher ones. `Next`: what the next page goes on behind. */
  GetHistory: { ...requestId, Messages: list(message), Next: optionalInteger },
} as const;

/** Ours (calls.1): MsgId, Epoch and Offset, since a push is an entry of the inbox, and is acknowledged like one. */
const callPush = { CallId: string, FromUId: stringOrEmpty, ToUId: stringOrEmpty, ...optionalId, ...place } as const;

/** Call invitations. */
export const CALL_FRAMES = {
  /** Ours: the answer to each of the four commands. */
  CallReply: { ...requestId, Reason: optionalString },
  /** `ChanId` is ours. */
  MakeCall: { ...callPush, Content: stringOrEmpty, ChanId: stringOrEmpty },
  CancelCall: { ...callPush, Reason: stringOrEmpty, Content: stringOrEmpty, Response: stringOrEmpty },
  /** `Code` is ours: other than 0, the caller's client has not confirmed in time. */
  AcceptCallAck: { ...callPush, Code: optionalInteger },
  AcceptCall: { ...callPush, Response: stringOrEmpty },
  RejectCall: { ...callPush, Response: stringOrEmpty },
  CallStatus: { ...callPush, Status: integer },
} as const satisfies Frames;

/** What the SDK does not handle yet; each becomes a table of its own with its feature. */
const OTHER_FRAMES = {
  /** Sent to published clients, which wait for it (quirk Q29). */
  cancelCallAck: { CallId: string, FromUId: stringOrEmpty, ToUId: stringOrEmpty, Code: integer },
} as const satisfies Frames;

/** Every frame of the server. */
const SERVER_FRAMES = {
  ...SESSION_FRAMES,
  ...PEER_FRAMES,
  ...CHANNEL_FRAMES,
  ...ATTRIBUTE_FRAMES,
  ...PRESENCE_FRAMES,
  ...HISTORY_FRAMES,
  ...CALL_FRAMES,
  ...OTHER_FRAMES,
} as const;

export type ServerFrameName = keyof typeof SERVER_FRAMES;
export type ServerFrameContent<N extends ServerFrameName> = Read<(typeof SERVER_FRAMES)[N]>;

/** A decoded frame of the server; all frames, or those of some names. */
export type ServerFrame<Names extends ServerFrameName = ServerFrameName> = {
  [N in Names]: { readonly cmd: N; readonly content: ServerFrameContent<N> };
}[Names];

/**
 * What the server may write: fields that a reader fills in when they are absent, or that are optional, may be left out.
 */
export type ServerFrameInput<N extends ServerFrameName> = Partial<ServerFrameContent<N>> &
  Pick<ServerFrameContent<N>, RequiredFields<ServerFrameContent<N>>>;

type RequiredFields<C> = {
  [K in keyof C]-?: K extends OmittableField ? never : undefined extends C[K] ? never : K;
}[keyof C];

/** Required after decoding, but with a default when absent on the wire. */
type OmittableField = 'Desc' | 'Offline' | 'Resumed' | 'Response' | 'InboxGap' | 'Memory' | 'Gap';

export type ServerFrameResult =
  | { readonly ok: true; readonly frame: ServerFrame }
  | { readonly ok: false; readonly reason: string };

const ENVELOPE = { Cmd: string, Content: jsonObject } as const;

/** Decodes the text of any frame of the server. It never throws; an unknown Cmd is a newer server's, and is only reported. */
export function decodeServerFrame(text: string): ServerFrameResult {
  const envelope = readFields(ENVELOPE, parseText(text));
  if (!envelope.ok) return { ok: false, reason: `${envelope.field} of the envelope` };
  const { Cmd: cmd, Content: raw } = envelope.value;
  if (!hasOwn(SERVER_FRAMES, cmd)) return { ok: false, reason: `unknown Cmd ${JSON.stringify(cmd)}` };
  const content = readFields<Fields>(SERVER_FRAMES[cmd as ServerFrameName], raw);
  if (!content.ok) return { ok: false, reason: `field ${content.field} of ${cmd}` };
  return { ok: true, frame: { cmd, content: content.value } as unknown as ServerFrame };
}

/** Wire text of a server's frame. */
export function encodeServerFrame<N extends ServerFrameName>(cmd: N, content: ServerFrameInput<N>): string {
  return encodeEnvelope(cmd, content);
}
