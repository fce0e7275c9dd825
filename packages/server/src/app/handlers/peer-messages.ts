import { type CommandContent, isId, PEER_MESSAGE_CODE, positionOfMessageId } from 'ar-rtm-protocol';
import { type MessageContent, messageProblem } from '../../domain/message-rules.js';
import { EngineUnavailable } from '../../ports/engine-error.js';
import type { SendResult } from '../../ports/inboxes.js';
import type { Archive } from '../archive.js';
import type { Connection } from '../connection.js';
import type { NodeContext } from '../context.js';
import { type Deliveries, refuseMessage } from '../deliveries.js';
import type { Session } from '../session.js';
import { admit } from './admission.js';

export const OUTCOME_UNKNOWN = 'the outcome is unknown';

/** `SendMsgToPeer` and `RecvMsgFromPeerAck` (wire-protocol.md 4.2, design 4). */
export class PeerMessages {
  constructor(
    private readonly context: NodeContext,
    private readonly deliveries: Deliveries,
    private readonly archive: Archive,
  ) {}

  /** Answers with exactly one MsgStatus, now or when the receiver has acknowledged. Resolves when the log has the message. */
  async send(connection: Connection, session: Session, content: CommandContent<'SendMsgToPeer'>): Promise<void> {
    const { MsgId: msgId, ToUId: to, MsgType: type, MsgBody: body, OfflineMsg: offline, Desc: description } = content;
    const isAgain = content.Again !== '';
    const { engine, settings, counters, nodeId, logger } = this.context;
    const refused = refusal(to, { type, body, description }, settings.messageBytes);
    if (refused) return this.refuse(connection, msgId, refused.code, refused.reason);
    // What a resume sends again has been counted before.
    const admitted = isAgain || admit(this.context, connection, session, () => 0);
    if (admitted !== true && !(await admitted)) {
      return this.refuse(connection, msgId, PEER_MESSAGE_CODE.TOO_OFTEN, 'too many messages');
    }
    const archiving = content.HistoryMsg;
    const ref = this.deliveries.begin(connection, msgId, session.appId, to, offline, archiving);
    try {
      const result = await engine.inboxes.send({
        appId: session.appId,
        to,
        message: { from: session.uid, type, body, description, offline },
        origin: { nodeId, ref },
        ...(connection.profile?.resumes && { request: { session: session.session, msgId } }),
        onlyIfKnown: isAgain && content.Again !== session.memory,
        timeoutMs: settings.engineTimeoutMs,
      });
      counters.add('peer_messages');
      if (result.outcome === 'accepted') this.deliveries.accepted(ref, result.position);
      else if (result.outcome === 'acknowledged') this.deliveries.acknowledged(ref);
      else if (result.outcome !== 'unknown') this.deliveries.notReceived(ref);
      // What was to be stored for its receiver too, and is not, has not been accepted.
      const isLost = result.outcome === 'unknown' && (offline || !archiving);
      if (isLost) this.deliveries.notArchived(ref, PEER_MESSAGE_CODE.TIMEOUT, OUTCOME_UNKNOWN);
      else if (archiving) await this.archiveOne(connection, session, content, ref, result);
    } catch (error) {
      if (!(error instanceof EngineUnavailable)) logger.error({ err: error }, 'sending a peer message failed');
      counters.add('engine_failures');
      counters.add('peer_messages_refused');
      // The log may have taken it.
      this.deliveries.notArchived(ref, PEER_MESSAGE_CODE.TIMEOUT, OUTCOME_UNKNOWN);
    }
  }

  /** Its receiver has it already, or not; its sender hears of it when it is archived too. */
  private async archiveOne(
    connection: Connection,
    session: Session,
    { MsgId: msgId, ToUId: to, MsgType: type, MsgBody: body, Desc: description }: CommandContent<'SendMsgToPeer'>,
    ref: number,
    result: SendResult,
  ): Promise<void> {
    const { appId, uid } = session;
    const isKept = await this.archive.keep(
      appId,
      { kind: 'peers', uids: [uid, to] },
      { from: uid, type, body, description },
      {
        ts: 'ts' in result ? result.ts : undefined,
        request: connection.profile?.resumes ? { session: session.session, msgId } : undefined,
        onlyIfKnown: result.outcome === 'unknown',
      },
    );
    // A crash has lost the live entry, and not that of the history: the message was accepted.
    if (isKept && result.outcome === 'unknown') this.deliveries.notReceived(ref);
    if (isKept) this.deliveries.archived(ref);
    else this.deliveries.notArchived(ref, PEER_MESSAGE_CODE.TIMEOUT, OUTCOME_UNKNOWN);
  }

  /** The client has given the message to its application. */
  acknowledge(session: Session, msgId: number): void {
    const position = positionOfMessageId(msgId);
    if (position) session.inbox?.acknowledge(position);
  }

  private refuse(connection: Connection, msgId: number, code: number, reason: string): void {
    this.context.counters.add('peer_messages_refused');
    refuseMessage(connection, msgId, code, reason);
  }
}

function refusal(
  to: string,
  message: MessageContent,
  limit: number,
): { readonly code: number; readonly reason: string } | undefined {
  if (!isId(to)) return { code: PEER_MESSAGE_CODE.INVALID_USERID, reason: 'ToUId is not a user id' };
  const invalid = messageProblem(message, limit);
  return invalid === undefined ? undefined : { code: PEER_MESSAGE_CODE.INVALID_MESSAGE, reason: invalid };
}
