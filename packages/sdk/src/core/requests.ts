import type { CommandName, ServerFrame, ServerFrameContent, ServerFrameName } from 'ar-rtm-protocol';
import type { RTMException } from '../errors.js';
import type { Cancel, Clock, Random } from '../ports.js';
import type { EventQueue } from './event-queue.js';
import { type Codes, failed, interrupted, refused, timedOut } from './failures.js';
import type { Logger } from './logger.js';

/** Names of replies that carry the `MsgId` of their request. */
type ReplyName = {
  [N in ServerFrameName]: 'MsgId' extends keyof ServerFrameContent<N> ? N : never;
}[ServerFrameName];

/** What is asked of the server, and how that ends. */
export interface Request<N extends ReplyName> {
  readonly cmd: CommandName;
  /** Everything but `MsgId`. */
  readonly content: object;
  readonly reply: N;
  readonly codes: Codes;
  /** From the call on, waiting for a connection included. Without it, the request lasts as long as its link. */
  readonly timeoutMs?: number;
  /** Asking twice does what asking once does: asked again when the connection was cut meanwhile. */
  readonly isRepeatable?: boolean;
}

/**
 * How a request ended. `failed` is what the server said or did not say in time, `interrupted` is the end of the
 * session.
 */
export type Answer<N extends ReplyName> =
  | { readonly kind: 'done'; readonly reply: ServerFrameContent<N> }
  | { readonly kind: 'failed' | 'interrupted'; readonly error: RTMException };

type Send = (cmd: CommandName, content: object) => void;

interface Pending {
  readonly request: Request<ReplyName>;
  readonly settle: (answer: Answer<ReplyName>) => void;
  readonly stopTimer: Cancel;
  isSent: boolean;
}

/** Ids start at random below this number, so that those of two instances of one user rarely meet. */
const FIRST_ID_BELOW = 2 ** 40;

/**
 * Requests that wait for the server: sent at once when there is a link, else in order of the calls when the session is
 * restored (api.md 3.0, state gate).
 */
export class Requests {
  /** In order of the calls. */
  private readonly pending = new Map<number, Pending>();
  private lastId: number;
  private send: Send | undefined;
  private isOpen = false;

  constructor(
    private readonly clock: Clock,
    random: Random,
    private readonly queue: EventQueue,
    private readonly logger: Logger,
  ) {
    this.lastId = Math.floor(random.fraction() * FIRST_ID_BELOW);
  }

  /**
   * A request as a promise. `accept` runs when the reply arrives, before any later frame is looked at; the promise
   * resolves with its result in due order of events.
   */
  call<N extends ReplyName, T>(request: Request<N>, accept: (reply: ServerFrameContent<N>) => T): Promise<T> {
    return new Promise((resolve, reject) => {
      this.start(request, (answer) => {
        if (answer.kind === 'done') {
          const result = accept(answer.reply);
          this.queue.settle(() => resolve(result));
        } else this.reject(answer, reject);
      });
    });
  }

  /** Passes on why a request failed: in due order of events, or at once when the session has ended. */
  reject(answer: Exclude<Answer<ReplyName>, { kind: 'done' }>, reject: (error: RTMException) => void): void {
    if (answer.kind === 'interrupted') reject(answer.error);
    else this.queue.settle(() => reject(answer.error));
  }

  /** A request; `settle` is called once, unless it is canceled, when the answer arrives. */
  start<N extends ReplyName>(request: Request<N>, settle: (answer: Answer<N>) => void): Cancel {
    const id = this.nextId();
    const { timeoutMs, codes } = request;
    const stopTimer =
      timeoutMs === undefined
        ? () => undefined
        : this.clock.after(timeoutMs, () => this.settle(id, { kind: 'failed', error: timedOut(codes) }));
    const pending = { request, settle: settle as Pending['settle'], stopTimer, isSent: false };
    this.pending.set(id, pending);
    if (this.isOpen || isOfLink(request)) this.write(id, pending);
    return () => this.take(id);
  }

  /** A command whose answer does not matter. */
  tell(cmd: CommandName, content: object): void {
    this.send?.(cmd, { ...content, MsgId: this.nextId() });
  }

  /** There is a link; until {@link Requests.open} only requests of the link itself use it. */
  attach(send: Send): void {
    this.send = send;
  }

  /** The session is there: what waits is sent now. */
  open(): void {
    this.isOpen = true;
    for (const [id, pending] of this.pending) {
      if (!pending.isSent || pending.request.isRepeatable) this.write(id, pending);
    }
  }

  /** The link is gone. */
  detach(): void {
    this.send = undefined;
    this.isOpen = false;
    for (const [id, { request }] of this.pending) if (isOfLink(request)) this.take(id);
  }

  /** The session is over: everything fails at once. */
  interrupt(): void {
    this.detach();
    for (const [id, { request }] of this.pending) {
      this.settle(id, { kind: 'interrupted', error: interrupted(request.codes) });
    }
  }

  /** Takes a frame; the answers to requests are found by `MsgId`. */
  receive({ cmd, content }: ServerFrame): void {
    const { MsgId: id, Code: code = 0, Reason: reason } = content as { MsgId?: number; Code?: number; Reason?: string };
    const request = id === undefined ? undefined : this.pending.get(id)?.request;
    if (id === undefined || !request) {
      if (cmd === 'ErrorNotice') this.logger.warn(`the server did not understand a frame: ${reason}`);
    } else if (cmd === 'ErrorNotice') {
      this.settle(id, { kind: 'failed', error: failed(request.codes, code, reason) });
    } else if (cmd === request.reply) {
      this.settle(
        id,
        code === 0
          ? { kind: 'done', reply: content as ServerFrameContent<ReplyName> }
          : { kind: 'failed', error: refused(request.codes, code, reason) },
      );
    }
  }

  private nextId(): number {
    this.lastId += 1;
    return this.lastId;
  }

  private write(id: number, pending: Pending): void {
    pending.isSent = true;
    this.send?.(pending.request.cmd, { ...pending.request.content, MsgId: id });
  }

  private take(id: number): Pending | undefined {
    const pending = this.pending.get(id);
    this.pending.delete(id);
    pending?.stopTimer();
    return pending;
  }

  private settle(id: number, answer: Answer<ReplyName>): void {
    this.take(id)?.settle(answer);
  }
}

function isOfLink({ timeoutMs }: Request<ReplyName>): boolean {
  return timeoutMs === undefined;
}
