import type { FakeClock } from './fake-clock.js';

/** Handlers of one client socket; fits `SocketHandlers` of the SDK. */
export interface SocketHandlers {
  onOpen(): void;
  onText(text: string): void;
  onClose(): void;
}

/** The server's end of a socket. */
export interface ServerSocket {
  readonly url: string;
  /** Sends texts; those of one call arrive in one macrotask, as from one packet. */
  send(...texts: string[]): void;
  /** Ends the connection; the client sees a close. */
  close(): void;
}

/** A body, as the SDK hands it over. */
export interface Bytes {
  readonly size: number;
  arrayBuffer(): Promise<ArrayBuffer>;
}

/** Fits `HttpRequest` of the SDK. */
export interface HttpRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Bytes | undefined;
  onSent?(bytes: number): void;
  onBytes?(bytes: Uint8Array, answer: HttpAnswer): void;
}

export interface HttpAnswer {
  readonly status: number;
  header(name: string): string | undefined;
}

/** One request for the server to deal with; what it does arrives in order, in macrotasks of their own. */
export interface HttpExchange {
  readonly request: HttpRequest;
  readonly isCanceled: boolean;
  /** The client learns that so many bytes of its body have left. */
  sent(bytes: number): void;
  /** Status and headers, with names in small letters; afterwards `bytes` and `end`. */
  head(status: number, headers?: Readonly<Record<string, string>>): void;
  bytes(bytes: Uint8Array): void;
  end(): void;
  /** The connection fails. */
  fail(): void;
}

/** What answers the network. */
export interface NetworkPeer {
  onHttp(exchange: HttpExchange): void;
  /** Answers a POST: a text with status 200, `undefined` for any failure, or never. */
  onPost(url: string, body: string, answer: (reply: string | undefined) => void): void;
  /** A client wants to connect; `undefined` refuses, `never` leaves it waiting. */
  onConnect(socket: ServerSocket): SocketPeer | 'never' | undefined;
}

/** What the server does with one socket. */
export interface SocketPeer {
  onText(text: string): void;
  /** The client closed it. */
  onClose(): void;
}

/**
 * An in-memory network between SDK clients and one peer; it fits the `Network` port. Whatever crosses it arrives in a
 * later macrotask of the clock, in order.
 */
export class FakeNetwork {
  /** Origin of the page; `undefined` as in Node. */
  pageOrigin: string | undefined;
  private readonly wakers = new Set<() => void>();

  constructor(
    private readonly clock: FakeClock,
    private readonly peer: NetworkPeer,
  ) {}

  openSocket(url: string, handlers: SocketHandlers): { send(text: string): void; close(): void } {
    let isClosed = false;
    let peer: SocketPeer | undefined;
    const later = (task: () => void) =>
      this.clock.macrotask(() => {
        if (!isClosed) task();
      });
    const end = () => {
      isClosed = true;
      handlers.onClose();
    };
    later(() => {
      const answer = this.peer.onConnect({
        url,
        send: (...texts) =>
          later(() => {
            for (const text of texts) if (!isClosed) handlers.onText(text);
          }),
        close: () => later(end),
      });
      if (answer === 'never') return;
      peer = answer;
      later(answer ? () => handlers.onOpen() : end);
    });
    return {
      // What was written before a close still arrives.
      send: (text) => {
        if (!isClosed) this.clock.macrotask(() => peer?.onText(text));
      },
      close: () => {
        if (isClosed) return;
        isClosed = true;
        this.clock.macrotask(() => peer?.onClose());
      },
    };
  }

  post(url: string, body: string, done: (reply: string | undefined) => void): () => void {
    let isOver = false;
    this.clock.macrotask(() => {
      if (isOver) return;
      this.peer.onPost(url, body, (reply) =>
        this.clock.macrotask(() => {
          if (!isOver) done(reply);
          isOver = true;
        }),
      );
    });
    return () => {
      isOver = true;
    };
  }

  http(request: HttpRequest, done: (answer: HttpAnswer | undefined) => void): () => void {
    let isOver = false;
    let answer: HttpAnswer = { status: 0, header: () => undefined };
    const later = (task: () => void) => this.clock.macrotask(() => !isOver && task());
    const finish = (result: HttpAnswer | undefined) => {
      isOver = true;
      done(result);
    };
    const exchange: HttpExchange = {
      request,
      get isCanceled() {
        return isOver;
      },
      sent: (bytes) => later(() => request.onSent?.(bytes)),
      head: (status, headers = {}) => {
        answer = { status, header: (name) => headers[name.toLowerCase()] };
      },
      bytes: (bytes) => later(() => request.onBytes?.(bytes, answer)),
      end: () => later(() => finish(answer)),
      fail: () => later(() => finish(undefined)),
    };
    later(() => this.peer.onHttp(exchange));
    return () => {
      isOver = true;
    };
  }

  onWake(task: () => void): () => void {
    this.wakers.add(task);
    return () => this.wakers.delete(task);
  }

  origin(): string | undefined {
    return this.pageOrigin;
  }

  /** The browser says: online again, or shown again. */
  wake(): void {
    for (const task of [...this.wakers]) task();
  }

  /** Clients that want to be woken. */
  get listening(): number {
    return this.wakers.size;
  }
}
