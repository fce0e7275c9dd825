import { type CALL_FRAMES, CALL_STATUS, CANCEL_REASON, isId, LIMITS, TIMES, utf8Bytes } from 'ar-rtm-protocol';
import { RtmErrorCode } from '../error-code.js';
import { RTMException, RtmInvalidStatusError } from '../errors.js';
import type { Clock, Random } from '../ports.js';
import type { Call, CallEvents, CallSide } from './call.js';
import { type CallEvent, type CallNews, isOver, reduceCall } from './call-state.js';
import type { ClientEvents } from './client-events.js';
import type { EventQueue } from './event-queue.js';
import { CREATE_CODE, check } from './failures.js';
import type { ServerFrame } from './frames.js';
import type { Inbox } from './inbox.js';
import type { Requests } from './requests.js';
import type { Scope } from './scope.js';

export type CallFrame = ServerFrame<Exclude<keyof typeof CALL_FRAMES, 'CallReply'>>;

/** What methods say that come at the wrong time; the public enum has the names. */
export const CALL_MISUSE = { NOT_STARTED: 2, ALREADY_END: 3, ALREADY_ACCEPT: 4, ALREADY_SENT: 5 } as const;

type Verb = 'Make' | 'Cancel' | 'Accept' | 'Reject';

/**
 * The invitations of one client (api.md 8). The server decides; timers here are a safety net, a little later than its own.
 * Once an invitation has ended, it stays as it is, whatever comes.
 */
export interface Calls {
  /** A call that the application may send. */
  outgoing(calleeId: string, events: CallEvents): Call;
  send(call: Call, content: unknown, channelId: unknown): void;
  /** The other three methods; `text` goes to the other side, with a command. */
  act(call: Call, event: 'Canceled' | 'accept' | 'Refused', verb: Verb, text: unknown): void;
  /** What the server tells of a call is an entry of the inbox: it has its turn there, and is acknowledged. */
  receive(frame: CallFrame, uid: string, session: Scope): void;
  /** The session is over: silently, or by the server. */
  end(isSilent: boolean): void;
}

export function createCalls(
  clock: Clock,
  random: Random,
  queue: EventQueue,
  requests: Requests,
  inbox: Inbox,
  client: ClientEvents,
  isLoggedIn: () => boolean,
): Calls {
  /** Those that run, and for a while those that have ended, so that they are not taken for new ones. */
  const known = new Map<string, Call>();

  /** The one place where the state changes; whether it did. */
  const move = (call: Call, event: CallEvent) => {
    const to = reduceCall(call.state, event);
    if (!to) return false;
    call.state = to;
    if (isOver(to)) {
      call.stopRequest?.();
      after(call, TIMES.CALL_EXPIRE_MS, () => known.get(keyOf(call)) === call && known.delete(keyOf(call)));
    }
    return true;
  };

  const emit = ({ side, events }: Call, news: CallNews, text?: string) =>
    events?.emit(`${side}Invitation${news}`, ...(text === undefined ? [] : [text]));

  /**
   * Something from outside, and what the application hears of it; whether it meant anything. With words of the other side:
   * the object has them before.
   */
  const step = (call: Call, news: CallNews, text?: string) => {
    if (!move(call, news)) return false;
    if (text !== undefined) call.text = text;
    emit(call, news, text);
    return true;
  };

  const fail = (call: Call, reason: string) => {
    const hasFailed = move(call, 'Failure');
    if (hasFailed) emit(call, 'Failure', reason);
    return hasFailed;
  };

  /** No word from the server in time: it is told that nobody waits here any more. */
  const giveUp = (call: Call, reason: string) => {
    if (fail(call, reason))
      ask(call, call.side === 'Local' ? 'Cancel' : 'Reject', '', { Reason: CANCEL_REASON.TIMEOUT });
  };

  /** In place of the timer of before. */
  const after = (call: Call, ms: number, task: () => void) => {
    call.stopTimer?.();
    call.stopTimer = clock.after(ms + TIMES.CALL_SLACK_MS, () => queue.push(task));
  };

  /** Tells the server, over cuts and for as long as the session lasts. */
  const ask = (call: Call, verb: Verb, text: unknown, more?: object) => {
    const { id: CallId, peer: ToUId, side } = call;
    const content = { CallId, ToUId, [side === 'Local' ? 'Content' : 'Response']: text, ...more };
    const codes = RtmErrorCode.InvitationApiCallError;
    call.stopRequest = requests.start({ cmd: `${verb}Call`, content, codes, kind: 'notice' }, (answer) => {
      if (answer instanceof RTMException && verb === 'Make') queue.push(() => fail(call, 'UNKNOWN'));
    });
  };

  const apply = (call: Call, { cmd, content }: CallFrame) => {
    // In a cancel and in both answers it is what the other side says.
    const { Status, Reason, Response, Code } = content as {
      readonly [field in 'Status' | 'Code']?: number;
    } & { readonly [field in 'Reason' | 'Response']?: string };
    if (Code) fail(call, 'ACCEPT_FAILURE');
    else if (Reason) fail(call, Reason === CANCEL_REASON.OFFLINE ? 'PEER_OFFLINE' : 'INVITATION_EXPIRE');
    else if (Status && Status !== CALL_STATUS.RECEIVED) {
      // From 3 on.
      fail(call, ['PEER_OFFLINE', 'PEER_NO_RESPONSE', 'INVITATION_EXPIRE'][Status - CALL_STATUS.OFFLINE] ?? 'UNKNOWN');
    } else {
      // An answer may have overtaken the receipt.
      step(call, 'ReceivedByPeer');
      if (!Status)
        step(call, cmd === 'CancelCall' ? 'Canceled' : cmd === 'RejectCall' ? 'Refused' : 'Accepted', Response);
    }
  };

  return {
    outgoing: (calleeId, events) => ({ ...newCall('Local', random.hex(32), calleeId), events }),

    send(call, content, channelId) {
      mustFit(call, 'send', content);
      check(channelId === '' || isId(channelId), CREATE_CODE.INVALID_ARGUMENT, 'channelId');
      if (!isLoggedIn()) {
        move(call, 'Failure');
        call.stopTimer?.();
        queue.announceSoon(() => emit(call, 'Failure', 'NOT_LOGGEDIN'));
        return;
      }
      known.set(keyOf(call), call);
      move(call, 'send');
      after(call, TIMES.CALL_RECEIPT_MS, () => {
        const restMs = TIMES.CALL_EXPIRE_MS - TIMES.CALL_RECEIPT_MS - TIMES.CALL_SLACK_MS;
        if (call.state === 'SENT_TO_REMOTE') giveUp(call, 'PEER_NO_RESPONSE');
        else if (!isOver(call.state)) after(call, restMs, () => giveUp(call, 'INVITATION_EXPIRE'));
      });
      ask(call, 'Make', content, { ChanId: channelId });
    },

    act(call, event, verb, text) {
      mustFit(call, event, text);
      move(call, event);
      if (event === 'accept') after(call, TIMES.CALL_CONFIRM_MS, () => giveUp(call, 'ACCEPT_FAILURE'));
      else queue.announceSoon(() => emit(call, event));
      ask(call, verb, text);
    },

    receive: (frame, uid, session) =>
      inbox.follow(frame.content, uid, session, (isNew) => {
        const { cmd, content } = frame;
        const { MsgId, CallId, FromUId: ToUId } = content;
        const isLocal = cmd === 'CallStatus' || cmd === 'AcceptCall' || cmd === 'RejectCall';
        const call = newCall(isLocal ? 'Local' : 'Remote', CallId, ToUId);
        const before = known.get(keyOf(call));
        const acknowledge = (ack: 'MakeCallAck' | 'AcceptCallAck' | 'RecvMsgFromPeerAck') =>
          requests.tell(ack, { MsgId, CallId, ToUId });
        if (cmd === 'MakeCall') {
          // First of all: the listener may answer at once.
          acknowledge('MakeCallAck');
          // A published caller may make a call again that is over.
          if (!isNew || (before && !isOver(before.state)) || !isLoggedIn()) return;
          call.text = content.Content;
          known.set(keyOf(call), call);
          after(call, TIMES.CALL_EXPIRE_MS, () => fail(call, 'INVITATION_EXPIRE'));
          client.invited(call, content.ChanId);
          return;
        }
        if (before) apply(before, frame);
        // A confirmation only of an accept that counts: not when it was canceled before, or given up.
        const isConfirmed = cmd === 'AcceptCall' && before?.state === 'ACCEPTED_BY_REMOTE';
        acknowledge(isConfirmed ? 'AcceptCallAck' : 'RecvMsgFromPeerAck');
      }),

    end(isSilent) {
      for (const call of known.values()) {
        const hasFailed = move(call, 'Failure');
        call.stopTimer?.();
        const reason = call.side === 'Local' ? 'NOT_LOGGEDIN' : 'UNKNOWN';
        if (hasFailed && !isSilent) queue.announce(() => emit(call, 'Failure', reason));
      }
      known.clear();
    },
  };
}

function newCall(side: CallSide, id: string, peer: string): Call {
  return { side, id, peer, state: side === 'Local' ? 'IDLE' : 'INVITATION_RECEIVED', text: '' };
}

/** Throws what a method says that does not fit, or whose text is not valid. */
function mustFit({ state, side }: Call, event: CallEvent, text: unknown): void {
  if (!reduceCall(state, event)) {
    let code: number = side === 'Local' ? CALL_MISUSE.ALREADY_SENT : CALL_MISUSE.ALREADY_ACCEPT;
    if (state === 'IDLE') code = CALL_MISUSE.NOT_STARTED;
    else if (isOver(state) && state !== 'ACCEPTED') code = CALL_MISUSE.ALREADY_END;
    throw new RtmInvalidStatusError(code, `Already ${state}`);
  }
  const isText = typeof text === 'string' && utf8Bytes(text) <= LIMITS.INVITATION_BYTES;
  check(isText, CREATE_CODE.INVALID_ARGUMENT, 'text');
}

function keyOf({ side, peer, id }: Call): string {
  return side + peer + id;
}
