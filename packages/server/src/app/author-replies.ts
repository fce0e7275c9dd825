import { CHANNEL_MESSAGE_CODE, type Position } from 'ar-rtm-protocol';
import type { FrameSender } from './client-socket.js';
import type { MemberSession } from './member.js';

interface WaitingAuthor {
  readonly session: MemberSession;
  readonly connection: FrameSender;
  readonly channelId: string;
  readonly msgId: number;
  /** Its client matches replies by their command alone: no reply goes before those of earlier messages. */
  readonly inOrder?: boolean;
}

/** What is answered. */
interface Result {
  readonly Code: number;
  readonly Reason?: string;
  readonly Epoch?: number;
  readonly Offset?: number;
}

/**
 * Authors of channel messages who wait for their reply. The reply stands in place of the author's own frame and is written
 * when the fan-out reaches it, so that it never comes before the frames of lower offsets (design 2).
 */
export class AuthorReplies {
  private readonly waiting = new Map<number, WaitingAuthor>();
  /** The refs per socket, so that a socket that goes takes its own with it and nobody looks at those of others. */
  private readonly perSocket = new Map<FrameSender, Set<number>>();
  /** Answers that wait for those of earlier messages. */
  private readonly held = new Map<number, Result>();
  private lastRef = 0;

  open(author: WaitingAuthor): number {
    this.lastRef += 1;
    this.waiting.set(this.lastRef, author);
    const refs = this.perSocket.get(author.connection);
    if (refs === undefined) this.perSocket.set(author.connection, new Set([this.lastRef]));
    else refs.add(this.lastRef);
    return this.lastRef;
  }

  peek(ref: number): WaitingAuthor | undefined {
    return this.waiting.get(ref);
  }

  /** The message is, or was, in the log: answers the author now. Does nothing the second time. */
  accepted(ref: number, position?: Position): void {
    const place = position && { Epoch: position.epoch, Offset: position.offset };
    this.settle(ref, { Code: CHANNEL_MESSAGE_CODE.OK, ...place });
  }

  /** Whether a reply is still due on this socket: none is when it was given, or when its author waited on a former socket. */
  isDue(ref: number | undefined, connection: FrameSender | undefined): ref is number {
    return ref !== undefined && connection !== undefined && this.waiting.get(ref)?.connection === connection;
  }

  refused(ref: number, code: number, reason: string): void {
    this.settle(ref, { Code: code, Reason: reason });
  }

  /** The socket is gone: nobody waits any more. */
  forget(connection: FrameSender): void {
    const refs = this.perSocket.get(connection);
    if (refs === undefined) return;
    this.perSocket.delete(connection);
    for (const ref of refs) {
      this.waiting.delete(ref);
      this.held.delete(ref);
    }
  }

  get size(): number {
    return this.waiting.size;
  }

  private settle(ref: number, result: Result): void {
    const author = this.waiting.get(ref);
    if (author === undefined) return;
    const refs = this.perSocket.get(author.connection);
    if (author.inOrder) {
      if (!this.held.has(ref)) this.held.set(ref, result);
      for (const next of refs ?? []) {
        const its = this.held.get(next);
        if (!its) return;
        this.write(next, its);
      }
    } else this.write(ref, result);
  }

  private write(ref: number, result: Result): void {
    const author = this.waiting.get(ref);
    if (author === undefined) return;
    this.waiting.delete(ref);
    this.held.delete(ref);
    const refs = this.perSocket.get(author.connection);
    refs?.delete(ref);
    if (refs?.size === 0) this.perSocket.delete(author.connection);
    author.connection.send('SendChannelMsg', { ChanId: author.channelId, MsgId: author.msgId, ...result });
  }
}
