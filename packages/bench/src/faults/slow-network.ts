import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** Read at a time from what the server sends. */
const SIP_BYTES = 1024;

/** The network of one client that takes what the server sends only so fast; what the client sends passes at once. */
export class SlowNetwork {
  private readonly sockets = new Set<Socket>();
  /** What is read a second; 0: nothing at all. */
  bytesPerSecond = Infinity;

  private constructor(
    private readonly listener: Server,
    serverPort: number,
  ) {
    listener.on('connection', (client) => {
      const server = connect({ port: serverPort, host: '127.0.0.1', noDelay: true });
      for (const [from, to] of [
        [client, server],
        [server, client],
      ] as const) {
        this.sockets.add(from);
        from.on('error', () => undefined);
        from.on('close', () => {
          this.sockets.delete(from);
          to.destroy();
        });
      }
      client.on('data', (data) => server.write(data));
      void this.sip(server, client);
    });
  }

  static async open(serverPort: number): Promise<SlowNetwork> {
    const listener = createServer({ noDelay: true }).listen(0, '127.0.0.1');
    await once(listener, 'listening');
    return new SlowNetwork(listener, serverPort);
  }

  get port(): number {
    return (this.listener.address() as AddressInfo).port;
  }

  close(): void {
    for (const socket of this.sockets) socket.destroy();
    this.listener.close();
  }

  /** Without a listener for `data` Node reads one buffer ahead, and the kernel of both sides what it likes. */
  private async sip(server: Socket, client: Socket): Promise<void> {
    while (!server.destroyed) {
      const isFree = this.bytesPerSecond === Infinity;
      const bytes: Buffer | null =
        this.bytesPerSecond === 0 ? null : (server.read(isFree ? undefined : SIP_BYTES) ?? server.read());
      if (bytes) client.write(bytes);
      const waitMs = bytes ? (isFree ? 0 : (bytes.length / this.bytesPerSecond) * 1000) : 5;
      await new Promise((resolve) => (waitMs > 0 ? setTimeout(resolve, waitMs) : setImmediate(resolve)));
    }
  }
}
