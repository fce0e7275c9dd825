import { encodeServerFrame, messageIdOf } from 'ar-rtm-protocol';
import type { MessageContent } from '../domain/message-rules.js';
import type { PlacedChannelEntry } from '../ports/channels.js';
import type { Frames, Framing } from '../ports/transport.js';

/**
 * The frame of one channel log entry. Position fields are extra fields, which published clients ignore, so that one
 * encoding serves all members (design 2). `shown`: what stands in the place of a message that some clients do not know.
 */
export function channelFrame(
  framing: Framing,
  channelId: string,
  placed: PlacedChannelEntry,
  shown?: MessageContent,
): Frames {
  const { position, ts, entry } = placed;
  const place = { Epoch: position.epoch, Offset: position.offset };
  if (entry.kind === 'message') {
    const { type, body, description } = shown ?? entry;
    return framing.text(
      encodeServerFrame('RecvMsgFromChan', {
        ChanId: channelId,
        FromUId: entry.from,
        MsgId: messageIdOf(position),
        MsgType: type,
        MsgBody: body,
        SvrTS: ts,
        ...(description === '' ? {} : { Desc: description }),
        ...place,
      }),
    );
  }
  const cmd = entry.kind === 'joined' ? 'ChanMemberJoin' : 'ChanMemberLeave';
  return framing.text(encodeServerFrame(cmd, { ChanId: channelId, UserId: entry.uid, ...place }));
}
