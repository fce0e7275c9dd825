import {
  acknowledgedId,
  CLOSE_CODE,
  type Command,
  type CommandProblem,
  decodeCommand,
  encodeServerFrame,
  LOGIN_CODE,
  NOTICE_CODE,
  quickChannelMessage,
  quickPeerMessage,
  type ServerFrameInput,
  type ServerFrameName,
} from 'ar-rtm-protocol';
import type { AppQuota } from '../domain/app-quota.js';
import { type ConnectionEvent, type ConnectionState, nextConnectionState } from '../domain/connection-state.js';
import type { ReadClock } from '../domain/read-clock.js';
import { SlidingWindow } from '../domain/sliding-window.js';
import type { Transport, TransportEvents } from '../ports/transport.js';
import { CallBook } from './call-book.js';
import type { ClientProfile } from './client-profile.js';
import type { ClientSocket } from './client-socket.js';
import type { NodeContext } from './context.js';
import type { Due } from './deadline-wheel.js';
import { Outbox, type OutboxOwner } from './outbox.js';
import type { OutboxSweep } from './outbox-sweep.js';
import { answerProblem } from './refusals.js';
import type { Session } from './session.js';

/** What a connection asks of the node around it. */
export interface ConnectionHost {
  readonly context: NodeContext;
  readonly sweep: OutboxSweep;
  readonly clock: ReadClock;
  /** Carries out a command; commands of one connection run one after the other. */
  dispatch(connection: Connection, command: Command): Promise<void> | undefined;
  /** The client has given a peer message to its application. Needs no turn among the commands. */
  acknowledged(connection: Connection, msgId: number): void;
  /** Something was heard of a client that had counted as unreachable. */
  heardAgain(session: Session): void;
  /** The regular visit: heartbeats, silence, deadlines. Milliseconds until the next one. */
  visit(connection: Connection): number | undefined;
  /** It does not wait for the answer to a Login any more. */
  decided(): void;
  gone(connection: Connection, code: number, byClient: boolean): void;
  /** More waits for the client than it may leave unread. */
  closeSlow(connection: Connection): void;
}

/** Frames that the answer to a heartbeat begins with; by far the most frequent frame, so it is not decoded. */
const KEEP_ALIVE = '{"Cmd":"KeepAlive"';
/** Commands waiting behind a running one, and their bytes on the wire, before reading stops for a while. */
const LANE_LIMIT = 256;
const LANE_BYTES = 1024 * 1024;
/** Bytes of the commands kept until the Login is decided: sockets that are not logged in must not cost much. */
const WAITING_BYTES = 1024 * 1024;

/** A command that waits, and what it costs. */
interface Waiting {
  readonly command: Command;
  readonly bytes: number;
}

/** One socket: its state, its frames in order, its outbox. */
export class Connection implements ClientSocket, TransportEvents, Due, OutboxOwner {
  private current: ConnectionState = 'opened';
  readonly outbox: Outbox;
  session: Session | undefined;
  profile: ClientProfile | undefined;
  sdkVersion = '';
  httpAddress: string | undefined;
  /** Of the app that it has logged in to; absent where the app has no limits. */
  quota: AppQuota | undefined;
  /** Read clock times. */
  readonly openedMs: number;
  lastPacketMs: number;
  lastReqKeepAliveMs = 0;
  closingMs = 0;
  /** Set when a session was superseded: the client's close frame ends the memory of it (design 6). */
  forgetOnClose: { readonly appId: string; readonly uid: string; readonly userSId: string } | undefined;
  private busy = false;
  private lane: Waiting[] | undefined;
  private laneBytes = 0;
  private laneFull = false;
  private waiting: Waiting[] | undefined;
  private waitingBytes = 0;
  private malformed: SlidingWindow | undefined;
  private pauses = 0;
  private book: CallBook | undefined;

  constructor(
    readonly transport: Transport,
    private readonly host: ConnectionHost,
  ) {
    this.outbox = new Outbox(transport, host.sweep, this);
    this.openedMs = this.lastPacketMs = host.clock.nowMs;
  }

  get address(): string {
    return this.transport.remoteAddress;
  }

  get state(): ConnectionState {
    return this.current;
  }

  /** The answer to a Login is still to come. */
  get awaitsLogin(): boolean {
    return this.current === 'opened' || this.current === 'logging-in';
  }

  get calls(): CallBook {
    this.book ??= new CallBook();
    return this.book;
  }

  /** The one setter of the state. False when the event means nothing in the current state. */
  apply(event: ConnectionEvent): boolean {
    const next = nextConnectionState(this.current, event);
    if (next === undefined) return false;
    const awaited = this.awaitsLogin;
    this.current = next;
    if (awaited && !this.awaitsLogin) this.host.decided();
    if (next === 'closing' || next === 'quarantined') this.closingMs = this.host.clock.nowMs;
    return true;
  }

  /** Queues one frame. */
  send<N extends ServerFrameName>(cmd: N, content: ServerFrameInput<N>): void {
    this.sendText(encodeServerFrame(cmd, content));
  }

  sendText(text: string): void {
    this.outbox.push(this.host.context.framing.text(text));
  }

  detach(): void {
    this.session = undefined;
  }

  /** Closes behind everything queued. */
  close(code: number, reason: string): void {
    this.apply('close');
    this.outbox.close(code, reason);
  }

  /** Entries that this client should get are lost: it is cut, and learns of the gap when it comes back. */
  loseGap(): void {
    this.close(CLOSE_CODE.LOG_GAP, 'entries were lost, log in again');
  }

  // --- from the socket ---

  received(text: string, bytes: number): void {
    this.packet();
    if (this.current === 'quarantined' || this.current === 'closing' || this.current === 'closed') return;
    if (bytes > this.host.context.settings.frameReplyBytes) {
      this.notice(NOTICE_CODE.TOO_LARGE, `the frame is above ${this.host.context.settings.frameReplyBytes} bytes`, {});
      this.countMalformed();
      return;
    }
    if (text.startsWith(KEEP_ALIVE)) {
      // Also before Login: the mini-program variant begins with it.
      if (this.profile?.serverDrivenKeepAlive !== true) this.send('KeepAlive', {});
      return;
    }
    const acknowledged = this.current === 'active' ? acknowledgedId(text) : undefined;
    if (acknowledged !== undefined) {
      this.host.acknowledged(this, acknowledged);
      return;
    }
    const quick = quickMessage(text);
    if (quick) {
      this.command(quick, bytes);
      return;
    }
    const decoded = decodeCommand(text);
    if (decoded.ok) this.command(decoded.command, bytes);
    else this.problem(decoded.problem);
  }

  receivedBinary(): void {
    this.packet();
    if (this.current !== 'opened' && this.current !== 'active' && this.current !== 'logging-in') return;
    this.problem({ kind: 'malformed', reason: 'the frame is not text' });
  }

  ponged(): void {
    this.packet();
  }

  drained(): void {
    this.outbox.drained();
  }

  readsTooSlowly(): void {
    this.host.closeSlow(this);
  }

  closed(code: number, byClient: boolean): void {
    if (!this.apply('gone')) return;
    this.outbox.discard();
    this.lane = undefined;
    this.waiting = undefined;
    this.host.gone(this, code, byClient);
  }

  due(): number | undefined {
    return this.current === 'closed' ? undefined : this.host.visit(this);
  }

  /** Stops reading; nested. */
  pauseReading(): void {
    this.pauses++;
    if (this.pauses === 1) this.transport.pause();
  }

  resumeReading(): void {
    this.pauses--;
    if (this.pauses > 0) return;
    // Time in which nothing was read is not the client's silence (design 4).
    this.packet();
    this.transport.resume();
  }

  get isPaused(): boolean {
    return this.pauses > 0;
  }

  /** After a Login was accepted: what came meanwhile is carried out now. */
  releaseWaiting(): void {
    const waiting = this.waiting;
    this.waiting = undefined;
    for (const { command, bytes } of waiting ?? []) this.run(command, bytes);
  }

  private packet(): void {
    this.lastPacketMs = this.host.clock.nowMs;
    const { session } = this;
    if (session?.connection !== this) return;
    session.lastPacketMs = this.lastPacketMs;
    if (session.isSilent) this.host.heardAgain(session);
  }

  private command(command: Command, bytes: number): void {
    if (this.current === 'active' || (this.current === 'opened' && command.cmd === 'Login')) {
      this.run(command, bytes);
      return;
    }
    // A published client may send commands right behind its Login (wire-protocol.md 4, O22).
    this.waiting ??= [];
    const hasRoom = this.waitingBytes + bytes <= WAITING_BYTES;
    if (hasRoom && this.waiting.length < this.host.context.settings.waitingFrames) {
      this.waiting.push({ command, bytes });
      this.waitingBytes += bytes;
      return;
    }
    this.notice(NOTICE_CODE.NOT_LOGGED_IN, 'not logged in', { cmd: command.cmd });
    this.countMalformed();
  }

  /** Commands of one connection run one after the other, so that they reach every log in the order of the calls. */
  private run(command: Command, bytes: number): void {
    if (this.busy) {
      this.lane ??= [];
      this.lane.push({ command, bytes });
      this.laneBytes += bytes;
      if (!this.laneFull && (this.lane.length >= LANE_LIMIT || this.laneBytes >= LANE_BYTES)) {
        this.laneFull = true;
        this.pauseReading();
      }
      return;
    }
    const running = this.host.dispatch(this, command);
    if (running === undefined) return;
    this.busy = true;
    const next = (): void => this.next();
    running.then(next, next);
  }

  private next(): void {
    this.busy = false;
    while (!this.busy && this.lane !== undefined) {
      const next = this.lane.shift();
      this.laneBytes -= next?.bytes ?? 0;
      if (this.laneFull && this.lane.length < LANE_LIMIT && this.laneBytes < LANE_BYTES) {
        this.laneFull = false;
        this.resumeReading();
      }
      if (this.lane.length === 0) this.lane = undefined;
      if (next === undefined || this.current === 'closed') return;
      this.run(next.command, next.bytes);
    }
  }

  private problem(problem: CommandProblem): void {
    const code = {
      malformed: NOTICE_CODE.MALFORMED,
      'unknown-command': NOTICE_CODE.UNKNOWN_COMMAND,
      'invalid-field': NOTICE_CODE.INVALID_FIELD,
    }[problem.kind];
    this.notice(code, problem.reason, problem);
    if (this.current === 'active') answerProblem(this, problem);
    if (this.current === 'opened' && problem.kind === 'invalid-field' && problem.cmd === 'Login') this.refuseLogin();
    this.countMalformed();
  }

  /** A Login whose fields are wrong is answered like every refused Login: its client waits for that. */
  private refuseLogin(): void {
    this.host.context.counters.add('logins_refused');
    this.send('Login', { Code: LOGIN_CODE.INVALID_ARGUMENT, UserId: '' });
    this.close(CLOSE_CODE.NORMAL, 'login refused');
  }

  /** Says in words what was wrong (extension P4, sent to every client; published ones ignore it). */
  notice(code: number, reason: string, about: { readonly cmd?: string; readonly msgId?: number }): void {
    this.send('ErrorNotice', {
      Cmd: (about.cmd ?? '').slice(0, 64),
      Code: code,
      Reason: reason,
      ...(about.msgId === undefined ? {} : { MsgId: about.msgId }),
    });
  }

  private countMalformed(): void {
    const { settings, counters } = this.host.context;
    counters.add('malformed_frames');
    this.malformed ??= new SlidingWindow();
    const rule = { calls: settings.malformedFrames - 1, windowMs: settings.malformedWindowMs };
    if (this.malformed.admit(rule, this.host.clock.nowMs)) return;
    counters.add('closed_protocol_abuse');
    this.close(CLOSE_CODE.PROTOCOL_ABUSE, 'too many malformed frames');
  }
}

/** A message in its usual form, without the parser; the general decoder answers the same (see the protocol's tests). */
function quickMessage(text: string): Command | undefined {
  const peer = quickPeerMessage(text);
  if (peer) return { cmd: 'SendMsgToPeer', appId: undefined, content: peer };
  const channel = quickChannelMessage(text);
  return channel && { cmd: 'SendChannelMsg', appId: undefined, content: channel };
}
