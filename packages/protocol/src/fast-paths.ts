/**
 * Short cuts through the codec for the two frames that come with every peer message. They answer exactly what the general
 * codec would, and step aside for every text that is not of the usual form; a property test compares them.
 */
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
  const digits = end - ACK_HEAD.length;
  if (digits < 1 || digits > SAFE_DIGITS || !text.endsWith(ACK_TAIL)) return undefined;
  let id = 0;
  for (let i = ACK_HEAD.length; i < end; i++) {
    const digit = text.charCodeAt(i) - 48;
    if (digit < 0 || digit > 9) return undefined;
    id = id * 10 + digit;
  }
  // JSON knows no leading zero.
  if (digits > 1 && text.charCodeAt(ACK_HEAD.length) === 48) return undefined;
  // User ids have neither quotes, backslashes nor control characters (ID rule): nothing in it needs decoding.
  const tail = text.length - ACK_TAIL.length;
  for (let i = end + ACK_NEXT.length; i < tail; i++) {
    const unit = text.charCodeAt(i);
    if (unit < 0x20 || unit === 0x22 || unit === 0x5c) return undefined;
  }
  return tail >= end + ACK_NEXT.length ? id : undefined;
}

/** Wire text of a `MsgStatus` without a reason. */
export function encodeMsgStatus({ MsgId, Status, Code }: ServerFrameInput<'MsgStatus'>): string {
  const code = Code === undefined ? '' : `,\\"Code\\":${Code}`;
  return `{"Cmd":"MsgStatus","Encrypt":false,"Content":"{\\"MsgId\\":${MsgId},\\"Status\\":${Status}${code}}"}`;
}
