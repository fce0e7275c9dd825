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

/** What answers the network. */
export interface NetworkPeer {
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
