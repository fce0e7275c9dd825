/**
 * Compiled, not run (npm run typecheck): applications in the style of ar-rtm-sdk 1.0.15 and of the Agora RTM SDK 1.4.5,
 * strict and with exactOptionalPropertyTypes, as far as the published surface goes.
 */
import ArRTM, {
  type AttributesMap,
  type ChannelAttributeOptions,
  type ChannelAttributes,
  type ChannelMemberCountResult,
  type EventEmitter,
  type HistoryMessage,
  type HistoryOptions,
  type HistoryPage,
  type LocalInvitation,
  type LogFilterType,
  type MediaOperationProgress,
  type MediaTransferHandler,
  ArRTM as Named,
  type PeerMessageSendResult,
  type PeersOnlineStatusMap,
  type PeersOnlineStatusResult,
  type ReceivedMessageProperties,
  type ReceiveMessageProperties,
  type RemoteInvitation,
  RTMException,
  type RtmChannel,
  type RtmClient,
  type RtmConfig,
  RtmErrorCode,
  type RtmEvents,
  type RtmFileMessage,
  type RtmImageMessage,
  type RtmMessage,
  type RtmParameters,
  type RtmRawMessage,
  RtmStatusCode,
  type RtmTextMessage,
  type SendMessageOptions,
} from './index.js';

declare function expectType<T>(value: T): void;

/** The style of 1.0.15. */
export async function original(): Promise<void> {
  const params: RtmParameters = {
    logFilter: ArRTM.LOG_FILTER_WARNING,
    confPriCloudAddr: { ServerAdd: 'rtm.example', Port: 9080, Wss: false },
  };
  const client: RtmClient = ArRTM.createInstance('0123456789abcdef0123456789abcdef', params);
  client.setParameters({ logFilter: 3 });
  client.on('ConnectionStateChanged', (newState, reason) => {
    expectType<keyof typeof RtmStatusCode.ConnectionState>(newState);
    expectType<keyof typeof RtmStatusCode.ConnectionChangeReason>(reason);
    if (newState === RtmStatusCode.ConnectionState.ABORTED && reason === 'REMOTE_LOGIN') void client.logout();
  });
  client.on('MessageFromPeer', (message, peerId, messageProps) => {
    expectType<string>(message.text);
    expectType<string>(peerId);
    expectType<number>(messageProps.serverReceivedTs);
  });
  client.on('TokenWillExpired', () => undefined);
  client.on('PeersOnlineStatusChanged', (status: PeersOnlineStatusMap) => {
    if (status.bob === RtmStatusCode.PeerOnlineState.UNREACHABLE || status.bob === 'OFFLINE') return;
  });
  await client.login({ uid: 'alice', token: '' });
  await client.login({ uid: 'alice', token: undefined });
  const { hasPeerReceived }: PeerMessageSendResult = await client.sendMessageToPeer({ text: 'hi' }, 'bob', {
    enableOfflineMessaging: true,
    enableHistoricalMessaging: undefined,
  });
  expectType<boolean>(hasPeerReceived);
  const online: PeersOnlineStatusResult = await client.queryPeersOnlineStatus(['bob']);
  expectType<boolean | undefined>(online.bob);
  await client.subscribePeersOnlineStatus(['bob']);
  await client.unsubscribePeersOnlineStatus(['bob']);
  expectType<string[]>(await client.queryPeersBySubscriptionOption('ONLINE_STATUS'));
  await client.queryPeersBySubscriptionOption(RtmStatusCode.PeerSubscriptionOption.ONLINE_STATUS);
  const channel: RtmChannel = client.createChannel('room');
  channel.on('ChannelMessage', ({ text }, memberId, { isOfflineMessage }) => {
    expectType<string>(text);
    expectType<string>(memberId);
    expectType<boolean>(isOfflineMessage);
  });
  channel.on('MemberCountUpdated', (count) => expectType<number>(count));
  await channel.join();
  await channel.sendMessage({ text: 'hi' });
  expectType<string[]>(await channel.getMembers());
  const counts: ChannelMemberCountResult = await client.getChannelMemberCount(['room']);
  expectType<number | undefined>(counts.room);
  expectType<boolean | undefined>(client.channels.room?.joined);
  const own: AttributesMap = { mood: 'good' };
  await client.setLocalUserAttributes(own);
  await client.addOrUpdateLocalUserAttributes({ mood: 'better' });
  await client.deleteLocalUserAttributesByKeys(['mood']);
  await client.clearLocalUserAttributes();
  expectType<AttributesMap>(await client.getUserAttributes('bob'));
  expectType<string | undefined>((await client.getUserAttributesByKeys('bob', ['mood'])).mood);
  const options: ChannelAttributeOptions = { enableNotificationToChannelMembers: undefined };
  await client.setChannelAttributes('room', { topic: 'x' }, options);
  await client.addOrUpdateChannelAttributes('room', { topic: 'y' }, { enableNotificationToChannelMembers: true });
  await client.deleteChannelAttributesByKeys('room', ['topic']);
  await client.clearChannelAttributes('room', {});
  const attributes: ChannelAttributes = await client.getChannelAttributes('room');
  expectType<number | undefined>(attributes.topic?.lastUpdateTs);
  expectType<ChannelAttributes>(await client.getChannelAttributesByKeys('room', ['topic']));
  channel.on('AttributesUpdated', (all) => expectType<string | undefined>(all.topic?.lastUpdateUserId));
  expectType<AttributesMap | undefined>(client.channelAttributesCacheLru.room);
  const invitation: LocalInvitation = client.createLocalInvitation('bob');
  invitation.content = 'come';
  invitation.channelId = 'room';
  invitation.on('LocalInvitationAccepted', (response) => expectType<string>(response));
  invitation.on('LocalInvitationFailure', (reason) => {
    if (reason === RtmStatusCode.LocalInvitationFailureReason.PEER_OFFLINE) expectType<string>(invitation.response);
  });
  const listeners: Partial<RtmEvents.LocalInvitationEvents> = { LocalInvitationReceivedByPeer: () => undefined };
  expectType<unknown>(listeners);
  invitation.send();
  if (invitation.state === 'RECEIVED_BY_REMOTE') invitation.cancel();
  client.on('RemoteInvitationReceived', (remote: RemoteInvitation) => {
    remote.response = remote.content + remote.channelId + remote.callerId;
    remote.on('RemoteInvitationCanceled', (content) => expectType<string>(content));
    remote.on('RemoteInvitationFailure', (reason: RtmStatusCode.RemoteInvitationFailureReason) => void reason);
    if (remote.state === RtmStatusCode.RemoteInvitationState.INVITATION_RECEIVED) remote.accept();
    else remote.refuse();
  });
  try {
    await channel.leave();
  } catch (error) {
    if (
      error instanceof RTMException &&
      error.code === RtmErrorCode.LeaveChannelError.LEAVE_CHANNEL_ERR_NOT_IN_CHANNEL
    ) {
      expectType<string>(RtmErrorCode.LeaveChannelError[error.code] ?? '');
    }
  }
}

/** The style of Agora 1.4.5. */
export function agora(): void {
  const config: RtmConfig = {
    logFilter: { error: true, warn: true, info: false, track: false, debug: false },
    enableCloudProxy: false,
  };
  const filter: LogFilterType = Named.LOG_FILTER_OFF;
  const client = Named.createInstance('0123456789abcdef0123456789abcdef', { ...config, logFilter: filter }, [
    Named.AreaCode.ASIA,
    'EUROPE',
  ]);
  client.updateConfig(config);
  Named.setArea({ areaCodes: ['GLOBAL'], excludedArea: Named.AreaCode.CHINA });
  client
    .on('ConnectionStateChanged', (newState) => {
      if (newState === Named.ConnectionState.RECONNECTING) return;
    })
    .once('MessageFromPeer', (message: RtmMessage, peerId: string, props: ReceiveMessageProperties) => {
      if (message.messageType === Named.MessageType.TEXT) expectType<RtmTextMessage>(message);
      expectType<ReceivedMessageProperties>(props);
      expectType<string>(peerId);
    })
    .on('TokenExpired', () => undefined)
    .off('TokenExpired', () => undefined)
    .removeAllListeners();
  expectType<number>(client.listenerCount('MessageFromPeer'));
  const emitter: EventEmitter<RtmEvents.RtmClientEvents> = client;
  emitter.removeAllListeners('MessageFromPeer');
}

/** Messages of all types, told apart by `messageType`, and what is archived of them. */
export async function messages(client: RtmClient, channel: RtmChannel): Promise<void> {
  const raw: RtmRawMessage = { rawMessage: new Uint8Array(1), description: undefined, messageType: undefined };
  await client.sendMessageToPeer({ rawMessage: new Uint8Array() }, 'bob');
  await channel.sendMessage(raw, { enableHistoricalMessaging: true });
  client.on('MessageFromPeer', (message) => {
    if (message.messageType === 'RAW') expectType<Uint8Array>(message.rawMessage);
    if (message.messageType === 'IMAGE') expectType<Blob | undefined>(message.thumbnail);
  });
  expectType<RtmImageMessage>(client.createMessage<RtmImageMessage>({ messageType: 'IMAGE', mediaId: 'x' }));
  expectType<RtmFileMessage>(client.createMessage<RtmFileMessage>({ messageType: 'FILE' }));
  const options: HistoryOptions = { limit: 10, order: 'desc', offset: undefined };
  const page: HistoryPage = await client.getPeerHistory('bob', options);
  const [first]: HistoryMessage[] = page.messages;
  expectType<RtmMessage | undefined>(first?.message);
  if (page.nextOffset !== undefined) await channel.getHistory({ offset: page.nextOffset });
}

/** Files and images, as messages and as bytes. */
export async function media(client: RtmClient, channel: RtmChannel, payload: Blob): Promise<void> {
  const cancelSignal = new AbortController().signal;
  const onOperationProgress = ({ currentSize, totalSize }: MediaOperationProgress) => void (currentSize / totalSize);
  const handler: MediaTransferHandler = { cancelSignal, onOperationProgress };
  const file = await client.createMediaMessageByUploading(payload, { fileName: 'a', thumbnail: undefined }, handler);
  expectType<RtmFileMessage>(file);
  const image = await client.createMediaMessageByUploading(payload, { messageType: 'IMAGE', width: 1 });
  expectType<RtmImageMessage>(image);
  expectType<RtmFileMessage>(await client.createMediaMessageByUploading(payload));
  await client.sendMessageToPeer(image, 'bob');
  await channel.sendMessage(file);
  expectType<Blob>(await client.downloadMedia(image.mediaId, { cancelSignal: undefined }));
  // @ts-expect-error a file has no size in pixels
  void client.createMediaMessageByUploading(payload, { messageType: 'FILE', width: 1 });
  // @ts-expect-error bytes are no Blob
  void client.createMediaMessageByUploading(new Uint8Array(1));
}

/** The four ways to use a string enum. */
export function enums(): void {
  const asType: RtmStatusCode.ConnectionState = RtmStatusCode.ConnectionState.CONNECTED;
  const memberAsType: RtmStatusCode.ConnectionState.ABORTED = 'ABORTED';
  const literal: RtmStatusCode.AreaCode = 'GLOBAL';
  const key: keyof typeof RtmStatusCode.PeerOnlineState = 'UNREACHABLE';
  expectType<string>(asType + memberAsType + literal + key);
}

export function misuse(client: RtmClient): void {
  // @ts-expect-error no such event
  client.on('NoSuchEvent', () => undefined);
  // @ts-expect-error wrong type of listener
  client.on('MessageFromPeer', (message: number) => message);
  // @ts-expect-error the uid is required
  void client.login({});
  // @ts-expect-error neither a text nor bytes
  expectType<RtmMessage>({ description: 'x' });
  // @ts-expect-error no such order
  void client.getPeerHistory('bob', { order: 'up' });
  const options: SendMessageOptions = {};
  // @ts-expect-error read-only
  client.uid = String(options);
}
