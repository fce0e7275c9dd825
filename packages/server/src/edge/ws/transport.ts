import type { Socket } from 'node:net';
import type { RawData, WebSocket } from 'ws';
import type { HostAndPort } from '../../domain/http-address.js';
import type { Frames, Transport, TransportEvents } from '../../ports/transport.js';

const KEY = Symbol('transport');
type Marked = { [KEY]?: WsTransport };

/**
 * One WebSocket as the application layer sees it. `ws` does the handshake and reads; frames are written to the socket as
 * they are (they were framed once for all receivers). That keeps its order with the control frames of `ws` because
 * compression is off. Listeners are shared functions, not one closure per connection.
 */
export class WsTransport implements Transport {
  readonly remoteAddress: string;
  readonly reachedHost: HostAndPort | undefined;
  private events: TransportEvents | undefined;

  constructor(
    private readonly ws: WebSocket,
    private readonly socket: Socket,
    remoteAddress: string,
    reachedHost: HostAndPort | undefined,
  ) {
    this.remoteAddress = remoteAddress;
    this.reachedHost = reachedHost;
  }

  /** Begins to report to `events`. */
  attach(events: TransportEvents): void {
    this.events = events;
    (this.ws as Marked)[KEY] = this;
    (this.socket as Marked)[KEY] = this;
    this.ws.on('message', onMessage);
    this.ws.on('pong', onPong);
    this.ws.on('close', onClose);
    this.ws.on('error', onError);
    this.socket.on('drain', onDrain);
  }

  write(frames: Frames): boolean {
    // A socket that broke a moment ago takes the bytes and drops them; `close` follows.
    if (this.ws.readyState !== this.ws.OPEN) return true;
    return this.socket.write(frames);
  }

  get bufferedBytes(): number {
    return this.socket.writableLength;
  }

  close(code: number, reason: string): void {
    this.ws.close(code, reason);
  }

  terminate(): void {
    this.ws.terminate();
  }

  pause(): void {
    if (this.ws.readyState === this.ws.OPEN) this.ws.pause();
  }

  /** Also behind a close: the client's answer to it is still to be read. `ws` does nothing once the socket is gone. */
  resume(): void {
    this.ws.resume();
  }

  message(data: RawData, isBinary: boolean): void {
    if (isBinary) this.events?.receivedBinary();
    else {
      const bytes = data as Buffer;
      this.events?.received(bytes.toString('utf8'), bytes.length);
    }
  }

  pong(): void {
    this.events?.ponged();
  }

  drain(): void {
    this.events?.drained();
  }

  /** 1006 is what `ws` reports when no close frame came. */
  closed(code: number): void {
    this.events?.closed(code, code !== 1006);
    this.events = undefined;
  }
}

function onMessage(this: WebSocket, data: RawData, isBinary: boolean): void {
  (this as Marked)[KEY]?.message(data, isBinary);
}

function onPong(this: WebSocket): void {
  (this as Marked)[KEY]?.pong();
}

function onClose(this: WebSocket, code: number): void {
  (this as Marked)[KEY]?.closed(code);
}

function onDrain(this: Socket): void {
  (this as unknown as Marked)[KEY]?.drain();
}

/** Protocol violations and broken sockets: `ws` closes by itself and `close` follows. */
function onError(): void {
  // Nothing to add.
}
