import {
  CALL_CODE,
  CALL_STATUS,
  CANCEL_REASON,
  type CommandContent,
  isId,
  positionOfMessageId,
  utf8Bytes,
} from 'ar-rtm-protocol';
import type { CallAct, CallKey } from '../../ports/calls.js';
import type { CallDesk } from '../call-desk.js';
import type { Connection } from '../connection.js';
import type { NodeContext } from '../context.js';
import { insist } from '../engine-failure.js';
import type { Session } from '../session.js';
import type { SessionHost } from '../session-host.js';

const CALL_ID = /^[0-9a-zA-Z_-]{1,64}$/;

type Request = Pick<CommandContent<'MakeCall'>, 'CallId' | 'ToUId' | 'MsgId'>;

/** The commands of call invitations (wire-protocol.md 4.7 and 8; api.md 8). */
export class CallCommands {
  constructor(
    private readonly context: NodeContext,
    private readonly desk: CallDesk,
    private readonly sessions: SessionHost,
  ) {}

  async make(connection: Connection, session: Session, content: CommandContent<'MakeCall'>): Promise<void> {
    const { CallId: callId, ToUId: callee, Content: text, ChanId: channelId } = content;
    const { engine, settings } = this.context;
    const isOurs = connection.profile?.calls === true;
    const refusal = this.refusal(session, content, text, channelId);
    if (refusal !== undefined) return this.refuseCall(connection, content, refusal);
    if (!isOurs) {
      // First of all: old releases wait for it, and what the call brings about comes behind it.
      connection.send('CallStatus', { CallId: callId, FromUId: '', ToUId: '', Status: CALL_STATUS.SENT });
      connection.calls.add('caller', callId);
    }
    const { appId, uid, generation } = session;
    const attempt = isOurs ? 0 : connection.calls.nextAttempt();
    const times = {
      receiptMs: settings.callReceiptMs,
      expireMs: settings.callExpireMs,
      confirmMs: settings.callConfirmMs,
    };
    let asked = 0;
    const answer = await insist(
      this.context,
      () => connection.session === session,
      () => {
        asked += 1;
        const call = { callId, callee, content: text, channelId, times, attempt, limit: settings.runningCalls };
        return engine.calls.make({ appId, uid, generation, ...call, timeoutMs: settings.engineTimeoutMs });
      },
    );
    if (answer === undefined && isOurs) return this.reply(connection, content, CALL_CODE.TIMEOUT);
    if (answer === undefined) return this.refuseCall(connection, content, 'the engine cannot be reached');
    if (answer === 'stale') return this.stale(connection, session);
    if (answer.outcome === 'too-many') return this.refuseCall(connection, content, 'too many calls are running');
    this.context.counters.add('calls_made');
    this.reply(connection, content, CALL_CODE.OK);
    // Made again while it runs: what it is like now (8.4.10). After a failure, "known" is what was made then.
    if (isOurs || asked > 1 || answer.outcome !== 'known' || answer.state !== 'ringing') return;
    connection.send('CallStatus', { CallId: callId, FromUId: '', ToUId: '', Status: CALL_STATUS.RECEIVED });
  }

  cancel(connection: Connection, session: Session, content: CommandContent<'CancelCall'>): Promise<void> {
    const { CallId, ToUId, Content: text, Reason } = content;
    if (connection.profile?.calls !== true) {
      // Always, whatever became of the call (quirk Q29).
      connection.send('cancelCallAck', { CallId, FromUId: session.uid, ToUId, Code: CALL_CODE.OK });
    }
    return this.act(
      connection,
      session,
      content,
      toCaller(session, content),
      Reason === CANCEL_REASON.TIMEOUT ? 'giveUp' : 'cancel',
      text,
    );
  }

  accept(connection: Connection, session: Session, content: CommandContent<'AcceptCall'>): Promise<void> {
    return this.act(connection, session, content, toCallee(session, content), 'accept', content.Response);
  }

  refuse(connection: Connection, session: Session, content: CommandContent<'RejectCall'>): Promise<void> {
    const act = content.Reason === CANCEL_REASON.TIMEOUT ? 'withdraw' : 'refuse';
    return this.act(connection, session, content, toCallee(session, content), act, content.Response);
  }

  /** The client has taken a push that matters to the other side; like every push it is an entry, too. */
  acknowledged(
    connection: Connection,
    session: Session,
    cmd: 'MakeCallAck' | 'AcceptCallAck',
    content: Request,
  ): Promise<void> {
    const position = content.MsgId === undefined ? undefined : positionOfMessageId(content.MsgId);
    if (position) session.inbox?.acknowledge(position);
    return cmd === 'MakeCallAck'
      ? this.act(connection, session, {}, toCallee(session, content), 'received')
      : this.act(connection, session, {}, toCaller(session, content), 'confirm');
  }

  private async act(
    connection: Connection,
    session: Session,
    request: { readonly MsgId?: number | undefined; readonly CallId?: string },
    call: CallKey,
    act: CallAct,
    text = '',
  ): Promise<void> {
    const { invitationBytes } = this.context.settings;
    const isTooLong = utf8Bytes(text) > invitationBytes;
    if (isTooLong && connection.profile?.calls === true) {
      return this.reply(connection, request, CALL_CODE.REFUSED, `the text is above ${invitationBytes} bytes`);
    }
    // A published client has done it already, and reads no refusal: the other side hears of it, without the words.
    const answer = await this.desk.act(session, call, act, { text: isTooLong ? '' : text });
    if (answer === 'stale') return this.stale(connection, session);
    this.reply(connection, request, answer === undefined ? CALL_CODE.TIMEOUT : CALL_CODE.OK);
  }

  private refusal(session: Session, { CallId, ToUId }: Request, text: string, channelId: string): string | undefined {
    const { settings, time } = this.context;
    if (!CALL_ID.test(CallId)) return 'CallId is not valid';
    if (!isId(ToUId)) return 'ToUId is not a user id';
    if (channelId !== '' && !isId(channelId)) return 'ChanId is not a channel id';
    if (utf8Bytes(text) > settings.invitationBytes) return `Content is above ${settings.invitationBytes} bytes`;
    const now = time.monotonicMs();
    return session.window('calls', settings, now).admit(settings.callMakes, now) ? undefined : 'too many calls';
  }

  private refuseCall(connection: Connection, request: Request, reason: string): void {
    this.context.counters.add('calls_refused');
    if (connection.profile?.calls === true) this.reply(connection, request, CALL_CODE.REFUSED, reason);
    // The wire of others has no word for it; OFFLINE ends the invitation without more ado (8.4).
    else connection.send('CallStatus', { CallId: request.CallId, FromUId: '', ToUId: '', Status: CALL_STATUS.OFFLINE });
  }

  private reply(
    connection: Connection,
    { MsgId }: { readonly MsgId?: number | undefined },
    Code: number,
    Reason?: string,
  ): void {
    if (MsgId === undefined || connection.profile?.calls !== true) return;
    connection.send('CallReply', Reason === undefined ? { MsgId, Code } : { MsgId, Code, Reason });
  }

  /** No reply: the client asks again on its next socket. */
  private stale(connection: Connection, session: Session): void {
    if (connection.session === session) this.sessions.stale(session);
  }
}

/** A call that came to this user. */
function toCallee({ uid }: Session, { ToUId, CallId }: Request): CallKey {
  return { caller: ToUId, callee: uid, callId: CallId };
}

/** A call that this user made. */
function toCaller({ uid }: Session, { ToUId, CallId }: Request): CallKey {
  return { caller: uid, callee: ToUId, callId: CallId };
}
