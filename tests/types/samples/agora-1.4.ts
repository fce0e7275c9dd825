/** An application written for the Agora RTM SDK 1.4 and 1.5; the name of the import and the address are different. */
import AgoraRTM, {
  type LocalInvitation,
  type RemoteInvitation,
  type RtmChannel,
  type RtmClient,
  type RtmConfig,
  type RtmFileMessage,
  type RtmImageMessage,
  type RtmMessage,
  type RtmRawMessage,
  type RtmTextMessage,
} from 'ar-rtm-sdk';
import type { ServerAddress } from './anyrtc-chat.js';

const APP_ID = '0123456789abcdef0123456789abcdef';

export class RtmSample {
  private readonly client: RtmClient;
  private readonly channels: Record<string, RtmChannel> = {};

  constructor(
    address: ServerAddress,
    private readonly log: (line: string) => void,
  ) {
    AgoraRTM.setArea({ areaCodes: [AgoraRTM.AreaCode.GLOBAL], excludedArea: AgoraRTM.AreaCode.CHINA });
    const config: RtmConfig = {
      enableLogUpload: false,
      logFilter: { error: false, warn: false, info: false, track: false, debug: false },
      enableCloudProxy: false,
      ...address,
    };
    this.client = AgoraRTM.createInstance(APP_ID, config, [AgoraRTM.AreaCode.ASIA]);
    this.client.updateConfig({ logFilter: AgoraRTM.LOG_FILTER_OFF });
    this.client
      .on('ConnectionStateChanged', (newState, reason) => {
        if (newState === AgoraRTM.ConnectionState.CONNECTED) this.log(`connected: ${reason}`);
        if (newState === AgoraRTM.ConnectionState.ABORTED) this.log(`aborted: ${reason}`);
      })
      .on('MessageFromPeer', (message: RtmMessage, peerId: string) => this.onMessage(message, peerId))
      .on('RemoteInvitationReceived', (invitation: RemoteInvitation) => {
        this.log(`call of ${invitation.callerId}`);
        invitation.refuse();
      })
      .on('TokenExpired', () => void this.client.renewToken('a new token'))
      .on('TokenPrivilegeWillExpire', () => this.log('soon'));
  }

  get rtm(): RtmClient {
    return this.client;
  }

  async login(uid: string): Promise<void> {
    await this.client.login({ uid });
  }

  async logout(): Promise<void> {
    for (const channel of Object.values(this.channels)) channel.removeAllListeners();
    await this.client.logout();
  }

  async join(channelId: string): Promise<void> {
    const channel = this.client.createChannel(channelId);
    this.channels[channelId] = channel;
    channel
      .on('ChannelMessage', (message, memberId, { serverReceivedTs }) => {
        if (serverReceivedTs > 0) this.onMessage(message, memberId);
      })
      .on('MemberCountUpdated', (count) => this.log(`${channelId} has ${count}`));
    await channel.join();
  }

  async sendText(text: string, peerId: string): Promise<boolean> {
    const message = this.client.createMessage<RtmTextMessage>({ text, messageType: AgoraRTM.MessageType.TEXT });
    const { hasPeerReceived } = await this.client.sendMessageToPeer(message, peerId, { enableOfflineMessaging: true });
    return hasPeerReceived;
  }

  async sendRaw(bytes: Uint8Array, channelId: string): Promise<void> {
    const message: RtmRawMessage = { messageType: 'RAW', rawMessage: bytes, description: 'bytes' };
    await this.channels[channelId]?.sendMessage(message);
  }

  /** From a media ID that is still valid. */
  image(mediaId: string): RtmImageMessage {
    return this.client.createMessage<RtmImageMessage>({ mediaId, messageType: AgoraRTM.MessageType.IMAGE });
  }

  file(mediaId: string): RtmFileMessage {
    return this.client.createMessage<RtmFileMessage>({ mediaId, messageType: 'FILE', fileName: 'a.txt' });
  }

  async sendFile(payload: Blob, fileName: string, peerId: string): Promise<string> {
    const message = await this.client.createMediaMessageByUploading(
      payload,
      { fileName, description: 'a file', messageType: 'FILE' },
      { onOperationProgress: ({ currentSize, totalSize }) => this.log(`${currentSize}/${totalSize}`) },
    );
    await this.client.sendMessageToPeer(message, peerId);
    return message.mediaId;
  }

  async sendImage(payload: Blob, thumbnail: Blob, peerId: string): Promise<void> {
    const controller = new AbortController();
    const message = await this.client.createMediaMessageByUploading(
      payload,
      { width: 320, height: 200, thumbnail, thumbnailWidth: 32, thumbnailHeight: 20, messageType: 'IMAGE' },
      { cancelSignal: controller.signal },
    );
    await this.client.sendMessageToPeer(message, peerId);
  }

  async fetch(mediaId: string): Promise<string> {
    return (await this.client.downloadMedia(mediaId)).text();
  }

  invite(peerId: string): LocalInvitation {
    const invitation = this.client.createLocalInvitation(peerId);
    invitation
      .on('LocalInvitationRefused', () => this.log('refused'))
      .once('LocalInvitationFailure', (reason) => this.log(reason));
    invitation.send();
    return invitation;
  }

  listeners(): number {
    return this.client.listenerCount('MessageFromPeer') + this.client.listeners('TokenExpired').length;
  }

  private onMessage(message: RtmMessage, from: string): void {
    switch (message.messageType) {
      case AgoraRTM.MessageType.TEXT:
        this.log(`${from}: ${message.text}`);
        break;
      case 'RAW':
        this.log(`${from}: ${message.rawMessage.byteLength} bytes, ${message.description}`);
        break;
      case 'IMAGE':
        this.log(`${from}: image of ${message.width} x ${message.height}, thumbnail of ${message.thumbnail?.size}`);
        break;
      case 'FILE':
        this.log(`${from}: file ${message.fileName} of ${message.size}`);
        break;
      default:
    }
  }
}
