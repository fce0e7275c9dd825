import { isRawBody, MESSAGE_TYPE, rawBytes, textFits, utf8Bytes } from 'ar-rtm-protocol';

/** The content of a message as the wire has it. */
export interface MessageContent {
  readonly type: number;
  readonly body: string;
  readonly description: string;
}

/** What is wrong with a message of one type, in words; `undefined` when nothing is. `limit`: bytes (api.md 5.3). */
type Rule = (message: MessageContent, limit: number) => string | undefined;

/** By `MsgType`; what is not here is refused. */
const RULES: Readonly<Record<number, Rule>> = {
  [MESSAGE_TYPE.TEXT]: ({ body, description }, limit) => {
    if (body === '') return 'the text is empty';
    if (utf8Bytes(description) > limit) return `the description is above ${limit} bytes`;
    return textFits(body, limit) ? undefined : `the text is above ${limit} bytes`;
  },
  [MESSAGE_TYPE.RAW]: ({ body, description }, limit) => {
    if (rawBytes(body) + utf8Bytes(description) > limit) return `content and description are above ${limit} bytes`;
    return isRawBody(body) ? undefined : 'the body is not canonical Base64';
  },
};

export function messageProblem(message: MessageContent, limit: number): string | undefined {
  const rule = RULES[message.type];
  return rule ? rule(message, limit) : `MsgType ${message.type} is not supported`;
}
