import { LIMITS } from 'ar-rtm-protocol';
import type { ArchivedMessage, Conversation, HistoryPage, HistoryQuery } from '../ports/history.js';
import type { RequestKey } from '../ports/inboxes.js';
import type { NodeContext } from './context.js';

/** Texts of one page: so many bytes that no page, however JSON writes it, fills the queue of a connection. */
const PAGE_BYTES = 256 * 1024;

/** Which page a client wants, as it said it. */
export interface WantedPage {
  readonly offset?: number | undefined;
  readonly startTs?: number | undefined;
  readonly endTs?: number | undefined;
  readonly limit?: number | undefined;
  readonly order?: string | undefined;
}

/** What is archived of conversations, and who may read it: both users of one, and whoever is in the channel at the time. */
export class Archive {
  constructor(private readonly context: NodeContext) {}

  /**
   * Archives a message; resolves when it is on disk. False when nobody knows whether it was before: it is a repetition that
   * is not remembered. Rejects when the engine cannot be reached.
   */
  async keep(
    appId: string,
    conversation: Conversation,
    message: ArchivedMessage,
    options: {
      /** When the server received it; now, if absent. */
      readonly ts?: number | undefined;
      /** What a client may repeat. Old releases use numbers again for other messages: theirs have none. */
      readonly request?: RequestKey | undefined;
      readonly onlyIfKnown?: boolean;
    } = {},
  ): Promise<boolean> {
    const { engine, settings } = this.context;
    const { ts, request, onlyIfKnown = false } = options;
    const { outcome } = await engine.history.append({
      appId,
      conversation,
      message,
      ...(ts !== undefined && { ts }),
      ...(request !== undefined && { request }),
      onlyIfKnown,
      timeoutMs: settings.engineTimeoutMs,
    });
    return outcome === 'kept';
  }

  /** A page of a conversation for one of its users, or for a member of the channel. */
  async read(
    appId: string,
    uid: string,
    conversation: Conversation,
    query: HistoryQuery,
  ): Promise<HistoryPage | 'not-member'> {
    const { engine, settings } = this.context;
    const timeoutMs = settings.engineTimeoutMs;
    if (conversation.kind === 'channel') {
      const { channelId } = conversation;
      const { isMember } = await engine.channels.members({ appId, channelId, uid, limit: 1, timeoutMs });
      if (!isMember) return 'not-member';
    }
    return engine.history.read({ appId, conversation, query, timeoutMs });
  }
}

/** What to ask the engine for, or that there is no such page. `byDefault`: the order, when none is wanted. */
export function queryOf(wanted: WantedPage, byDefault: 'asc' | 'desc' = 'asc'): HistoryQuery | undefined {
  const { offset, startTs, endTs, limit = LIMITS.HISTORY_PAGE, order = byDefault } = wanted;
  if (order !== 'asc' && order !== 'desc') return undefined;
  if ([offset, startTs, endTs].some((number) => number !== undefined && number < 0)) return undefined;
  if (limit < 1 || limit > LIMITS.HISTORY_PAGE) return undefined;
  return {
    order,
    ...(offset !== undefined && { after: offset }),
    ...(startTs !== undefined && { startTs }),
    ...(endTs !== undefined && { endTs }),
    limit,
    maxBytes: PAGE_BYTES,
  };
}
