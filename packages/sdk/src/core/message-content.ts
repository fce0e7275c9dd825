import { isObject, LIMITS, textFits, utf8Bytes } from 'ar-rtm-protocol';
import { fromBase64, isBytes, toBase64 } from '../platform.js';
import { mediaKind } from './media-kind.js';
import type { MessageKind } from './message-kind.js';

/** The content of a message, as frames name it. */
export interface MessageContent {
  readonly MsgType: number;
  readonly MsgBody: string;
  readonly Desc?: string;
}

/** A message that can be sent. */
export interface WrittenMessage extends MessageContent {
  /** The body, when something has to be read for it first. */
  readonly later?: () => Promise<{ readonly MsgBody: string }>;
}

/** Flags of a message, as the wire names them. */
interface MessageFlags {
  readonly OfflineMsg?: boolean;
  readonly HistoryMsg: boolean;
}

/** In order of `MsgType`, from 1 on. */
const KINDS: readonly MessageKind[] = [
  {
    messageType: 'TEXT',
    write: ({ text, rawMessage }) =>
      rawMessage === undefined &&
      typeof text === 'string' &&
      text !== '' &&
      textFits(text, LIMITS.MESSAGE_BYTES) && [text, ''],
    read: (text) => ({ text }),
  },
  {
    messageType: 'RAW',
    write: ({ text, rawMessage, description = '' }) =>
      text === undefined &&
      isBytes(rawMessage) &&
      typeof description === 'string' &&
      rawMessage.length + utf8Bytes(description) <= LIMITS.MESSAGE_BYTES && [toBase64(rawMessage), description],
    read: (body, description) => ({
      rawMessage: fromBase64(body),
      description,
    }),
  },
  mediaKind(false),
  mediaKind(true),
];

/** The type that a message says it has, or that can be seen (api.md 5.2). */
export function typeOf({
  rawMessage,
  text,
  messageType = isBytes(rawMessage) ? 'RAW' : typeof text === 'string' ? 'TEXT' : undefined,
}: Record<string, unknown>): unknown {
  return messageType;
}

/**
 * What to send of a valid message; `undefined` for anything else. The fields stand in the order of 1.0.15, for which the
 * server has a short cut.
 */
export function contentOf(message: unknown, flags: MessageFlags): WrittenMessage | undefined {
  if (!isObject(message)) return undefined;
  const fields = message as Record<string, unknown>;
  const index = KINDS.findIndex(({ messageType }) => messageType === typeOf(fields));
  try {
    const [MsgBody, Desc, later] = KINDS[index]?.write(fields) || [];
    if (MsgBody !== undefined)
      return { MsgType: index + 1, MsgBody, ...flags, Desc: Desc ?? '', ...(later && { later }) };
  } catch {
    // A bigint cannot be written.
  }
  return undefined;
}

/** A received message, as applications see it; `undefined` when this release does not know its type. */
export function messageOf({ MsgType, MsgBody, Desc = '' }: MessageContent): object | undefined {
  const kind = KINDS[MsgType - 1];
  try {
    const read = kind?.read(MsgBody, Desc);
    return read && { ...read, messageType: kind?.messageType };
  } catch {
    // No server lets such a body pass.
    return undefined;
  }
}
