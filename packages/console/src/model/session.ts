import ArRTM, { type ReceivedMessageProperties, type RtmChannel, type RtmClient, type RtmMessage } from 'ar-rtm-sdk';
import { FileTransfers } from './file-transfers.js';
import { readPicture } from './picture.js';
import { contentOf } from './received.js';
import { reduce } from './reducer.js';
import {
  type Action,
  type ChatKind,
  type ConsoleState,
  INITIAL_STATE,
  type Message,
  type MessagePlace,
  type Outcome,
  type SharedFile,
} from './state.js';
import { Store } from './store.js';

export interface Identity {
  readonly appId: string;
  readonly uid: string;
}

/** The SDK as the page uses it: calls go out here, events come in here and become state. */
export class Session {
  readonly store = new Store<ConsoleState, Action>(INITIAL_STATE, reduce);
  private client: RtmClient | undefined;
  private readonly channels = new Map<string, RtmChannel>();
  private transfers: FileTransfers | undefined;
  private lastId = 0;

  /** `token` is empty for apps that need none. */
  async login({ appId, uid }: Identity, token: string): Promise<void> {
    // One client per login, since the App ID may be another one.
    const client = ArRTM.createInstance(appId, { logFilter: ArRTM.LOG_FILTER_WARNING });
    this.client?.removeAllListeners();
    this.transfers?.end();
    this.client = client;
    this.transfers = new FileTransfers(client, (action) => this.dispatch(action), readPicture);
    this.channels.clear();
    this.dispatch({ type: 'login-started', uid });
    this.listenToClient(client);
    await client.login(token === '' ? { uid } : { uid, token });
  }

  async logout(): Promise<void> {
    await this.current.logout();
  }

  openPeer(id: string): void {
    this.dispatch({ type: 'peer-opened', id });
  }

  select(kind: ChatKind, id: string): void {
    this.dispatch({ type: 'chat-selected', kind, id });
  }

  clearLog(): void {
    this.dispatch({ type: 'log-cleared' });
  }

  /** Never rejects: the outcome is shown with the message. `isOffline` counts for peers. */
  async sendText(kind: ChatKind, id: string, text: string, isOffline: boolean): Promise<void> {
    const place = this.addOwn(kind, id, { text, isOffline });
    await this.send(place, { text }, isOffline);
  }

  /** A message each. Never rejects: what becomes of them is shown with the messages. */
  async sendFiles(kind: ChatKind, id: string, files: readonly File[], isOffline: boolean): Promise<void> {
    await Promise.all(files.map((file) => this.sendFile(kind, id, file, isOffline)));
  }

  /** Never rejects: what becomes of it is shown with the message. */
  async download(place: MessagePlace, file: SharedFile): Promise<void> {
    await this.transfers?.download(place, file);
  }

  /** Of the file of this message. */
  cancelTransfer(messageId: number): void {
    this.transfers?.cancel(messageId);
  }

  async join(channelId: string): Promise<void> {
    const channel = this.current.createChannel(channelId);
    this.listenToChannel(channel);
    await channel.join();
    this.channels.set(channelId, channel);
    this.dispatch({ type: 'channel-joined', id: channelId });
    await this.listMembers(channel);
  }

  async leave(channelId: string): Promise<void> {
    this.transfers?.endOfChat('channels', channelId);
    try {
      await this.channel(channelId).leave();
    } finally {
      // Also after a failure: the SDK then counts the channel as left.
      this.channels.delete(channelId);
      this.dispatch({ type: 'channel-left', id: channelId });
    }
  }

  private get current(): RtmClient {
    if (!this.client) throw new Error('Not logged in');
    return this.client;
  }

  private channel(id: string): RtmChannel {
    const channel = this.channels.get(id);
    if (!channel) throw new Error('This channel is not joined');
    return channel;
  }

  private async sendFile(kind: ChatKind, id: string, file: File, isOffline: boolean): Promise<void> {
    const { name, size } = file;
    const shown = { name, size, description: '', isImage: false };
    const place = this.addOwn(kind, id, { text: '', file: shown, isOffline });
    const message = await this.transfers?.upload(place, file);
    if (message) await this.send(place, message, isOffline);
    else this.dispatch({ type: 'message-settled', ...place, outcome: 'failed' });
  }

  private addOwn(kind: ChatKind, id: string, content: Pick<Message, 'text' | 'file' | 'isOffline'>): MessagePlace {
    const messageId = this.nextId();
    const message: Message = { ...content, id: messageId, from: this.current.uid, at: Date.now(), outcome: 'sending' };
    this.dispatch({ type: 'message-added', kind, id, message });
    return { kind, id, messageId };
  }

  private async send(place: MessagePlace, message: RtmMessage, isOffline: boolean): Promise<void> {
    try {
      const outcome = await this.deliver(place, message, isOffline);
      this.dispatch({ type: 'message-settled', ...place, outcome });
    } catch (error) {
      this.dispatch({ type: 'message-settled', ...place, outcome: 'failed', error });
    }
  }

  private async deliver({ kind, id }: MessagePlace, message: RtmMessage, isOffline: boolean): Promise<Outcome> {
    if (kind === 'channels') {
      await this.channel(id).sendMessage(message);
      return 'accepted';
    }
    const options = { enableOfflineMessaging: isOffline };
    const { hasPeerReceived } = await this.current.sendMessageToPeer(message, id, options);
    return hasPeerReceived ? 'received' : 'not received';
  }

  private listenToClient(client: RtmClient): void {
    client.on('ConnectionStateChanged', (state, reason, details) => {
      this.log('client', 'ConnectionStateChanged', details ? [state, reason, details] : [state, reason]);
      this.dispatch({ type: 'connection-changed', connection: { state, reason, details } });
      for (const channelId of details?.gaps?.channels ?? []) this.relist(channelId);
      // The SDK ends those that run; here wait others.
      if (state === 'DISCONNECTED' || state === 'ABORTED') this.transfers?.end();
    });
    client.on('MessageFromPeer', (message, peerId, properties) => {
      this.log('client', 'MessageFromPeer', [message, peerId, properties]);
      this.receive('peers', peerId, peerId, message, properties);
    });
    for (const event of ['TokenWillExpired', 'TokenPrivilegeWillExpire', 'TokenExpired', 'TokenDidExpired'] as const) {
      client.on(event, () => this.log('client', event, []));
    }
  }

  private listenToChannel(channel: RtmChannel): void {
    const { channelId: id } = channel;
    channel.on('ChannelMessage', (message, memberId, properties) => {
      this.log(id, 'ChannelMessage', [message, memberId, properties]);
      this.receive('channels', id, memberId, message, properties);
    });
    channel.on('MemberJoined', (member) => {
      this.log(id, 'MemberJoined', [member]);
      this.dispatch({ type: 'member-joined', id, member });
    });
    channel.on('MemberLeft', (member) => {
      this.log(id, 'MemberLeft', [member]);
      this.dispatch({ type: 'member-left', id, member });
    });
    channel.on('MemberCountUpdated', (count) => {
      this.log(id, 'MemberCountUpdated', [count]);
      this.dispatch({ type: 'members-counted', id, count });
    });
  }

  private async listMembers(channel: RtmChannel): Promise<void> {
    const members = await channel.getMembers();
    this.dispatch({ type: 'members-listed', id: channel.channelId, members });
  }

  /** Member events of this channel were missed, so the list has to be fetched anew. */
  private relist(channelId: string): void {
    const channel = this.channels.get(channelId);
    if (!channel) return;
    this.listMembers(channel).catch((error: unknown) => this.log(channelId, 'getMembers failed', [String(error)]));
  }

  private receive(
    kind: ChatKind,
    id: string,
    from: string,
    message: RtmMessage,
    { serverReceivedTs: at, isOfflineMessage: isOffline }: ReceivedMessageProperties,
  ): void {
    const shown = { id: this.nextId(), from, ...contentOf(message), at, isOffline };
    this.dispatch({ type: 'message-added', kind, id, message: shown });
  }

  private log(source: string, event: string, args: readonly unknown[]): void {
    this.dispatch({ type: 'event-logged', entry: { id: this.nextId(), at: Date.now(), source, event, args } });
  }

  private nextId(): number {
    this.lastId += 1;
    return this.lastId;
  }

  private dispatch(action: Action): void {
    this.store.dispatch(action);
  }
}
