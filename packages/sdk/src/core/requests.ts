import { type CommandName, type ServerFrameName, TIMES } from 'ar-rtm-protocol';
import { RTMException } from '../errors.js';
import type { Cancel, Clock, Random } from '../ports.js';
import type { EventQueue } from './event-queue.js';
import { type Codes, codeOf, failed, interrupted, invalid, refused, timedOut } from './failures.js';
import type { FrameContent, ServerFrame } from './frames.js';
import type { Link } from './link.js';
import type { Logger } from './logger.js';

/** Replies that are not called like their commands. */
const REPLY_NAMES = {
  SendMsgToPeer: 'MsgStatus',
  GetUserAttributes: 'QueryAttribKeys',
  MakeCall: 'CallReply',
  CancelCall: 'CallReply',
  AcceptCall: 'CallReply',
  RejectCall: 'CallReply',
} as const;

type ReplyNameOf<C extends CommandName> = C extends keyof typeof REPLY_NAMES ? (typeof REPLY_NAMES)[C] : C;
export type ReplyTo<C extends CommandName> =
  ReplyNameOf<C> extends infer N extends ServerFrameName ? FrameContent<N> : never;
/** Commands whose reply carries their `MsgId`. */
export type Asking = { [C in CommandName]: 'MsgId' extends keyof ReplyTo<C> ? C : never }[CommandName];

/** What is asked of the server. */
export interface Request<C extends Asking> {
  readonly cmd: C;
  /** Everything but `MsgId`, which is filled in. */
  readonly content: object;
  readonly codes: Codes;
  /** `query`, unless it says otherwise. */
  readonly kind?: Kind;
  /** More of the content, which has to be read first. What is asked behind this waits until then, so that the order holds. */
  readonly later?: (() => Promise<object>) | undefined;
}

/**
 * All are sent again when the connection was cut before the answer came. `message`: is carried out once only, so the server
 * is told that it is a repetition; it has 10 s. `presence`, and the renewal of a token: has 10 s. `query`: has 5 s. These times run from the call on,
 * waiting for a connection included. `notice`: waits for the server as long as the session lasts. `link`: belongs to bringing the session back; it
 * is not sent again, and lasts as long as its link.
 */
type Kind = 'message' | 'presence' | 'query' | 'notice' | 'link';

const WAIT_MS: Readonly<Partial<Record<Kind, number>>> = {
  message: TIMES.MESSAGE_MS,
  presence: TIMES.MESSAGE_MS,
  query: TIMES.REQUEST_MS,
};

interface Pending {
  readonly request: Request<Asking>;
  readonly settle: (answer: unknown) => void;
  readonly accept: ((reply: object) => unknown) | undefined;
  /** From then on it is not sent any more. */
  readonly due: number;
  readonly stopTimer: Cancel | undefined;
  /** Absent while it is being read. */
  content: object | undefined;
  /** The memory of the server when it was sent first; absent when it was not yet. */
  memory?: string;
}

/** Ids start at random below this number, so that those of two instances of one user rarely meet. */
const FIRST_ID_BELOW = 2 ** 40;

/**
 * Requests that wait for the server: sent at once when there is a link, else in order of the calls when the session is
 * restored (api.md 3.0, state gate).
 */
export class Requests {
  /** Whether the session is there, so that requests are sent at once. */
  isOpen = false;
  /** In order of the calls. */
  private readonly pending = new Map<number, Pending>();
  /** Those whose content is being read, in the same order. */
  private readonly unread = new Set<number>();
  private lastId: number;
  private link: Link | undefined;
  /** Names what the server remembers of requests: another name when it has forgotten. */
  private memory = '';

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
  call<C extends Asking, T>(request: Request<C>, accept: (reply: ReplyTo<C>) => T): Promise<T> {
    return new Promise((resolve, reject) => {
      this.start(
        request,
        (answer) => {
          if (answer instanceof RTMException) this.queue.reject(answer, reject);
          else this.queue.settle(() => resolve(answer));
        },
        accept,
      );
    });
  }

  /**
   * A request; `settle` is called once, unless it is canceled, when the answer arrives, with what `accept` makes of it. When
   * that throws, the reply makes no sense, and is none.
   */
  start<C extends Asking, T = ReplyTo<C>>(
    request: Request<C>,
    settle: (answer: T | RTMException) => void,
    accept?: (reply: ReplyTo<C>) => T,
  ): Cancel {
    const id = this.nextId();
    const { kind = 'query', codes, later } = request;
    const waitMs = WAIT_MS[kind];
    const due = this.clock.now() + (waitMs ?? Infinity);
    const stopTimer = waitMs ? this.clock.after(waitMs, () => this.settle(id, timedOut(codes))) : undefined;
    const content = later ? undefined : request.content;
    const pending = { request, settle, accept, due, stopTimer, content } as Pending;
    this.pending.set(id, pending);
    if (later) this.readContent(id, pending, later());
    else if (this.isOpen || kind === 'link') this.write(id, pending);
    return () => this.take(id);
  }

  /** A command without an answer, or whose answer does not matter. Not sent when there is no link. */
  tell(cmd: CommandName, content: object): void {
    this.link?.send(cmd, { MsgId: this.nextId(), ...content });
  }

  /** There is a link; until {@link Requests.open} only requests of the link itself use it. */
  attach(link: Link): void {
    this.link = link;
  }

  /** The session is there: what waits is sent now, and what was sent and not answered is sent again. */
  open(memory: string): void {
    this.isOpen = true;
    this.memory = memory;
    // A copy: what is started by a call that is too late has been sent by then.
    for (const [id, pending] of [...this.pending]) this.write(id, pending);
  }

  /** The link is gone. */
  detach(): void {
    this.link = undefined;
    this.isOpen = false;
    for (const [id, { request }] of this.pending) if (request.kind === 'link') this.take(id);
  }

  /** The session is over: everything fails at once. */
  interrupt(): void {
    this.detach();
    for (const [id, { request }] of this.pending) this.settle(id, interrupted(request.codes));
  }

  /** Takes a frame; the answers to requests are found by `MsgId`. */
  receive({ cmd, content }: ServerFrame): void {
    const { MsgId: id, Code: code = 0, Reason: reason } = content as { MsgId?: number; Code?: number; Reason?: string };
    const { request, accept } = this.pending.get(id as number) ?? {};
    if (!request) {
      if (cmd === 'ErrorNotice') this.logger.warn(`frame refused: ${reason}`);
    } else if (cmd === 'ErrorNotice') this.settle(id as number, failed(request.codes, code, reason));
    else if (cmd === replyName(request.cmd)) {
      const isDone = code === 0;
      this.settle(id as number, isDone ? (accept ? accept(content) : content) : refused(request.codes, code, reason));
    }
  }

  private nextId(): number {
    this.lastId += 1;
    return this.lastId;
  }

  private readContent(id: number, pending: Pending, reading: Promise<object>): void {
    this.unread.add(id);
    reading.then(
      (more) => {
        pending.content = { ...pending.request.content, ...more };
        this.release(id);
      },
      () => this.settle(id, invalid(codeOf(pending.request.codes, 'INVALID_MESSAGE') as number, 'message')),
    );
  }

  /** This one holds the others up no more: those behind it that have not been sent leave now. */
  private release(id: number): void {
    if (!this.unread.delete(id) || !this.isOpen) return;
    for (const [waiting, pending] of [...this.pending]) {
      if (pending.memory === undefined) this.write(waiting, pending);
    }
  }

  private write(id: number, pending: Pending): void {
    const { request, content, memory, due } = pending;
    const { cmd, codes, kind } = request;
    const [first = Infinity] = this.unread;
    if (id >= first && kind !== 'link') return;
    // Timers may be late: after its time a call must not be made (design 1).
    if (this.clock.now() >= due) {
      this.settle(id, timedOut(codes));
      return;
    }
    // With that name the server knows whether it would remember to have carried it out (design 4).
    const Again = kind === 'message' ? memory : undefined;
    pending.memory = memory ?? this.memory;
    this.link?.send(cmd, { ...content, MsgId: id, Again });
  }

  private take(id: number): Pending | undefined {
    const pending = this.pending.get(id);
    this.pending.delete(id);
    pending?.stopTimer?.();
    this.release(id);
    return pending;
  }

  private settle(id: number, answer: unknown): void {
    this.take(id)?.settle(answer);
  }
}

function replyName(cmd: CommandName): string {
  return cmd in REPLY_NAMES ? REPLY_NAMES[cmd as keyof typeof REPLY_NAMES] : cmd;
}
