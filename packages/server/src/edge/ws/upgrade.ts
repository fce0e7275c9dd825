import type { IncomingMessage, Server } from 'node:http';
import type { Socket } from 'node:net';
import { WebSocketServer } from 'ws';
import { Pace } from '../../domain/pace.js';
import type { Transport, TransportEvents } from '../../ports/transport.js';
import { type PublicAddress, reachedHost, sourceOf } from '../http/address.js';
import type { OriginRule } from '../http/origins.js';
import { WsTransport } from './transport.js';

export interface UpgradeOptions {
  /** Frames above this size are answered by a close with 1009. */
  readonly maxFrameBytes: number;
  readonly origins: OriginRule;
  readonly publicAddress?: PublicAddress | undefined;
  /** Whether a proxy in front says in `X-Forwarded-For` where a request came from. */
  readonly trustProxy: boolean;
  /** Whether a client at this address may connect now; otherwise its upgrade gets 503. */
  letsConnect(from: string): boolean;
  accept(transport: Transport): TransportEvents;
}

/** A client that broke the rules of WebSocket and does not answer the close is cut after this time. */
const CLOSE_TIMEOUT_MS = 5000;

/** When a crowd comes back: a few ms of work. */
const UPGRADES_PER_TURN = 64;

/** Takes WebSocket upgrades of any path (clients use `/`, a proxy may add a prefix). */
export function acceptUpgrades(server: Server, options: UpgradeOptions): { close(): void } {
  // Not a literal in the call: `closeTimeout` is newer than the types of `ws`.
  const serverOptions = {
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: options.maxFrameBytes,
    closeTimeout: CLOSE_TIMEOUT_MS,
  };
  const wss = new WebSocketServer(serverOptions);
  const pace = new Pace(setImmediate, UPGRADES_PER_TURN);
  /** Node's HTTP server has let go of them, with its deadlines, and they are no WebSockets (yet). */
  const between = new Map<Socket, NodeJS.Timeout>();
  const leave = function (this: Socket): void {
    this.off('close', leave);
    clearTimeout(between.get(this));
    between.delete(this);
  };
  const onUpgrade = (request: IncomingMessage, stream: unknown, head: Buffer): void => {
    const socket = stream as Socket;
    socket.on('error', ignore);
    // Whoever takes no answers would have its refusal wait for ever.
    between.set(
      socket,
      setTimeout(() => socket.destroy(), CLOSE_TIMEOUT_MS),
    );
    socket.on('close', leave);
    pace.run(() => {
      if (!socket.destroyed) upgrade(request, socket, head);
    });
  };
  const upgrade = (request: IncomingMessage, socket: Socket, head: Buffer): void => {
    const from = sourceOf(request, options.trustProxy);
    const refusal = !options.origins.allows(request.headers.origin)
      ? '403 Forbidden'
      : options.letsConnect(from)
        ? undefined
        : UNAVAILABLE;
    if (refusal !== undefined) {
      refuse(socket, refusal);
      return;
    }
    wss.handleUpgrade(request, socket, head, (ws) => {
      socket.off('error', ignore);
      leave.call(socket);
      const host = reachedHost(request.headers.host, options.publicAddress);
      const transport = new WsTransport(ws, socket, from, host);
      transport.attach(options.accept(transport));
    });
  };
  server.on('upgrade', onUpgrade);
  return {
    close() {
      server.off('upgrade', onUpgrade);
      for (const socket of between.keys()) socket.destroy();
      wss.close();
    },
  };
}

/** Clients of all kinds try again by themselves; the header is for the others. */
const UNAVAILABLE = '503 Service Unavailable\r\nRetry-After: 1';

function refuse(socket: Socket, status: string): void {
  // The HTTP server has let go of the socket and closes only its own half: without this it would stay for ever.
  socket.once('finish', () => socket.destroy());
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}

/** A socket that breaks during the handshake needs no answer. */
function ignore(): void {
  // Nothing to add.
}
