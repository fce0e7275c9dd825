import { isObject, LIMITS, textFits, utf8Bytes } from 'ar-rtm-protocol';

/** Pure functions that browsers and Node have alike. */
declare const btoa: (binary: string) => string;
declare const atob: (base64: string) => string;

/** The content of a message, as frames name it. */
export interface MessageContent {
  readonly MsgType: number;
  readonly MsgBody: string;
  readonly Desc: string;
}

/** Flags of a message, as the wire names them. */
interface MessageFlags {
  readonly OfflineMsg?: boolean;
  readonly HistoryMsg: boolean;
}

/** One type of messages: what applications see of it, and what goes over the wire (api.md 5). */
interface Kind {
  readonly messageType: string;
  /** Body and description, or that the fields do not fit. Copies: what the application does to them later has no effect. */
  write(fields: Record<string, unknown>): readonly [body: string, description: string] | false;
  read(body: string, description: string): object;
}

/** In order of `MsgType`, from 1 on. */
const KINDS: readonly Kind[] = [
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
      rawMessage.length + utf8Bytes(description) <= LIMITS.MESSAGE_BYTES && [
        btoa(String.fromCharCode(...rawMessage)),
        description,
      ],
    read: (body, description) => ({
      rawMessage: Uint8Array.from(atob(body), (unit) => unit.charCodeAt(0)),
      description,
    }),
  },
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
export function contentOf(message: unknown, flags: MessageFlags): MessageContent | undefined {
  if (!isObject(message)) return undefined;
  const fields = message as Record<string, unknown>;
  const index = KINDS.findIndex(({ messageType }) => messageType === typeOf(fields));
  const written = KINDS[index]?.write(fields);
  return written ? { MsgType: index + 1, MsgBody: written[0], ...flags, Desc: written[1] } : undefined;
}

/** A received message, as applications see it; `undefined` when this release does not know its type. */
export function messageOf({ MsgType, MsgBody, Desc }: MessageContent): object | undefined {
  const kind = KINDS[MsgType - 1];
  try {
    return kind && { ...kind.read(MsgBody, Desc), messageType: kind.messageType };
  } catch {
    // No server lets such a body pass.
    return undefined;
  }
}

/** Also those that come from another window. */
function isBytes(value: unknown): value is Uint8Array {
  return Object.prototype.toString.call(value) === '[object Uint8Array]';
}
