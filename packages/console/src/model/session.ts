import ArRTM, {
  type AttributesMap,
  type HistoryOptions,
  type HistoryPage,
  type ReceivedMessageProperties,
  type RtmChannel,
  type RtmClient,
  type RtmMessage,
} from 'ar-rtm-sdk';
import type { ActivityLog } from '../log/activity-log.js';
import { Recorder } from '../log/recorder.js';
import type { Line } from '../network/line.js';
import type { Network } from '../network/network.js';
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

/** How a message is sent. `enableOfflineMessaging` counts for peers. */
interface SendOptions {
  readonly enableOfflineMessaging: boolean;
  readonly enableHistoricalMessaging: boolean;
}

/** One user of the page: calls go out here, events come in here and become state. */
export class Session {
  readonly store = new Store<ConsoleState, Action>(INITIAL_STATE, reduce);
  readonly line: Line;
  private client: RtmClient | undefined;
  private readonly channels = new Map<string, RtmChannel>();
  private transfers: FileTransfers | undefined;
  private lastId = 0;

  constructor(
    private readonly network: Network,
    private readonly activity: ActivityLog,
  ) {
    this.line = network.newLine((frame) => activity.frame(this.store.get().uid, frame));
  }

  /** `token` is empty for apps that need none. */
  async login({ appId, uid }: Identity, token: string): Promise<void> {
    // One client per login, since the App ID may be another one. What it would log is in the log of the page.
    const client = ArRTM.createInstance(appId, { logFilter: ArRTM.LOG_FILTER_OFF });
    this.client?.removeAllListeners();
    this.transfers?.end();
    this.client = client;
    this.transfers = new FileTransfers(client, (action) => this.dispatch(action), readPicture);
    this.channels.clear();
    new Recorder(this.activity, client, appId, uid);
    this.network.expect(this.line, appId, uid);
    this.listenToClient(client);
    this.dispatch({ type: 'login-started', uid, client });
    await client.login(token === '' ? { uid } : { uid, token });
  }

  async logout(): Promise<void> {
    await this.current.logout();
  }

  /** The user leaves the page. */
  async end(): Promise<void> {
    const { client } = this;
    this.client = undefined;
    this.transfers?.end();
    if (client && client.uid !== '') await client.logout().catch(() => undefined);
    client?.removeAllListeners();
    this.network.forget(this.line);
  }

  openPeer(id: string): void {
    this.dispatch({ type: 'peer-opened', id });
  }

  select(kind: ChatKind, id: string): void {
    this.dispatch({ type: 'chat-selected', kind, id });
  }

  /** Never rejects: the outcome is shown with the message. */
  async sendText(kind: ChatKind, id: string, text: string, options: SendOptions): Promise<void> {
    const place = this.addOwn(kind, id, { text }, options);
    await this.send(place, { text }, options);
  }

  /** Never rejects: the outcome is shown with the message. */
  async sendBytes(kind: ChatKind, id: string, bytes: Uint8Array, options: SendOptions): Promise<void> {
    const place = this.addOwn(kind, id, { text: '', bytes }, options);
    await this.send(place, { messageType: 'RAW', rawMessage: bytes }, options);
  }

  /** A message each. Never rejects: what becomes of them is shown with the messages. */
  async sendFiles(kind: ChatKind, id: string, files: readonly File[], options: SendOptions): Promise<void> {
    await Promise.all(files.map((file) => this.sendFile(kind, id, file, options)));
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
    await Promise.all([this.listMembers(channel), this.readAttributes(channelId)]);
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

  async countMembers(channelId: string): Promise<number> {
    const counts = await this.current.getChannelMemberCount([channelId]);
    return counts[channelId] ?? 0;
  }

  /** Members of the channel are told. */
  async updateChannelAttributes(channelId: string, attributes: AttributesMap): Promise<void> {
    const options = { enableNotificationToChannelMembers: true };
    await this.current.addOrUpdateChannelAttributes(channelId, attributes, options);
    await this.readAttributes(channelId);
  }

  async deleteChannelAttributes(channelId: string, keys: readonly string[]): Promise<void> {
    const options = { enableNotificationToChannelMembers: true };
    await this.current.deleteChannelAttributesByKeys(channelId, [...keys], options);
    await this.readAttributes(channelId);
  }

  async isOnline(uid: string): Promise<boolean> {
    const statuses = await this.current.queryPeersOnlineStatus([uid]);
    return statuses[uid] === true;
  }

  /** A page of what was kept of a conversation. */
  async history(kind: ChatKind, id: string, options: HistoryOptions): Promise<HistoryPage> {
    return kind === 'peers' ? this.current.getPeerHistory(id, options) : this.channel(id).getHistory(options);
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

  private async sendFile(kind: ChatKind, id: string, file: File, options: SendOptions): Promise<void> {
    const { name, size } = file;
    const shown = { name, size, description: '', isImage: false };
    const place = this.addOwn(kind, id, { text: '', file: shown }, options);
    const message = await this.transfers?.upload(place, file);
    if (message) await this.send(place, message, options);
    else this.dispatch({ type: 'message-settled', ...place, outcome: 'failed' });
  }

  private addOwn(
    kind: ChatKind,
    id: string,
    content: Pick<Message, 'text' | 'file' | 'bytes'>,
    { enableOfflineMessaging: isOffline }: SendOptions,
  ): MessagePlace {
    const messageId = this.nextId();
    const from = this.current.uid;
    const message: Message = { ...content, id: messageId, from, at: Date.now(), outcome: 'sending', isOffline };
    this.dispatch({ type: 'message-added', kind, id, message });
    return { kind, id, messageId };
  }

  private async send(place: MessagePlace, message: RtmMessage, options: SendOptions): Promise<void> {
    try {
      const outcome = await this.deliver(place, message, options);
      this.dispatch({ type: 'message-settled', ...place, outcome });
    } catch (error) {
      this.dispatch({ type: 'message-settled', ...place, outcome: 'failed', error });
    }
  }

  private async deliver({ kind, id }: MessagePlace, message: RtmMessage, options: SendOptions): Promise<Outcome> {
    const { enableOfflineMessaging, enableHistoricalMessaging } = options;
    // What is not said is the default; the log shows what is said.
    const wanted = {
      ...(kind === 'peers' && enableOfflineMessaging && { enableOfflineMessaging }),
      ...(enableHistoricalMessaging && { enableHistoricalMessaging }),
    };
    const said = Object.keys(wanted).length > 0 ? [wanted] : [];
    if (kind === 'channels') {
      await this.channel(id).sendMessage(message, ...said);
      return 'accepted';
    }
    const { hasPeerReceived } = await this.current.sendMessageToPeer(message, id, ...said);
    return hasPeerReceived ? 'received' : 'not received';
  }

  private listenToClient(client: RtmClient): void {
    client.on('ConnectionStateChanged', (state, reason, details) => {
      this.dispatch({ type: 'connection-changed', connection: { state, reason, details } });
      for (const channelId of details?.gaps?.channels ?? []) this.readAnew(channelId);
      // The SDK ends those that run; here wait others.
      if (state === 'DISCONNECTED' || state === 'ABORTED') this.transfers?.end();
    });
    client.on('MessageFromPeer', (message, peerId, properties) => {
      this.receive('peers', peerId, peerId, message, properties);
    });
  }

  private listenToChannel(channel: RtmChannel): void {
    const { channelId: id } = channel;
    channel.on('ChannelMessage', (message, memberId, properties) => {
      this.receive('channels', id, memberId, message, properties);
    });
    channel.on('MemberJoined', (member) => this.dispatch({ type: 'member-joined', id, member }));
    channel.on('MemberLeft', (member) => this.dispatch({ type: 'member-left', id, member }));
    channel.on('MemberCountUpdated', (count) => this.dispatch({ type: 'members-counted', id, count }));
    channel.on('AttributesUpdated', (attributes) => this.dispatch({ type: 'attributes-read', id, attributes }));
  }

  private async listMembers(channel: RtmChannel): Promise<void> {
    const members = await channel.getMembers();
    this.dispatch({ type: 'members-listed', id: channel.channelId, members });
  }

  private async readAttributes(id: string): Promise<void> {
    const attributes = await this.current.getChannelAttributes(id);
    this.dispatch({ type: 'attributes-read', id, attributes });
  }

  /** Events of this channel were missed. Failures are in the log of the page. */
  private readAnew(channelId: string): void {
    const channel = this.channels.get(channelId);
    if (!channel) return;
    for (const reading of [this.listMembers(channel), this.readAttributes(channelId)]) reading.catch(() => undefined);
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

  private nextId(): number {
    this.lastId += 1;
    return this.lastId;
  }

  private dispatch(action: Action): void {
    this.store.dispatch(action);
  }
}
