import type { Clock, Environment, LogSink, Network, Random, Socket, SocketHandlers } from '../ports.js';
import { fetchHttp, fetchPost } from './fetch.js';

/** Path under which the server offers the SDK as a script (design 9). */
const SCRIPT_PATH = '/sdk/web/';

let scriptUrl: string | undefined;

/** Notes where the running script came from; the one global that is read while the SDK is loaded. */
export function noteScript(): void {
  if (typeof document === 'undefined') return;
  const script = document.currentScript;
  // Not instanceof: the script may be an element of another kind, or of another window.
  if (script && 'src' in script && typeof script.src === 'string') scriptUrl = script.src;
}

const clock: Clock = {
  now: () => performance.now(),
  wallTime: () => Date.now(),
  after(delayMs, task) {
    const timer = setTimeout(task, delayMs);
    return () => clearTimeout(timer);
  },
  macrotask(task) {
    // Timers are slowed down in hidden pages, and after a few in a row; messages are not.
    if (typeof MessageChannel === 'undefined') {
      setTimeout(task, 0);
      return;
    }
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      task();
    };
    port2.postMessage(undefined);
  },
};

export const random: Random = {
  fraction: () => Math.random(),
  hex(digits) {
    // One byte per digit: simple, and there are never many.
    return Array.from(crypto.getRandomValues(new Uint8Array(digits)), (byte) => (byte & 15).toString(16)).join('');
  },
};

function openSocket(url: string, { onOpen, onText, onClose }: SocketHandlers): Socket {
  let socket: WebSocket;
  try {
    socket = new WebSocket(url);
  } catch {
    // An impossible address, or ws: from an https page.
    const timer = setTimeout(onClose);
    return { send: () => undefined, close: () => clearTimeout(timer) };
  }
  socket.onopen = onOpen;
  socket.onmessage = ({ data }) => {
    if (typeof data === 'string') onText(data);
  };
  socket.onclose = onClose;
  return {
    send(text) {
      if (socket.readyState === WebSocket.OPEN) socket.send(text);
    },
    close() {
      socket.onopen = socket.onmessage = socket.onclose = null;
      socket.close();
    },
  };
}

/** Of a body whose way nobody can see. */
const PIECE_BYTES = 512 * 1024;

/** `fetch` does not tell how far a body has got; a service worker has nothing else. */
const http: Network['http'] = (request, done) => {
  const { method, url, headers, body, onSent } = request;
  if (!body) return fetchHttp(request, done);
  // Piece by piece, so that something is heard of it.
  if (typeof XMLHttpRequest === 'undefined') return fetchHttp({ ...request, body: body.slice(0, PIECE_BYTES) }, done);
  const xhr = new XMLHttpRequest();
  xhr.open(method, url);
  for (const [name, value] of Object.entries(headers)) xhr.setRequestHeader(name, value);
  xhr.upload.onprogress = ({ loaded }) => onSent?.(loaded);
  xhr.onload = () => done({ status: xhr.status, header: (name) => xhr.getResponseHeader(name) });
  xhr.onerror = () => done(undefined);
  xhr.send(body as Blob);
  return () => xhr.abort();
};

const network: Network = {
  openSocket,
  post: fetchPost,
  http,
  onWake(task) {
    if (typeof addEventListener === 'undefined') return () => undefined;
    const onVisible = () => {
      if (document.visibilityState === 'visible') task();
    };
    const page = typeof document === 'undefined' ? undefined : document;
    addEventListener('online', task);
    addEventListener('pageshow', task);
    page?.addEventListener('visibilitychange', onVisible);
    return () => {
      removeEventListener('online', task);
      removeEventListener('pageshow', task);
      page?.removeEventListener('visibilitychange', onVisible);
    };
  },
  origin() {
    if (scriptUrl) {
      const { origin, pathname } = new URL(scriptUrl);
      if (pathname.startsWith(SCRIPT_PATH)) return origin;
    }
    return typeof location === 'undefined' ? undefined : location.origin;
  },
};

export const log: LogSink = (severity, line) => {
  (console[(['debug', 'info', 'warn', 'error'] as const)[severity]] ?? console.log)(line);
};

export const browserEnvironment: Environment = { clock, random, network, log };
