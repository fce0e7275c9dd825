/** One client's socket as the application layer sees it, and the framing of what is written to it. */
import type { HostAndPort } from '../domain/http-address.js';

/** Bytes of one or more whole WebSocket frames, ready for the wire and never changed again (they are shared). */
export type Frames = Uint8Array;

export interface Framing {
  /** One text frame. */
  text(text: string): Frames;
  /** A ping frame without a body. */
  readonly ping: Frames;
  /** One buffer with the frames of all parts, in order. */
  join(parts: readonly Frames[]): Frames;
}

/** What the application layer may do with a socket. Nothing here throws, also not after the socket has closed. */
export interface Transport {
  /** Where the client is, as far as a proxy in front can be believed. */
  readonly remoteAddress: string;
  /** The host that the client reaches this server at, as far as it can be believed. */
  readonly reachedHost: HostAndPort | undefined;
  /** Hands frames to the kernel or queues them. False: more is queued than the kernel takes; `drained` follows. */
  write(frames: Frames): boolean;
  /** Bytes handed over and not yet taken by the kernel. */
  readonly bufferedBytes: number;
  /** Sends a close frame behind everything written, and ends the socket when the client answered or after a deadline. */
  close(code: number, reason: string): void;
  /** Ends the socket at once. */
  terminate(): void;
  /** Stops and restarts reading. */
  pause(): void;
  resume(): void;
}

/** What a socket tells the application layer. */
export interface TransportEvents {
  /** A text frame. `bytes` is its size on the wire. */
  received(text: string, bytes: number): void;
  /** A frame that is not text. */
  receivedBinary(): void;
  /** The client answered a ping. */
  ponged(): void;
  /** Everything written has been taken by the kernel after `write` had answered false. */
  drained(): void;
  /** The socket is gone. `byClient`: a close frame of the client arrived, so that it has read all frames before. */
  closed(code: number, byClient: boolean): void;
}

/** Keyed signatures over short texts, and digests; for tickets. */
export interface Signer {
  /** Unpadded base64url of an HMAC-SHA-256 under the secret that all nodes share. */
  sign(text: string): string;
  /** The first 128 bits of such a signature, in lower-case hex. */
  idOf(text: string): string;
  /** Compares in constant time. */
  verify(text: string, signature: string): boolean;
  /** Unpadded base64url of a SHA-256. */
  digest(text: string): string;
}
