/**
 * Crowds that come or go at once, as when a network breaks or is back. Node serves all that is ready within one poll of the
 * event loop: 12,000 clients that came back at once kept everybody else waiting for more than a second. Here they take turns.
 */
import type { Server } from 'node:http';
import { Socket } from 'node:net';
import { Pace } from '../../domain/pace.js';

/** How much is done in one turn: a few ms of work each. */
const PER_TURN = { closes: 128, requests: 48 };
/** The others wait once for each connection, and connections have a limit; of requests one can bring thousands in a row. */
const WAITING_REQUESTS = 8192;

/** What Node does to close a connection, however it came to that; the step that streams let their users replace. */
const close = Socket.prototype._destroy;

/** What reads for a socket, until that is closed. */
type Reading = Socket & { readonly _handle?: { reading?: boolean; readStop?(): void } | null };

/** To be called when the server has all its listeners. */
export function paceCrowds(server: Server, nextTurn: (task: () => void) => void, perTurn = PER_TURN): void {
  paceCloses(server, new Pace(nextTurn, perTurn.closes));
  paceRequests(server, new Pace(nextTurn, perTurn.requests, WAITING_REQUESTS));
}

function paceCloses(server: Server, pace: Pace): void {
  // One for all connections: they are many, and most are idle.
  const leave: Socket['_destroy'] = function (this: Reading, error, done) {
    pace.run(() => close.call(this, error, done));
    // It may wait. Node takes what is read of a destroyed socket for an error, and ends the process over a wrong number.
    if (!this._handle) return;
    this._handle.readStop?.();
    // So that nothing begins to read again, such as an answer that goes out behind this.
    this._handle.reading = true;
  };
  server.prependListener('connection', (socket: Socket) => {
    socket._destroy = leave;
  });
}

function paceRequests(server: Server, pace: Pace): void {
  const listeners = server.listeners('request');
  server.removeAllListeners('request');
  server.on('request', (request, response) => {
    pace.run(() => {
      // Whoever sent it has gone before its turn.
      if (request.socket.destroyed) return;
      for (const serve of listeners) serve.call(server, request, response);
    });
  });
}
