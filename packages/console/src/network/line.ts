import { Store } from '../model/store.js';

export interface Frame {
  readonly direction: 'in' | 'out';
  readonly text: string;
}

/** The way of one user to the server: its sockets, which can be cut. */
export class Line {
  readonly cut = new Store<boolean, boolean>(false, (_, isCut) => isCut);
  private readonly sockets = new Set<WebSocket>();

  constructor(private readonly onFrame: (frame: Frame) => void) {}

  /** Closes what is open; the SDK sees a connection that has ended, and connects anew in vain. */
  interrupt(): void {
    this.cut.dispatch(true);
    for (const socket of this.sockets) socket.close();
  }

  restore(): void {
    this.cut.dispatch(false);
    // What browsers tell when a network is back: the SDK does not wait for its next attempt.
    dispatchEvent(new Event('online'));
  }

  /** A socket that turned out to be of this user. Whether it may go on. */
  take(socket: WebSocket): boolean {
    if (this.cut.get()) {
      socket.close();
      return false;
    }
    this.sockets.add(socket);
    return true;
  }

  release(socket: WebSocket): void {
    this.sockets.delete(socket);
  }

  /** A frame on its way. Whether it gets through. */
  carry(frame: Frame): boolean {
    if (this.cut.get()) return false;
    this.onFrame(frame);
    return true;
  }
}
