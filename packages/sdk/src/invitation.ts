import type { Call } from './core/call.js';
import { EventEmitter } from './core/emitter.js';
import type { Engine } from './core/engine.js';
import type { LocalInvitationEventMap, RemoteInvitationEventMap } from './invitation-events.js';
import type { RtmStatusCode } from './status-code.js';

/**
 * An invitation to a call, as `createLocalInvitation` gives it to the caller. It only signals: nothing is joined or started.
 * Each object is for one invitation. Its methods have no result: what becomes of it is told by its events.
 */
export class LocalInvitation extends EventEmitter<LocalInvitationEventMap> {
  readonly calleeId: string;
  /** Text for the callee, at most 8 KB. */
  content = '';
  /** A channel id for the callee's information, or `""`. */
  channelId = '';
  private readonly call: Call;

  /** @internal */
  constructor(
    private readonly engine: Engine,
    calleeId: string,
  ) {
    super();
    this.calleeId = calleeId;
    this.call = engine.calls.outgoing(calleeId, this);
  }

  /** The callee's text, once it has answered. */
  get response(): string {
    return this.call.text;
  }

  get state(): RtmStatusCode.LocalInvitationState {
    return this.call.state as RtmStatusCode.LocalInvitationState;
  }

  /**
   * Sends the invitation. A callee who is not online has 30 s to come; who has it has until 60 s after this call to answer.
   * Without a login, it fails with `NOT_LOGGEDIN`; while the connection is being restored, it waits.
   *
   * @throws RtmInvalidStatusError 5 it was sent before; 3 it has ended ({@link RtmErrorCode.InvitationApiCallError})
   * @throws RtmInvalidArgumentError 1 `content` or `channelId` is not valid
   */
  send(): void {
    this.engine.calls.send(this.call, this.content, this.channelId);
  }

  /**
   * Takes the invitation back; the callee gets what `content` is now. Wins over an accept that has not arrived here yet.
   *
   * @throws RtmInvalidStatusError 2 it was not sent; 3 it has ended
   * @throws RtmInvalidArgumentError 1 `content` is not valid
   */
  cancel(): void {
    this.engine.calls.act(this.call, 'Canceled', 'Cancel', this.content);
  }

  /** @internal */
  protected override listenerFailed(error: unknown): void {
    this.engine.listenerFailed(error);
  }
}

/** An invitation to a call, as `RemoteInvitationReceived` gives it to the callee. */
export class RemoteInvitation extends EventEmitter<RemoteInvitationEventMap> {
  readonly callerId: string;
  /** Text for the caller, at most 8 KB. */
  response = '';

  /** @internal */
  constructor(
    private readonly engine: Engine,
    private readonly call: Call,
    /** The channel id that the caller has named, or `""`. */
    readonly channelId: string,
  ) {
    super();
    this.callerId = call.peer;
    call.events = this;
  }

  /** The caller's text; that of the cancel, after one. */
  get content(): string {
    return this.call.text;
  }

  get state(): RtmStatusCode.RemoteInvitationState {
    return this.call.state as RtmStatusCode.RemoteInvitationState;
  }

  /**
   * Accepts. `RemoteInvitationAccepted` says that the caller knows; when it does not within 5 s, the accept has failed.
   *
   * @throws RtmInvalidStatusError 4 it was accepted before; 3 it has ended ({@link RtmErrorCode.InvitationApiCallError})
   * @throws RtmInvalidArgumentError 1 `response` is not valid
   */
  accept(): void {
    this.engine.calls.act(this.call, 'accept', 'Accept', this.response);
  }

  /** Refuses. Throws as {@link RemoteInvitation.accept}. */
  refuse(): void {
    this.engine.calls.act(this.call, 'Refused', 'Reject', this.response);
  }

  /** @internal */
  protected override listenerFailed(error: unknown): void {
    this.engine.listenerFailed(error);
  }
}
