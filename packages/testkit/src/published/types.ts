/** The published client's surface, as far as the tests use it. */
type Listener = (...args: never[]) => void;

interface Emitter {
  on(event: string, listener: Listener): void;
}

export interface PublishedText {
  readonly text: string;
}

type Attributes = Record<string, string>;
type ChannelAttributes = Record<string, { value: string; lastUpdateUserId: string; lastUpdateTs: number }>;

export interface PublishedChannel extends Emitter {
  readonly channelId: string;
  join(): Promise<void>;
  leave(): Promise<void>;
  sendMessage(message: PublishedText, options?: { enableHistoricalMessaging?: boolean }): Promise<void>;
  getMembers(): Promise<string[]>;
}

export interface PublishedInvitation extends Emitter {
  content: string;
  readonly state: string;
  send(): void;
  cancel(): void;
}

export interface PublishedRemoteInvitation extends Emitter {
  readonly callerId: string;
  readonly content: string;
  response: string;
  readonly state: string;
  accept(): void;
  refuse(): void;
}

export interface PublishedClient extends Emitter {
  readonly uid: string;
  login(options: { uid: string; token?: string }): Promise<void>;
  logout(): Promise<void>;
  renewToken(token: string): Promise<void>;
  sendMessageToPeer(
    message: PublishedText,
    peerId: string,
    options?: { enableOfflineMessaging?: boolean; enableHistoricalMessaging?: boolean },
  ): Promise<{ hasPeerReceived: boolean }>;
  createChannel(channelId: string): PublishedChannel;
  createLocalInvitation(calleeId: string): PublishedInvitation;
  getChannelMemberCount(channelIds: string[]): Promise<Record<string, number>>;

  queryPeersOnlineStatus(uids: string[]): Promise<Record<string, boolean>>;
  subscribePeersOnlineStatus(uids: string[]): Promise<void>;
  unsubscribePeersOnlineStatus(uids: string[]): Promise<void>;
  queryPeersBySubscriptionOption(option: string): Promise<string[]>;

  setLocalUserAttributes(attributes: Attributes): Promise<void>;
  addOrUpdateLocalUserAttributes(attributes: Attributes): Promise<void>;
  deleteLocalUserAttributesByKeys(keys: string[]): Promise<void>;
  clearLocalUserAttributes(): Promise<void>;
  getUserAttributes(uid: string): Promise<Attributes>;
  getUserAttributesByKeys(uid: string, keys: string[]): Promise<Attributes>;

  setChannelAttributes(channelId: string, attributes: Attributes, options?: object): Promise<void>;
  addOrUpdateChannelAttributes(channelId: string, attributes: Attributes, options?: object): Promise<void>;
  deleteChannelAttributesByKeys(channelId: string, keys: string[], options?: object): Promise<void>;
  clearChannelAttributes(channelId: string, options?: object): Promise<void>;
  getChannelAttributes(channelId: string): Promise<ChannelAttributes>;
  getChannelAttributesByKeys(channelId: string, keys: string[]): Promise<ChannelAttributes>;
}

export interface PublishedModule {
  readonly VERSION: string;
  createInstance(
    appId: string,
    parameters: { confPriCloudAddr: { ServerAdd: string; Port: number; Wss: boolean }; logFilter?: number },
  ): PublishedClient;
}
