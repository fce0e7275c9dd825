import { encodeServerFrame, messageIdOf } from 'ar-rtm-protocol';
import type { PlacedChannelEntry } from '../ports/channels.js';
import type { Frames, Framing } from '../ports/transport.js';

/**
 * The frame of one channel log entry. Position fields are extra fields, which published clients ignore, so that one
 * encoding serves all members (design 2).
 */
export function channelFrame(framing: Framing, channelId: string, placed: PlacedChannelEntry): Frames {
  const { position, ts, entry } = placed;
  const place = { Epoch: position.epoch, Offset: position.offset };
  if (entry.kind === 'message') {
    return framing.text(
      encodeServerFrame('RecvMsgFromChan', {
        ChanId: channelId,
        FromUId: entry.from,
        MsgId: messageIdOf(position),
        MsgType: entry.type,
        MsgBody: entry.body,
        SvrTS: ts,
        ...(entry.description === '' ? {} : { Desc: entry.description }),
        ...place,
      }),
    );
  }
  const cmd = entry.kind === 'joined' ? 'ChanMemberJoin' : 'ChanMemberLeave';
  return framing.text(encodeServerFrame(cmd, { ChanId: channelId, UserId: entry.uid, ...place }));
}
