import type { Position } from 'ar-rtm-protocol';
import type { ClientEvents } from './client-events.js';
import type { EventQueue } from './event-queue.js';
import type { FrameContent } from './frames.js';
import type { Logger } from './logger.js';
import { messageOf } from './message-content.js';
import type { Requests } from './requests.js';
import type { Scope } from './scope.js';
import { isBehind, type Place, positionOf } from './stream-position.js';

type PeerMessage = FrameContent<'RecvMsgFromPeer'>;

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
  /** Positions that have been seen are of other data: a server that has lost them, or got them from a backup, counts anew. */
  forget(): void;
  /** Any entry has its turn: `take` is to acknowledge it. One that is not new was taken before. */
  follow(entry: Place, uid: string, session: Scope, take: (isNew: boolean) => void): void;
}

export function createInbox(queue: EventQueue, requests: Requests, logger: Logger, events: ClientEvents): Inbox {
  const lastByUid = new Map<string, Position>();

  const follow: Inbox['follow'] = (entry, uid, session, take) =>
    queue.push(() => {
      if (session.isOver) return;
      const at = positionOf(entry);
      const isNew = !at || isBehind(at, lastByUid.get(uid));
      if (at && isNew) lastByUid.set(uid, at);
      take(isNew);
    });

  const dispatch = (message: PeerMessage) => {
    const { MsgType: type, FromUId, SvrTS: serverReceivedTs, Offline } = message;
    const properties = { serverReceivedTs, isOfflineMessage: Offline === true, isHistoricalMessage: false };
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
    forget: () => lastByUid.clear(),
    follow,
    receive: (message, uid, session) =>
      follow(message, uid, session, (isNew) => {
        if (isNew) dispatch(message);
        const { MsgId, FromUId } = message;
        requests.tell('RecvMsgFromPeerAck', { MsgId, FromUId });
      }),
  };
}
