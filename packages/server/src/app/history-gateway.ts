import { decodeHistoryRequest, GATEWAY_CODE, type HistoryReply, type HistoryRequest, isId } from 'ar-rtm-protocol';
import type { Conversation, HistoryEntry } from '../ports/history.js';
import { type Archive, queryOf } from './archive.js';
import { AttemptLimit } from './attempt-limit.js';
import type { NodeContext } from './context.js';
import { noteFailure } from './engine-failure.js';
import { type GatewayAnswer, invalidSession, refusal, UNAVAILABLE } from './gateway.js';
import type { RequestSessions } from './request-sessions.js';

/** Requests of one user within the window: an old release asks once for each of its channels when it comes back. */
const REQUESTS = 100;
const REQUESTS_MS = 10_000;

/**
 * The history endpoints (wire-protocol.md 2.4, extension P8). Releases up to 1.0.3 call them after every login and join,
 * and name nothing but an id: they get the newest page, oldest message first.
 */
export class HistoryGateway {
  private readonly requests = new AttemptLimit(REQUESTS, REQUESTS_MS);

  constructor(
    private readonly context: NodeContext,
    private readonly sessions: RequestSessions,
    private readonly archive: Archive,
  ) {}

  /** `POST /arapi/v1/artmgw/getP2PHistoryMsg` */
  ofPeers(body: string): Promise<GatewayAnswer> {
    return this.answer(body, (uid, { peerId, fromUId }) => {
      // Old releases name themselves: they ask for no conversation in particular.
      const peer = peerId ?? (fromUId === uid ? undefined : fromUId);
      if (peer === undefined) return 'nothing';
      return isId(peer) ? { kind: 'peers', uids: [uid, peer] } : undefined;
    });
  }

  /** `POST /arapi/v1/artmgw/getChanHistoryMsg` */
  ofChannel(body: string): Promise<GatewayAnswer> {
    return this.answer(body, (_uid, { chanId: channelId }) =>
      isId(channelId) ? { kind: 'channel', channelId } : undefined,
    );
  }

  private async answer(
    body: string,
    conversationOf: (uid: string, request: HistoryRequest) => Conversation | 'nothing' | undefined,
  ): Promise<GatewayAnswer> {
    const request = decodeHistoryRequest(body);
    if (!request.ok) return noPage(GATEWAY_CODE.INVALID_ARGUMENT, `${request.field} is missing or has the wrong type`);
    const { sessId, appId, order } = request.value;
    const ticket = this.sessions.read(sessId, { appId });
    if (!ticket) return invalidSession();
    const { uid } = ticket;
    const { time } = this.context;
    const user = `${appId}/${uid}`;
    if (this.requests.isReached(user, time.monotonicMs())) return noPage(GATEWAY_CODE.UNKNOWN, 'too often');
    this.requests.add(user, time.monotonicMs());
    const conversation = conversationOf(uid, request.value);
    // Without an order, the newest ones: that is what a client without paging can show.
    const query = queryOf(request.value, 'desc');
    if (!conversation || !query) return noPage(GATEWAY_CODE.INVALID_ARGUMENT, 'an id or a field is not valid');
    try {
      const { valid } = await this.sessions.holderOf(ticket);
      if (!valid) return invalidSession();
      if (conversation === 'nothing') return page([], 0, false);
      const found = await this.archive.read(appId, uid, conversation, query);
      if (found === 'not-member') return noPage(GATEWAY_CODE.INVALID_ARGUMENT, 'not in the channel');
      const entries = order === undefined ? [...found.entries].reverse() : found.entries;
      return page(entries, found.total, found.more);
    } catch (error) {
      noteFailure(this.context, 'reading history', error);
      return UNAVAILABLE;
    }
  }
}

function page(entries: readonly HistoryEntry[], total: number, more: boolean): GatewayAnswer {
  const reply: HistoryReply = { code: GATEWAY_CODE.OK, data: entries.map(itemOf), total, more };
  return { status: 200, body: reply };
}

/** A refusal that readers of `data` stand. */
function noPage(code: number, message: string): GatewayAnswer {
  const { status, body } = refusal(code, message);
  return { status, body: { ...body, data: [] } };
}

function itemOf({ offset, ts, message }: HistoryEntry): HistoryReply['data'][number] {
  const { from, type, body, description } = message;
  const more = description === '' ? undefined : { msgDesc: description };
  return { msgFrom: from, msgType: type, msgBody: body, msgTs: ts, msgStatus: 0, ...more, msgOffset: offset };
}
