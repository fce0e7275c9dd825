import { type CommandContent, HISTORY_CODE, isId } from 'ar-rtm-protocol';
import type { Conversation, HistoryEntry } from '../../ports/history.js';
import { type Archive, queryOf } from '../archive.js';
import type { Connection } from '../connection.js';
import type { NodeContext } from '../context.js';
import { noteFailure } from '../engine-failure.js';
import type { Session } from '../session.js';

/** `GetHistory` (capability history.1). */
export class HistoryCommands {
  constructor(
    private readonly context: NodeContext,
    private readonly archive: Archive,
  ) {}

  async read(connection: Connection, session: Session, content: CommandContent<'GetHistory'>): Promise<void> {
    const { MsgId, ChanId: channelId, After: offset, StartTs: startTs, EndTs: endTs, Limit: limit } = content;
    const { settings, time } = this.context;
    const reply = (Code: number, entries: readonly HistoryEntry[] = [], more = false) => {
      const last = entries[entries.length - 1];
      const next = more && last ? { Next: last.offset } : undefined;
      connection.send('GetHistory', { MsgId, Code, Messages: entries.map(itemOf), ...next });
    };
    const conversation = conversationOf(session.uid, content);
    const query = queryOf({ offset, startTs, endTs, limit, order: content.Order });
    if (!conversation || !query) return reply(HISTORY_CODE.INVALID_ARGUMENT);
    if (channelId !== undefined && !session.member(channelId)) return reply(HISTORY_CODE.NOT_IN_CHANNEL);
    const nowMs = time.monotonicMs();
    if (!session.window('history', settings, nowMs).admit(settings.historyReads, nowMs)) {
      return reply(HISTORY_CODE.TOO_OFTEN);
    }
    try {
      const page = await this.archive.read(session.appId, session.uid, conversation, query);
      if (page === 'not-member') reply(HISTORY_CODE.NOT_IN_CHANNEL);
      else reply(HISTORY_CODE.OK, page.entries, page.more);
    } catch (error) {
      noteFailure(this.context, 'reading history', error);
      reply(HISTORY_CODE.FAILURE);
    }
  }
}

/** The one conversation that is named. */
function conversationOf(
  uid: string,
  { PeerId: peerId, ChanId: channelId }: CommandContent<'GetHistory'>,
): Conversation | undefined {
  if (isId(peerId) && channelId === undefined) return { kind: 'peers', uids: [uid, peerId] };
  return isId(channelId) && peerId === undefined ? { kind: 'channel', channelId } : undefined;
}

function itemOf({ offset, ts, message }: HistoryEntry) {
  const { from, type, body, description } = message;
  return { FromUId: from, MsgType: type, MsgBody: body, Desc: description, SvrTS: ts, MsgId: offset };
}
