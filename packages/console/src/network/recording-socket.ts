import type { Line } from './line.js';
import type { Network } from './network.js';

type Sent = Parameters<WebSocket['send']>[0];

/**
 * Puts a WebSocket in the place of the browser's that lets the page read along, and cut one user off. The SDK knows nothing
 * of it: it is the page's environment that changes, as with a proxy.
 */
export function recordSockets(network: Network): void {
  class RecordingSocket extends WebSocket {
    private line: Line | undefined;
    private isKnown = false;

    constructor(url: string | URL, protocols?: string | string[]) {
      super(url, protocols);
      this.addEventListener('message', (event) => {
        if (typeof event.data !== 'string' || this.line?.carry({ direction: 'in', text: event.data }) !== false) return;
        // Registered before the handler of the SDK, so that nothing behind it hears.
        event.stopImmediatePropagation();
      });
      this.addEventListener('close', () => this.line?.release(this));
    }

    override send(data: Sent): void {
      if (typeof data === 'string') {
        if (!this.isKnown) {
          this.isKnown = true;
          this.line = network.lineOf(data);
          if (this.line?.take(this) === false) return;
        }
        if (this.line?.carry({ direction: 'out', text: data }) === false) return;
      }
      super.send(data as string);
    }
  }
  globalThis.WebSocket = RecordingSocket;
}
