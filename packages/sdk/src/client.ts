import {
  HISTORY_CODE,
  isAppId,
  isId,
  isObject,
  LIMITS,
  LOGIN_CODE,
  MEMBER_COUNT_CODE,
  PEER_MESSAGE_CODE,
  PRESENCE_CODE,
  RENEW_TOKEN_CODE,
} from 'ar-rtm-protocol';
import { RtmChannel } from './channel.js';
import { type Address, readAddress } from './core/address.js';
import { keysOf, targetOf } from './core/attributes.js';
import type { Call } from './core/call.js';
import { EventEmitter } from './core/emitter.js';
import { Engine } from './core/engine.js';
import { CREATE_CODE, check, PRESENCE_ARGUMENT } from './core/failures.js';
import { historyQuery } from './core/history-query.js';
import { contentOf, typeOf } from './core/message-content.js';
import type { RtmErrorCode } from './error-code.js';
import type { RTMException } from './errors.js';
import { LocalInvitation, RemoteInvitation } from './invitation.js';
import type { Environment } from './ports.js';
import type {
  AttributesMap,
  ChannelAttributeOptions,
  ChannelAttributes,
  ChannelMemberCountResult,
  FileMessageParams,
  HistoryOptions,
  HistoryPage,
  ImageMessageParams,
  LoginOptions,
  MediaTransferHandler,
  PeerMessageSendResult,
  PeersOnlineStatusResult,
  RtmConfig,
  RtmEvents,
  RtmFileMessage,
  RtmImageMessage,
  RtmMessage,
  RtmParameters,
  SendMessageOptions,
} from './public-types.js';
import type { RtmStatusCode } from './status-code.js';
import { VERSION } from './version.js';

/**
 * One user of an app on one connection. This class checks arguments; what follows is done by the core. The entries of
 * the package derive `RtmClient` from it, each for the environment it is built for.
 *
 * Asynchronous methods never throw: every failure is a rejection with an {@link RTMException}, and every call settles
 * within its time limit. While the connection is being restored, calls wait for it within that limit.
 */
export class BaseClient extends EventEmitter<RtmEvents.RtmClientEvents> {
  private readonly engine: Engine;
  /** Last object created per channel id. */
  private readonly channelsById = new Map<string, RtmChannel>();

  /** @internal */
  constructor(environment: Environment, appId: string, params?: RtmParameters) {
    super();
    check(isAppId(appId), CREATE_CODE.INVALID_ARGUMENT, 'appId');
    this.engine = new Engine(environment, appId, VERSION, this);
    if (params !== undefined) this.setParameters(params);
  }

  /** User id of the session; `""` when not logged in. */
  get uid(): string {
    return this.engine.uid;
  }

  /** Token of the session; `null` when not logged in, or logged in without one. */
  get token(): string | null {
    return this.engine.token;
  }

  /** Channel objects of this client by channel id, the last one created for each. A copy. */
  get channels(): { [channelId: string]: { joined: boolean; channel: RtmChannel } } {
    return Object.fromEntries(
      [...this.channelsById].map(([channelId, channel]) => [channelId, { joined: channel.isJoined, channel }]),
    );
  }

  /** The last attributes seen of channels, by channel id. A copy. */
  get channelAttributesCacheLru(): { [channelId: string]: AttributesMap } {
    return Object.fromEntries(this.engine.attributes.seen);
  }

  /**
   * Opens the session of a user; an older session of the same user ends (`REMOTE_LOGIN` there). Resolves after
   * `ConnectionStateChanged(CONNECTED, LOGIN_SUCCESS)` has been dispatched. Errors of the network are retried silently.
   *
   * Rejects with {@link RtmErrorCode.LoginError}: 2 uid or token malformed, or no server address; 3 app unknown or
   * disabled; 4 token not valid; 5 token expired; 6 banned; 7 not `DISCONNECTED` or `ABORTED`; 8 no success within
   * 6 s; 9 more than 2 calls in 1 s; 10 `logout` was called meanwhile; 1 anything else.
   */
  async login(options: LoginOptions): Promise<void> {
    const { uid, token } = (options ?? {}) as { uid?: unknown; token?: unknown };
    check(isId(uid), LOGIN_CODE.INVALID_ARGUMENT, 'uid');
    const given = token ?? '';
    check(typeof given === 'string', LOGIN_CODE.INVALID_ARGUMENT, 'token');
    return this.engine.login(uid, given);
  }

  /**
   * Ends the session, or the attempt to log in; calls that wait are rejected at once. Resolves after
   * `ConnectionStateChanged(DISCONNECTED, LOGOUT)` has been dispatched, at the latest after 5 s, without waiting longer
   * for the server. Afterwards nothing of this session is dispatched. Listeners stay, and hear the next session.
   *
   * Rejects with 102 ({@link RtmErrorCode.LogoutError}) when not logged in, and never for other reasons.
   */
  async logout(): Promise<void> {
    return this.engine.logout();
  }

  /**
   * Gives the session a new token; the old one stays in force until this has resolved. While the connection is cut, the
   * attempts to restore it go on with the new one, at once. At most 2 calls in 1 s. Where no token is needed, any is taken.
   *
   * Rejects with {@link RtmErrorCode.RenewTokenError}: 2 not a text, or empty; 102 not logged in; 4 too often; 5 the new
   * token has expired; 6 it is not valid; 201 the session ended meanwhile; 1 no answer within 10 s, or anything else.
   */
  async renewToken(token: string): Promise<void> {
    check(token && typeof token === 'string', RENEW_TOKEN_CODE.INVALID_ARGUMENT, 'token');
    return this.engine.renewToken(token);
  }

  /**
   * Sends a message to a user. At most 180 messages in 3 s, channel messages included.
   *
   * Rejects with {@link RtmErrorCode.PeerMessageError}: 6 peer id not valid; 7 message not valid; 102 not logged in; 5
   * too often; 2 no answer within 10 s, so that the outcome is unknown; 1 anything else, or the session ended.
   */
  async sendMessageToPeer(
    message: RtmMessage,
    peerId: string,
    options?: SendMessageOptions,
  ): Promise<PeerMessageSendResult> {
    check(isId(peerId), PEER_MESSAGE_CODE.INVALID_USERID, 'peerId');
    const content = contentOf(message, {
      OfflineMsg: options?.enableOfflineMessaging === true,
      HistoryMsg: options?.enableHistoricalMessaging === true,
    });
    check(content, PEER_MESSAGE_CODE.INVALID_MESSAGE, 'message');
    return this.engine.sendToPeer(peerId, content);
  }

  /**
   * Makes a message, which can be sent any number of times; the server is not contacted. A copy of the argument, with
   * `messageType` if it can be seen, and what images and files have besides their `mediaId`: sizes 0, texts empty, an empty
   * thumbnail. Whether it is valid is checked when it is sent.
   *
   * @throws RtmInvalidArgumentError 1 ({@link RtmErrorCode.BasicErrorCode}) when the argument is not an object
   */
  createMessage<T extends RtmMessage>(message: Partial<T>): T {
    check(isObject(message), CREATE_CODE.INVALID_ARGUMENT, 'message');
    const messageType = typeOf(message as Record<string, unknown>);
    const isImage = messageType === 'IMAGE';
    return {
      ...((isImage || messageType === 'FILE') && { fileName: '', description: '', thumbnail: new Blob(), size: 0 }),
      ...(isImage && { width: 0, height: 0, thumbnailWidth: 0, thumbnailHeight: 0 }),
      ...message,
      ...(messageType ? { messageType } : undefined),
    } as unknown as T;
  }

  /**
   * Uploads a file of at most 32 MB and resolves with a message that names it, to be sent to any number of peers and channels;
   * the server keeps the file for 7 days. The message is of type IMAGE when `params` says so or names a size in pixels,
   * otherwise of type FILE. A cut connection is no failure: the upload goes on where it stopped. At most 9 uploads and
   * downloads at a time.
   *
   * Rejects with {@link RtmErrorCode.UploadMediaError}: 2 payload empty or no `Blob`, or params not valid; 102 not logged
   * in; 4 more than 32 MB, or than the server takes; 5 too many at a time; 3 no byte moved for 120 s; 6 canceled, or the
   * session ended; 1 anything else, such as no room left on the server.
   */
  createMediaMessageByUploading(
    payload: Blob,
    params?: FileMessageParams,
    transHandler?: MediaTransferHandler,
  ): Promise<RtmFileMessage>;
  createMediaMessageByUploading(
    payload: Blob,
    params?: ImageMessageParams,
    transHandler?: MediaTransferHandler,
  ): Promise<RtmImageMessage>;
  async createMediaMessageByUploading(
    payload: Blob,
    params?: FileMessageParams | ImageMessageParams,
    transHandler?: MediaTransferHandler,
  ): Promise<RtmFileMessage | RtmImageMessage> {
    return this.engine.media.upload(payload, params, transHandler) as Promise<RtmFileMessage | RtmImageMessage>;
  }

  /**
   * Fetches the bytes of a file that any user of the app has uploaded. `type` of the result is that of PNG, GIF, JPEG, PDF and
   * ZIP by their content, otherwise that of the uploaded `Blob`, which its owner chose: do not open what you do not know as a
   * page of your own. A cut connection is no failure. At most 9 uploads and
   * downloads at a time.
   *
   * Rejects with {@link RtmErrorCode.DownloadMediaError}: 2 no media id; 102 not logged in; 4 there is no such file, or not
   * any more; 5 too many at a time; 3 no byte moved for 120 s; 6 canceled, or the session ended; 1 anything else.
   */
  async downloadMedia(mediaId: string, transHandler?: MediaTransferHandler): Promise<Blob> {
    return this.engine.media.download(mediaId, transHandler) as Promise<Blob>;
  }

  /**
   * Messages that this user and a peer have sent each other with `enableHistoricalMessaging`, a page at a time. At most 10
   * calls in 5 s, `RtmChannel.getHistory` included.
   *
   * Rejects with {@link RtmErrorCode.HistoryError}: 2 peer id or options not valid; 102 not logged in; 3 too often; 4 no
   * answer within 5 s; 1 anything else, or the session ended.
   */
  async getPeerHistory(peerId: string, options?: HistoryOptions): Promise<HistoryPage> {
    check(isId(peerId), HISTORY_CODE.INVALID_ARGUMENT, 'peerId');
    return this.engine.history({ PeerId: peerId, ...historyQuery(options) }) as Promise<HistoryPage>;
  }

  /**
   * Replaces all attributes of this user; `{}` clears them. They last as long as the session, over cuts too: the SDK writes
   * them back when the server has lost them. At most 32, and 16 KB in all; at most 10 calls in 5 s, together with the
   * other calls that change them.
   *
   * All calls for attributes reject with {@link RtmErrorCode.AttributeOperationError}: 3 an id, a key or a value is not
   * valid; 102 not logged in; 4 too many or too large; 5 too often; 7 no answer within 5 s, so that the outcome is
   * unknown; 2 anything else, or the session ended.
   */
  async setLocalUserAttributes(attributes: AttributesMap): Promise<void> {
    return this.engine.attributes.write(attributes, true);
  }

  /** Adds attributes to those of this user, or replaces the ones of the same keys. */
  async addOrUpdateLocalUserAttributes(attributes: AttributesMap): Promise<void> {
    return this.engine.attributes.write(attributes, false);
  }

  /** Removes attributes of this user; keys that are not there are ignored. */
  async deleteLocalUserAttributesByKeys(attributeKeys: string[]): Promise<void> {
    return this.engine.attributes.remove(attributeKeys);
  }

  /** Removes all attributes of this user. */
  async clearLocalUserAttributes(): Promise<void> {
    return this.engine.attributes.write({}, true);
  }

  /**
   * All attributes of a user who is logged in. At most 40 calls in 5 s, `getUserAttributesByKeys` included.
   *
   * Rejects with 6 ({@link RtmErrorCode.AttributeOperationError}) when the user is not online; other codes as in
   * {@link BaseClient.setLocalUserAttributes}.
   */
  async getUserAttributes(userId: string): Promise<AttributesMap> {
    return this.engine.attributes.ofUser(userId);
  }

  /** Those attributes of a user that have one of the keys. */
  async getUserAttributesByKeys(userId: string, attributeKeys: string[]): Promise<AttributesMap> {
    return this.engine.attributes.ofUser(userId, keysOf(attributeKeys));
  }

  /**
   * Replaces all attributes of a channel, joined or not; `{}` clears them. They stay for 5 minutes after the last member
   * has left, or the last change. At most 32, and 32 KB in all; at most 10 calls in 5 s, together with the other calls that
   * change attributes of channels. Codes as in {@link BaseClient.setLocalUserAttributes}.
   */
  async setChannelAttributes(
    channelId: string,
    attributes: AttributesMap,
    options?: ChannelAttributeOptions,
  ): Promise<void> {
    return this.engine.attributes.write(attributes, true, targetOf(channelId, options));
  }

  /** Adds attributes to those of a channel, or replaces the ones of the same keys. */
  async addOrUpdateChannelAttributes(
    channelId: string,
    attributes: AttributesMap,
    options?: ChannelAttributeOptions,
  ): Promise<void> {
    return this.engine.attributes.write(attributes, false, targetOf(channelId, options));
  }

  /** Removes attributes of a channel; keys that are not there are ignored. */
  async deleteChannelAttributesByKeys(
    channelId: string,
    attributeKeys: string[],
    options?: ChannelAttributeOptions,
  ): Promise<void> {
    return this.engine.attributes.remove(attributeKeys, targetOf(channelId, options));
  }

  /** Removes all attributes of a channel. */
  async clearChannelAttributes(channelId: string, options?: ChannelAttributeOptions): Promise<void> {
    return this.engine.attributes.write({}, true, targetOf(channelId, options));
  }

  /**
   * All attributes of a channel, joined or not. At most 10 calls in 5 s, `getChannelAttributesByKeys` included. Codes as in
   * {@link BaseClient.setLocalUserAttributes}.
   */
  async getChannelAttributes(channelId: string): Promise<ChannelAttributes> {
    return this.engine.attributes.ofChannel(channelId);
  }

  /** Those attributes of a channel that have one of the keys. */
  async getChannelAttributesByKeys(channelId: string, keys: string[]): Promise<ChannelAttributes> {
    return this.engine.attributes.ofChannel(channelId, keysOf(keys));
  }

  /**
   * Counts the members of up to 32 channels, joined or not. At most 1 call in 1 s.
   *
   * Rejects with {@link RtmErrorCode.GetChannelMemberCountErrCode}: 2 not a list of channel ids; 5 more than 32; 102 not
   * logged in; 3 too often; 4 no answer within 5 s; 1 anything else, or the session ended.
   */
  async getChannelMemberCount(channelIds: string[]): Promise<ChannelMemberCountResult> {
    return this.engine.memberCount(idsOf(channelIds, MEMBER_COUNT_CODE.INVALID_ARGUMENT));
  }

  /**
   * Asks which of up to 256 users are logged in; one that cannot be reached at the moment is. At most 10 calls in 5 s.
   *
   * Rejects with {@link RtmErrorCode.QueryPeersOnlineStatusError}: 0 not a list of 1 to 256 user ids (compare with
   * `===`); 102 not logged in; 3 too often; 2 no answer within 10 s; 1 anything else, or the session ended.
   */
  async queryPeersOnlineStatus(peerIds: string[]): Promise<PeersOnlineStatusResult> {
    return this.engine.presence.query(idsOf(peerIds, PRESENCE_ARGUMENT.QUERY, LIMITS.QUERIED_PEERS));
  }

  /**
   * Watches users, until they are unsubscribed or the session ends, over reconnects: `PeersOnlineStatusChanged` tells the
   * states of all of these now, and every change later. At most 512 users in one call and in total, 10 calls in 5 s.
   *
   * Rejects with {@link RtmErrorCode.PeerSubscriptionStatusError}: 2 not a list of user ids; 102 not logged in; 6 more
   * than 512, and nothing is subscribed; 5 too often; 4 no answer within 10 s; 1 anything else, or the session ended.
   */
  async subscribePeersOnlineStatus(peerIds: string[]): Promise<void> {
    return this.engine.presence.watch(idsOf(peerIds, PRESENCE_CODE.INVALID_ARGUMENT), true);
  }

  /**
   * Watches users no more; afterwards no event mentions them. Users that are not watched are ignored. At most 512 users in
   * one call, 10 calls in 5 s. Rejects as {@link BaseClient.subscribePeersOnlineStatus}.
   */
  async unsubscribePeersOnlineStatus(peerIds: string[]): Promise<void> {
    return this.engine.presence.watch(idsOf(peerIds, PRESENCE_CODE.INVALID_ARGUMENT), false);
  }

  /**
   * The users that are watched, whatever their state, in the order of the first subscription. At most 10 calls in 5 s.
   *
   * Rejects with {@link RtmErrorCode.QueryPeersBySubscriptionOptionError}: 102 not logged in; 3 too often; 2 no answer
   * within 5 s; 1 `option` not `"ONLINE_STATUS"`, anything else, or the session ended.
   */
  async queryPeersBySubscriptionOption(option: RtmStatusCode.PeerSubscriptionOption): Promise<string[]> {
    check(option === 'ONLINE_STATUS', PRESENCE_ARGUMENT.LIST, 'option');
    return this.engine.presence.list();
  }

  /**
   * Makes an object for a channel; the server is not contacted. There may be several per channel, one of which can be
   * joined at a time.
   *
   * @throws RtmInvalidArgumentError 1 ({@link RtmErrorCode.CreateChannelError}) when the channel id is not valid
   */
  createChannel(channelId: string): RtmChannel {
    check(isId(channelId), CREATE_CODE.INVALID_ARGUMENT, 'channelId');
    const channel = new RtmChannel(this.engine, channelId);
    this.channelsById.set(channelId, channel);
    return channel;
  }

  /**
   * Makes an invitation to a call; nothing is sent before its `send`. Several may run at the same time, also to one user.
   *
   * @throws RtmInvalidArgumentError 1 ({@link RtmErrorCode.InvitationApiCallError}) when the user id is not valid
   */
  createLocalInvitation(calleeId: string): LocalInvitation {
    check(isId(calleeId), CREATE_CODE.INVALID_ARGUMENT, 'calleeId');
    return new LocalInvitation(this.engine, calleeId);
  }

  /**
   * Changes the configuration of this client; only the fields that are present. The log filter takes effect at once, an
   * address at the next attempt to connect. Unknown fields are ignored.
   *
   * @throws RtmInvalidArgumentError 1 ({@link RtmErrorCode.CreateInstanceError}) when `params` is not an object or an
   * address is not valid; then nothing changes
   */
  setParameters(params: RtmParameters): void {
    check(typeof params === 'object' && params, CREATE_CODE.INVALID_ARGUMENT, 'params');
    const { confPriCloudAddr, ConfPriCloudAddr = confPriCloudAddr, logFilter, enableLogUpload } = params;
    let address: Address | undefined;
    for (const value of [confPriCloudAddr, ConfPriCloudAddr]) {
      if (value === undefined) continue;
      address = readAddress(value);
      check(address, CREATE_CODE.INVALID_ARGUMENT, 'confPriCloudAddr');
    }
    if (address) this.engine.address = address;
    if (enableLogUpload !== undefined) this.engine.logger.upload.set(enableLogUpload === true);
    if (logFilter !== undefined && !this.engine.logger.setFilter(logFilter)) {
      this.engine.logger.warn('logFilter is not valid');
    }
  }

  /** As {@link BaseClient.setParameters}; the name in other SDKs. */
  updateConfig(config: RtmConfig): void {
    this.setParameters(config);
  }

  /** @internal */
  invited(call: Call, channelId: string): void {
    this.emit('RemoteInvitationReceived', new RemoteInvitation(this.engine, call, channelId));
  }

  /** @internal */
  protected override listenerFailed(error: unknown): void {
    this.engine.listenerFailed(error);
  }
}

/** The argument, if it is a list of ids that is not empty. A copy. */
function idsOf(value: unknown, code: number, most = Number.POSITIVE_INFINITY): string[] {
  check(Array.isArray(value) && value.length > 0 && value.length <= most && value.every(isId), code, 'ids');
  return [...value];
}
