import { encodeMsgStatus, MESSAGE_STATUS, PEER_MESSAGE_CODE, type Position } from 'ar-rtm-protocol';
import { EngineUnavailable } from '../ports/engine-error.js';
import type { ClientSocket } from './client-socket.js';
import type { NodeContext } from './context.js';

/** `late`: still in the log of a session, whose client has not acknowledged it in time. `unknown`: nobody can say. */
export type DeliveryOutcome = 'received' | 'offline' | 'late' | 'unknown';

/** A sender without a socket: a back end. */
export type SenderToTell = (outcome: DeliveryOutcome) => void;

/** One peer message on its way, as its sender's node sees it. */
interface Delivery {
  readonly sender: ClientSocket | SenderToTell;
  readonly msgId: number;
  readonly appId: string;
  readonly to: string;
  readonly offline: boolean;
  /** Set when the log has taken it. */
  position: Position | undefined;
  readonly deadlineMs: number;
  /** Its time was over: being made durable. */
  storing: boolean;
  /** Its sender wants it archived, and it is not yet. */
  archiving: boolean;
  /** What became of it in the meantime. */
  outcome: { readonly what: DeliveryOutcome; readonly code: number; readonly reason: string | undefined } | undefined;
}

/**
 * Peer messages whose sender waits for the answer: exactly one MsgStatus each, 2 when the receiver's client has
 * acknowledged, 0 when it is offline or has not within 5 s (design 4). With the offline flag the entry is on disk before
 * the 0 is answered.
 */
export class Deliveries {
  /** In order of their deadlines, since all wait equally long. */
  private readonly open = new Map<number, Delivery>();
  private lastRef = 0;

  constructor(private readonly context: NodeContext) {}

  get size(): number {
    return this.open.size;
  }

  /** Registers a message before it is sent, since its acknowledgement may come before the send is answered. */
  begin(
    sender: ClientSocket | SenderToTell,
    msgId: number,
    appId: string,
    to: string,
    offline: boolean,
    archiving = false,
  ): number {
    this.lastRef += 1;
    const deadlineMs = this.context.time.monotonicMs() + this.context.settings.acknowledgeMs;
    this.open.set(this.lastRef, {
      sender,
      msgId,
      appId,
      to,
      offline,
      position: undefined,
      deadlineMs,
      storing: false,
      archiving,
      outcome: undefined,
    });
    return this.lastRef;
  }

  /** The receiver's log has taken it: wait for the acknowledgement. */
  accepted(ref: number, position: Position): void {
    const delivery = this.open.get(ref);
    if (delivery) delivery.position = position;
  }

  acknowledged(ref: number): void {
    this.finish(ref, 'received');
  }

  /** Nobody is logged in; stored if that was wanted. */
  notReceived(ref: number): void {
    this.finish(ref, 'offline');
  }

  /** It is archived: the sender may be told. */
  archived(ref: number): void {
    const delivery = this.open.get(ref);
    if (!delivery?.archiving) return;
    delivery.archiving = false;
    const { outcome } = delivery;
    if (outcome) this.finish(ref, outcome.what, outcome.code, outcome.reason);
  }

  /** It could not be archived, or nobody knows whether it was: that is told, whatever became of it. */
  notArchived(ref: number, code: number, reason: string): void {
    const delivery = this.open.get(ref);
    if (!delivery) return;
    delivery.archiving = false;
    this.refused(ref, code, reason);
  }

  refused(ref: number, code: number, reason: string): void {
    this.finish(ref, 'unknown', code, reason);
  }

  /** The receiver's session ended, or its time is over. */
  undelivered(ref: number, outcome: 'offline' | 'late' = 'offline'): void {
    const delivery = this.open.get(ref);
    // Without a position the send is still under way and answers by itself.
    if (delivery?.position === undefined || delivery.storing || delivery.outcome) return;
    if (!delivery.offline) {
      this.finish(ref, outcome);
      return;
    }
    delivery.storing = true;
    const { engine, settings, counters, logger } = this.context;
    const { appId, to: uid, position } = delivery;
    engine.inboxes.keep({ appId, uid, position, timeoutMs: settings.engineTimeoutMs }).then(
      (kept) => this.finish(ref, kept === 'acknowledged' ? 'received' : 'offline'),
      (error: unknown) => {
        if (!(error instanceof EngineUnavailable)) logger.error({ err: error }, 'storing an offline message failed');
        counters.add('engine_failures');
        // It is in the log and may still be delivered.
        this.refused(ref, PEER_MESSAGE_CODE.TIMEOUT, 'the outcome is unknown: storage cannot be reached');
      },
    );
  }

  /** Gives up on those whose time is over. Called every tick. */
  tick(nowMs: number): void {
    for (const [ref, { deadlineMs }] of this.open) {
      if (deadlineMs > nowMs) return;
      this.undelivered(ref, 'late');
    }
  }

  private finish(ref: number, outcome: DeliveryOutcome, code: number = PEER_MESSAGE_CODE.OK, reason?: string): void {
    const delivery = this.open.get(ref);
    if (!delivery) return;
    if (delivery.archiving) {
      delivery.outcome ??= { what: outcome, code, reason };
      return;
    }
    this.open.delete(ref);
    const { sender, msgId } = delivery;
    const status = outcome === 'received' ? MESSAGE_STATUS.RECEIVED : MESSAGE_STATUS.NOT_RECEIVED;
    if (typeof sender === 'function') sender(outcome);
    else answer(sender, msgId, status, code, reason);
  }
}

/** Refuses a message that goes to nobody. */
export function refuseMessage(connection: ClientSocket, msgId: number, code: number, reason: string): void {
  answer(connection, msgId, MESSAGE_STATUS.NOT_RECEIVED, code, reason);
}

function answer(connection: ClientSocket, msgId: number, status: number, code: number, reason?: string): void {
  const reply = { MsgId: msgId, Status: status };
  if (connection.profile?.published !== false) connection.sendText(encodeMsgStatus(reply));
  else if (reason === undefined) connection.sendText(encodeMsgStatus({ ...reply, Code: code }));
  else connection.send('MsgStatus', { ...reply, Code: code, Reason: reason });
}
