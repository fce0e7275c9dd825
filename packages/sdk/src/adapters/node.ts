import { randomBytes } from 'node:crypto';
import { WebSocket } from 'ws';
import type { Bytes } from '../platform.js';
import type { Clock, Environment, HttpRequest, LogSink, Network, Random, Socket, SocketHandlers } from '../ports.js';
import { fetchAnswer, fetchPost } from './fetch.js';

const clock: Clock = {
  now: () => performance.now(),
  wallTime: () => Date.now(),
  after(delayMs, task) {
    const timer = setTimeout(task, delayMs);
    return () => clearTimeout(timer);
  },
  macrotask(task) {
    setImmediate(task);
  },
};

const random: Random = {
  fraction: () => Math.random(),
  hex: (digits) =>
    randomBytes(Math.ceil(digits / 2))
      .toString('hex')
      .slice(0, digits),
};

function openSocket(url: string, handlers: SocketHandlers): Socket {
  let current: SocketHandlers | undefined = handlers;
  let socket: WebSocket;
  try {
    socket = new WebSocket(url);
  } catch {
    setImmediate(() => current?.onClose());
    return { send: () => undefined, close: () => (current = undefined) };
  }
  socket.on('open', () => current?.onOpen());
  socket.on('message', (data, isBinary) => {
    if (!isBinary) current?.onText(data.toString());
  });
  // Reported by 'close', which always follows.
  socket.on('error', () => undefined);
  socket.on('close', () => {
    current?.onClose();
    current = undefined;
  });
  return {
    send(text) {
      if (socket.readyState === WebSocket.OPEN) socket.send(text);
    },
    close() {
      current = undefined;
      socket.close();
    },
  };
}

/** Read from a body at a time. `Blob.stream` gives pieces as large as those that the `Blob` was made of. */
const PIECE_BYTES = 64 * 1024;

/** The next piece is asked for when the socket has taken the one before. */
function piecesOf(body: Bytes, onSent: HttpRequest['onSent']): ReadableStream<Uint8Array> {
  let at = 0;
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        if (at > 0) onSent?.(at);
        const piece = body.slice(at, at + PIECE_BYTES);
        at += piece.size;
        if (piece.size > 0) controller.enqueue(new Uint8Array(await piece.arrayBuffer()));
        else controller.close();
      },
    },
    { highWaterMark: 0 },
  );
}

const http: Network['http'] = ({ method, url, headers, body, onSent, onBytes }, done) => {
  // `duplex` is demanded for a stream, and unknown to the types.
  const init = { method, headers, ...(body && { body: piecesOf(body, onSent), duplex: 'half' }) };
  return fetchAnswer(url, init as RequestInit, onBytes, done);
};

const network: Network = {
  openSocket,
  post: fetchPost,
  http,
  onWake: () => () => undefined,
  origin: () => undefined,
};

const log: LogSink = (severity, line) => {
  console[(['debug', 'info', 'warn', 'error'] as const)[severity]](line);
};

export const nodeEnvironment: Environment = { clock, random, network, log };
