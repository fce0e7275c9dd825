import type { IncomingMessage, Server } from 'node:http';

/** Answers 408 to a request that has not come completely, and ends its connection, as Node's own `requestTimeout` does. */
export function endLate(server: Server, request: IncomingMessage): void {
  if (request.complete || request.socket.destroyed) return;
  const error = Object.assign(new Error('the request took too long'), { code: 'ERR_HTTP_REQUEST_TIMEOUT' });
  server.emit('clientError', error, request.socket);
}

/**
 * Ends a request whose body has not come within the time. Node does that for all requests alike; uploads may take longer and
 * have a rule of their own.
 */
export function limitBody(server: Server, request: IncomingMessage, timeoutMs: number): void {
  if (request.complete || request.destroyed) return;
  const timer = setTimeout(() => endLate(server, request), timeoutMs);
  const stop = () => clearTimeout(timer);
  request.once('end', stop);
  request.once('close', stop);
}
