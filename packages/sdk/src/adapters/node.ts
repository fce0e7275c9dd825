import { randomBytes } from 'node:crypto';
import { WebSocket } from 'ws';
import type { Clock, Environment, LogSink, Network, Random, Socket, SocketHandlers } from '../ports.js';
import { fetchAnswer } from './fetch-http.js';
import { fetchPost } from './fetch-post.js';

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

const http: Network['http'] = ({ method, url, headers, body, onSent, onBytes }, done) => {
  let sent = 0;
  const counter = new TransformStream<Uint8Array, Uint8Array>({
    transform(bytes, controller) {
      controller.enqueue(bytes);
      sent += bytes.length;
      onSent?.(sent);
    },
  });
  // `duplex` is demanded for a stream, and unknown to the types.
  const init = { method, headers, ...(body && { body: (body as Blob).stream().pipeThrough(counter), duplex: 'half' }) };
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
