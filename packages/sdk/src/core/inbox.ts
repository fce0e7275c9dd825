import { comparePositions, MESSAGE_TYPE, type Position, type ServerFrameContent } from 'ar-rtm-protocol';
import type { EventQueue } from './event-queue.js';
import type { Logger } from './logger.js';
import type { Scope } from './scope.js';
import { positionOf } from './stream-position.js';

type PeerMessage = ServerFrameContent<'RecvMsgFromPeer'>;

/** Where messages of peers go. */
export interface InboxHost {
  /** Dispatches `MessageFromPeer`. */
  messageFromPeer(message: object, peerId: string, properties: object): void;
  /** Tells the server that a message has been dispatched, if there is a link. */
  acknowledge(message: PeerMessage): void;
}

/**
 * Messages from peers: each is dispatched once, in the order of the log, and acknowledged only then. The server pushes
 * again what was not acknowledged; such a message lies at or before the last one dispatched (design 1 and 4). This is
 * remembered per user for the life of the client, over logouts too.
 */
export class Inbox {
  private readonly lastByUid = new Map<string, Position>();

  constructor(
    private readonly queue: EventQueue,
    private readonly logger: Logger,
    private readonly host: InboxHost,
  ) {}

  receive(message: PeerMessage, uid: string, session: Scope): void {
    this.queue.push(() => {
      if (session.isOver) return;
      this.dispatch(message, uid);
      this.host.acknowledge(message);
    });
  }

  private dispatch(message: PeerMessage, uid: string): void {
    const at = positionOf(message);
    const last = this.lastByUid.get(uid);
    if (at && last && comparePositions(at, last) <= 0) return;
    if (at) this.lastByUid.set(uid, at);
    const {
      MsgType: type,
      MsgBody: text,
      FromUId: peerId,
      SvrTS: serverReceivedTs,
      Offline: isOfflineMessage,
    } = message;
    const properties = { serverReceivedTs, isOfflineMessage, isHistoricalMessage: false };
    if (type === MESSAGE_TYPE.TEXT) this.host.messageFromPeer({ text, messageType: 'TEXT' }, peerId, properties);
    else this.logger.warn(`a message of type ${type} is not understood`);
  }
}
