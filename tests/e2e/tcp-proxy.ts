/** A network that can fail, between clients and a server on this machine. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

export class TcpProxy {
  private readonly sockets = new Set<Socket>();
  private state: 'open' | 'cut' | 'silent' = 'open';
  /** Bytes that clients have sent so far. */
  bytesUp = 0;

  private constructor(
    private readonly server: Server,
    private readonly targetPort: number,
    private readonly bytesPerSecond: number,
  ) {
    server.on('connection', (client) => this.join(client));
  }

  /** `bytesPerSecond`: of each connection, in each direction. */
  static async start(targetPort: number, bytesPerSecond = Infinity): Promise<TcpProxy> {
    const server = createServer({ pauseOnConnect: true });
    const proxy = new TcpProxy(server, targetPort, bytesPerSecond);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return proxy;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  /** Ends all connections and refuses new ones, as without a network interface. */
  cut(): void {
    this.state = 'cut';
    for (const socket of this.sockets) socket.resetAndDestroy();
  }

  /** Lets nothing through and tells nobody, as in a dead zone; what was sent meanwhile arrives afterwards. */
  silence(): void {
    this.state = 'silent';
    for (const socket of this.sockets) socket.pause();
  }

  restore(): void {
    this.state = 'open';
    for (const socket of this.sockets) socket.resume();
  }

  async close(): Promise<void> {
    this.cut();
    this.server.close();
    await once(this.server, 'close');
  }

  private join(client: Socket): void {
    if (this.state === 'cut') {
      client.resetAndDestroy();
      return;
    }
    const target = connect(this.targetPort, '127.0.0.1');
    client.on('data', ({ length }) => {
      this.bytesUp += length;
    });
    this.forward(client, target);
    this.forward(target, client);
  }

  private forward(from: Socket, to: Socket): void {
    this.sockets.add(from);
    from.on('data', (data) => {
      to.write(data);
      if (this.bytesPerSecond === Infinity) return;
      from.pause();
      setTimeout(() => this.state === 'open' && from.resume(), (data.length / this.bytesPerSecond) * 1000);
    });
    from.on('end', () => to.end());
    from.on('error', () => undefined);
    from.on('close', () => {
      this.sockets.delete(from);
      to.destroy();
    });
    if (this.state === 'open') from.resume();
    else from.pause();
  }
}
