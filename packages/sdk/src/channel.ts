import { CHANNEL_MESSAGE_CODE } from 'ar-rtm-protocol';
import { EventEmitter } from './core/emitter.js';
import type { Engine } from './core/engine.js';
import { check } from './core/failures.js';
import { historyQuery } from './core/history-query.js';
import type { Membership } from './core/membership.js';
import { contentOf } from './core/message-content.js';
import type { HistoryOptions, HistoryPage, RtmEvents, RtmMessage, SendMessageOptions } from './public-types.js';

/**
 * A channel, as `createChannel` gives it. Its events come only while it is joined. It can be joined again after `leave`,
 * and after a new `login`.
 */
export class RtmChannel extends EventEmitter<RtmEvents.RtmChannelEvents> {
  readonly channelId: string;
  private readonly stay: Membership;

  /** @internal */
  constructor(
    private readonly engine: Engine,
    channelId: string,
  ) {
    super();
    this.channelId = channelId;
    this.stay = engine.membership(channelId, this);
  }

  /** @internal */
  get isJoined(): boolean {
    return this.stay.state === 'JOINED';
  }

  /**
   * Makes the user a member; from then on the events of the channel come, first `MemberCountUpdated`. At most 20
   * channels per client, 50 calls in 3 s, 2 calls in 5 s for the same channel.
   *
   * Rejects with {@link RtmErrorCode.JoinChannelError}: 102 not logged in; 6 this object has joined or is about to; 211
   * another object of this channel has joined; 5 more than 20 channels; 7 and 8 too often; 3 refused by the server; 4 no
   * answer within 5 s; 210 `leave` was called meanwhile; 1 anything else, or the session ended.
   */
  async join(): Promise<void> {
    return this.engine.join(this.stay);
  }

  /**
   * Ends the membership, or the attempt to join. After it resolves nothing is dispatched here. While the connection is
   * being restored it resolves at once, and the server is told later.
   *
   * Rejects with {@link RtmErrorCode.LeaveChannelError}: 102 not logged in; 3 not joined; 1 refused, or no answer within
   * 5 s (the object then counts as left).
   */
  async leave(): Promise<void> {
    return this.engine.leave(this.stay);
  }

  /**
   * Sends a message to all other members; resolves when the server has accepted it. At most 180 messages in 3 s, peer
   * messages included. `enableOfflineMessaging` has no meaning here.
   *
   * Rejects with {@link RtmErrorCode.ChannelMessageError}: 4 message not valid; 102 not logged in; 5 not joined; 3 too
   * often; 2 no answer within 10 s, so that the outcome is unknown; 1 anything else, or the session ended.
   */
  async sendMessage(message: RtmMessage, messageOptions?: SendMessageOptions): Promise<void> {
    const content = contentOf(message, { HistoryMsg: messageOptions?.enableHistoricalMessaging === true });
    check(content, CHANNEL_MESSAGE_CODE.INVALID_MESSAGE, 'message');
    return this.engine.sendToChannel(this.stay, content);
  }

  /**
   * Ids of the members, the user included, in no particular order; at most 512. At most 5 calls in 2 s.
   *
   * Rejects with {@link RtmErrorCode.GetMembersError}: 6 not logged in; 5 not joined; 4 too often; 3 no answer within
   * 5 s; 1 anything else, or the session ended.
   */
  async getMembers(): Promise<string[]> {
    return this.engine.members(this.stay);
  }

  /**
   * Messages that were sent to the channel with `enableHistoricalMessaging`, a page at a time; also those from before this
   * user joined. Only while joined. At most 10 calls in 5 s, `RtmClient.getPeerHistory` included.
   *
   * Rejects with {@link RtmErrorCode.HistoryError}: 2 options not valid; 102 not logged in; 5 not joined; 3 too often; 4 no
   * answer within 5 s; 1 anything else, or the session ended.
   */
  async getHistory(options?: HistoryOptions): Promise<HistoryPage> {
    return this.engine.history({ ChanId: this.channelId, ...historyQuery(options) }, this.stay) as Promise<HistoryPage>;
  }

  /** @internal */
  protected override listenerFailed(error: unknown): void {
    this.engine.listenerFailed(error);
  }
}
