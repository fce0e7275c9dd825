import type { Cancel, Clock, HttpAnswer, Network, Socket, SocketHandlers } from '../ports.js';
import type { Wechat, WechatRequest, WechatSocket } from './wechat-api.js';

/**
 * Of a body or an answer. Nobody sees how far one has got, an answer comes as a whole, and in the background all of them end
 * after 5 s; so they are small, and what was reached is kept.
 */
const PIECE_BYTES = 256 * 1024;

/** Sockets and HTTP of mini-programs. Servers must be on the lists of domains that the mini-program may use. */
export function wechatNetwork(wx: Wechat, clock: Clock): Network {
  return {
    openSocket: (url, handlers) => openSocket(wx, clock, url, handlers),
    post: (url, body, done) =>
      ask(
        wx,
        {
          url,
          method: 'POST',
          header: { 'content-type': 'text/plain;charset=UTF-8' },
          data: body,
          responseType: 'text',
        },
        (answer) => done(answer?.statusCode === 200 && typeof answer.data === 'string' ? answer.data : undefined),
      ),
    http: ({ method, url, headers, body, onBytes }, done) => {
      const { Range } = headers;
      const header = {
        ...headers,
        ...(Range && { Range: pieceOf(Range) }),
        ...(method === 'PATCH' && { 'X-HTTP-Method-Override': method }),
      };
      const options = {
        url,
        method: method === 'PATCH' ? 'POST' : method,
        header,
        responseType: 'arraybuffer',
      } as const;
      const read = async () => (body ? body.slice(0, PIECE_BYTES).arrayBuffer() : undefined);
      return ask(wx, options, (answer) => done(answer && answerOf(answer, onBytes)), read);
    },
    onWake(task) {
      const changed = ({ isConnected }: { readonly isConnected: boolean }) => {
        if (isConnected) task();
      };
      wx.onNetworkStatusChange(changed);
      wx.onAppShow(task);
      return () => {
        wx.offNetworkStatusChange(changed);
        wx.offAppShow(task);
      };
    },
    // There is no page: an address is needed.
    origin: () => undefined,
  };
}

function openSocket(wx: Wechat, clock: Clock, url: string, { onOpen, onText, onClose }: SocketHandlers): Socket {
  let isOpen = false;
  let isOver = false;
  let task: WechatSocket | undefined;
  const stop = () => {
    isOver = true;
    try {
      task?.close({ code: 1000 });
    } catch {
      // On some devices one that is not open cannot be closed.
    }
  };
  const end = () => {
    if (isOver) return;
    stop();
    onClose();
  };
  const endLater = () => void clock.after(0, end);
  try {
    task = wx.connectSocket({ url, fail: endLater });
  } catch {
    // Told below.
  }
  if (!task) endLater();
  task?.onOpen(() => {
    isOpen = true;
    // Closed meanwhile, when it could not be yet.
    if (isOver) stop();
    else onOpen();
  });
  task?.onMessage(({ data }) => {
    if (!isOver && typeof data === 'string') onText(data);
  });
  task?.onClose(end);
  task?.onError(end);
  return {
    send(text) {
      // A device that has closed it while the mini-program was in the background says so here only.
      if (isOpen && !isOver) task?.send({ data: text, fail: endLater });
    },
    close: stop,
  };
}

type Answer = Parameters<NonNullable<WechatRequest['success']>>[0];

/** A request, begun in a later microtask. `read` gives its body. */
function ask(
  wx: Wechat,
  options: Omit<WechatRequest, 'dataType' | 'success' | 'fail'>,
  done: (answer: Answer | undefined) => void,
  read: () => Promise<ArrayBuffer | undefined> = async () => undefined,
): Cancel {
  let isOver = false;
  let task: ReturnType<Wechat['request']>;
  const settle = (answer?: Answer) => {
    if (isOver) return;
    isOver = true;
    done(answer);
  };
  const begin = (body: ArrayBuffer | undefined) => {
    if (isOver) return;
    // Without data of its own a POST may get some from the device.
    const data = body ?? options.data ?? (options.method === 'POST' ? '' : undefined);
    task = wx.request({
      ...options,
      ...(data !== undefined && { data }),
      dataType: 'text',
      success: settle,
      fail: () => settle(),
    });
  };
  // A body that cannot be read looks like a bad network; who sends it finds out.
  void Promise.resolve()
    .then(read)
    .then(begin)
    .catch(() => settle());
  return () => {
    isOver = true;
    task?.abort();
  };
}

/** Header names are read in any case. */
function answerOf({ statusCode: status, header, data }: Answer, onBytes: Parameters<Network['http']>[0]['onBytes']) {
  const fields = new Map(Object.entries(header ?? {}).map(([name, value]) => [name.toLowerCase(), String(value)]));
  const answer: HttpAnswer = { status, header: (name) => fields.get(name.toLowerCase()) };
  const bytes = typeof data === 'object' && data !== null ? new Uint8Array(data as ArrayBuffer) : undefined;
  if (bytes && bytes.length > 0) onBytes?.(bytes, answer);
  return answer;
}

/** The beginning of a range that is open at its end. */
function pieceOf(range: string): string {
  const [, from] = /^bytes=(\d+)-$/.exec(range) ?? [];
  return from === undefined ? range : `bytes=${from}-${Number(from) + PIECE_BYTES - 1}`;
}
