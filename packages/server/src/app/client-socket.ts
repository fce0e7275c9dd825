import type { ServerFrameInput, ServerFrameName } from 'ar-rtm-protocol';
import type { CallBook } from './call-book.js';
import type { ClientProfile } from './client-profile.js';
import type { Outbox } from './outbox.js';

/** Where replies and pushes go. */
export interface FrameSender {
  /** Queues one frame. */
  send<N extends ServerFrameName>(cmd: N, content: ServerFrameInput<N>): void;
}

/** A client's socket as the session on it sees it. */
export interface ClientSocket extends FrameSender {
  readonly outbox: Outbox;
  /** Queues one frame whose text is ready. */
  sendText(text: string): void;
  readonly profile: ClientProfile | undefined;
  /** What the client calls its release. */
  readonly sdkVersion: string;
  /** Where the client is, as far as a proxy in front can be believed. */
  readonly address: string;
  /** Read clock time. */
  readonly openedMs: number;
  /** Where this client reaches the server over HTTP, when that is known and the client may need to be told. */
  readonly httpAddress: string | undefined;
  /** What a client that forgets its calls with a cut can know of them. */
  readonly calls: CallBook;
  /** The session has left this socket: what becomes of the socket does not concern it any more. */
  detach(): void;
  /** Closes behind everything queued. */
  close(code: number, reason: string): void;
  /** Entries that this client should get are lost: it is cut, and learns of the gap when it comes back. */
  loseGap(): void;
  /** The session was superseded: the client's own close frame ends the memory of it (design 6). */
  forgetOnClose: { readonly appId: string; readonly uid: string; readonly userSId: string } | undefined;
}
