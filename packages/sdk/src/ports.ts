/**
 * What the SDK needs from the place it runs in. The core sees time, randomness, sockets and HTTP only through these
 * interfaces; `adapters/` implements them for browsers and for Node, tests implement them with a clock moved by hand.
 */

import type { Bytes } from './platform.js';

/** Undoes a registration or gives up an operation. Calling it again, or after the fact, has no effect. */
export type Cancel = () => void;

export interface Clock {
  /** Milliseconds that never go back; only differences mean something. */
  now(): number;
  /** Milliseconds since 1970. */
  wallTime(): number;
  /** Runs `task` once, not before `delayMs` have passed. Late is possible (background tabs, sleep). */
  after(delayMs: number, task: () => void): Cancel;
  /** Runs `task` in a fresh turn of the event loop, as soon as possible, in order of the calls. */
  macrotask(task: () => void): void;
}

export interface Random {
  /** At least 0, less than 1. */
  fraction(): number;
  /** Lower-case hexadecimal digits that nobody can guess. */
  hex(digits: number): string;
}

/** One text socket. */
export interface Socket {
  /** Writes a frame; without effect when the socket is not open. Never throws. */
  send(text: string): void;
  /** Ends the connection. None of the handlers is called afterwards. */
  close(): void;
}

/** Called in order of the facts, never from inside {@link Network.openSocket}. */
export interface SocketHandlers {
  onOpen(): void;
  onText(text: string): void;
  /** The connection failed or ended, for whatever reason. Nothing follows. */
  onClose(): void;
}

/** One request of an upload or download. */
export interface HttpRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Sent as it is, without being read into memory as a whole. */
  readonly body?: Bytes | undefined;
  /** So many bytes of the body have left, as far as can be known. */
  onSent?(bytes: number): void;
  /** Bytes of the answer, in order. `answer` is the same each time. */
  onBytes?(bytes: Uint8Array, answer: HttpAnswer): void;
}

export interface HttpAnswer {
  readonly status: number;
  /** `null` or empty when there is none, or when the browser does not show it. */
  header(name: string): string | null | undefined;
}

export interface Network {
  /** Opens a WebSocket. Never throws: what goes wrong is reported by `onClose`. */
  openSocket(url: string, handlers: SocketHandlers): Socket;
  /**
   * Posts a text without headers of our own, so that no preflight is needed. `done` gets the text of a reply with
   * status 200, and `undefined` for everything else. It is called once, or never after the cancellation, and never from
   * inside this call. There is no time limit: the caller cancels.
   */
  post(url: string, body: string, done: (reply: string | undefined) => void): Cancel;
  /**
   * Any request, past the caches of browsers; they may add cookies of the server to one with a body when the page is of that
   * server. Of the body only a part may be sent. `done` gets the answer when all of it has come, and
   * `undefined` when the connection failed, whatever came before. It is called once, or never after the cancellation, and
   * like the other functions never from inside this call. There is no time limit: the caller cancels.
   */
  http(request: HttpRequest, done: (answer: HttpAnswer | undefined) => void): Cancel;
  /** Calls `task` when a connection that failed before has new chances: online again, page shown again. */
  onWake(task: () => void): Cancel;
  /** Scheme, host and port that serve the page or the script, when an SDK without an address may use them. */
  origin(): string | undefined;
}

/** Severity of a log line; the numbers are those of the public log filter. */
export type LogSeverity = 0 | 1 | 2 | 3;

/** Takes one finished line. Must not throw. */
export type LogSink = (severity: LogSeverity, line: string) => void;

export interface Environment {
  readonly clock: Clock;
  readonly random: Random;
  readonly network: Network;
  readonly log: LogSink;
}
