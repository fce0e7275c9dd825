import { MESSAGE_STATUS, PEER_MESSAGE_CODE, type Position } from 'ar-rtm-protocol';
import { EngineUnavailable } from '../ports/engine-error.js';
import type { ClientSocket } from './client-socket.js';
import type { NodeContext } from './context.js';

/** One peer message on its way, as its sender's node sees it. */
interface Delivery {
  readonly connection: ClientSocket;
  readonly msgId: number;
  readonly appId: string;
  readonly to: string;
  readonly offline: boolean;
  /** Set when the log has taken it. */
  position: Position | undefined;
  deadlineMs: number;
}

/**
 * Peer messages whose sender waits for the answer: exactly one MsgStatus each, 2 when the receiver's client has
 * acknowledged, 0 when it is offline or has not within 5 s (design 4). With the offline flag the entry is on disk before
 * the 0 is answered.
 */
export class Deliveries {
  private readonly open = new Map<number, Delivery>();
  /** In order of their deadlines, since all wait equally long. */
  private readonly queue: number[] = [];
  private lastRef = 0;

  constructor(private readonly context: NodeContext) {}

  get size(): number {
    return this.open.size;
  }

  /** Registers a message before it is sent, since its acknowledgement may come before the send is answered. */
  begin(delivery: Omit<Delivery, 'position' | 'deadlineMs'>): number {
    this.lastRef += 1;
    this.open.set(this.lastRef, { ...delivery, position: undefined, deadlineMs: 0 });
    return this.lastRef;
  }

  /** The receiver's log has taken it: wait for the acknowledgement. */
  accepted(ref: number, position: Position): void {
    const delivery = this.open.get(ref);
    if (!delivery) return;
    delivery.position = position;
    delivery.deadlineMs = this.context.time.monotonicMs() + this.context.settings.acknowledgeMs;
    this.queue.push(ref);
  }

  acknowledged(ref: number): void {
    this.finish(ref, MESSAGE_STATUS.RECEIVED);
  }

  /** Nobody is logged in; stored if that was wanted. */
  notReceived(ref: number): void {
    this.finish(ref, MESSAGE_STATUS.NOT_RECEIVED);
  }

  refused(ref: number, code: number, reason: string): void {
    this.finish(ref, MESSAGE_STATUS.NOT_RECEIVED, code, reason);
  }

  /** The receiver's session ended, or its time is over. */
  undelivered(ref: number): void {
    const delivery = this.open.get(ref);
    if (!delivery) return;
    if (!delivery.offline || delivery.position === undefined) {
      // Without a position the send is still under way and answers by itself.
      if (delivery.position !== undefined) this.finish(ref, MESSAGE_STATUS.NOT_RECEIVED);
      return;
    }
    const { engine, settings, counters, logger } = this.context;
    const { appId, to: uid, position } = delivery;
    engine.inboxes.keep({ appId, uid, position, timeoutMs: settings.engineTimeoutMs }).then(
      (outcome) => this.finish(ref, outcome === 'acknowledged' ? MESSAGE_STATUS.RECEIVED : MESSAGE_STATUS.NOT_RECEIVED),
      (error: unknown) => {
        if (!(error instanceof EngineUnavailable)) logger.error({ err: error }, 'storing an offline message failed');
        counters.add('engine_failures');
        this.refused(ref, PEER_MESSAGE_CODE.FAILURE, 'storage cannot be reached');
      },
    );
  }

  /** Gives up on those whose time is over. Called every tick. */
  tick(nowMs: number): void {
    let done = 0;
    for (const ref of this.queue) {
      const delivery = this.open.get(ref);
      if (delivery && delivery.deadlineMs > nowMs) break;
      done++;
      if (delivery) this.undelivered(ref);
    }
    if (done > 0) this.queue.splice(0, done);
  }

  private finish(ref: number, status: number, code: number = PEER_MESSAGE_CODE.OK, reason?: string): void {
    const delivery = this.open.get(ref);
    if (!delivery) return;
    this.open.delete(ref);
    const { connection, msgId, position } = delivery;
    if (connection.profile?.published !== false) connection.send('MsgStatus', { MsgId: msgId, Status: status });
    else {
      connection.send('MsgStatus', {
        MsgId: msgId,
        Status: status,
        Code: code,
        ...(reason === undefined ? {} : { Reason: reason }),
        ...(position === undefined ? {} : { Epoch: position.epoch, Offset: position.offset }),
      });
    }
  }
}
