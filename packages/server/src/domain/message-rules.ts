import { isRawBody, MESSAGE_TYPE, rawBytes, readMediaBody, textFits, utf8Bytes, writeMediaBody } from 'ar-rtm-protocol';

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
  [MESSAGE_TYPE.FILE]: (message, limit) => mediaProblem(message, limit, false),
  [MESSAGE_TYPE.IMAGE]: (message, limit) => mediaProblem(message, limit, true),
};

/** Bytes of what names a file, and of the type of its thumbnail: more than any server or browser makes. */
const MEDIA_ID_BYTES = 256;

function mediaProblem({ body, description }: MessageContent, limit: number, isImage: boolean): string | undefined {
  const media = readMediaBody(body, isImage);
  if (!media || writeMediaBody(media, isImage) !== body) return 'the body is not the JSON of a file';
  const { Id, Name, Thumb, ThumbType } = media;
  if (Id === '' || utf8Bytes(Id) > MEDIA_ID_BYTES) return 'the media id is empty or too long';
  if (utf8Bytes(ThumbType) > MEDIA_ID_BYTES) return 'the type of the thumbnail is too long';
  if (!isRawBody(Thumb)) return 'the thumbnail is not canonical Base64';
  const bytes = utf8Bytes(Name) + utf8Bytes(description) + rawBytes(Thumb);
  return bytes > limit ? `file name, description and thumbnail are above ${limit} bytes` : undefined;
}

export function messageProblem(message: MessageContent, limit: number): string | undefined {
  const rule = RULES[message.type];
  return rule ? rule(message, limit) : `MsgType ${message.type} is not supported`;
}
