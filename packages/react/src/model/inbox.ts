import type { PeerMessageSendResult, ReceivedMessageProperties, RtmMessage, SendMessageOptions } from 'ar-rtm-sdk';
import { Hold, type Release } from './hold.js';
import { asMessage, MESSAGE_LIMIT, type RtmPeerChatMessage, received, sent, withNewest } from './messages.js';
import type { Session } from './session.js';
import { Store, watchHeld } from './store.js';

/** Peers whose messages are kept; of others, those without a message for the longest time are forgotten. */
const PEER_LIMIT = 200;

/** Lists of peer messages, oldest first. */
interface InboxState {
  readonly all: readonly RtmPeerChatMessage[];
  /** In order of the last message. */
  readonly byPeer: ReadonlyMap<string, readonly RtmPeerChatMessage[]>;
}

const EMPTY: InboxState = { all: [], byPeer: new Map() };
const NONE: readonly RtmPeerChatMessage[] = [];

/** The peer messages of a client, from and to everybody, for as long as a session lasts. */
export class Inbox {
  /** Kept per peer, and of all together. */
  limit = MESSAGE_LIMIT;
  readonly store = new Store(EMPTY);
  private stopListening: Release | undefined;
  private readonly listening = new Hold(
    () => this.listen(),
    () => this.stopListening?.(),
  );

  constructor(private readonly session: Session) {
    session.follow({ ended: (isLogout) => isLogout && this.store.set(EMPTY) });
  }

  take(): Release {
    return this.listening.take();
  }

  readonly watch = (tell: () => void): Release => watchHeld(this, tell);

  /** Messages with a peer, or with all. */
  with(peerId: string | undefined): readonly RtmPeerChatMessage[] {
    const { all, byPeer } = this.store.get();
    return peerId === undefined ? all : (byPeer.get(peerId) ?? NONE);
  }

  async send(
    message: RtmMessage | string,
    peerId: string,
    options: SendMessageOptions | undefined,
  ): Promise<PeerMessageSendResult> {
    const { client } = this.session;
    const { uid } = client;
    const content = asMessage(message);
    const result = await client.sendMessageToPeer(content, peerId, options);
    // Not for the next user of this client.
    if (client.uid === uid) this.add({ ...sent(content, uid), peerId, ...result });
    return result;
  }

  /** Forgets the messages with a peer, or all. */
  clear(peerId: string | undefined): void {
    const { all, byPeer } = this.store.get();
    const isOther = (id: string) => peerId !== undefined && id !== peerId;
    this.store.set({
      all: all.filter((entry) => isOther(entry.peerId)),
      byPeer: new Map([...byPeer].filter(([id]) => isOther(id))),
    });
  }

  private add(entry: RtmPeerChatMessage): void {
    const { all, byPeer } = this.store.get();
    const { limit } = this;
    const list = withNewest(byPeer.get(entry.peerId) ?? NONE, entry, limit);
    const others = [...byPeer].filter(([id]) => id !== entry.peerId);
    this.store.set({
      all: withNewest(all, entry, limit),
      byPeer: new Map([...others, [entry.peerId, list] as const].slice(-PEER_LIMIT)),
    });
  }

  private listen(): void {
    const release = this.session.take();
    const { client } = this.session;
    const came = (message: RtmMessage, peerId: string, more: ReceivedMessageProperties) =>
      this.add({ ...received(message, peerId, more), peerId, hasPeerReceived: undefined });
    client.on('MessageFromPeer', came);
    this.stopListening = () => {
      client.off('MessageFromPeer', came);
      release();
    };
  }
}
