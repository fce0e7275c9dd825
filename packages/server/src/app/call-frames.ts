import { CALL_CODE, CALL_STATUS, CANCEL_REASON, encodeServerFrame } from 'ar-rtm-protocol';
import type { CallNews } from '../ports/calls.js';
import type { Place } from './place.js';

/** Where the entry lies that a push carries. */
interface Entry extends Place {
  readonly MsgId: number;
}

/**
 * The push that tells a side of a call what has become of it. `isOurs`: the client has `calls.1`; others know neither every
 * status nor a confirmation that failed (wire-protocol.md 5 and 8).
 */
export function encodeCallPush(news: CallNews, at: Entry, isOurs: boolean): string {
  return news.side === 'caller' ? toCaller(news, at, isOurs) : toCallee(news, at, isOurs);
}

function toCaller({ state, ...call }: CallNews, at: Entry, isOurs: boolean): string {
  const base = { CallId: call.callId, ...at };
  const answer = { ...base, FromUId: call.callee, ToUId: call.caller, Response: call.response };
  const status = (Status: number) =>
    encodeServerFrame('CallStatus', { ...base, FromUId: call.callee, ToUId: call.caller, Status });
  switch (state) {
    case 'accepted':
      return encodeServerFrame('AcceptCall', answer);
    case 'refused':
      return encodeServerFrame('RejectCall', answer);
    case 'ringing':
      return status(CALL_STATUS.RECEIVED);
    case 'unreachable':
    case 'callee-gone':
      return status(CALL_STATUS.OFFLINE);
    case 'expired':
      return status(isOurs ? CALL_STATUS.EXPIRED : CALL_STATUS.NO_RESPONSE);
    case 'unconfirmed':
      return status(isOurs ? CALL_STATUS.FAILED : CALL_STATUS.NO_RESPONSE);
    default:
      return status(CALL_STATUS.NO_RESPONSE);
  }
}

function toCallee({ state, ...call }: CallNews, at: Entry, isOurs: boolean): string {
  const base = { CallId: call.callId, FromUId: call.caller, ToUId: call.callee, ...at };
  // Releases up to 1.0.3 read the text of a cancel from Response (wire-protocol.md 8.4.13).
  const canceled = (Reason: string, Content = '') =>
    encodeServerFrame('CancelCall', { ...base, Reason, Content, Response: Content });
  switch (state) {
    case 'pending':
      return encodeServerFrame('MakeCall', { ...base, Content: call.content, ChanId: call.channelId });
    case 'established':
      return encodeServerFrame('AcceptCallAck', { ...base, Code: CALL_CODE.OK });
    case 'canceled':
      return canceled('', call.content);
    case 'caller-gone':
      return canceled(CANCEL_REASON.OFFLINE);
    case 'unconfirmed':
      if (isOurs) return encodeServerFrame('AcceptCallAck', { ...base, Code: CALL_CODE.TIMEOUT });
      return canceled(CANCEL_REASON.TIMEOUT);
    default:
      return canceled(CANCEL_REASON.TIMEOUT);
  }
}
