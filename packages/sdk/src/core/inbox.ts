import type { Position, ServerFrameContent } from 'ar-rtm-protocol';
import type { ClientEvents } from './client-events.js';
import type { EventQueue } from './event-queue.js';
import type { Logger } from './logger.js';
import { messageOf } from './message-content.js';
import type { Requests } from './requests.js';
import type { Scope } from './scope.js';
import { isBehind, positionOf } from './stream-position.js';

type PeerMessage = ServerFrameContent<'RecvMsgFromPeer'>;

/**
 * Messages from peers: each is dispatched once, in the order of the log, and acknowledged only then. The server pushes
 * again what was not acknowledged; such a message lies at or before the last one dispatched (design 1 and 4). This is
 * remembered per user for the life of the client, over logouts too.
 */
export interface Inbox {
  /**
   * From where the server follows the inbox since the last Login; one that ended in nothing does not count, so that the next
   * tells the server the same. It says nothing about what has been dispatched: stored messages lie before it, and come all
   * the same.
   */
  base: Position | undefined;
  /** How far the inbox has been followed: the server replays what lies behind. */
  position(uid: string): Position | undefined;
  receive(message: PeerMessage, uid: string, session: Scope): void;
}

export function createInbox(queue: EventQueue, requests: Requests, logger: Logger, events: ClientEvents): Inbox {
  const lastByUid = new Map<string, Position>();

  const dispatch = (message: PeerMessage, uid: string) => {
    const at = positionOf(message);
    const last = lastByUid.get(uid);
    if (at && !isBehind(at, last)) return;
    if (at) lastByUid.set(uid, at);
    const { MsgType: type, FromUId, SvrTS: serverReceivedTs, Offline: isOfflineMessage } = message;
    const properties = { serverReceivedTs, isOfflineMessage, isHistoricalMessage: false };
    const received = messageOf(message);
    if (received) events.emit('MessageFromPeer', received, FromUId, properties);
    else logger.warn(`message ignored: type ${type}`);
  };

  return {
    base: undefined,
    position(uid) {
      const last = lastByUid.get(uid);
      return last && isBehind(last, this.base) ? last : this.base;
    },
    receive: (message, uid, session) =>
      queue.push(() => {
        if (session.isOver) return;
        dispatch(message, uid);
        const { MsgId, FromUId } = message;
        requests.tell('RecvMsgFromPeerAck', { MsgId, FromUId });
      }),
  };
}
