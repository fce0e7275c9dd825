/** The published client's surface, as far as the tests use it. */
type Listener = (...args: never[]) => void;

interface Emitter {
  on(event: string, listener: Listener): void;
}

export interface PublishedText {
  readonly text: string;
}

export interface PublishedChannel extends Emitter {
  readonly channelId: string;
  join(): Promise<void>;
  leave(): Promise<void>;
  sendMessage(message: PublishedText): Promise<void>;
  getMembers(): Promise<string[]>;
}

export interface PublishedClient extends Emitter {
  readonly uid: string;
  login(options: { uid: string; token?: string }): Promise<void>;
  logout(): Promise<void>;
  sendMessageToPeer(
    message: PublishedText,
    peerId: string,
    options?: { enableOfflineMessaging?: boolean },
  ): Promise<{ hasPeerReceived: boolean }>;
  createChannel(channelId: string): PublishedChannel;
  getChannelMemberCount(channelIds: string[]): Promise<Record<string, number>>;
}

export interface PublishedModule {
  readonly VERSION: string;
  createInstance(
    appId: string,
    parameters: { confPriCloudAddr: { ServerAdd: string; Port: number; Wss: boolean }; logFilter?: number },
  ): PublishedClient;
}
