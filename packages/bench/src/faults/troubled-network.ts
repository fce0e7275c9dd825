import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** Without a byte for so long a middlebox forgets a connection: it is dead, and nobody is told. */
const IDLE_OUT_MS = 30_000;

/** One connection through it: what passes does so late, in order. */
class Passage {
  private readonly lanes: { due: number }[] = [{ due: 0 }, { due: 0 }];
  private lastByteAt = performance.now();
  isDead = false;

  constructor(
    readonly client: Socket,
    readonly server: Socket,
    private readonly network: TroubledNetwork,
    private readonly ended: (passage: Passage) => void,
  ) {
    this.forward(client, server, 0);
    this.forward(server, client, 1);
  }

  cut(): void {
    this.client.resetAndDestroy();
    this.server.resetAndDestroy();
  }

  private forward(from: Socket, to: Socket, lane: number): void {
    from.on('error', () => undefined);
    from.on('close', () => {
      this.ended(this);
      to.destroy();
    });
    from.on('data', (data) => {
      const now = performance.now();
      if (now - this.lastByteAt > IDLE_OUT_MS) this.isDead = true;
      if (this.isDead) return;
      this.lastByteAt = now;
      const lanes = this.lanes[lane] as { due: number };
      lanes.due = Math.max(lanes.due, now + this.network.delayMs(), this.network.stalledUntil);
      setTimeout(() => this.isDead || to.destroyed || to.write(data), lanes.due - now);
    });
  }
}

/** The network of one client: slow, uneven, with holes; and now and then another one. */
export class TroubledNetwork {
  /** Latency one way, and what is added to it by chance. */
  latencyMs = 20;
  jitterMs = 0;
  /** Nothing passes before (`performance.now()`); it comes then, as after lost packets were sent again. */
  stalledUntil = 0;
  private address = 1;
  private readonly passages = new Set<Passage>();

  private constructor(
    private readonly listener: Server,
    serverPort: number,
    private readonly fraction: () => number,
  ) {
    listener.on('connection', (client) => {
      const localAddress = `127.0.0.${this.address}`;
      const server = connect({ port: serverPort, host: '127.0.0.1', localAddress, noDelay: true });
      this.passages.add(new Passage(client, server, this, (passage) => this.passages.delete(passage)));
    });
  }

  static async open(serverPort: number, fraction: () => number): Promise<TroubledNetwork> {
    const listener = createServer({ noDelay: true }).listen(0, '127.0.0.1');
    await once(listener, 'listening');
    return new TroubledNetwork(listener, serverPort, fraction);
  }

  get port(): number {
    return (this.listener.address() as AddressInfo).port;
  }

  delayMs(): number {
    return this.latencyMs + this.fraction() * this.jitterMs;
  }

  /** Both sides learn of it. */
  cut(): void {
    for (const passage of this.passages) passage.cut();
  }

  /** What is open is dead from now on, and nobody learns of it: packets are swallowed. */
  swallow(): void {
    for (const passage of this.passages) passage.isDead = true;
  }

  /** The client has another address: its connections are dead to the server, and new ones come from elsewhere. */
  move(): void {
    this.swallow();
    this.address = 1 + ((this.address + 1) % 200);
  }

  calm(): void {
    this.latencyMs = 20;
    this.jitterMs = 0;
  }

  close(): void {
    this.cut();
    this.listener.close();
  }
}
