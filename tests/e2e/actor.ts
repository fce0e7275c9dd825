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

type Attributes = Readonly<Record<string, string>>;

interface Outgoing {
  on(event: string, listener: Listener): unknown;
  content: string;
  send(): void;
  cancel(): void;
}

interface Incoming {
  on(event: string, listener: Listener): unknown;
  readonly callerId: string;
  readonly content: string;
  response: string;
  accept(): void;
  refuse(): void;
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
  createLocalInvitation(calleeId: string): Outgoing;
  setLocalUserAttributes(attributes: Attributes): Promise<void>;
  getUserAttributes(userId: string): Promise<Attributes>;
  setChannelAttributes(channelId: string, attributes: Attributes, options: object): Promise<void>;
  getChannelAttributes(channelId: string): Promise<Readonly<Record<string, { readonly value: string }>>>;
  subscribePeersOnlineStatus(peerIds: readonly string[]): Promise<void>;
  queryPeersOnlineStatus(peerIds: readonly string[]): Promise<Readonly<Record<string, boolean>>>;
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
  let incoming: Incoming | undefined;
  let outgoing: Outgoing | undefined;
  const tell = (emitter: SdkClient | SdkChannel | Outgoing | Incoming, prefix: string, events: readonly string[]) => {
    for (const event of events) emitter.on(event, (...args) => report(prefix + event, args));
  };
  const channel = (id: string): SdkChannel => {
    const known = channels.get(id);
    if (known) return known;
    const created = client.createChannel(id);
    tell(created, `${id}:`, ['ChannelMessage', 'MemberJoined', 'MemberLeft', 'AttributesUpdated']);
    channels.set(id, created);
    return created;
  };
  tell(client, '', ['ConnectionStateChanged', 'MessageFromPeer', 'PeersOnlineStatusChanged']);
  client.on('RemoteInvitationReceived', (invitation: Incoming) => {
    incoming = invitation;
    tell(invitation, '', ['RemoteInvitationAccepted', 'RemoteInvitationRefused', 'RemoteInvitationCanceled']);
    report('RemoteInvitationReceived', [invitation.callerId, invitation.content]);
  });
  return {
    login: (uid: string) => client.login({ uid }),
    logout: () => client.logout(),
    sendToPeer: async (peerId: string, text: string, options: PeerOptions = {}) =>
      (await client.sendMessageToPeer({ text }, peerId, options)).hasPeerReceived,
    join: (channelId: string) => channel(channelId).join(),
    leave: (channelId: string) => channel(channelId).leave(),
    sendToChannel: (channelId: string, text: string) => channel(channelId).sendMessage({ text }),
    members: async (channelId: string) => [...(await channel(channelId).getMembers())].sort(),
    setAttributes: (attributes: Attributes) => client.setLocalUserAttributes(attributes),
    attributesOf: (uid: string) => client.getUserAttributes(uid),
    setChannelAttributes: (channelId: string, attributes: Attributes) =>
      client.setChannelAttributes(channelId, attributes, { enableNotificationToChannelMembers: true }),
    channelAttributes: async (channelId: string) => {
      const found = Object.entries(await client.getChannelAttributes(channelId));
      return Object.fromEntries(found.map(([key, { value }]) => [key, value]));
    },
    watch: (...uids: string[]) => client.subscribePeersOnlineStatus(uids),
    isOnline: (...uids: string[]) => client.queryPeersOnlineStatus(uids),
    invite: async (uid: string, content: string) => {
      outgoing = client.createLocalInvitation(uid);
      tell(outgoing, '', [
        'LocalInvitationReceivedByPeer',
        'LocalInvitationAccepted',
        'LocalInvitationRefused',
        'LocalInvitationCanceled',
        'LocalInvitationFailure',
      ]);
      outgoing.content = content;
      outgoing.send();
    },
    cancelInvitation: async () => outgoing?.cancel(),
    answerInvitation: async (answer: 'accept' | 'refuse', response: string) => {
      if (!incoming) throw new Error('nobody has called');
      incoming.response = response;
      incoming[answer]();
    },
  };
}
