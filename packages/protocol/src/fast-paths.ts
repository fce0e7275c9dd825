/**
 * Short cuts through the codec for the frames that come with every message. They answer exactly what the general codec
 * would, and step aside for every text that is not of the usual form; property tests compare them.
 */
import type { PeerState } from './codes.js';
import type { CommandContent } from './commands.js';
import { isId } from './ids.js';
import type { ServerFrameInput } from './server-frames.js';

const ACK_HEAD = '{"Cmd":"RecvMsgFromPeerAck","Encrypt":false,"Content":"{\\"MsgId\\":';
const ACK_NEXT = ',\\"FromUId\\":\\"';
const ACK_TAIL = '\\"}"}';
/** The longest integer that a JSON number carries exactly has 16 digits; with 15 there is nothing to check. */
const SAFE_DIGITS = 15;

/**
 * The `MsgId` of a `RecvMsgFromPeerAck` written as every known client writes it; `undefined` for every other text, which
 * then goes through the general decoder.
 */
export function acknowledgedId(text: string): number | undefined {
  if (!text.startsWith(ACK_HEAD)) return undefined;
  const end = text.indexOf(ACK_NEXT, ACK_HEAD.length);
  const id = digitsBetween(text, ACK_HEAD.length, end);
  if (id === undefined || !text.endsWith(ACK_TAIL)) return undefined;
  // User ids have neither quotes, backslashes nor control characters (ID rule): nothing in it needs decoding.
  const tail = text.length - ACK_TAIL.length;
  for (let i = end + ACK_NEXT.length; i < tail; i++) {
    const unit = text.charCodeAt(i);
    if (unit < 0x20 || unit === 0x22 || unit === 0x5c) return undefined;
  }
  return tail >= end + ACK_NEXT.length ? id : undefined;
}

const PEER_HEAD = '{"Cmd":"SendMsgToPeer","Encrypt":false,"Content":"{\\"MsgId\\":';
const CHANNEL_HEAD = '{"Cmd":"SendChannelMsg","Encrypt":false,"Content":"{\\"ChanId\\":\\"';
const FROM = ',\\"FromUId\\":\\"';
const TO = '\\",\\"ToUId\\":\\"';
const MESSAGE_ID = '\\",\\"MsgId\\":';
const BODY = '\\"MsgType\\":1,\\"MsgBody\\":\\"';
const PEER_TAIL = '\\",\\"OfflineMsg\\":false,\\"HistoryMsg\\":false,\\"Desc\\":\\"\\"}"}';
const CHANNEL_TAIL = '\\",\\"HistoryMsg\\":false,\\"Desc\\":\\"\\"}"}';
/** What a JSON string writes otherwise than it is; without it the text on the wire is the text itself. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: JSON escapes exactly these.
const ESCAPED = /["\\\u0000-\u001f\ud800-\udfff]/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: the same, as a reader sees it.
const NEEDS_PARSER = /["\\\u0000-\u001f]/;

/**
 * The content of a `SendMsgToPeer` as our SDK and 1.0.15 write it, when it is a text message without flags whose body
 * stands on the wire as it is; `undefined` otherwise.
 */
export function quickPeerMessage(text: string): CommandContent<'SendMsgToPeer'> | undefined {
  if (!text.startsWith(PEER_HEAD) || !text.endsWith(PEER_TAIL)) return undefined;
  const from = text.indexOf(FROM, PEER_HEAD.length);
  const MsgId = digitsBetween(text, PEER_HEAD.length, from);
  if (MsgId === undefined) return undefined;
  const to = text.indexOf(TO, from + FROM.length);
  if (to < 0 || !isId(text.slice(from + FROM.length, to))) return undefined;
  const afterTo = text.indexOf('\\', to + TO.length);
  const ToUId = text.slice(to + TO.length, afterTo);
  const body = afterTo + 3;
  if (!isId(ToUId) || !text.startsWith('\\",', afterTo) || !text.startsWith(BODY, body)) return undefined;
  const MsgBody = text.slice(body + BODY.length, text.length - PEER_TAIL.length);
  if (body + BODY.length > text.length - PEER_TAIL.length || NEEDS_PARSER.test(MsgBody)) return undefined;
  return { MsgId, ToUId, MsgType: 1, MsgBody, OfflineMsg: false, HistoryMsg: false, Desc: '', Again: '' };
}

/** The same for a `SendChannelMsg`. */
export function quickChannelMessage(text: string): CommandContent<'SendChannelMsg'> | undefined {
  if (!text.startsWith(CHANNEL_HEAD) || !text.endsWith(CHANNEL_TAIL)) return undefined;
  const afterChannel = text.indexOf('\\', CHANNEL_HEAD.length);
  const ChanId = text.slice(CHANNEL_HEAD.length, afterChannel);
  if (!isId(ChanId) || !text.startsWith(FROM, afterChannel + 2) || !text.startsWith('\\"', afterChannel))
    return undefined;
  const from = afterChannel + 2 + FROM.length;
  const id = text.indexOf(MESSAGE_ID, from);
  if (id < 0 || !isId(text.slice(from, id))) return undefined;
  const comma = text.indexOf(',', id + MESSAGE_ID.length);
  const MsgId = digitsBetween(text, id + MESSAGE_ID.length, comma);
  const body = comma + 1;
  if (MsgId === undefined || !text.startsWith(BODY, body)) return undefined;
  const MsgBody = text.slice(body + BODY.length, text.length - CHANNEL_TAIL.length);
  if (body + BODY.length > text.length - CHANNEL_TAIL.length || NEEDS_PARSER.test(MsgBody)) return undefined;
  return { ChanId, MsgId, MsgType: 1, MsgBody, HistoryMsg: false, Desc: '', Again: '' };
}

/** Wire text of a `RecvMsgFromPeer`. Ids must be ids (they hold nothing that JSON escapes). */
export function encodePeerPush(push: ServerFrameInput<'RecvMsgFromPeer'>): string {
  const { MsgId, FromUId, ToUId, MsgType, MsgBody, SvrTS, Epoch, Offset, Desc, Offline } = push;
  const more = Desc === undefined ? '' : `,\\"Desc\\":\\"${twiceEscaped(Desc)}\\"`;
  return (
    `{"Cmd":"RecvMsgFromPeer","Encrypt":false,"Content":"{\\"MsgId\\":${MsgId},\\"FromUId\\":\\"${FromUId}` +
    `\\",\\"ToUId\\":\\"${ToUId}\\",\\"MsgType\\":${MsgType},\\"MsgBody\\":\\"${twiceEscaped(MsgBody)}` +
    `\\",\\"SvrTS\\":${SvrTS},\\"Epoch\\":${Epoch},\\"Offset\\":${Offset}${more}${Offline ? ',\\"Offline\\":true' : ''}}"}`
  );
}

/** One user's state, as it stands in a `PeerOnlineStatus`: a part that many pushes share. The id must be an id. */
export function encodePresence(uid: string, state: PeerState): string {
  return `{\\"UserId\\":\\"${uid}\\",\\"Online\\":${state === 'OFFLINE' ? 0 : 1},\\"State\\":\\"${state}\\"}`;
}

/** Wire text of a `PeerOnlineStatus` of such parts. */
export function encodePresencePush(parts: readonly string[]): string {
  return `{"Cmd":"PeerOnlineStatus","Encrypt":false,"Content":"{\\"Status\\":[${parts.join()}]}"}`;
}

/** A text as it stands inside a JSON string inside a JSON string. */
function twiceEscaped(text: string): string {
  return ESCAPED.test(text) ? JSON.stringify(JSON.stringify(text)).slice(3, -3) : text;
}

/** The number that stands there, if it is written as JSON writes it and short enough to need no check. */
function digitsBetween(text: string, start: number, end: number): number | undefined {
  const count = end - start;
  if (count < 1 || count > SAFE_DIGITS || (count > 1 && text.charCodeAt(start) === 48)) return undefined;
  let number = 0;
  for (let i = start; i < end; i++) {
    const digit = text.charCodeAt(i) - 48;
    if (digit < 0 || digit > 9) return undefined;
    number = number * 10 + digit;
  }
  return number;
}

/** Wire text of a `MsgStatus` without a reason. */
export function encodeMsgStatus({ MsgId, Status, Code }: ServerFrameInput<'MsgStatus'>): string {
  const code = Code === undefined ? '' : `,\\"Code\\":${Code}`;
  return `{"Cmd":"MsgStatus","Encrypt":false,"Content":"{\\"MsgId\\":${MsgId},\\"Status\\":${Status}${code}}"}`;
}
