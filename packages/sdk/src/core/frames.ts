import { isObject, type ServerFrameInput, type ServerFrameName } from 'ar-rtm-protocol';

/** The content of a frame of the server: what the server may leave out may be missing. */
export type FrameContent<N extends ServerFrameName> = ServerFrameInput<N>;

/** A frame of the server; of all, or of some names. */
export type ServerFrame<Names extends ServerFrameName = ServerFrameName> = {
  [N in Names]: { readonly cmd: N; readonly content: FrameContent<N> };
}[Names];

/*
 * The fields that the SDK reads, by type. A name stands for the same in all frames and replies, so that one look at each
 * field is enough; the tables of the protocol, by which the server writes, say which fields a frame has. `Status`,
 * `Attributes` and `ChanMemSize` have two types: who reads a list where there is none fails, and the frame is ignored.
 */
const NUMBERS =
  /^([Cc]ode|type|port|MsgId|MsgType|SvrTS|Epoch|Offset|MemSize|Heartbeat|Subscriptions|AttrVersion|Next|Online|Time)$/;
const TEXTS =
  /^(sessionid|addr|FromUId|UserId|UId|ChanId|CallId|MsgBody|Desc|Reason|Memory|Key|Val|State|Attribs|Content|Response)$/;
const LISTS = /^(addresses|Channels|Members|Messages)$/;

/** A JSON text of the server; fields that are `null` are missing. Throws when it is none, or a field has a wrong type. */
export function readJson(text: unknown): unknown {
  return JSON.parse(text as string, (name, value: unknown) => {
    if (
      value !== null &&
      ((NUMBERS.test(name) && !Number.isSafeInteger(value)) ||
        (TEXTS.test(name) && typeof value !== 'string') ||
        (LISTS.test(name) && !Array.isArray(value)))
    ) {
      throw new TypeError(name);
    }
    return value ?? undefined;
  });
}

/** The value, which is an object; throws when it is none. */
export function objectOf(value: unknown): object {
  if (!isObject(value)) throw new TypeError('not an object');
  return value;
}

/** A frame, whose `Content` is the JSON text of an object. Throws when it is none. */
export function readFrame(text: string): ServerFrame {
  const { Cmd: cmd, Content } = objectOf(readJson(text)) as { readonly Cmd?: unknown; readonly Content?: unknown };
  return { cmd, content: objectOf(readJson(Content)) } as ServerFrame;
}
