import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** The network between one client and the server: a port that forwards, until it is cut. */
export class ClientNetwork {
  private readonly sockets = new Set<Socket>();
  private isCut = false;

  private constructor(
    private readonly listener: Server,
    private readonly serverPort: number,
  ) {
    listener.on('connection', (client) => this.join(client));
  }

  static async open(serverPort: number): Promise<ClientNetwork> {
    const listener = createServer({ noDelay: true });
    const network = new ClientNetwork(listener, serverPort);
    listener.listen(0, '127.0.0.1');
    await once(listener, 'listening');
    return network;
  }

  get port(): number {
    return (this.listener.address() as AddressInfo).port;
  }

  /** Connections break on both sides with what is under way on them, without a close frame; new ones are refused. */
  cut(): void {
    this.isCut = true;
    for (const socket of this.sockets) socket.resetAndDestroy();
  }

  restore(): void {
    this.isCut = false;
  }

  close(): void {
    this.cut();
    this.listener.close();
  }

  private join(client: Socket): void {
    client.on('error', ignore);
    if (this.isCut) {
      client.resetAndDestroy();
      return;
    }
    const server = connect({ port: this.serverPort, host: '127.0.0.1', noDelay: true });
    server.on('error', ignore);
    this.forward(client, server);
    this.forward(server, client);
  }

  private forward(from: Socket, to: Socket): void {
    this.sockets.add(from);
    from.on('data', (data) => to.write(data));
    from.on('end', () => to.end());
    from.on('close', () => {
      this.sockets.delete(from);
      to.destroy();
    });
  }
}

/** `close` follows. */
function ignore(): void {
  // Nothing to add.
}
