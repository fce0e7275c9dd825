/** The part of both SDKs that the tests use. */
type Listener = (...args: never[]) => void;

interface SdkChannel {
  on(event: string, listener: Listener): unknown;
  join(): Promise<void>;
  leave(): Promise<void>;
  sendMessage(message: { text: string }): Promise<void>;
  getMembers(): Promise<string[]>;
}

interface PeerOptions {
  readonly enableOfflineMessaging?: boolean;
}

interface SdkClient {
  on(event: string, listener: Listener): unknown;
  login(options: { uid: string }): Promise<void>;
  logout(): Promise<void>;
  sendMessageToPeer(
    message: { text: string },
    peerId: string,
    options: PeerOptions,
  ): Promise<{ hasPeerReceived: boolean }>;
  createChannel(channelId: string): SdkChannel;
}

export interface SdkParameters {
  readonly logFilter: number;
  readonly confPriCloudAddr?: { readonly ServerAdd: string; readonly Port: number; readonly Wss: false };
}

export interface Sdk {
  createInstance(appId: string, params: never): SdkClient;
}

/** What is called on a user by name, from here or from outside its page; everything is plain data. */
export type Actor = ReturnType<typeof createActor>;

/**
 * One client and its channels behind functions of plain data. Runs in Node and, as text, in pages: it must not use
 * anything from outside.
 */
export function createActor(
  sdk: Sdk,
  appId: string,
  params: SdkParameters,
  report: (event: string, args: readonly unknown[]) => void,
) {
  const client = sdk.createInstance(appId, params as never);
  const channels = new Map<string, SdkChannel>();
  const tell = (emitter: SdkClient | SdkChannel, prefix: string, events: readonly string[]) => {
    for (const event of events) emitter.on(event, (...args) => report(prefix + event, args));
  };
  const channel = (id: string): SdkChannel => {
    const known = channels.get(id);
    if (known) return known;
    const created = client.createChannel(id);
    tell(created, `${id}:`, ['ChannelMessage', 'MemberJoined', 'MemberLeft']);
    channels.set(id, created);
    return created;
  };
  tell(client, '', ['ConnectionStateChanged', 'MessageFromPeer']);
  return {
    login: (uid: string) => client.login({ uid }),
    logout: () => client.logout(),
    sendToPeer: async (peerId: string, text: string, options: PeerOptions = {}) =>
      (await client.sendMessageToPeer({ text }, peerId, options)).hasPeerReceived,
    join: (channelId: string) => channel(channelId).join(),
    leave: (channelId: string) => channel(channelId).leave(),
    sendToChannel: (channelId: string, text: string) => channel(channelId).sendMessage({ text }),
    members: async (channelId: string) => [...(await channel(channelId).getMembers())].sort(),
  };
}
