/**
 * Frames from server to client: replies (wire-protocol.md section 4) and pushes (section 5). The table is the
 * definition; the types and the decoder of the SDK are derived from it. Every field that our clients read beyond the
 * published ones is marked "ours": published clients ignore unknown fields.
 */
import { decodeEnvelope, encodeEnvelope } from './envelope.js';
import {
  type Fields,
  hasOwn,
  integer,
  list,
  optional,
  type Read,
  readFields,
  string,
  stringOrEmpty,
  strings,
} from './fields.js';

const requestId = { MsgId: integer, Code: integer } as const;
const optionalId = { MsgId: optional(integer) } as const;
/** Ours: where an entry lies in its log. */
const place = { Epoch: optional(integer), Offset: optional(integer) } as const;
const callPush = { CallId: string, FromUId: stringOrEmpty, ToUId: stringOrEmpty } as const;
const onlineStatus = list({ UserId: string, Online: integer, /** Ours, extension P11. */ State: optional(string) });
const attributeItems = list({ Key: string, Val: string, UId: string, Time: integer });
const memberChange = { ChanId: string, UserId: string, ChanMemSize: optional(integer), ...place } as const;

export const SERVER_FIELDS = {
  // --- replies ---
  Login: {
    Code: integer,
    UserId: stringOrEmpty,
    /** Ours from here: the server's capabilities, the heartbeat in ms, whether the session went on, why it did not. */
    Caps: optional(strings),
    Heartbeat: optional(integer),
    Resumed: (value: unknown) => value === true,
    Reason: optional(string),
    /** Ours: channels in which the resumed session is still a member. */
    Channels: optional(strings),
  },
  Logout: { Code: integer },
  MsgStatus: {
    MsgId: integer,
    Status: integer,
    /** Ours: PeerMessageError value and text (P3), and the server's receive time. */
    Code: optional(integer),
    Reason: optional(string),
    ...place,
  },
  QueryOnlineStatus: { MsgId: integer, Status: onlineStatus, Code: optional(integer) },
  QueryOnlineSubStatus: { MsgId: integer, Status: onlineStatus, Code: optional(integer) },
  SubscribeOnlineStatus: requestId,
  UnSubscribeOnlineStatus: requestId,
  AddOrUpdateUserAttributes: requestId,
  DeleteUserAttributes: requestId,
  ClearUserAttributes: requestId,
  QueryAttribKeys: { MsgId: integer, QueryUserId: string, Attribs: string, Code: optional(integer) },
  /** Epoch and Offset: the position from which the member is entitled. MemSize: members, the joiner included. */
  JoinChannel: { ChanId: string, Code: integer, ...optionalId, ...place, MemSize: optional(integer) },
  LeaveChannel: { ChanId: string, Code: integer, ...optionalId },
  SendChannelMsg: { ChanId: string, MsgId: integer, Code: integer, Reason: optional(string), ...place },
  GetChanMembers: { ...requestId, ChanId: string, Members: strings },
  GetChanMemberSize: { ...requestId, ChanMemSize: list({ ChanId: string, MemSize: integer }) },
  AddOrUpdateChanAttributes: { ...requestId, ChanId: string },
  DeleteChanAttributes: requestId,
  ClearChanAttributes: requestId,
  GetChanAttributes: { ...requestId, ChanId: string, Attributes: string },
  GetChanAttributesByKeys: { ...requestId, ChanId: string, Attributes: string },
  cancelCallAck: { ...callPush, Code: integer },
  RenewAcsToken: { Code: integer, ...optionalId, ExpireTs: optional(integer) },

  // --- pushes ---
  RecvMsgFromPeer: {
    MsgId: integer,
    FromUId: string,
    ToUId: stringOrEmpty,
    MsgType: integer,
    MsgBody: string,
    SvrTS: integer,
    Desc: stringOrEmpty,
    /** Ours: stored while the receiver was offline. */
    Offline: (value: unknown) => value === true,
    ...place,
  },
  RecvMsgFromChan: {
    ChanId: string,
    FromUId: string,
    MsgId: integer,
    MsgType: integer,
    MsgBody: string,
    SvrTS: integer,
    Desc: stringOrEmpty,
    ...place,
  },
  ChanMemberJoin: memberChange,
  ChanMemberLeave: memberChange,
  MemSizeChanged: { ChanId: string, MemSize: integer },
  /** A real array here, JSON text in the Get replies (quirk Q17). */
  ChanAttribChanged: { ChanId: string, Attributes: attributeItems },
  PeerOnlineStatus: { Status: onlineStatus },
  MakeCall: { ...callPush, Content: stringOrEmpty },
  CancelCall: { ...callPush, Reason: stringOrEmpty, Content: stringOrEmpty, Response: stringOrEmpty },
  AcceptCallAck: { CallId: string, Code: optional(integer) },
  AcceptCall: { ...callPush, Response: stringOrEmpty },
  RejectCall: { ...callPush, Response: stringOrEmpty },
  CallStatus: { CallId: string, Status: integer },
  /** Reason: extension P13. */
  ForceOffline: { Reason: optional(string) },
  AcsTokenWillExpire: {},
  AcsTokenDidExpire: {},
  ReqKeepAlive: {},
  KeepAlive: {},

  // --- ours (extension P4) ---
  ErrorNotice: { Cmd: stringOrEmpty, MsgId: optional(integer), Code: integer, Reason: stringOrEmpty },
} as const satisfies Record<string, Fields>;

export type ServerFrameName = keyof typeof SERVER_FIELDS;
export type ServerFrameContent<N extends ServerFrameName> = Read<(typeof SERVER_FIELDS)[N]>;

/** A decoded frame of the server. */
export type ServerFrame = {
  [N in ServerFrameName]: { readonly cmd: N; readonly content: ServerFrameContent<N> };
}[ServerFrameName];

/**
 * What the server may write: fields that a reader fills in when they are absent, or that are optional, may be left out.
 */
export type ServerFrameInput<N extends ServerFrameName> = Partial<ServerFrameContent<N>> &
  Pick<ServerFrameContent<N>, RequiredFields<ServerFrameContent<N>>>;

type RequiredFields<C> = {
  [K in keyof C]-?: K extends OmittableField ? never : undefined extends C[K] ? never : K;
}[keyof C];

/** Required after decoding, but with a default when absent on the wire. */
type OmittableField = 'Desc' | 'Offline' | 'Resumed' | 'Response';

export type ServerFrameResult =
  | { readonly ok: true; readonly frame: ServerFrame }
  | { readonly ok: false; readonly reason: string };

/** Decodes the text of a server's frame. Never throws; an unknown Cmd is a newer server's and only reported. */
export function decodeServerFrame(text: string): ServerFrameResult {
  const decoded = decodeEnvelope(text);
  if (!decoded.ok) return decoded;
  const { cmd, content } = decoded.envelope;
  if (!isServerFrameName(cmd)) return { ok: false, reason: `unknown Cmd ${JSON.stringify(cmd)}` };
  const read = readFields<Fields>(SERVER_FIELDS[cmd], content);
  if (!read.ok) return { ok: false, reason: `field ${read.field} of ${cmd}` };
  return { ok: true, frame: { cmd, content: read.value } as unknown as ServerFrame };
}

export function isServerFrameName(cmd: string): cmd is ServerFrameName {
  return hasOwn(SERVER_FIELDS, cmd);
}

/** Wire text of a server's frame. */
export function encodeServerFrame<N extends ServerFrameName>(cmd: N, content: ServerFrameInput<N>): string {
  return encodeEnvelope(cmd, content);
}
