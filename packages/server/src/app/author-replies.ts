import { CHANNEL_MESSAGE_CODE, type Position } from 'ar-rtm-protocol';
import type { FrameSender } from './client-socket.js';
import type { MemberSession } from './member.js';

interface WaitingAuthor {
  readonly session: MemberSession;
  readonly connection: FrameSender;
  readonly channelId: string;
  readonly msgId: number;
}

/**
 * Authors of channel messages who wait for their reply. The reply stands in place of the author's own frame and is written
 * when the fan-out reaches it, so that it never comes before the frames of lower offsets (design 2).
 */
export class AuthorReplies {
  private readonly waiting = new Map<number, WaitingAuthor>();
  /** How many wait per socket, so that a socket that goes is looked for only when there is something to find. */
  private readonly perSocket = new Map<FrameSender, number>();
  private lastRef = 0;

  open(author: WaitingAuthor): number {
    this.lastRef += 1;
    this.waiting.set(this.lastRef, author);
    this.perSocket.set(author.connection, (this.perSocket.get(author.connection) ?? 0) + 1);
    return this.lastRef;
  }

  peek(ref: number): WaitingAuthor | undefined {
    return this.waiting.get(ref);
  }

  /** The message is in the log: answers the author now. Does nothing the second time. */
  accepted(ref: number, position: Position): void {
    this.settle(ref, { Code: CHANNEL_MESSAGE_CODE.OK, Epoch: position.epoch, Offset: position.offset });
  }

  refused(ref: number, code: number, reason: string): void {
    this.settle(ref, { Code: code, Reason: reason });
  }

  /** The socket is gone: nobody waits any more. */
  forget(connection: FrameSender): void {
    if (!this.perSocket.delete(connection)) return;
    for (const [ref, author] of this.waiting) if (author.connection === connection) this.waiting.delete(ref);
  }

  get size(): number {
    return this.waiting.size;
  }

  private settle(ref: number, result: { Code: number; Reason?: string; Epoch?: number; Offset?: number }): void {
    const author = this.waiting.get(ref);
    if (author === undefined) return;
    this.waiting.delete(ref);
    const left = (this.perSocket.get(author.connection) ?? 1) - 1;
    if (left > 0) this.perSocket.set(author.connection, left);
    else this.perSocket.delete(author.connection);
    author.connection.send('SendChannelMsg', { ChanId: author.channelId, MsgId: author.msgId, ...result });
  }
}
