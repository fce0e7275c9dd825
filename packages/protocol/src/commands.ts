/**
 * Frames from client to server (wire-protocol.md section 4), one entry per command. The table is the definition: the
 * types and the decoder are derived from it. Fields marked "ours" are sent only by clients with capabilities.
 */
import { decodeEnvelope, encodeEnvelope } from './envelope.js';
import {
  type Fields,
  flag,
  hasOwn,
  integer,
  jsonMap,
  jsonStrings,
  optionalInteger,
  optionalString,
  optionalStrings,
  type Read,
  readFields,
  string,
  stringOrEmpty,
} from './fields.js';

/** Ours (resume.1): a place in a log. */
const place = { Epoch: optionalInteger, Offset: optionalInteger } as const;
/** `MsgId` is ours (calls.1): names the request, and its CallReply. In an acknowledgement, the inbox entry of the push. */
const peerAndCall = { CallId: string, ToUId: string, MsgId: optionalInteger } as const;

export const COMMAND_FIELDS = {
  Login: {
    UserId: stringOrEmpty,
    UserSId: string,
    AcsToken: stringOrEmpty,
    SdkVer: stringOrEmpty,
    SessionId: string,
    SvrKeepAlive: flag,
    /** Ours: capability names. Their presence makes a client "ours". */
    Caps: optionalStrings,
    /** Ours: true when this Login goes on with a session, false or absent for a new one (design 6). */
    Resume: flag,
    /** Ours (resume.1): how far the client has followed its inbox. */
    ...place,
  },
  Logout: {},
  KeepAlive: {},
  RenewAcsToken: { AcsToken: string, /** Ours. */ MsgId: optionalInteger },

  SendMsgToPeer: {
    MsgId: integer,
    ToUId: string,
    MsgType: integer,
    MsgBody: string,
    OfflineMsg: flag,
    HistoryMsg: flag,
    Desc: stringOrEmpty,
    /**
     * Ours (resume.1): sent before, on a connection that broke before the answer came. The `Memory` of the Login on which it
     * was sent first; empty when it was not.
     */
    Again: stringOrEmpty,
  },
  RecvMsgFromPeerAck: { MsgId: integer, FromUId: stringOrEmpty },

  QueryOnlineStatus: { MsgId: integer, UserIds: jsonStrings },
  QueryOnlineSubStatus: { MsgId: integer },
  SubscribeOnlineStatus: { MsgId: integer, UserIds: jsonStrings },
  UnSubscribeOnlineStatus: { MsgId: integer, UserIds: jsonStrings },

  AddOrUpdateUserAttributes: { MsgId: integer, SetLocal: flag, Attributes: jsonMap },
  DeleteUserAttributes: { MsgId: integer, Keys: jsonStrings },
  ClearUserAttributes: { MsgId: integer },
  /** `Keys` is a real array here, the only one that is not encoded twice. */
  GetUserAttributes: { MsgId: integer, UserId: string, Keys: optionalStrings },

  /**
   * `MsgId` is ours (extension P14); published clients match the reply by `ChanId`. Ours (resume.1) names the position
   * behind which it goes on, and the version of the attributes that it was told last.
   */
  JoinChannel: { ChanId: string, MsgId: optionalInteger, ...place, AttrVersion: optionalInteger },
  LeaveChannel: { ChanId: string, MsgId: optionalInteger },
  SendChannelMsg: {
    ChanId: string,
    MsgId: integer,
    MsgType: integer,
    MsgBody: string,
    HistoryMsg: flag,
    Desc: stringOrEmpty,
    Again: stringOrEmpty,
  },
  GetChanMembers: { MsgId: integer, ChanId: string },
  GetChanMemberSize: { MsgId: integer, ChanIds: jsonStrings },

  /** The mini-program variant says `SetLocal` for `SetChan` (wire-protocol.md appendix A). */
  AddOrUpdateChanAttributes: {
    MsgId: integer,
    ChanId: string,
    SetChan: flag,
    SetLocal: flag,
    Attributes: jsonMap,
    Notify: flag,
  },
  DeleteChanAttributes: { MsgId: integer, ChanId: string, Keys: jsonStrings, Notify: flag },
  ClearChanAttributes: { MsgId: integer, ChanId: string, Notify: flag },
  GetChanAttributes: { MsgId: integer, ChanId: string },
  GetChanAttributesByKeys: { MsgId: integer, ChanId: string, Keys: jsonStrings },

  /**
   * Ours (history.1): a page of what is archived of the conversation with a user, or of a channel; one of the two is named.
   * It begins behind the archived message that `After` names, in the direction of `Order`, `asc` or `desc`.
   */
  GetHistory: {
    MsgId: integer,
    PeerId: optionalString,
    ChanId: optionalString,
    After: optionalInteger,
    StartTs: optionalInteger,
    EndTs: optionalInteger,
    Limit: optionalInteger,
    Order: optionalString,
  },

  /** `ChanId` is ours: for the callee's information. */
  MakeCall: { ...peerAndCall, Content: stringOrEmpty, ChanId: stringOrEmpty },
  CancelCall: { ...peerAndCall, Reason: stringOrEmpty, Content: stringOrEmpty },
  AcceptCall: { ...peerAndCall, Response: stringOrEmpty },
  /** Ours: the Reason `TimeOut` takes back an accept that was not confirmed in time. */
  RejectCall: { ...peerAndCall, Response: stringOrEmpty, Reason: stringOrEmpty },
  /** Ours (calls.1): the callee's client has the invitation; the caller's client has taken the accept. */
  MakeCallAck: peerAndCall,
  AcceptCallAck: peerAndCall,
} as const satisfies Record<string, Fields>;

export type CommandName = keyof typeof COMMAND_FIELDS;

/** The content of one command as the server reads it: checked, defaults filled in, unknown fields dropped. */
export type CommandContent<N extends CommandName> = Read<(typeof COMMAND_FIELDS)[N]>;

/** A decoded command. `appId` is raw; only Login has one. */
export type Command = {
  [N in CommandName]: { readonly cmd: N; readonly appId: unknown; readonly content: CommandContent<N> };
}[CommandName];

/** Why a frame is no command: what to say in an ErrorNotice, and whether it counts as malformed (design 8). */
export interface CommandProblem {
  readonly kind: 'malformed' | 'unknown-command' | 'invalid-field';
  readonly reason: string;
  /** The frame's Cmd and MsgId, as far as they could be read. */
  readonly cmd?: string;
  readonly msgId?: number;
  /** The channel named by the frame, since published clients match some replies by it. */
  readonly chanId?: string;
}

export type CommandResult =
  | { readonly ok: true; readonly command: Command }
  | { readonly ok: false; readonly problem: CommandProblem };

/** Decodes the text of a client's frame. Never throws. */
export function decodeCommand(text: string): CommandResult {
  const decoded = decodeEnvelope(text);
  if (!decoded.ok) {
    const { reason, cmd } = decoded;
    return { ok: false, problem: { kind: 'malformed', reason, ...(cmd === undefined ? {} : { cmd }) } };
  }
  const { cmd, appId, content } = decoded.envelope;
  if (!isCommandName(cmd)) {
    return {
      ok: false,
      problem: { kind: 'unknown-command', reason: `unknown Cmd ${quote(cmd)}`, cmd, ...ids(content) },
    };
  }
  const read = readFields<Fields>(COMMAND_FIELDS[cmd], content);
  if (!read.ok) {
    const reason = `field ${read.field} of ${cmd} is missing or has the wrong type`;
    return { ok: false, problem: { kind: 'invalid-field', reason, cmd, ...ids(content) } };
  }
  return { ok: true, command: { cmd, appId, content: read.value } as unknown as Command };
}

export function isCommandName(cmd: string): cmd is CommandName {
  return hasOwn(COMMAND_FIELDS, cmd);
}

/** Wire text of a client's frame. `content` is what goes out as it is; the SDK fills it. */
export function encodeCommand(cmd: CommandName, content: object, appId?: string): string {
  return encodeEnvelope(cmd, content, appId);
}

/** `json<array of string>`, the double encoding of id lists. */
export function encodeList(values: readonly string[]): string {
  return JSON.stringify(values);
}

function ids(content: object): { msgId?: number; chanId?: string } {
  const { MsgId: msgId, ChanId: chanId } = content as Record<string, unknown>;
  return {
    ...(Number.isSafeInteger(msgId) ? { msgId: msgId as number } : {}),
    ...(typeof chanId === 'string' ? { chanId } : {}),
  };
}

function quote(cmd: string): string {
  return JSON.stringify(cmd.length > 40 ? `${cmd.slice(0, 40)}...` : cmd);
}
